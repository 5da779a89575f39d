import {
  type Accessor,
  createEffect,
  createMemo,
  createSignal,
  on,
  onCleanup,
  type Setter,
  type Signal,
  untrack,
} from "solid-js";
import { createStore, reconcile } from "solid-js/store";
import { backoffDelay } from "../base/backoff";
import { createCoalescer } from "../base/coalesce";
import { isCanceled, type Problem, problemOf } from "./errors";
import type { Notice } from "./live";
import { useApi } from "./services";

/** Something read from the server that is read again whenever a notice concerns it. */
export interface Watched<T> {
  /** The newest value; undefined before the first answer. A failed refetch keeps the old one. */
  value: Accessor<T | undefined>;
  /** Why the newest try failed; undefined when it did not. */
  problem: Accessor<Problem | undefined>;
  /** Reads it again soon. */
  refetch(): void;
  /** Takes a newer value that another call returned. */
  accept(value: T): void;
}

/** What to read and when. */
export interface WatchedOptions<K, T> {
  /** What the value depends on, such as a resource name: plain data. A new one forgets the old value. */
  key: Accessor<K>;
  /** Reads the value; `partial` may offer a part of it before the rest is there. */
  fetch(key: K, signal: AbortSignal, partial: (value: T) => void): Promise<T>;
  /** Whether a notice about one resource concerns the value. */
  concerns(notice: Exclude<Notice, "everything">, key: K): boolean;
  /** For thousands of numbers: the value is replaced as a whole instead of compared field by field. */
  whole?: boolean;
}

/** Reads a value and keeps it current for as long as the calling component lives. */
export function createWatched<K, T extends object>(options: WatchedOptions<K, T>): Watched<T> {
  const { live } = useApi();
  const key = createMemo(options.key, undefined, { equals: sameData });
  const [value, setValue] = options.whole ? createSignal<T>() : createReconciled<T>();
  const [problem, setProblem] = createSignal<Problem>();
  let calling = new AbortController();
  let failures = 0;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;

  const accept = (next: T) => void setValue(() => next);

  async function run() {
    const own = calling;
    clearTimeout(retryTimer);
    try {
      // Only into an empty page: the first part makes it useful, and further ones would only cost time.
      const partial = (part: T) => {
        if (!own.signal.aborted && untrack(value) === undefined) accept(part);
      };
      const next = await options.fetch(untrack(key), own.signal, partial);
      if (own.signal.aborted) return;
      failures = 0;
      accept(next);
      setProblem(undefined);
    } catch (thrown) {
      if (own.signal.aborted || isCanceled(thrown)) return;
      const found = problemOf(thrown);
      setProblem(found);
      if (found.retryable) retryTimer = setTimeout(refetch, backoffDelay(failures++));
    }
  }

  let coalescer = createCoalescer(run);
  const refetch = () => {
    // Nobody looks at a hidden tab; it catches up when it is shown.
    if (!document.hidden) coalescer.trigger();
  };

  function restart() {
    calling.abort();
    calling = new AbortController();
    coalescer.stop();
    coalescer = createCoalescer(run);
    clearTimeout(retryTimer);
  }

  createEffect(
    on(key, () => {
      restart();
      setValue(undefined);
      setProblem(undefined);
      coalescer.trigger();
    }),
  );

  const unsubscribe = live.subscribe((notice) => {
    if (notice === "everything" || options.concerns(notice, untrack(key))) refetch();
  });
  document.addEventListener("visibilitychange", refetch);
  onCleanup(() => {
    restart();
    unsubscribe();
    document.removeEventListener("visibilitychange", refetch);
  });

  return { value, problem, refetch, accept };
}

function sameData(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

// A store, so that a refetch touches only what differs: rows keep their focus and their place.
function createReconciled<T extends object>(): Signal<T | undefined> {
  const [state, setState] = createStore<{ value: T | undefined }>({ value: undefined });
  const set = (next?: T | ((previous: T | undefined) => T | undefined)) => {
    const value = typeof next === "function" ? next(untrack(() => state.value)) : next;
    setState("value", value === undefined ? undefined : reconcile(value, { key: "name" }));
    return value;
  };
  return [() => state.value, set as Setter<T | undefined>];
}
