import { createSignal, For, Show } from "solid-js";
import { type Problem, problemOf } from "../api/errors";
import { createRecommendationList } from "../api/lists";
import { createIncident } from "../api/resources";
import { useApi } from "../api/services";
import type { Watched } from "../api/watched";
import { actionCommand, describeCommand } from "../base/commands";
import { formatAbsolute, formatPercent, formatTimeOfDay } from "../base/format";
import { idOf, netnsPathOf, pathOf, poolTitleOf } from "../base/names";
import { millisOf } from "../base/time";
import {
  causeWords,
  incidentStateWord,
  isSilenced,
  SILENCED_WORD,
  severityWord,
} from "../base/words";
import { type Incident, IncidentState } from "../gen/berthmaster/v1/incident_pb";
import { Ago } from "../widgets/Ago";
import { Badge } from "../widgets/Badge";
import { Command } from "../widgets/Command";
import { Facts } from "../widgets/Facts";
import { Known } from "../widgets/Known";
import { Loaded } from "../widgets/Loaded";
import { PageHead } from "../widgets/PageHead";
import { Panel } from "../widgets/Panel";
import { ProblemNote } from "../widgets/ProblemNote";
import { ReasonDialog } from "../widgets/ReasonDialog";
import { Utilization } from "../widgets/Utilization";
import { EvidenceTable } from "./EvidenceTable";
import { IncidentMembers } from "./IncidentMembers";
import { IncidentTimeLeft } from "./incident_columns";
import { RATE_UNKNOWN } from "./pool_columns";
import { RecommendationCard } from "./RecommendationCard";
import { SilenceDialog } from "./SilenceDialog";

/** One incident: what runs out, how long is left, why, and what can be done. */
export function IncidentPage(props: { name: string }) {
  const incident = createIncident(() => props.name);
  return (
    <>
      <PageHead
        title={`Incident ${idOf(props.name)}`}
        trail={[{ label: "Incidents", path: "/incidents" }]}
        command={describeCommand("incident", props.name)}
      >
        <Show when={incident.value()}>
          {(found) => (
            <>
              <Badge word={severityWord(found().severity)} />
              <Badge word={incidentStateWord(found().state)} />
              <Show when={isSilenced(found())}>
                <Badge word={SILENCED_WORD} />
              </Show>
            </>
          )}
        </Show>
      </PageHead>
      <Loaded of={incident} what="the incident">
        {(found) => (
          <>
            <p class="lead">{found().summary}</p>
            <IncidentFigures incident={found()} />
            <Actions incident={found()} watched={incident} />
            <SilencedNote incident={found()} />
            <div class="columns columns-wide-left">
              <div>
                <Panel title={`Why: ${causeWords(found().cause).name}`}>
                  <p class="panel-text">{causeWords(found().cause).text}</p>
                  <EvidenceTable evidence={found().evidence} label="What speaks for the cause" />
                </Panel>
                <IncidentMembers incident={found()} />
                <Recommendations incident={props.name} />
              </div>
              <Panel title="Timeline">
                <Timeline incident={found()} />
              </Panel>
            </div>
          </>
        )}
      </Loaded>
    </>
  );
}

function IncidentFigures(props: { incident: Incident }) {
  const incident = () => props.incident;
  return (
    <Facts
      as="figures"
      facts={[
        { label: "time left", value: <IncidentTimeLeft incident={incident()} /> },
        {
          label: "utilization",
          value: (
            <Utilization value={incident().utilization} settled={incident().settledUtilization} />
          ),
        },
        { label: "highest", value: formatPercent(incident().utilizationMax) },
        {
          label: "settles at",
          value: (
            <Known value={incident().settledUtilization} why={RATE_UNKNOWN}>
              {(settled) => formatPercent(settled)}
            </Known>
          ),
        },
        {
          label: "pool",
          value: <a href={pathOf(incident().pool)}>{poolTitleOf(incident().pool)}</a>,
        },
        {
          label: "host / netns",
          value: (
            <>
              <a href={pathOf(incident().host)}>{idOf(incident().host)}</a> /{" "}
              <a href={netnsPathOf(incident().netns)}>
                {incident().netnsLabel || idOf(incident().netns)}
              </a>
            </>
          ),
        },
        { label: "opened", value: <Ago time={incident().openTime} /> },
        { label: "last change", value: <Ago time={incident().updateTime} /> },
      ]}
    />
  );
}

