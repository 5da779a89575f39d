import { type Accessor, createSignal } from "solid-js";
import { backoffDelay } from "../base/backoff";
import { noteServerTime } from "../base/clock";
import { millisOf } from "../base/time";
import { EventKind, type WatchEventsResponse } from "../gen/berthmaster/v1/event_pb";

/** The stream is given up after this time without a message: three missed heartbeats. In milliseconds. */
export const SILENCE_MAX = 15_000;

/** Where the one stream of this tab stands. */
export type LiveState =
  | { kind: "connecting" }
  | { kind: "live" }
  | { kind: "lost"; retryTime: number };

/** What a page may have to fetch again: one resource, or everything after a time without the stream. */
export type Notice = { kind: EventKind; name: string } | "everything";

/** The stream of change notices. Times are the browser's, in milliseconds since 1970. */
export interface Live {
  state: Accessor<LiveState>;
  /** When the last message came; undefined before the first one. */
  lastHeard: Accessor<number | undefined>;
  /** Calls the listener at each notice until the returned function is called. */
  subscribe(listener: (notice: Notice) => void): () => void;
  /** Ends the wait of a lost stream. */
  retryNow(): void;
  /** Ends the stream for good. */
  close(): void;
}

/** Opens one stream of notices; it ends or throws when the connection does. */
export type Watch = (signal: AbortSignal) => AsyncIterable<WatchEventsResponse>;

/** Keeps one stream open for as long as the tab lives, with jittered waits between tries. */
export function createLive(watch: Watch, random: () => number = Math.random): Live {
  const [state, setState] = createSignal<LiveState>({ kind: "connecting" });
  const [lastHeard, setLastHeard] = createSignal<number>();
  const listeners = new Set<(notice: Notice) => void>();
  const closing = new AbortController();
  let attempt = 0;
  let endWait = () => {};

  function tell(notice: Notice) {
    for (const listener of listeners) listener(notice);
  }

  function hear(message: WatchEventsResponse) {
    setLastHeard(Date.now());
    if (state().kind !== "live") {
      attempt = 0;
      setState({ kind: "live" });
      // Whatever happened before this moment was told to nobody here.
      tell("everything");
    }
    if (message.kind !== EventKind.HEARTBEAT) {
      tell({ kind: message.kind, name: message.name });
      return;
    }
    const serverTime = millisOf(message.eventTime);
    if (serverTime !== undefined) noteServerTime(serverTime);
  }

  async function readOnce() {
    const giveUp = new AbortController();
    let watchdog = setTimeout(() => giveUp.abort(), SILENCE_MAX);
    try {
      for await (const message of watch(AbortSignal.any([giveUp.signal, closing.signal]))) {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => giveUp.abort(), SILENCE_MAX);
        hear(message);
      }
    } catch {
      // Every end is handled alike: wait, then try again.
    } finally {
      clearTimeout(watchdog);
    }
  }

  function wait(delay: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delay);
      endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function run() {
    while (!closing.signal.aborted) {
      await readOnce();
      if (closing.signal.aborted) return;
      const delay = backoffDelay(attempt++, random);
      setState({ kind: "lost", retryTime: Date.now() + delay });
      await wait(delay);
    }
  }

  void run();
  return {
    state,
    lastHeard,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    retryNow: () => endWait(),
    close() {
      closing.abort();
      endWait();
    },
  };
}
