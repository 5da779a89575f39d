import { createUniqueId, type JSX, Show } from "solid-js";

interface PanelProps {
  title: string;
  /** What stands at the right of the heading: a count, a choice, a link. */
  aside?: JSX.Element;
  children: JSX.Element;
}

/** A section of a page with its heading. */
export function Panel(props: PanelProps) {
  const id = createUniqueId();
  return (
    <section class="panel" aria-labelledby={id}>
      <header class="panel-head">
        <h2 id={id}>{props.title}</h2>
        <Show when={props.aside}>
          <div class="panel-aside">{props.aside}</div>
        </Show>
      </header>
      {props.children}
    </section>
  );
}
