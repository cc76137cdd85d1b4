import { expect, expectTypeOf, test } from "vitest";
import type { operations } from "../../api/schema";
import { type Category, categoryOf } from "./models";

test("the page offers exactly the categories that the API takes", () => {
  // An empty text is as good as none. The types are compared when the types are checked.
  type Known = NonNullable<NonNullable<operations["listModels"]["parameters"]["query"]>["category"]>;
  expectTypeOf<Category>().toEqualTypeOf<Exclude<Known, "">>();
  expect(categoryOf("upscaling")).toBe("upscaling");
  expect(categoryOf("upscale")).toBeUndefined();
});
