import { createMemo, For, type JSX, Show } from "solid-js";
import type { Sort } from "../base/query";
import { createRowWindow } from "./row_window";

/** One column of a table. */
export interface Column<T> {
  /** Its name in the URL. */
  id: string;
  title: string;
  cell: (row: T) => JSX.Element;
  /** What it is sorted by; undefined values come last. A column without it cannot be sorted. */
  sortBy?: (row: T) => number | string | undefined;
  /** Whether its values are figures, set to the right. */
  figure?: boolean;
}

interface DataTableProps<T> {
  /** What the table lists, for assistive technology. */
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  /** What to say when there are no rows. */
  empty: JSX.Element;
  sort?: Sort;
  onSort?: (sort: Sort) => void;
}

/** A table whose headings sort, and which draws only the rows in the window when there are many. */
export function DataTable<T>(props: DataTableProps<T>) {
  const sorted = createMemo(() => sortRows(props.rows, props.columns, props.sort));
  const rowWindow = createRowWindow(() => sorted().length);
  const visible = createMemo(() => sorted().slice(rowWindow.range().start, rowWindow.range().end));
  return (
    <Show when={props.rows.length > 0} fallback={<p class="empty">{props.empty}</p>}>
      <div class="table-scroll">
        <table
          class="data"
          classList={{ windowed: rowWindow.active() }}
          aria-rowcount={sorted().length + 1}
        >
          <caption class="sr-only">{props.label}</caption>
          <thead>
            <tr>
              <For each={props.columns}>
                {(column) => <Heading column={column} sort={props.sort} onSort={props.onSort} />}
              </For>
            </tr>
          </thead>
          <tbody ref={rowWindow.setBody}>
            <Spacer height={rowWindow.above()} />
            <For each={visible()}>
              {(row, index) => (
                <tr aria-rowindex={rowWindow.range().start + index() + 2}>
                  <For each={props.columns}>
                    {(column) => (
                      <td classList={{ figure: column.figure ?? false }}>{column.cell(row)}</td>
                    )}
                  </For>
                </tr>
              )}
            </For>
            <Spacer height={rowWindow.below()} />
          </tbody>
        </table>
      </div>
    </Show>
  );
}

function Spacer(props: { height: number }) {
  return (
    <Show when={props.height > 0}>
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: the row holds nothing and takes no focus. */}
      <tr aria-hidden="true">
        <td class="spacer" style={{ height: `${props.height}px` }} />
      </tr>
    </Show>
  );
}

function Heading<T>(props: {
  column: Column<T>;
  sort: Sort | undefined;
  onSort: ((sort: Sort) => void) | undefined;
}) {
  const direction = () =>
    props.sort?.column === props.column.id ? props.sort.direction : undefined;
  const toggle = () =>
    props.onSort?.({
      column: props.column.id,
      direction: direction() === "descending" ? "ascending" : "descending",
    });
  return (
    <th scope="col" classList={{ figure: props.column.figure ?? false }} aria-sort={direction()}>
      <Show when={props.onSort && props.column.sortBy} fallback={props.column.title}>
        <button type="button" class="sort" onClick={toggle}>
          {props.column.title}
          <span class="sort-mark" aria-hidden="true">
            {direction() === "ascending" ? "▲" : direction() === "descending" ? "▼" : ""}
          </span>
        </button>
      </Show>
    </th>
  );
}

/** The rows in the order of a sort; those without a value for it come last. */
export function sortRows<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  sort: Sort | undefined,
): readonly T[] {
  const sortBy = columns.find((column) => column.id === sort?.column)?.sortBy;
  if (!sort || !sortBy) return rows;
  const sign = sort.direction === "descending" ? -1 : 1;
  const keyed = rows.map((row) => ({ row, key: sortBy(row) }));
  keyed.sort((a, b) => {
    if (a.key === undefined || b.key === undefined) {
      return Number(a.key === undefined) - Number(b.key === undefined);
    }
    if (a.key === b.key) return 0;
    return a.key < b.key ? -sign : sign;
  });
  return keyed.map(({ row }) => row);
}
