#include <fcntl.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "agent/collect/snat_pools.h"
#include "agent/kernel/netfilter/linux_conntrack_reader.h"
#include "agent/kernel/netns/netns_thread.h"
#include "tests/kernel/veth_fixture.h"
#include "tests/remedies/remedy_case.h"

// Clients behind a router that translates addresses.

namespace berthmaster {
namespace {

constexpr char kServer[] = "10.2.0.2";
constexpr uint16_t kPort = 8080;
constexpr int kPortCount = 640;
constexpr int kHeldCount = 300;
// nf_conntrack_tcp_timeout_time_wait, which entries of before a change keep.
constexpr absl::Duration kConntrackTimeWait = absl::Seconds(122);

// Some connections that stay, and more that come and go, through a rule of so few ports.
void ChurnThroughNat(RemedyStage& stage, double per_second) {
  stage.UseRouter();
  const absl::Status ruled = stage.routed().AddRules(
      absl::StrCat("table ip nat {\nchain postrouting {\ntype nat hook postrouting priority 100;\n"
                   "oifname \"out\" meta l4proto tcp masquerade to :40000-",
                   40000 + kPortCount - 1, "\n}\n}\n"));
  if (!ruled.ok()) std::abort();
  stage.Serve(kPort, ServerMode::kClosesSecond);
  const ConnectOptions options = {
      .source = "", .destination = kServer, .destination_port = kPort, .is_nonblocking = false};
  stage.routed().client->RunInside([&] { stage.fds = Fill(options, kHeldCount).fds; });
  stage.RunLoad({Steady(per_second), [options] { return Connect(options); }, kBrief});
}

// The rule of the recommendation, as it stands there, in place of the one of before. That one goes
// last: a connection that begins without a rule is never translated.
absl::Status ReplaceRule(RemedyStage& stage, const Recommendation& recommendation) {
  for (const DurableForm& form : recommendation.durable_forms) {
    if (form.kind != DurableFormKind::kFirewallRule ||
        form.text.find("nft ") == std::string::npos) {
      continue;
    }
    const std::string commands = absl::StrCat(
        "handle=$(nft -a list chain ip nat postrouting | sed -n 's/.*:40000-.*handle //p')\n",
        form.text, "nft delete rule ip nat postrouting handle $handle\n");
    return RunProgramIn(*stage.routed().router, {"sh", "-ec", commands});
  }
  return absl::NotFoundError("no rule for nftables in the recommendation");
}

// All of the router's SNAT pools; the sampler reads none of them while there are few entries.
std::vector<PoolSample> SnatPools(RemedyStage& stage) {
  NetnsEntry router;
  router.id = stage.routed().router->id();
  router.fd = std::make_shared<UniqueFd>(open(
      absl::StrCat("/run/netns/", stage.routed().router->name()).c_str(), O_RDONLY | O_CLOEXEC));
  LinuxConntrackReader reader;
  NetnsThread thread;
  SnatCounter counter;
  SnatRules rules;
  const absl::Status read = thread.Run([&] {
    rules = reader.ReadSnatRules(router).value();
    return reader.VisitSnat(router, [&counter](const SnatRow& row) { counter.Visit(row); });
  });
  if (!read.ok()) std::abort();
  return counter.Finish(rules.ranges);
}

}  // namespace

std::vector<RemedyCase> NatCases() {
  return {
      {.name = "ShorterTimeWaitOfConntrack",
       .start = [](RemedyStage& stage) { ChurnThroughNat(stage, 4); },
       .kind = RecommendationKind::kConntrackTimeout,
       .settle_time = kConntrackTimeWait,
       .quiet_counters = {"conntrack.insert_failed"}},
      {.name = "WiderMasqueradeRange",
       .start = [](RemedyStage& stage) { ChurnThroughNat(stage, 8); },
       .kind = RecommendationKind::kMasqueradeRange,
       .apply = ReplaceRule,
       .settle_time = kConntrackTimeWait,
       .look = SnatPools,
       .quiet_counters = {"conntrack.insert_failed"}},
  };
}

}  // namespace berthmaster
