import type { Word } from "../base/words";
import { Mark } from "./Mark";

/** A state or severity as a word with its mark. */
export function Badge(props: { word: Word }) {
  return (
    <span class={`badge tone-${props.word.tone}`}>
      <Mark tone={props.word.tone} />
      {props.word.label}
    </span>
  );
}
