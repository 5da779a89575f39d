import { createUniqueId, type JSX } from "solid-js";

interface CheckProps {
  label: JSX.Element;
  checked: boolean;
  onChange(checked: boolean): void;
}

/** Something to switch on, with its label beside it. */
export function Check(props: CheckProps) {
  const id = createUniqueId();
  return (
    <label class="check" for={id}>
      <input
        id={id}
        type="checkbox"
        checked={props.checked}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />{" "}
      {props.label}
    </label>
  );
}
