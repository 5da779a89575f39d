import { Show } from "solid-js";
import type { Listed } from "../api/paging";
import { formatCount } from "../base/format";

/** Says that the server has more of a list than is shown. */
export function MoreNote(props: { of: Listed<unknown>; what: string }) {
  return (
    <Show when={props.of.more}>
      <p class="more">
        The newest {formatCount(props.of.items.length)} {props.what}; berthctl lists the others.
      </p>
    </Show>
  );
}
