import { createRecommendationList } from "../api/lists";
import { getCommand } from "../base/commands";
import { idOf, pathOf } from "../base/names";
import { selectorText } from "../base/selector";
import { millisOf } from "../base/time";
import { kindWord, recommendationStateWord, riskWord } from "../base/words";
import { type Recommendation, RecommendationState } from "../gen/berthmaster/v1/recommendation_pb";
import { Ago } from "../widgets/Ago";
import { Badge } from "../widgets/Badge";
import type { Column } from "../widgets/DataTable";
import { ListPage } from "../widgets/ListPage";
import { approvalsText } from "./Approvals";
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

const COLUMNS: readonly Column<Recommendation>[] = [
  {
    id: "summary",
    title: "Recommendation",
    cell: (row) => <a href={pathOf(row.name)}>{row.summary}</a>,
  },
  { id: "kind", title: "Kind", cell: (row) => kindWord(row.kind), sortBy: (row) => row.kind },
  {
    id: "host",
    title: "Where",
    cell: (row) => <span class="where">{whereOf(row)}</span>,
    sortBy: (row) => row.netns,
  },
  {
    id: "approvals",
    title: "Approvals",
    cell: (row) => approvalsText(row.approvals, row.approvalsRequired),
    sortBy: (row) => row.approvalsRequired - row.approvals.length,
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

function whereOf(row: Recommendation): string {
  const selector = selectorText(row.plan?.selector ?? {});
  return selector === "" ? `${idOf(row.host)} / ${row.netnsLabel || idOf(row.netns)}` : selector;
}

function recommendationText(row: Recommendation): string {
  const { name, summary, pool, kind, proposer } = row;
  return [name, summary, pool, whereOf(row), kindWord(kind), proposer].join(" ");
}

/** All recommendations, newest first. */
export function RecommendationsPage() {
  return (
    <ListPage
      title="Recommendations"
      command={getCommand("recommendations")}
      parts={SHOWN}
      read={(part) => createRecommendationList(() => ({ states: STATES[part()], incident: "" }))}
      columns={COLUMNS}
      actions={
        <a class="button" href="/propose">
          Propose a change
        </a>
      }
      sort={{ column: "", direction: "descending" }}
      textOf={recommendationText}
      hint="Filter: host, netns, label, kind, pool or person"
      empty={(part, narrowed) =>
        part === "pending" && !narrowed
          ? "No recommendation waits for a decision."
          : "No recommendation matches."
      }
    />
  );
}
