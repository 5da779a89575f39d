import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { HostSchema } from "../gen/berthmaster/v1/host_pb";
import { paletteEntries } from "./palette_entries";

test("the palette finds pages and hosts by a few letters", () => {
  expect(paletteEntries("roll", [], [])).toEqual([
    { kind: "page", label: "Rollouts", path: "/rollouts" },
  ]);
  expect(
    paletteEntries("host web", [], [create(HostSchema, { name: "hosts/web-1" })]).map(
      (entry) => entry.path,
    ),
  ).toEqual(["/hosts/web-1"]);
});
