import { createMemo, createSignal, Show } from "solid-js";
import { type Problem, problemOf } from "../api/errors";
import { createSilenceList } from "../api/lists";
import { useApi } from "../api/services";
import { expireCommand, getCommand } from "../base/commands";
import { matchesWords, parseFilter } from "../base/filter";
import { formatAbsolute } from "../base/format";
import { choiceParam, createQueryState, sortParam, textParam } from "../base/query";
import { millisOf } from "../base/time";
import { silenceStateWord } from "../base/words";
import { type Silence, SilenceState } from "../gen/berthmaster/v1/silence_pb";
import { Ago } from "../widgets/Ago";
import { Badge } from "../widgets/Badge";
import { Choice } from "../widgets/Choice";
import { type Column, DataTable } from "../widgets/DataTable";
import { FilterBox } from "../widgets/FilterBox";
import { Loaded } from "../widgets/Loaded";
import { PageHead } from "../widgets/PageHead";
import { Panel } from "../widgets/Panel";
import { ProblemNote } from "../widgets/ProblemNote";
import { MoreNote } from "./MoreNote";

const SHOWN = ["standing", "expired", "all"] as const;

const STATES = {
  standing: [SilenceState.PENDING, SilenceState.ACTIVE],
  expired: [SilenceState.EXPIRED],
  all: [],
};

/** What a silence selects, as text: "host=web-1, netns=blue". */
function selectorText(silence: Silence): string {
  return Object.entries(silence.selector)
    .sort()
    .map(([name, value]) => `${name}=${value}`)
    .join(", ");
}

function momentText(millis: number | undefined): string {
  return millis === undefined ? "" : formatAbsolute(millis);
}

function endOf(silence: Silence): number | undefined {
  return millisOf(silence.endTime ?? silence.expireTime);
}

function columns(expire: (silence: Silence) => void): Column<Silence>[] {
  return [
    {
      id: "state",
      title: "State",
      cell: (row) => <Badge word={silenceStateWord(row.state)} />,
      sortBy: (row) => row.state,
    },
    { id: "selects", title: "Selects", cell: (row) => <code>{selectorText(row)}</code> },
    { id: "reason", title: "Reason", cell: (row) => row.reason },
    { id: "creator", title: "By", cell: (row) => row.creator, sortBy: (row) => row.creator },
    {
      id: "made",
      title: "Made",
      figure: true,
      cell: (row) => <Ago time={row.createTime} />,
      sortBy: (row) => millisOf(row.createTime),
    },
    {
      id: "begins",
      title: "Begins",
      cell: (row) => momentText(millisOf(row.startTime)),
      sortBy: (row) => millisOf(row.startTime),
    },
    {
      id: "ends",
      title: "Ends",
      cell: (row) => momentText(endOf(row)) + (row.ender ? `, by ${row.ender}` : ""),
      sortBy: endOf,
    },
    {
      id: "expire",
      title: "Action",
      cell: (row) => (
        <Show when={row.state !== SilenceState.EXPIRED}>
          <button type="button" title={expireCommand(row.name)} onClick={() => expire(row)}>
            Expire<span class="sr-only"> the silence of {selectorText(row)}</span>
          </button>
        </Show>
      ),
    },
  ];
}

/** All silences, with a button to end each. */
export function SilencesPage() {
  const { services } = useApi();
  const [shown, setShown] = createQueryState("state", choiceParam(SHOWN));
  const [filter, setFilter] = createQueryState("filter", textParam);
  const [sort, setSort] = createQueryState(
    "sort",
    sortParam({ column: "made", direction: "descending" }),
  );
  const [problem, setProblem] = createSignal<Problem>();
  const silences = createSilenceList(() => STATES[shown()]);
  const words = createMemo(() => parseFilter(filter(), []).words);
  const expire = async (silence: Silence) => {
    setProblem(undefined);
    try {
      await services.silences.expireSilence({ name: silence.name });
    } catch (thrown) {
      setProblem({ ...problemOf(thrown), retryable: false });
    }
    silences.refetch();
  };
  const all = columns(expire);
  return (
    <>
      <PageHead title="Silences" command={getCommand("silences")} />
      <ProblemNote problem={problem()} />
      <Panel
        title={shown() === "all" ? "All silences" : `Silences, ${shown()}`}
        aside={
          <>
            <Choice
              label="State"
              options={SHOWN.map((value) => ({ value, label: value }))}
              value={shown()}
              onChoose={setShown}
            />
            <FilterBox
              label="Filter the silences"
              hint="Filter: label, reason or person"
              value={filter()}
              onInput={setFilter}
            />
          </>
        }
      >
        <Loaded of={silences} what="the silences">
          {(listed) => (
            <>
              <DataTable
                label="Silences"
                columns={all}
                rows={listed().items.filter((row) =>
                  matchesWords(words(), [selectorText(row), row.reason, row.creator].join(" ")),
                )}
                empty="No silence: make one on an incident's page, or with berthctl silence create."
                sort={sort()}
                onSort={setSort}
              />
              <MoreNote of={listed()} what="silences" />
            </>
          )}
        </Loaded>
      </Panel>
    </>
  );
}
