import { type JSX, Show } from "solid-js";

interface FoldProps {
  open: boolean;
  onToggle(): void;
  /** What is seen of it while it is folded. */
  summary: JSX.Element;
  children: JSX.Element;
}

/** A part of a page to unfold; whoever renders it keeps what is unfolded in the URL. */
export function Fold(props: FoldProps) {
  const toggle = (event: MouseEvent) => {
    // The URL decides what is unfolded, not the element.
    event.preventDefault();
    props.onToggle();
  };
  return (
    <details class="fold" open={props.open}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a summary is interactive. */}
      <summary onClick={toggle}>{props.summary}</summary>
      <Show when={props.open}>
        <div class="fold-body">{props.children}</div>
      </Show>
    </details>
  );
}
