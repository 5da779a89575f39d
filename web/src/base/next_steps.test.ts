import { expect, test } from "vitest";
import { nextStepOf } from "./next_steps";

test("every refusal of a decision has a next step, and an unknown one has none", () => {
  expect(nextStepOf("APPROVED_ALREADY")).toContain("somebody else");
  expect(nextStepOf("PROPOSER_MAY_NOT_APPROVE")).toContain("somebody else");
  expect(nextStepOf("FROZEN")).toContain("Policies page");
  expect(nextStepOf("NO_TARGETS")).toContain("labels");
  expect(nextStepOf("BAD_ADVICE")).toContain("advised");
  expect(nextStepOf("SOMETHING_NEW")).toBe("");
  expect(nextStepOf("toString")).toBe("");
});
