import { createSignal } from "solid-js";
import { copyText } from "../base/clipboard";

interface CopyBlockProps {
  /** What is copied and shown. */
  text: string;
  /** What it is, for assistive technology: "Copy the command". */
  label: string;
}

/** How long the button says what happened, in milliseconds. */
const SAID_FOR = 2000;

function CopyButton(props: CopyBlockProps) {
  const [said, setSaid] = createSignal("");
  const copy = async () => {
    setSaid((await copyText(props.text)) ? "Copied" : "Select and copy by hand");
    setTimeout(() => setSaid(""), SAID_FOR);
  };
  return (
    <button type="button" class="copy" aria-label={props.label} onClick={copy}>
      <span aria-live="polite">{said() || "Copy"}</span>
    </button>
  );
}

/** The berthctl command that does the same as a page or a button, to copy. */
export function Command(props: { command: string }) {
  return (
    <div class="command">
      <code>{props.command}</code>
      <CopyButton text={props.command} label={`Copy the command ${props.command}`} />
    </div>
  );
}

/** Some lines to copy. */
export function CopyBlock(props: CopyBlockProps) {
  return (
    <div class="copy-block">
      {/* It can be focused because what scrolls must be reachable by keyboard. */}
      <pre tabindex="0">{props.text}</pre>
      <CopyButton text={props.text} label={props.label} />
    </div>
  );
}
