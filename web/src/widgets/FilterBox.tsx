interface FilterBoxProps {
  value: string;
  onInput(value: string): void;
  /** What can be typed: "host=web-1 port=443". */
  hint: string;
  /** What is filtered, for assistive technology: "Filter the pools". */
  label: string;
}

/** The filter of a page; the key "/" focuses the first one. */
export function FilterBox(props: FilterBoxProps) {
  return (
    <input
      type="search"
      class="filter"
      data-filter
      aria-label={props.label}
      placeholder={props.hint}
      value={props.value}
      spellcheck={false}
      autocomplete="off"
      onInput={(event) => props.onInput(event.currentTarget.value)}
    />
  );
}
