/** The validator that react-jsonschema-form asks, over our own check. Ajv would need `eval`. */
import type { ErrorSchema, RJSFSchema, RJSFValidationError, ValidatorType } from "@rjsf/utils";
import { check, fits } from "./check";
import { specOf } from "./schema";

type Input = Record<string, unknown>;

function faultsOf(schema: RJSFSchema, input: Input | undefined): RJSFValidationError[] {
  return Object.entries(check(specOf(schema), input ?? {})).map(([place, message]) => ({
    property: `.${place}`,
    message,
    stack: message,
  }));
}

export const validator: ValidatorType<Input> = {
  validateFormData(input, schema) {
    const errors = faultsOf(schema, input);
    return {
      errors,
      errorSchema: (errors.length > 0
        ? { __errors: errors.map((one) => one.stack) }
        : {}) as ErrorSchema<Input>,
    };
  },
  isValid: (schema, input) => fits(specOf(schema), input),
  rawValidation: () => ({ errors: [] }),
};
