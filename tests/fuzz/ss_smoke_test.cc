#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tests/fuzz/corpus.h"
#include "tests/fuzz/ss_fuzz.h"
#include "tests/fuzz/text_smoke.h"

namespace berthmaster {
namespace {

// Every form of a line, as ss 6.1.0 writes them.
constexpr absl::string_view kSeed =
    "LISTEN     0      128                        0.0.0.0%d0:9001            0.0.0.0:*     "
    "ino:102139 sk:1001 cgroup:/ <->\n"
    "LISTEN     0      5                                   *:8081                  *:*     "
    "ino:101916 sk:100f cgroup:/ v6only:0 <->\n"
    "LISTEN     0      128    [fe80::9c9e:2bff:feef:2d6d]%d0:9000               [::]:*     "
    "ino:102137 sk:1011 cgroup:/a b v6only:1 <->\n"
    "TIME-WAIT  0      0                   [::ffff:10.9.0.2]:49906 [::ffff:10.9.0.2]:8081  "
    "timer:(timewait,57sec,0) ino:0 sk:1014\n"
    "FIN-WAIT-2 0      0                            10.9.0.2:35440          10.9.0.2:8080  "
    "timer:(timewait,9.123ms,0) ino:0 sk:1007\n"
    "SYN-SENT   0      1                            10.9.0.2:38274          10.9.0.2:8090  "
    "timer:(on,688ms,0) uid:33 ino:102146 sk:100b cgroup:/x <->\n"
    "0      5                            10.9.0.2:8080 0.0.0.0:* ino:101915 sk:1002 "
    "cgroup:unreachable:2a <->\n";

TEST(SsFuzz, TakesItsCorpus) { RunCorpus("ss", FuzzSs); }

// A short, fixed run for every build; tests/fuzz/README.md says how to fuzz for long.
TEST(SsFuzz, TakesMutatedLines) { RunMutatedText(kSeed, FuzzSs); }

TEST(SsFuzz, TakesBytesWithoutSense) { RunTextWithoutSense(FuzzSs); }

}  // namespace
}  // namespace berthmaster
