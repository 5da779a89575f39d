import { matchesWords, parseFilter } from "../base/filter";
import { idOf, pathOf } from "../base/names";
import type { Host } from "../gen/berthmaster/v1/host_pb";
import type { Incident } from "../gen/berthmaster/v1/incident_pb";
import { MAIN_PAGES, OTHER_PAGES } from "./navigation";

/** One place to go. */
export interface PaletteEntry {
  kind: "page" | "incident" | "host";
  label: string;
  path: string;
}

/** More matches than this are not shown; another letter narrows them. */
const ENTRIES_MAX = 12;

/** The places that match what was typed: pages, then open incidents, then hosts. */
export function paletteEntries(
  text: string,
  incidents: readonly Incident[],
  hosts: readonly Host[],
): PaletteEntry[] {
  const { words } = parseFilter(text, []);
  const found: PaletteEntry[] = [];
  const add = (entry: PaletteEntry) => {
    if (found.length < ENTRIES_MAX && matchesWords(words, `${entry.kind} ${entry.label}`)) {
      found.push(entry);
    }
  };
  for (const page of [...MAIN_PAGES, ...OTHER_PAGES])
    add({ kind: "page", label: page.label, path: page.path });
  for (const incident of incidents) {
    add({ kind: "incident", label: incident.summary, path: pathOf(incident.name) });
  }
  for (const host of hosts) {
    add({ kind: "host", label: idOf(host.name), path: pathOf(host.name) });
  }
  return found;
}
