/** The first wait after a failure, in milliseconds. */
export const BACKOFF_FIRST = 500;

/** No wait is longer: somebody is looking at the page. */
export const BACKOFF_MAX = 15_000;

/**
 * How long to wait before try number `attempt` (0 is the first after a failure), in milliseconds.
 *
 * It doubles with each attempt up to the maximum. The upper half is random, so that the tabs of a
 * whole team do not come back to a restarted controller in the same moment.
 */
export function backoffDelay(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(BACKOFF_MAX, BACKOFF_FIRST * 2 ** Math.min(attempt, 16));
  return ceiling / 2 + (random() * ceiling) / 2;
}
