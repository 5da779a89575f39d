#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tests/fuzz/corpus.h"
#include "tests/fuzz/settings_fuzz.h"
#include "tests/fuzz/text_smoke.h"

namespace berthmaster {
namespace {

constexpr absl::string_view kConfSeed =
    "# comment\n"
    "net.ipv4.tcp_tw_reuse = 1 # clients\n"
    "-net/ipv4/tcp_tw_recycle=1\n"
    "net.ipv4.tcp_keepalive_[it]* = 60\n"
    "-net.ipv4.tcp_keepalive_time\n"
    "net.ipv4.ip_local_port_range = 1024 65000\n"
    "net.ipv4.ip_local_reserved_ports = 30000-32767,4789\n";

constexpr absl::string_view kManifestSeed =
    "kind: List\n"
    "items:\n"
    "- &pod {kind: Pod, metadata: {name: a}, spec: &spec {hostNetwork: true, securityContext: "
    "{sysctls: [{name: net.ipv4.tcp_tw_reuse, value: 1}]}}}\n"
    "- *pod\n"
    "---\n"
    "kind: KubeletConfiguration\n"
    "allowedUnsafeSysctls: ['net.*']\n";

TEST(SettingsFuzz, TakesItsCorpus) { RunCorpus("settings", FuzzSettings); }

// A short, fixed run for every build; tests/fuzz/README.md says how to fuzz for long.
TEST(SettingsFuzz, TakesMutatedLines) { RunMutatedText(kConfSeed, FuzzSettings); }

TEST(SettingsFuzz, TakesMutatedManifests) { RunMutatedText(kManifestSeed, FuzzSettings); }

TEST(SettingsFuzz, TakesBytesWithoutSense) { RunTextWithoutSense(FuzzSettings); }

}  // namespace
}  // namespace berthmaster
