import { Command } from "../widgets/Command";
import { Mark } from "../widgets/Mark";

/** Says that nothing runs out, and how to see something that does. */
export function AllWell() {
  return (
    <div class="quiet">
      <p>
        <Mark tone="calm" /> <strong>All is well.</strong> No incident calls for attention and no
        pool is past the knee at 50 %.
      </p>
      <p class="muted">To see a netns that really runs towards exhaustion, on this machine:</p>
      <Command command="./dev run --demo" />
    </div>
  );
}

/** Says that no agent ever attached, and how to start one. */
export function FirstRun() {
  return (
    <div class="quiet">
      <p>
        <Mark tone="muted" /> <strong>No host yet.</strong> No agent has attached to this
        controller.
      </p>
      <p class="muted">Controller, agent and dashboard on this machine:</p>
      <Command command="./dev run" />
      <p class="muted">The same, with a netns that really runs towards exhaustion:</p>
      <Command command="./dev run --demo" />
    </div>
  );
}
