import { createMemo } from "solid-js";
import { createRecommendationList } from "../api/lists";
import { getCommand } from "../base/commands";
import { matchesWords, parseFilter } from "../base/filter";
import { idOf, pathOf } from "../base/names";
import { choiceParam, createQueryState, sortParam, textParam } from "../base/query";
import { millisOf } from "../base/time";
import { kindWord, recommendationStateWord, riskWord } from "../base/words";
import { type Recommendation, RecommendationState } from "../gen/berthmaster/v1/recommendation_pb";
import { Ago } from "../widgets/Ago";
import { Badge } from "../widgets/Badge";
import { Choice } from "../widgets/Choice";
import { type Column, DataTable } from "../widgets/DataTable";
import { FilterBox } from "../widgets/FilterBox";
import { Loaded } from "../widgets/Loaded";
import { PageHead } from "../widgets/PageHead";
import { Panel } from "../widgets/Panel";
import { MoreNote } from "./MoreNote";
import { outlookText } from "./RecommendationCard";

const SHOWN = ["pending", "decided", "all"] as const;

const STATES = {
  pending: [RecommendationState.PROPOSED],
  decided: [
    RecommendationState.APPROVED,
    RecommendationState.REJECTED,
    RecommendationState.EXPIRED,
  ],
  all: [],
};

const NO_SORT = sortParam({ column: "", direction: "descending" });

const COLUMNS: readonly Column<Recommendation>[] = [
  {
    id: "summary",
    title: "Recommendation",
    cell: (row) => <a href={pathOf(row.name)}>{row.summary}</a>,
  },
  { id: "kind", title: "Kind", cell: (row) => kindWord(row.kind), sortBy: (row) => row.kind },
  {
    id: "host",
    title: "Host / netns",
    cell: (row) => (
      <span class="where">
        {idOf(row.host)} / {row.netnsLabel || idOf(row.netns)}
      </span>
    ),
    sortBy: (row) => row.netns,
  },
  {
    id: "outlook",
    title: "Without → with it",
    cell: (row) => (
      <>
        {outlookText(row.whatIf?.before)} → {outlookText(row.whatIf?.after)}
      </>
    ),
  },
  {
    id: "risk",
    title: "Risk",
    cell: (row) => <Badge word={riskWord(row.risk)} />,
    sortBy: (row) => row.risk,
  },
  {
    id: "state",
    title: "State",
    cell: (row) => <Badge word={recommendationStateWord(row.state)} />,
    sortBy: (row) => row.state,
  },
  {
    id: "made",
    title: "Made",
    figure: true,
    cell: (row) => <Ago time={row.createTime} />,
    sortBy: (row) => millisOf(row.createTime),
  },
];

function recommendationText(row: Recommendation): string {
  return `${row.name} ${row.summary} ${row.pool} ${row.netnsLabel} ${kindWord(row.kind)}`;
}

/** All recommendations, newest first. */
export function RecommendationsPage() {
  const [shown, setShown] = createQueryState("state", choiceParam(SHOWN));
  const [filter, setFilter] = createQueryState("filter", textParam);
  const [sort, setSort] = createQueryState("sort", NO_SORT);
  const recommendations = createRecommendationList(() => ({
    states: STATES[shown()],
    incident: "",
  }));
  const words = createMemo(() => parseFilter(filter(), []).words);
  return (
    <>
      <PageHead title="Recommendations" command={getCommand("recommendations")} />
      <Panel
        title={shown() === "all" ? "All recommendations" : `Recommendations, ${shown()}`}
        aside={
          <>
            <Choice
              label="State"
              options={SHOWN.map((value) => ({ value, label: value }))}
              value={shown()}
              onChoose={setShown}
            />
            <FilterBox
              label="Filter the recommendations"
              hint="Filter: host, netns, kind or pool"
              value={filter()}
              onInput={setFilter}
            />
          </>
        }
      >
        <Loaded of={recommendations} what="the recommendations">
          {(listed) => (
            <>
              <DataTable
                label="Recommendations"
                columns={COLUMNS}
                rows={listed().items.filter((row) =>
                  matchesWords(words(), recommendationText(row)),
                )}
                empty={
                  shown() === "pending" && filter() === ""
                    ? "No recommendation waits for a decision."
                    : "No recommendation matches."
                }
                sort={sort()}
                onSort={setSort}
              />
              <MoreNote of={listed()} what="recommendations" />
            </>
          )}
        </Loaded>
      </Panel>
    </>
  );
}
