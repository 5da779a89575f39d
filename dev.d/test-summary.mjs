// Reads what the test programs left in a results folder, lists skipped and failed tests with their reasons, and ends with
// the one line that CI reads: "N passed, N failed, N skipped". Exits with 1 if anything failed or nothing ran.
//   RESULTS/gtest/*.xml   one of each GoogleTest program
//   RESULTS/ctest.xml     ctest's own list: what left no file of its own is counted from here
//   RESULTS/vitest.json   the dashboard's tests

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const results = process.argv[2];
const counts = { passed: 0, failed: 0, skipped: 0 };
const notes = { failed: [], skipped: [] };

function count(outcome, name, reason) {
  counts[outcome] += 1;
  if (outcome !== "passed") notes[outcome].push(reason ? `${name}: ${reason}` : name);
}

function decodeXml(text) {
  const entities = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(?:#x([0-9A-Fa-f]+)|(lt|gt|quot|apos|amp));/g, (_, code, name) =>
    code ? String.fromCodePoint(Number.parseInt(code, 16)) : entities[name],
  );
}

function attribute(element, name) {
  return decodeXml(new RegExp(`\\b${name}="([^"]*)"`).exec(element)?.[1] ?? "");
}

// Both GoogleTest and ctest escape ">" inside attributes.
function testcases(path) {
  return readFileSync(path, "utf8").match(/<testcase\b[^>]*?(?:\/>|>[\s\S]*?<\/testcase>)/g) ?? [];
}

// The first line is "file:line" of the GTEST_SKIP; the reason follows.
function skipReason(testcase) {
  const message = attribute(/<skipped[^>]*>/.exec(testcase)?.[0] ?? "", "message");
  return message.split("\n").slice(1).join(" ").trim() || "no reason given";
}

// Returns, for each program that left a file, how many of its cases failed. A program that dies leaves none: ctest counts it.
function readGoogleTest(folder) {
  const programs = new Map();
  for (const file of readdirSync(folder)) {
    let failures = 0;
    for (const testcase of testcases(join(folder, file))) {
      const name = `${attribute(testcase, "classname")}.${attribute(testcase, "name")}`;
      const result = attribute(testcase, "result");
      if (/<failure\b/.test(testcase)) {
        failures += 1;
        count("failed", name);
      } else if (result === "completed") count("passed", name);
      else count("skipped", name, result === "skipped" ? skipReason(testcase) : "disabled");
    }
    programs.set(file.replace(/\.xml$/, ""), failures);
  }
  return programs;
}

// A program whose cases were counted adds nothing, unless it failed although none of its cases did (a leak, a crash at exit).
function readCtest(path, failuresOf) {
  if (!existsSync(path)) return;
  for (const testcase of testcases(path)) {
    const name = attribute(testcase, "name");
    const status = attribute(testcase, "status");
    const note = attribute(/<skipped[^>]*>/.exec(testcase)?.[0] ?? "", "message");
    if (status === "run") {
      if (!failuresOf.has(name)) count("passed", name);
    } else if (status === "disabled" || note.startsWith("SKIP_")) {
      const output = /<system-out>([\s\S]*?)<\/system-out>/.exec(testcase)?.[1] ?? "";
      count("skipped", name, decodeXml(output).trim().split("\n").at(-1) || status);
    } else if (!failuresOf.get(name)) {
      count("failed", name, note || "the program failed or ran out of time");
    }
  }
}

function readVitest(path) {
  if (!existsSync(path)) return;
  const report = JSON.parse(readFileSync(path, "utf8"));
  for (const file of report.testResults) {
    if (file.assertionResults.length === 0 && file.status === "failed") count("failed", file.name, file.message);
    for (const test of file.assertionResults) {
      const outcome = { passed: "passed", failed: "failed" }[test.status] ?? "skipped";
      count(outcome, test.fullName, outcome === "skipped" ? test.status : undefined);
    }
  }
}

readCtest(join(results, "ctest.xml"), readGoogleTest(join(results, "gtest")));
readVitest(join(results, "vitest.json"));

for (const outcome of ["skipped", "failed"]) {
  if (notes[outcome].length > 0) console.log(`\n${outcome}:`);
  for (const note of notes[outcome]) console.log(`  ${note}`);
}
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed > 0 || counts.passed === 0 ? 1 : 0);
