#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tests/fuzz/corpus.h"
#include "tests/fuzz/procfs_fuzz.h"
#include "tests/fuzz/text_smoke.h"

namespace berthmaster {
namespace {

// Lines of tcp, tcp6 and udp of Linux 6.18.
constexpr absl::string_view kSeed =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n"
    "   0: 00000000:2329 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
    "102139 1 0000000033604378 100 0 0 10 0\n"
    "   4: 0200090A:8A62 0200090A:1F90 06 00000000:00000000 03:00001676 00000000     0        0 0 "
    "3 0000000007928068\n"
    "  10: 0200090A:9582 0200090A:1F9A 02 00000001:00000000 01:00000033 00000000  1000        0 "
    "102146 2 00000000db2f03b4 100 0 0 10 -1\n"
    "   5: 0000000000000000FFFF00000200090A:C2F2 0000000000000000FFFF00000200090A:1F91 06 "
    "00000000:00000000 03:0000166F 00000000     0        0 0 3 0000000018758cdf\n"
    "   6: 000000FD000000000000000001000000:1F92 000000FD000000000000000001000000:A976 01 "
    "00000000:00000000 00:00000000 00000000     0        0 101929 1 00000000f544e959 20 0 0 10 -1\n"
    "10224: 0100090A:14E9 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 "
    "101934 2 00000000f3539683 0\n";

TEST(ProcfsFuzz, TakesItsCorpus) { RunCorpus("procfs", FuzzProcfs); }

// A short, fixed run for every build; tests/fuzz/README.md says how to fuzz for long.
TEST(ProcfsFuzz, TakesMutatedLines) { RunMutatedText(kSeed, FuzzProcfs); }

TEST(ProcfsFuzz, TakesBytesWithoutSense) { RunTextWithoutSense(FuzzProcfs); }

}  // namespace
}  // namespace berthmaster
