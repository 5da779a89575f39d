import { createRoot } from "solid-js";
import { beforeEach, describe, expect, test } from "vitest";
import { navigate, path, query } from "./location";
import { choiceParam, createQueryState, idsParam, sortParam, textParam, withParam } from "./query";

beforeEach(() => navigate("/hosts", "replace"));

describe("withParam", () => {
  test("keeps the others and drops what is undefined", () => {
    const params = new URLSearchParams("a=1&b=2");
    expect(withParam("/hosts", params, "a", undefined)).toBe("/hosts?b=2");
    expect(withParam("/hosts", params, "c", "x y")).toBe("/hosts?a=1&b=2&c=x+y");
    expect(withParam("/hosts", new URLSearchParams("a=1"), "a", undefined)).toBe("/hosts");
  });
});

test("a choice falls back to its first word, which is left out of the URL", () => {
  const range = choiceParam(["15m", "5m"]);
  expect(range.parse("nonsense")).toBe("15m");
  expect(range.print("15m")).toBeUndefined();
  expect(range.print("5m")).toBe("5m");
});

test("a sort reads and prints its direction", () => {
  const sort = sortParam({ column: "host", direction: "ascending" });
  expect(sort.parse("-utilization")).toEqual({ column: "utilization", direction: "descending" });
  expect(sort.print({ column: "host", direction: "descending" })).toBe("-host");
  expect(sort.print({ column: "host", direction: "ascending" })).toBeUndefined();
});

test("no ids and an empty set of ids are two things", () => {
  expect(idsParam.parse(undefined)).toBeUndefined();
  expect(idsParam.parse("")).toEqual([]);
  expect(idsParam.print([])).toBe("");
});

test("a view state lives in the URL", () => {
  createRoot((dispose) => {
    const [filter, setFilter] = createQueryState("filter", textParam);
    setFilter("port=443");
    expect(window.location.search).toBe("?filter=port%3D443");
    expect(filter()).toBe("port=443");
    expect(path()).toBe("/hosts");

    setFilter("");
    expect(window.location.search).toBe("");
    expect(query().has("filter")).toBe(false);
    dispose();
  });
});
