/** The shortest time between the starts of two runs, in milliseconds. */
export const RUN_SPACING = 1000;

/** A run may take at most this share of the time: a fleet that takes 2 s to list is listed every 8 s. */
const DUTY = 1 / 4;

/** Runs one thing at a time, and not too often. */
export interface Coalescer {
  /** Asks for a run; many calls make one run. */
  trigger(): void;
  /** Forgets what was asked for; nothing runs any more. */
  stop(): void;
}

/** Makes a coalescer over `run`, which must not throw. */
export function createCoalescer(run: () => Promise<void>, spacing = RUN_SPACING): Coalescer {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = false;
  let wanted = false;
  let stopped = false;
  let nextStart = 0;

  function schedule() {
    if (stopped || running || timer !== undefined) return;
    const delay = nextStart - Date.now();
    if (delay <= 0) void start();
    else timer = setTimeout(start, delay);
  }

  async function start() {
    timer = undefined;
    running = true;
    wanted = false;
    const began = Date.now();
    await run();
    running = false;
    nextStart = began + Math.max(spacing, (Date.now() - began) / DUTY);
    if (wanted) schedule();
  }

  return {
    trigger() {
      wanted = true;
      schedule();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
