import { expect, it } from "vitest";
import { csv } from "./csv";

it("quotes what needs it and defuses formulas, but not numbers below zero", () => {
  expect(csv([["a,b", 'c"d', "e\nf"]])).toBe('"a,b","c""d","e\nf"\r\n');
  expect(csv([["=1+1", "@x", "-0.05", "-x", "+1"]])).toBe("'=1+1,'@x,-0.05,'-x,'+1\r\n");
});
