import { createSignal, Show } from "solid-js";
import { type Problem, problemOf } from "../api/errors";
import { createSilenceList } from "../api/lists";
import type { Listed } from "../api/paging";
import { useApi } from "../api/services";
import type { Watched } from "../api/watched";
import { expireCommand, getCommand } from "../base/commands";
import { formatAbsolute } from "../base/format";
import { selectorText } from "../base/selector";
import { millisOf } from "../base/time";
import { silenceStateWord } from "../base/words";
import { type Silence, SilenceState } from "../gen/berthmaster/v1/silence_pb";
import { Ago } from "../widgets/Ago";
import { Badge } from "../widgets/Badge";
import type { Column } from "../widgets/DataTable";
import { ListPage } from "../widgets/ListPage";
import { ProblemNote } from "../widgets/ProblemNote";

const SHOWN = ["standing", "expired", "all"] as const;

const STATES = {
  standing: [SilenceState.PENDING, SilenceState.ACTIVE],
  expired: [SilenceState.EXPIRED],
  all: [],
};

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
    { id: "selects", title: "Selects", cell: (row) => <code>{selectorText(row.selector)}</code> },
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
            Expire<span class="sr-only"> the silence of {selectorText(row.selector)}</span>
          </button>
        </Show>
      ),
    },
  ];
}

/** All silences, with a button to end each. */
export function SilencesPage() {
  const { services } = useApi();
  const [problem, setProblem] = createSignal<Problem>();
  let silences: Watched<Listed<Silence>> | undefined;
  const expire = async (silence: Silence) => {
    setProblem(undefined);
    try {
      await services.silences.expireSilence({ name: silence.name });
    } catch (thrown) {
      setProblem({ ...problemOf(thrown), retryable: false });
    }
    silences?.refetch();
  };
  return (
    <ListPage
      title="Silences"
      command={getCommand("silences")}
      parts={SHOWN}
      read={(part) => {
        silences = createSilenceList(() => STATES[part()]);
        return silences;
      }}
      columns={columns(expire)}
      sort={{ column: "made", direction: "descending" }}
      textOf={(row) => [selectorText(row.selector), row.reason, row.creator].join(" ")}
      hint="Filter: label, reason or person"
      empty={() => "No silence: make one on an incident's page, or with berthctl silence create."}
    >
      <ProblemNote problem={problem()} />
    </ListPage>
  );
}
