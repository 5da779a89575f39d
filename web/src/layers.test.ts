import { expect, test } from "vitest";

const sources = import.meta.glob<string>("./**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** From the floor up: a folder may import from those before it. gen and testing stand outside. */
const LAYERS = ["base", "api", "widgets", "charts", "pages", "app"];

function imports(): { file: string; layer: string; from: string }[] {
  return Object.entries(sources).flatMap(([file, text]) => {
    const layer = file.split("/")[1] ?? "";
    if (!LAYERS.includes(layer)) return [];
    return [...text.matchAll(/from "\.\.\/([^/"]+)\//g)].map((match) => ({
      file,
      layer,
      from: match[1] ?? "",
    }));
  });
}

test("imports point down", () => {
  const wrong = imports().filter(
    ({ layer, from }) => from !== "gen" && LAYERS.indexOf(from) > LAYERS.indexOf(layer),
  );
  expect(wrong).toEqual([]);
  expect(imports().length).toBeGreaterThan(100);
});

test("only tests import from testing", () => {
  const wrong = imports().filter(
    ({ file, from }) => from === "testing" && !/\.test\.tsx?$/.test(file),
  );
  expect(wrong).toEqual([]);
});

test("the server is called in src/api only, and by pages through its services", () => {
  const wrong = Object.entries(sources)
    .filter(([file]) => !/^\.\/(api|gen|testing)\//.test(file) && !/\.test\.tsx?$/.test(file))
    .filter(([, text]) => /from "@connectrpc|\bfetch\(/.test(text))
    .map(([file]) => file);
  expect(wrong).toEqual([]);
});
