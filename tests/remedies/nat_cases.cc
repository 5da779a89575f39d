#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "tests/kernel/veth_fixture.h"
#include "tests/remedies/remedy_case.h"

// Clients behind a router that translates addresses.

namespace berthmaster {
namespace {

constexpr char kServer[] = "10.2.0.2";
constexpr uint16_t kPort = 8080;

void ChurnThroughNat(RemedyStage& stage, int port_count, double per_second) {
  stage.UseRouter();
  const absl::Status ruled = stage.routed().AddRules(
      absl::StrCat("table ip nat {\nchain postrouting {\ntype nat hook postrouting priority 100;\n"
                   "oifname \"out\" meta l4proto tcp masquerade to :40000-",
                   40000 + port_count - 1, "\n}\n}\n"));
  if (!ruled.ok()) std::abort();
  stage.Serve(kPort, ServerMode::kClosesSecond);
  const ConnectOptions options = {
      .source = "", .destination = kServer, .destination_port = kPort, .is_nonblocking = false};
  stage.RunLoad({Steady(per_second), [options] { return Connect(options); }, absl::ZeroDuration()});
}

// The rule of the recommendation, as it stands there, in place of the one of before.
absl::Status ReplaceRule(RemedyStage& stage, const Recommendation& recommendation) {
  for (const DurableForm& form : recommendation.durable_forms) {
    if (form.kind != DurableFormKind::kFirewallRule || form.text.find("nft ") == std::string::npos) {
      continue;
    }
    return RunProgramIn(*stage.routed().router,
                        {"sh", "-ec", absl::StrCat("nft flush chain ip nat postrouting\n", form.text)});
  }
  return absl::NotFoundError("no rule for nftables in the recommendation");
}

}  // namespace

std::vector<RemedyCase> NatCases() {
  return {
      // Entries of before keep their 120 s.
      {.name = "ShorterTimeWaitOfConntrack",
       .start = [](RemedyStage& stage) { ChurnThroughNat(stage, 500, 6); },
       .kind = RecommendationKind::kConntrackTimeout,
       .settle_time = absl::Seconds(122)},
      {.name = "ShorterTimeWaitOfConntrackB",
       .start = [](RemedyStage& stage) { ChurnThroughNat(stage, 600, 8); },
       .kind = RecommendationKind::kConntrackTimeout,
       .settle_time = absl::Seconds(122)},
      {.name = "WiderMasqueradeRange",
       .start = [](RemedyStage& stage) { ChurnThroughNat(stage, 400, 8); },
       .kind = RecommendationKind::kMasqueradeRange,
       .apply = ReplaceRule,
       .settle_time = absl::Seconds(122),
       .quiet_counters = {"conntrack.insert_failed"}},
  };
}

}  // namespace berthmaster
