/** The rows to draw, [start, end). */
export interface RowRange {
  start: number;
  end: number;
}

/** Rows drawn above and below the window, so that a flick of the wheel shows no gap. */
const OVERSCAN = 12;

/** Which rows of a long table stand in the window. `top` is how far the first row lies above the window's top; all in pixels. */
export function visibleRows(
  top: number,
  windowHeight: number,
  rowHeight: number,
  count: number,
): RowRange {
  const first = Math.floor(top / rowHeight) - OVERSCAN;
  const last = Math.ceil((top + windowHeight) / rowHeight) + OVERSCAN;
  const start = Math.min(Math.max(0, first), count);
  return { start, end: Math.max(start, Math.min(count, last)) };
}
