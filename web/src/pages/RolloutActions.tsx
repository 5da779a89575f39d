import { createSignal, For, Show } from "solid-js";
import { useApi } from "../api/services";
import type { Watched } from "../api/watched";
import { rolloutCommand } from "../base/commands";
import { type RolloutVerb, waveName, whyNot } from "../base/rollout_words";
import type { Rollout } from "../gen/berthmaster/v1/rollout_pb";
import { Command } from "../widgets/Command";
import { ReasonDialog } from "../widgets/ReasonDialog";

interface ActionsProps {
  rollout: Rollout;
  watched: Watched<Rollout>;
}

const VERBS = ["pause", "resume", "promote", "abort", "revert"] as const;

const TITLES: Record<RolloutVerb, string> = {
  pause: "Pause",
  resume: "Resume",
  promote: "Promote",
  abort: "Abort",
  revert: "Revert",
};

const DANGERS: readonly RolloutVerb[] = ["abort", "revert"];

/** What confirming does, as the rollout is at the moment. */
function effectOf(verb: RolloutVerb, rollout: Rollout): string {
  switch (verb) {
    case "pause":
      return "No new wave begins and nothing is confirmed until somebody resumes it. What is written stays in force.";
    case "resume":
      return "It goes on from where it was held.";
    case "promote":
      return `The soak of ${waveName(rollout.wave, rollout.waveCount)} ends at once, on your word, and ${
        rollout.wave + 1 < rollout.waveCount
          ? `${waveName(rollout.wave + 1, rollout.waveCount)} begins`
          : "the rollout is confirmed"
      }.`;
    case "abort":
      return "It ends here: the agents put every prior value back, at once.";
    case "revert":
      return "The agents put the journaled prior values back, at once.";
  }
}

/** The buttons of a rollout; one that its state does not allow is off and says why. */
export function RolloutActions(props: ActionsProps) {
  const { services } = useApi();
  const [asked, setAsked] = createSignal<RolloutVerb>();

  // No etag: a rollout changes with nearly every sample. Its state decides what is allowed, and the server checks that.
  const act = async (verb: RolloutVerb, reason: string) => {
    const request = { name: props.rollout.name, reason };
    const calls = {
      pause: services.rollouts.pauseRollout,
      resume: services.rollouts.resumeRollout,
      promote: services.rollouts.promoteRollout,
      abort: services.rollouts.abortRollout,
      revert: services.rollouts.revertRollout,
    };
    try {
      const answer = await calls[verb](request);
      if (answer.rollout) props.watched.accept(answer.rollout);
    } catch (thrown) {
      // The page behind the dialog then shows what is there now.
      props.watched.refetch();
      throw thrown;
    }
  };

  return (
    <div class="actions">
      <For each={VERBS}>
        {(verb) => {
          const why = () => whyNot(verb, props.rollout);
          return (
            <button
              type="button"
              class={DANGERS.includes(verb) ? "danger" : ""}
              disabled={why() !== ""}
              title={why()}
              onClick={() => setAsked(verb)}
            >
              {TITLES[verb]}…<span class="sr-only">{why() && ` (${why()})`}</span>
            </button>
          );
        }}
      </For>
      <Show when={asked()} keyed>
        {(verb) => (
          <ReasonDialog
            title={`${TITLES[verb]} this rollout`}
            verb={TITLES[verb]}
            danger={DANGERS.includes(verb)}
            onConfirm={(reason) => act(verb, reason)}
            onClose={() => setAsked(undefined)}
          >
            <p>{effectOf(verb, props.rollout)}</p>
            <Command command={rolloutCommand(verb, props.rollout.name)} />
          </ReasonDialog>
        )}
      </Show>
    </div>
  );
}
