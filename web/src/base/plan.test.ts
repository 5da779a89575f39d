import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { RolloutPlanSchema } from "../gen/berthmaster/v1/recommendation_pb";
import { parseSpan, parseWaves, soakText, wavesText } from "./plan";
import { pairsParam } from "./query";

test("a plan that names no waves goes in a tenth, a half, the rest", () => {
  expect(wavesText(create(RolloutPlanSchema))).toBe(
    "a canary of 1, then 10 %, 50 %, then the rest",
  );
  expect(soakText(create(RolloutPlanSchema))).toBe("the controller's default");
});

test("waves are typed as counts and per cent", () => {
  expect(parseWaves("10%, 50 %,20")).toEqual([
    { size: { case: "percent", value: 10 } },
    { size: { case: "percent", value: 50 } },
    { size: { case: "count", value: 20 } },
  ]);
  expect(parseWaves("")).toEqual([]);
  for (const wrong of ["0", "101%", "ten", "-1", "1.5", "10%%"]) {
    expect(parseWaves(wrong)).toBeUndefined();
  }
});

test("a span of time is typed as people write it", () => {
  expect(parseSpan("90s")).toBe(90_000);
  expect(parseSpan("1h 30m")).toBe(5_400_000);
  expect(parseSpan("")).toBe(0);
  expect(parseSpan("10")).toBeUndefined();
  expect(parseSpan("soon")).toBeUndefined();
});

test("pairs in a URL come back as they were, whatever stands in them", () => {
  const rows = [
    { name: "net.ipv4.ip_local_reserved_ports", value: "8080,9148" },
    { name: "a=b;c", value: "100%;x=y" },
  ];
  expect(pairsParam.parse(pairsParam.print(rows))).toEqual(rows);
  expect(pairsParam.print([{ name: "", value: "" }])).toBeUndefined();
  expect(pairsParam.parse("a=%zz")).toEqual([{ name: "a", value: "%zz" }]);
});
