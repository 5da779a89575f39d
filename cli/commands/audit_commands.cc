// audit list, verify, export, checkpoint

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/audit.h"
#include "cli/audit_verify.h"
#include "cli/commands/commands.h"
#include "cli/exit_code.h"
#include "cli/terminal.h"

namespace berthmaster {
namespace {

void AddList(CLI::App& audit, Run& run) {
  auto options = std::make_shared<AuditListOptions>();
  CLI::App* list = audit.add_subcommand("list", "List what was done, newest first.");
  list->add_option("--action", options->actions, "Only this, such as approved. Repeatable.")
      ->take_all()
      ->expected(1);
  list->add_option("--actor", options->actor, "Only by this one, such as local/alice.");
  list->add_option("--object", options->object, "Only to this resource, by its full name.");
  list->add_option("--host", options->host, "Only what is about this host.");
  list->add_option("--since", options->since, "Only from this time on, or so long ago: 24h, 7d.");
  list->add_option("--until", options->until, "Only before this time.");
  list->add_option("--limit", options->limit, "How many at most.");
  list->add_option("-o,--output", options->output, "table, json, yaml or name");
  list->callback([options, &run] {
    run = [options](Client& client, Clock& clock, Random&) {
      return PrintOrFail(ListAudit(client, *options, clock.SystemNow()));
    };
  });
}

void AddVerify(CLI::App& audit, Run& run) {
  auto options = std::make_shared<AuditVerifyOptions>();
  CLI::App* verify = audit.add_subcommand("verify", "Verify the chain; name its first broken link.");
  verify->add_option("--file", options->file, "That of an export; - for standard input.");
  verify->add_option("--checkpoint", options->checkpoint_file,
                     "A file of audit checkpoint that the chain must hold.");
  verify->add_option("--from", options->first_sequence, "From this entry on.");
  verify->callback([options, &run] {
    run = [options](Client& client, Clock&, Random&) {
      return PrintOrFail(VerifyAudit(client, *options));
    };
  });
}

void AddExport(CLI::App& audit, Run& run) {
  auto first_sequence = std::make_shared<int64_t>(1);
  CLI::App* exported = audit.add_subcommand("export", "Print all entries, a line of JSON each.");
  exported->add_option("--from", *first_sequence, "From this entry on.");
  exported->callback([first_sequence, &run] {
    run = [first_sequence](Client& client, Clock&, Random&) {
      const absl::Status status = ExportAudit(client, *first_sequence, Print);
      return status.ok() ? kExitOk : Fail(status);
    };
  });
}

}  // namespace

void AddAuditCommands(CLI::App& app, Run& run) {
  CLI::App* audit = app.add_subcommand("audit", "Who did what, when, from where and why.");
  audit->require_subcommand(1);
  AddList(*audit, run);
  AddVerify(*audit, run);
  AddExport(*audit, run);
  CLI::App* checkpoint = audit->add_subcommand("checkpoint", "Print the chain's end, signed.");
  checkpoint->callback([&run] {
    run = [](Client& client, Clock&, Random&) { return PrintOrFail(AuditCheckpointText(client)); };
  });
}

}  // namespace berthmaster
