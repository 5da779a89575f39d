import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { IncidentMemberSchema, IncidentSchema } from "../gen/berthmaster/v1/incident_pb";
import { labelChoices } from "./selector";

const member = (host: string, netnsLabel: string, labels: Record<string, string>) =>
  create(IncidentMemberSchema, { host: `hosts/${host}`, netnsLabel, labels });

const chosen = (members: ReturnType<typeof member>[]) =>
  labelChoices(create(IncidentSchema, { host: "hosts/web-1", netnsLabel: "blue", members }), "leak")
    .filter((choice) => choice.chosen)
    .map(({ name, value }) => `${name}=${value}`);

test("an incident on one host is silenced by its host and namespace", () => {
  expect(chosen([member("web-1", "blue", { unit: "a.service" })])).toEqual([
    "host=web-1",
    "netns=blue",
  ]);
  expect(chosen([])).toEqual(["host=web-1", "netns=blue"]);
});

test("one on several hosts by the labels that they share, none of which is fleeting", () => {
  const members = [
    member("web-1", "blue", { unit: "a.service", pid: "7", pod: "x-1" }),
    member("web-2", "red", { unit: "a.service", pid: "7", pod: "x-2" }),
  ];
  expect(chosen(members)).toEqual(["unit=a.service"]);
});

test("what shares nothing is silenced by its cause alone", () => {
  expect(chosen([member("web-1", "blue", {}), member("web-2", "red", {})])).toEqual(["cause=leak"]);
});

test("every shared label is offered, the cause last", () => {
  const one = member("web-1", "blue", { unit: "a.service", container_id: "f00" });
  const incident = create(IncidentSchema, { members: [one] });
  expect(labelChoices(incident, "leak").map((choice) => choice.name)).toEqual([
    "host",
    "netns",
    "unit",
    "cause",
  ]);
});
