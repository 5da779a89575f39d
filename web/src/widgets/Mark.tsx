import type { Tone } from "../base/words";

/** Shapes by tone, in a 12 x 12 box: no two share an outline, so that the colour is never the only cue. */
const SHAPES: Record<Tone, string> = {
  calm: "M2 6.5L4.6 9.1L10 3.4",
  busy: "M10.5 6A4.5 4.5 0 1 1 6 1.5",
  warning: "M6 1.5L11 10.5H1Z",
  critical: "M6 0.8L11.2 6L6 11.2L0.8 6Z",
  muted: "M2 6h8",
};

/** A small shape that goes with a tone; the word beside it carries the meaning for assistive technology. */
export function Mark(props: { tone: Tone }) {
  const filled = () => props.tone === "critical" || props.tone === "warning";
  return (
    <svg class={`mark tone-${props.tone}`} viewBox="0 0 12 12" aria-hidden="true">
      <path
        d={SHAPES[props.tone]}
        fill={filled() ? "currentColor" : "none"}
        stroke="currentColor"
        stroke-width={filled() ? 0 : 2}
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
