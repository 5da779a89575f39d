import { type Accessor, createMemo } from "solid-js";
import { type HistoryMode, navigate, path, query } from "./location";

/** How one view state is written in the URL. What prints as undefined is left out. */
export interface Param<T> {
  parse(text: string | undefined): T;
  print(value: T): string | undefined;
}

/** Free text; empty when left out. */
export const textParam: Param<string> = {
  parse: (text) => text ?? "",
  print: (value) => (value === "" ? undefined : value),
};

/** One of a few words; the first is the one meant when it is left out or unknown. */
export function choiceParam<T extends string>(choices: readonly [T, ...T[]]): Param<T> {
  return {
    parse: (text) => choices.find((choice) => choice === text) ?? choices[0],
    print: (value) => (value === choices[0] ? undefined : value),
  };
}

/** A set of ids, or undefined when the URL says nothing, which is not the same as an empty one. */
export const idsParam: Param<readonly string[] | undefined> = {
  parse: (text) => (text === undefined ? undefined : text.split(",").filter((id) => id !== "")),
  print: (value) => value?.join(","),
};

/** Whether something is on; off when left out. */
export const flagParam: Param<boolean> = {
  parse: (text) => text === "1",
  print: (value) => (value ? "1" : undefined),
};

/** A name with a value, as a person types them into a row of a form. */
export interface Pair {
  name: string;
  value: string;
}

/** Rows of names and values, "a=1;b=2"; rows without either are left out. */
export const pairsParam: Param<readonly Pair[]> = {
  parse: (text) =>
    (text ?? "")
      .split(";")
      .filter((row) => row !== "")
      .map((row) => {
        const [name = "", value = ""] = row.split("=", 2).map(decoded);
        return { name, value };
      }),
  print(rows) {
    const filled = rows.filter(({ name, value }) => name !== "" || value !== "");
    if (filled.length === 0) return undefined;
    return filled.map(({ name, value }) => `${encoded(name)}=${encoded(value)}`).join(";");
  },
};

// Only what would take a row apart: the URL's own encoding comes on top.
function encoded(text: string): string {
  return text.replace(/[%;=]/g, encodeURIComponent);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A column and its direction. */
export interface Sort {
  column: string;
  direction: "ascending" | "descending";
}

/** A sort as "column" (ascending) or "-column" (descending). */
export function sortParam(fallback: Sort): Param<Sort> {
  const print = (sort: Sort) => (sort.direction === "descending" ? "-" : "") + sort.column;
  return {
    parse(text) {
      if (!text) return fallback;
      return text.startsWith("-")
        ? { column: text.slice(1), direction: "descending" }
        : { column: text, direction: "ascending" };
    },
    print: (sort) => (print(sort) === print(fallback) ? undefined : print(sort)),
  };
}

/** A path with one parameter of its query changed; undefined removes it. */
export function withParam(
  base: string,
  params: URLSearchParams,
  key: string,
  value: string | undefined,
): string {
  const next = new URLSearchParams(params);
  if (value === undefined) next.delete(key);
  else next.set(key, value);
  const text = next.toString();
  return text === "" ? base : `${base}?${text}`;
}

/** A view state that lives in the URL: what it is now, and how to change it. */
export function createQueryState<T>(
  key: string,
  param: Param<T>,
  mode: HistoryMode = "replace",
): [Accessor<T>, (value: T) => void] {
  const text = createMemo(() => query().get(key) ?? undefined);
  const value = createMemo(() => param.parse(text()));
  const set = (next: T) => navigate(withParam(path(), query(), key, param.print(next)), mode);
  return [value, set];
}
