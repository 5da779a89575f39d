import { type Accessor, createMemo, createSignal, onCleanup } from "solid-js";
import { type RowRange, visibleRows } from "../base/visible_rows";

/** Tables up to this length are drawn whole: searching in the page and printing then work. */
const WHOLE_MAX = 200;

/** The height of a row of class "windowed", in pixels, as widgets.css sets it. */
const ROW_HEIGHT = 33;

/** Which rows of a long table are drawn, and how much room the others take. */
export interface RowWindow {
  active: Accessor<boolean>;
  range: Accessor<RowRange>;
  /** The height of the rows above and below, in pixels. */
  above: Accessor<number>;
  below: Accessor<number>;
  /** Tells where the rows are. */
  setBody(body: HTMLElement): void;
}

/** Follows the window's scrolling over a table of `count` rows. */
export function createRowWindow(count: Accessor<number>): RowWindow {
  const [top, setTop] = createSignal(0);
  const [height, setHeight] = createSignal(window.innerHeight);
  let body: HTMLElement | undefined;
  let frame = 0;

  const measure = () => {
    frame = 0;
    if (!body?.isConnected) return;
    setTop(-body.getBoundingClientRect().top);
    setHeight(window.innerHeight);
  };
  const schedule = () => {
    if (frame === 0) frame = requestAnimationFrame(measure);
  };
  window.addEventListener("scroll", schedule, { passive: true });
  window.addEventListener("resize", schedule);
  onCleanup(() => {
    cancelAnimationFrame(frame);
    window.removeEventListener("scroll", schedule);
    window.removeEventListener("resize", schedule);
  });

  const active = createMemo(() => count() > WHOLE_MAX);
  const range = createMemo<RowRange>(
    () =>
      active() ? visibleRows(top(), height(), ROW_HEIGHT, count()) : { start: 0, end: count() },
    { start: 0, end: 0 },
    { equals: (a, b) => a.start === b.start && a.end === b.end },
  );
  return {
    active,
    range,
    above: () => range().start * ROW_HEIGHT,
    below: () => (count() - range().end) * ROW_HEIGHT,
    setBody(next) {
      body = next;
      schedule();
    },
  };
}
