import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { serverError } from "../testing/fake_fleet";
import { isCanceled, problemOf } from "./errors";
import { readPages } from "./paging";

test("a server's error keeps its text, code and reason", () => {
  const error = serverError(Code.Aborted, "It changed since you saw it.", "ETAG_MISMATCH");
  expect(problemOf(error)).toEqual({
    text: "It changed since you saw it.",
    reason: "ETAG_MISMATCH",
    code: "ABORTED",
    retryable: false,
    missing: false,
  });
});

test("codes of two words are named as gRPC names them", () => {
  expect(problemOf(new ConnectError("no", Code.FailedPrecondition)).code).toBe(
    "FAILED_PRECONDITION",
  );
  expect(problemOf(new ConnectError("", Code.NotFound))).toMatchObject({
    text: "The server answered NOT_FOUND without a text.",
    missing: true,
  });
});

test("a server that does not answer at all is worth another try", () => {
  const problem = problemOf(ConnectError.from(new TypeError("Failed to fetch")));
  expect(problem).toMatchObject({ text: "The controller cannot be reached.", retryable: true });
});

test("what we ended ourselves is no problem", () => {
  expect(isCanceled(new ConnectError("", Code.Canceled))).toBe(true);
  expect(isCanceled(new DOMException("aborted", "AbortError"))).toBe(true);
});

test("pages are read to the end and no further than the bound", async () => {
  const read = async (token: string) => ({
    items: [Number(token || 0)],
    nextPageToken: String(Number(token || 0) + 1),
    unreachable: ["hosts/a"],
  });
  const parts: number[] = [];
  const listed = await readPages(read, (part) => parts.push(part.items.length), 3);
  expect(listed).toEqual({ items: [0, 1, 2], more: true, unreachable: ["hosts/a"] });
  expect(parts).toEqual([1, 2, 3]);
});
