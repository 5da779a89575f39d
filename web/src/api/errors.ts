import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "../gen/google/rpc/error_info_pb";

/** A failed call as a person needs it. */
export interface Problem {
  /** What went wrong, in the server's words where it has any. */
  text: string;
  /** The ErrorInfo reason, for example ETAG_MISMATCH; empty when the server gave none. */
  reason: string;
  /** The gRPC status code's name, for example FAILED_PRECONDITION. */
  code: string;
  /** Whether the same call can succeed later without anybody doing anything. */
  retryable: boolean;
  /** Whether the resource does not exist. */
  missing: boolean;
}

/** What a thrown value of a call means. */
export function problemOf(thrown: unknown): Problem {
  const error = ConnectError.from(thrown);
  const unanswered = neverAnswered(error);
  return {
    text: unanswered ? "The controller cannot be reached." : textOf(error),
    reason: error.findDetails(ErrorInfoSchema)[0]?.reason ?? "",
    code: unanswered ? "UNAVAILABLE" : codeName(error.code),
    retryable:
      unanswered || error.code === Code.Unavailable || error.code === Code.DeadlineExceeded,
    missing: error.code === Code.NotFound,
  };
}

/** Whether a call ended because we ended it. */
export function isCanceled(thrown: unknown): boolean {
  return ConnectError.from(thrown).code === Code.Canceled;
}

function textOf(error: ConnectError): string {
  if (error.rawMessage !== "") return error.rawMessage;
  return `The server answered ${codeName(error.code)} without a text.`;
}

// fetch() rejects with a TypeError when there was no HTTP answer at all.
function neverAnswered(error: ConnectError): boolean {
  return error.cause instanceof TypeError;
}

function codeName(code: Code): string {
  return (Code[code] ?? "UNKNOWN").replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}
