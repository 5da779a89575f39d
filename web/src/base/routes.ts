import { pairsParam, withParam } from "./query";

/** Which page a path shows, with the resource name it is about. */
export type Route =
  | {
      page:
        | "fleet"
        | "hosts"
        | "incidents"
        | "recommendations"
        | "rollouts"
        | "silences"
        | "policies"
        | "propose"
        | "audit"
        | "missing";
    }
  | { page: "host" | "pool" | "incident" | "recommendation" | "rollout"; name: string };

const COLLECTIONS = {
  hosts: "host",
  incidents: "incident",
  recommendations: "recommendation",
  rollouts: "rollout",
} as const;

/** Pages with nothing below them. */
const ALONE = ["silences", "policies", "propose", "audit"] as const;

type Collection = keyof typeof COLLECTIONS;

/** The route of a path; "missing" when no page is there. */
export function routeOf(path: string): Route {
  const parts = decodeParts(path);
  const [first, second] = parts;
  if (first === undefined) return { page: "fleet" };
  if (first === "pools" && parts.length === 7) {
    return { page: "pool", name: parts.slice(1).join("/") };
  }
  const alone = ALONE.find((page) => page === first);
  if (alone !== undefined && second === undefined) {
    return { page: alone };
  }
  if (!Object.hasOwn(COLLECTIONS, first)) return { page: "missing" };
  const collection = first as Collection;
  if (second === undefined) return { page: collection };
  if (parts.length !== 2) return { page: "missing" };
  return { page: COLLECTIONS[collection], name: `${collection}/${second}` };
}

/** The path of the page that proposes a change, with its "where" filled in. */
export function proposePath(selector: Readonly<Record<string, string>>): string {
  const rows = Object.entries(selector).map(([name, value]) => ({ name, value }));
  return withParam("/propose", new URLSearchParams(), "where", pairsParam.print(rows));
}

function decodeParts(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "");
  try {
    return parts.map(decodeURIComponent);
  } catch {
    // A stray percent sign: no page has such a path, and "missing" says so.
    return ["?"];
  }
}
