import { createEffect, For, type JSX, onCleanup, Show } from "solid-js";
import { Command } from "./Command";

interface PageHeadProps {
  title: string;
  /** The pages above this one. */
  trail?: { label: string; path: string }[];
  /** Badges and figures beside the title. */
  children?: JSX.Element;
  /** The berthctl command that shows the same. */
  command: string;
}

/** The head of a page: where it stands, its title, and the same as a command. */
export function PageHead(props: PageHeadProps) {
  createEffect(() => {
    document.title = `${props.title} · Berthmaster`;
  });
  onCleanup(() => {
    document.title = "Berthmaster";
  });
  return (
    <header class="page-head">
      <div class="page-title">
        <Show when={props.trail}>
          {(trail) => (
            <nav class="trail" aria-label="Where this page stands">
              <For each={trail()}>{(step) => <a href={step.path}>{step.label}</a>}</For>
            </nav>
          )}
        </Show>
        <div class="page-name">
          <h1 tabindex="-1">{props.title}</h1>
          {props.children}
        </div>
      </div>
      <Command command={props.command} />
    </header>
  );
}
