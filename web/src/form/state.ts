/** What every field of a form knows beside its own value. */
import { createContext, useContext } from "react";
import type { Spec } from "./schema";

export interface FormState {
  spec: Spec;
  /** The faults that are to be seen, by place such as `images.0`. */
  faults: Record<string, string>;
  /** Whoever leaves a field has filled it in: from then on its faults are shown. */
  leave(place: string): void;
  disabled: boolean;
}

export const FormContext = createContext<FormState | undefined>(undefined);

export function useForm(): FormState {
  const state = useContext(FormContext);
  if (!state) {
    throw new Error("a field stands outside of a form");
  }
  return state;
}

/** What a field of ours is given, whatever it looks like. */
export interface FieldProps {
  id: string;
  name: string;
  label: string;
  help?: string;
  spec: Spec;
  required: boolean;
  disabled: boolean;
  fault?: string;
  value: unknown;
  /** `undefined` leaves it to the default. */
  onChange(value: unknown): void;
  /** The field is left. */
  onLeave(): void;
}

/** What stands around every input: its name above, and below it what is wrong and what it is for. */
export function framed({ label, help, fault, required }: FieldProps) {
  return {
    label,
    description: help,
    error: fault,
    withAsterisk: required,
    inputWrapperOrder: ["label", "input", "error", "description"] as (
      | "label"
      | "input"
      | "error"
      | "description"
    )[],
  };
}
