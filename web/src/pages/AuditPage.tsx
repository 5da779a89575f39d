import { type Accessor, createMemo, For, Show } from "solid-js";
import { createAuditList } from "../api/lists";
import {
  AUDIT_ACTIONS,
  AUDIT_PARTS,
  type AuditPart,
  actionName,
  auditActionWord,
} from "../base/audit_words";
import { auditCommand } from "../base/commands";
import { parseFilter } from "../base/filter";
import { formatCount } from "../base/format";
import { idOf, pathOf } from "../base/names";
import { parseSpan } from "../base/plan";
import { choiceParam, createQueryState, textParam } from "../base/query";
import { millisOf } from "../base/time";
import type { AuditEntry, AuditValue } from "../gen/berthmaster/v1/audit_pb";
import { Ago } from "../widgets/Ago";
import { Badge } from "../widgets/Badge";
import type { Column } from "../widgets/DataTable";
import { ListPage } from "../widgets/ListPage";
import { AuditProof } from "./AuditProof";

/** What the server filters by; other words are looked for in what it sent. */
const KEYS = ["actor", "object", "host", "since"] as const;

/** Of the values of one entry, so many are shown; berthctl shows all. */
const VALUES_MAX = 2;

/** Collections whose resources have a page. */
const WITH_PAGE = /^(hosts|incidents|recommendations|rollouts)\/[^/]+$/;

const COLUMNS: readonly Column<AuditEntry>[] = [
  {
    id: "sequence",
    title: "#",
    figure: true,
    cell: (row) => <span title={row.hash}>{formatCount(row.sequence)}</span>,
    sortBy: (row) => Number(row.sequence),
  },
  {
    id: "when",
    title: "When",
    figure: true,
    cell: (row) => <Ago time={row.eventTime} />,
    sortBy: (row) => millisOf(row.eventTime),
  },
  {
    id: "actor",
    title: "Who",
    cell: (row) => <span title={row.source && `from ${row.source}`}>{row.actor}</span>,
    sortBy: (row) => row.actor,
  },
  {
    id: "action",
    title: "What",
    cell: (row) => <Badge word={auditActionWord(row.action)} />,
    sortBy: (row) => row.action,
  },
  {
    id: "object",
    title: "To what",
    cell: (row) => (
      <Show when={WITH_PAGE.test(row.object)} fallback={row.object}>
        <a href={pathOf(row.object)}>{row.object}</a>
      </Show>
    ),
    sortBy: (row) => row.object,
  },
  { id: "values", title: "Old → new", cell: (row) => <Values of={row.values} /> },
  { id: "reason", title: "Why", cell: (row) => <span title={row.reason}>{row.reason}</span> },
  {
    id: "source",
    title: "From",
    cell: (row) => row.source || <span class="muted">nobody called</span>,
  },
];

function Values(props: { of: readonly AuditValue[] }) {
  const more = () => props.of.length - VALUES_MAX;
  return (
    <>
      <For each={props.of.slice(0, VALUES_MAX)}>
        {(value, index) => (
          <span title={value.host && `${idOf(value.host)} / ${value.netnsLabel}`}>
            {index() > 0 ? "; " : ""}
            <code>{value.sysctl}</code> {value.oldValue || "unknown"} → {value.newValue}
          </span>
        )}
      </For>
      <Show when={more() > 0}>
        <span class="muted"> and {more()} more</span>
      </Show>
    </>
  );
}

function entryText(row: AuditEntry): string {
  const values = row.values.flatMap((one) => [one.host, one.netnsLabel, one.sysctl, one.newValue]);
  const action = auditActionWord(row.action).label;
  return [row.actor, action, row.object, row.reason, row.source, ...values].join(" ");
}

/** Who did what, when, from where and why: the audit chain, newest first. */
export function AuditPage() {
  const [filter] = createQueryState("filter", textParam);
  const [part] = createQueryState("state", choiceParam(AUDIT_PARTS));
  const tokens = createMemo(() => parseFilter(filter(), KEYS).tokens);
  const query = (chosen: Accessor<AuditPart>) => ({
    actions: AUDIT_ACTIONS[chosen()],
    actor: tokens().get("actor") ?? "",
    object: tokens().get("object") ?? "",
    host: hostOf(tokens().get("host")),
    span: parseSpan(tokens().get("since") ?? "") ?? 0,
  });
  return (
    <ListPage
      title="Audit"
      noun="audit entries"
      command={auditCommand(AUDIT_ACTIONS[part()].map(actionName), tokens())}
      parts={AUDIT_PARTS}
      keys={KEYS}
      read={(chosen) => createAuditList(() => query(chosen))}
      columns={COLUMNS}
      sort={{ column: "", direction: "descending" }}
      textOf={entryText}
      hint="Filter: actor=local/ann host=web-1 object=rollouts/… since=2h, or words"
      empty={(_part, narrowed) => (narrowed ? "No audit entry matches." : "Nothing was done yet.")}
    >
      <AuditProof />
    </ListPage>
  );
}

function hostOf(text: string | undefined): string {
  if (!text) return "";
  return text.startsWith("hosts/") ? text : `hosts/${text}`;
}
