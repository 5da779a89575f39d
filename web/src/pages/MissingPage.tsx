import { getCommand } from "../base/commands";
import { PageHead } from "../widgets/PageHead";

/** What a path without a page shows. */
export function MissingPage() {
  return (
    <>
      <PageHead title="There is no such page" command={getCommand("pools")} />
      <p>
        <a href="/">Go to the fleet</a>
      </p>
    </>
  );
}
