import { createMemo, createSignal, For, Show } from "solid-js";
import { matchesWords, parseFilter } from "../base/filter";
import { formatCount } from "../base/format";
import { idOf } from "../base/names";
import { choiceParam, createQueryState, idsParam, sortParam, textParam } from "../base/query";
import {
  isInGroup,
  isInProgress,
  TARGET_GROUPS,
  type TargetGroup,
  waveName,
} from "../base/rollout_words";
import type { Rollout, RolloutTarget, TargetCounts } from "../gen/berthmaster/v1/rollout_pb";
import { Choice } from "../widgets/Choice";
import { DataTable } from "../widgets/DataTable";
import { FilterBox } from "../widgets/FilterBox";
import { Fold } from "../widgets/Fold";
import { Panel } from "../widgets/Panel";
import { TargetPanel } from "./TargetPanel";
import { TARGET_VIEWS, targetColumns } from "./target_columns";

/** One wave of a rollout with those of its targets that are shown. */
interface Wave {
  number: number;
  total: number;
  holding: number;
  failed: number;
  shown: RolloutTarget[];
}

const SORT = sortParam({ column: "", direction: "descending" });

/** The targets of a rollout, wave by wave; of a rollout with one target all about it. */
export function RolloutWaves(props: { rollout: Rollout }) {
  const only = () => (props.rollout.targets.length === 1 ? props.rollout.targets[0] : undefined);
  return (
    <Show when={only()} fallback={<Waves rollout={props.rollout} />}>
      {(target) => <TargetPanel target={target()} waveCount={props.rollout.waveCount} />}
    </Show>
  );
}

function Waves(props: { rollout: Rollout }) {
  const [group, setGroup] = createQueryState("state", choiceParam(TARGET_GROUPS));
  const [filter, setFilter] = createQueryState("filter", textParam);
  const [view, setView] = createQueryState("show", choiceParam(TARGET_VIEWS));
  const [sort, setSort] = createQueryState("sort", SORT);
  const [open, setOpen] = createQueryState("open", idsParam);
  const [chosen, setChosen] = createQueryState("target", textParam);
  const [byHand, setByHand] = createSignal(false);
  const words = createMemo(() => parseFilter(filter(), []).words);
  const waves = createMemo(() => wavesOf(props.rollout, group(), words()));
  const numbers = createMemo(() => waves().map((wave) => wave.number), undefined, {
    equals: (a, b) => a.join() === b.join(),
  });
  const detail = createMemo(() =>
    chosen() === ""
      ? undefined
      : props.rollout.targets.find((target) => idOf(target.name) === chosen()),
  );
  // A narrowed list is looked through; otherwise what goes on now is in sight.
  const unfolded = () =>
    open() ??
    (group() !== "all" || filter() !== ""
      ? waves()
          .filter((wave) => wave.shown.length > 0)
          .map((wave) => String(wave.number))
      : [String(isInProgress(props.rollout.state) ? props.rollout.wave : 0)]);
  const toggle = (id: string) =>
    setOpen(
      unfolded().includes(id) ? unfolded().filter((other) => other !== id) : [...unfolded(), id],
    );
  const columns = createMemo(() =>
    targetColumns(view(), (target) => {
      setByHand(true);
      setChosen(idOf(target.name));
    }),
  );
  return (
    <>
      <Show when={detail()}>
        {(target) => (
          <TargetPanel
            target={target()}
            waveCount={props.rollout.waveCount}
            aside={
              <button
                type="button"
                // Whoever asked for the details by a button far below is brought to them.
                ref={(button) => byHand() && queueMicrotask(() => button.focus())}
                onClick={() => setChosen("")}
              >
                Close
              </button>
            }
          />
        )}
      </Show>
      <Panel
        title="Targets"
        aside={
          <>
            <Choice
              label="State of the targets"
              options={TARGET_GROUPS.map((value) => ({
                value,
                label: `${value} ${countText(props.rollout.targetCounts, value)}`,
              }))}
              value={group()}
              onChoose={setGroup}
            />
            <Choice
              label="What to show of the targets"
              options={TARGET_VIEWS.map((value) => ({ value, label: value }))}
              value={view()}
              onChoose={setView}
            />
            <FilterBox
              label="Filter the targets"
              hint="Filter: host, netns or message"
              value={filter()}
              onInput={setFilter}
            />
          </>
        }
      >
        <For each={numbers()}>
          {(number) => {
            const wave = () => waves().find((one) => one.number === number);
            return (
              <Fold
                open={unfolded().includes(String(number))}
                onToggle={() => toggle(String(number))}
                summary={
                  <WaveSummary
                    wave={wave()}
                    name={waveName(number, props.rollout.waveCount)}
                    current={number === props.rollout.wave && isInProgress(props.rollout.state)}
                  />
                }
              >
                <DataTable
                  label={`Targets of ${waveName(number, props.rollout.waveCount)}`}
                  columns={columns()}
                  rows={wave()?.shown ?? []}
                  empty="No target of this wave matches."
                  sort={sort()}
                  onSort={setSort}
                />
              </Fold>
            );
          }}
        </For>
      </Panel>
    </>
  );
}

function WaveSummary(props: { wave: Wave | undefined; name: string; current: boolean }) {
  return (
    <Show when={props.wave}>
      {(wave) => (
        <>
          <span class="fold-label">{props.name}</span>
          <Show when={props.current}>
            <span class="tone-busy">now</span>
          </Show>
          <span>
            {formatCount(wave().holding)} of {formatCount(wave().total)} hold
          </span>
          <Show when={wave().failed > 0}>
            <span class="tone-critical">{formatCount(wave().failed)} failed</span>
          </Show>
          <Show when={wave().shown.length < wave().total}>
            <span class="muted">{formatCount(wave().shown.length)} match</span>
          </Show>
        </>
      )}
    </Show>
  );
}

function countText(counts: TargetCounts | undefined, group: TargetGroup): string {
  if (!counts) return "";
  return formatCount(group === "all" ? counts.total : counts[group]);
}

/** The waves that have targets, in their order, each with those of the group that match the words. */
export function wavesOf(rollout: Rollout, group: TargetGroup, words: readonly string[]): Wave[] {
  const waves = new Map<number, Wave>();
  for (const target of rollout.targets) {
    let wave = waves.get(target.wave);
    if (!wave) {
      wave = { number: target.wave, total: 0, holding: 0, failed: 0, shown: [] };
      waves.set(target.wave, wave);
    }
    const { state } = target;
    wave.total++;
    if (isInGroup(state, "holding")) wave.holding++;
    if (isInGroup(state, "failed")) wave.failed++;
    if (isInGroup(state, group) && (words.length === 0 || matchesWords(words, textOf(target)))) {
      wave.shown.push(target);
    }
  }
  return [...waves.values()].sort((a, b) => a.number - b.number);
}

function textOf(target: RolloutTarget): string {
  return `${target.host} ${target.netnsLabel} ${target.message}`;
}