function Actions(props: { incident: Incident; watched: Watched<Incident> }) {
  const { services } = useApi();
  const [resolving, setResolving] = createSignal(false);
  const [silencing, setSilencing] = createSignal<Incident>();
  const [problem, setProblem] = createSignal<Problem>();

  // No etag: whoever acknowledges or resolves means the incident, not the figures that each sample changes.
  const acknowledge = async () => {
    const { name } = props.incident;
    setProblem(undefined);
    try {
      const answer = await services.incidents.acknowledgeIncident({ name });
      if (answer.incident) props.watched.accept(answer.incident);
    } catch (thrown) {
      setProblem({ ...problemOf(thrown), retryable: false });
      props.watched.refetch();
    }
  };
  const resolve = async (reason: string) => {
    const answer = await services.incidents.resolveIncident({ name: props.incident.name, reason });
    if (answer.incident) props.watched.accept(answer.incident);
  };

  return (
    <Show
      when={props.incident.state !== IncidentState.RESOLVED}
      fallback={
        <p class="note">
          Resolved <Ago time={props.incident.resolveTime} />: {props.incident.resolveReason}
        </p>
      }
    >
      <div class="actions">
        <Show
          when={props.incident.state === IncidentState.OPEN}
          fallback={
            <span class="muted">
              acknowledged by {props.incident.acknowledger}{" "}
              <Ago time={props.incident.acknowledgeTime} />
            </span>
          }
        >
          <button
            type="button"
            class="primary"
            title={actionCommand("ack", props.incident.name)}
            onClick={acknowledge}
          >
            Acknowledge
          </button>
        </Show>
        <button type="button" onClick={() => setResolving(true)}>
          Resolve…
        </button>
        <button type="button" onClick={() => setSilencing(props.incident)}>
          Silence…
        </button>
      </div>
      <ProblemNote problem={problem()} />
      <Show when={silencing()} keyed>
        {(seen) => (
          <SilenceDialog
            incident={seen}
            onDone={props.watched.refetch}
            onClose={() => setSilencing(undefined)}
          />
        )}
      </Show>
      <Show when={resolving()}>
        <ReasonDialog
          title="Resolve this incident"
          verb="Resolve"
          onConfirm={resolve}
          onClose={() => setResolving(false)}
        >
          <p>
            It ends now, by hand. If the problem is still there after a minute, a new incident is
            opened.
          </p>
          <Command command={actionCommand("resolve", props.incident.name)} />
        </ReasonDialog>
      </Show>
    </Show>
  );
}

function SilencedNote(props: { incident: Incident }) {
  const until = () => millisOf(props.incident.silencedUntil);
  return (
    <Show when={isSilenced(props.incident) && until()}>
      {(millis) => (
        <p class="note">
          Silenced until {formatAbsolute(millis())}, by <a href="/silences">a silence</a>: it is
          tracked as ever and does not call for attention.
        </p>
      )}
    </Show>
  );
}

function Recommendations(props: { incident: string }) {
  const recommendations = createRecommendationList(() => ({
    states: [],
    incident: props.incident,
  }));
  const ranked = () => [...(recommendations.value()?.items ?? [])].sort((a, b) => a.rank - b.rank);
  return (
    <Panel title="What to do">
      <Loaded of={recommendations} what="the recommendations">
        {() => (
          <For
            each={ranked()}
            fallback={<p class="empty">There is no recommendation for this incident yet.</p>}
          >
            {(recommendation) => <RecommendationCard recommendation={recommendation} />}
          </For>
        )}
      </Loaded>
    </Panel>
  );
}

function Timeline(props: { incident: Incident }) {
  const newestFirst = () => [...props.incident.timeline].reverse();
  return (
    <ol class="timeline">
      <For each={newestFirst()}>
        {(event) => (
          <li>
            <Show when={millisOf(event.eventTime)}>
              {(millis) => (
                <time dateTime={new Date(millis()).toISOString()} title={formatAbsolute(millis())}>
                  {formatTimeOfDay(millis())}
                </time>
              )}
            </Show>
            <span>{event.text}</span>
          </li>
        )}
      </For>
    </ol>
  );
}
