import { type Accessor, createMemo, type JSX } from "solid-js";
import type { Listed } from "../api/paging";
import type { Watched } from "../api/watched";
import { matchesWords, parseFilter } from "../base/filter";
import { choiceParam, createQueryState, type Sort, sortParam, textParam } from "../base/query";
import { Choice } from "./Choice";
import { type Column, DataTable } from "./DataTable";
import { FilterBox } from "./FilterBox";
import { Loaded } from "./Loaded";
import { MoreNote } from "./MoreNote";
import { PageHead } from "./PageHead";
import { Panel } from "./Panel";

interface ListPageProps<T, S extends string> {
  /** The collection as a heading has it, "Silences". */
  title: string;
  /** What the rows are called in sentences; the title in lower case when left out. */
  noun?: string;
  /** The berthctl command that lists the same. */
  command: string;
  /** Which parts of the collection there are to see; the first is what a bare URL shows. */
  parts: readonly [S, ...S[]];
  /** Reads the part that is chosen. Called once. */
  read(part: Accessor<S>): Watched<Listed<T>>;
  columns: readonly Column<T>[];
  /** The order when the URL names none. */
  sort: Sort;
  /** Keys of the filter, "host" of "host=web-1", that `read` narrows by itself. */
  keys?: readonly string[];
  /** What the words of the filter are looked for in. */
  textOf(row: T): string;
  /** What can be typed into the filter. */
  hint: string;
  /** What to say when there are no rows; `narrowed` when a filter is on. */
  empty(part: S, narrowed: boolean): JSX.Element;
  /** Buttons and links beside the title. */
  actions?: JSX.Element;
  /** More to choose by, between the parts and the filter. */
  choices?: JSX.Element;
  /** What stands between the head and the list. */
  children?: JSX.Element;
}

/** The page of a collection: a part of it, filtered and sorted by the URL, kept current. */
export function ListPage<T, S extends string>(props: ListPageProps<T, S>) {
  const [part, setPart] = createQueryState("state", choiceParam(props.parts));
  const [filter, setFilter] = createQueryState("filter", textParam);
  const [sort, setSort] = createQueryState("sort", sortParam(props.sort));
  const list = props.read(part);
  const words = createMemo(() => parseFilter(filter(), props.keys ?? []).words);
  const what = () => props.noun ?? props.title.toLowerCase();
  return (
    <>
      <PageHead title={props.title} command={props.command}>
        {props.actions}
      </PageHead>
      {props.children}
      <Panel
        title={part() === "all" ? `All ${what()}` : `${props.title}, ${part()}`}
        aside={
          <>
            <Choice
              label="State"
              options={props.parts.map((value) => ({ value, label: value }))}
              value={part()}
              onChoose={setPart}
            />
            {props.choices}
            <FilterBox
              label={`Filter the ${what()}`}
              hint={props.hint}
              value={filter()}
              onInput={setFilter}
            />
          </>
        }
      >
        <Loaded of={list} what={`the ${what()}`}>
          {(listed) => (
            <>
              <DataTable
                label={props.title}
                columns={props.columns}
                rows={listed().items.filter((row) => matchesWords(words(), props.textOf(row)))}
                empty={props.empty(part(), filter() !== "")}
                sort={sort()}
                onSort={setSort}
              />
              <MoreNote of={listed()} what={what()} />
            </>
          )}
        </Loaded>
      </Panel>
    </>
  );
}
