#include "tests/bench/exporter_cost.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/bench/bench_dump.h"
#include "tests/bench/bench_sockets.h"
#include "tests/process/child_process.h"

namespace berthmaster {
namespace {

constexpr int kScrapeCount = 5;
constexpr uint16_t kPort = 9100;
constexpr char kRow[] = "sample of 100000 ESTABLISHED / node_exporter tcpstat";

// The answer of one scrape; to be called inside the namespace.
std::string Scrape() {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(kPort);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) return "";
  const std::string request = "GET /metrics HTTP/1.0\r\n\r\n";
  if (!WriteAll(fd.get(), request, "scrape").ok()) return "";
  std::string answer;
  char buffer[16384];
  ssize_t got = 0;
  while ((got = read(fd.get(), buffer, sizeof(buffer))) > 0) {
    answer.append(buffer, static_cast<size_t>(got));
  }
  return answer;
}

}  // namespace

void MeasureExporter(const ScopedNetns& netns, absl::Duration agent_cpu, BenchTable& table) {
  const char* program = std::getenv("BERTHMASTER_NODE_EXPORTER");
  if (program == nullptr || access(program, X_OK) != 0) {
    table.AddMissing(kRow, false,
                     "BERTHMASTER_NODE_EXPORTER names no program; ./dev bench fetches it when "
                     "Debian's mirror can be reached");
    return;
  }
  std::vector<absl::Duration> cpu;
  std::string answer;
  netns.RunInside([&] {
    auto exporter = ChildProcess::Start({program, "--collector.disable-defaults",
                                         "--collector.tcpstat", "--log.level=info",
                                         absl::StrCat("--web.listen-address=127.0.0.1:", kPort)});
    if (!exporter->WaitForOutput("istening on", absl::Seconds(30))) return;
    for (int i = 0; i < kScrapeCount; ++i) {
      const absl::Duration before = ProcessCpu(exporter->pid());
      answer = Scrape();
      cpu.push_back(ProcessCpu(exporter->pid()) - before);
    }
  });
  if (!absl::StrContains(answer, "node_tcp_connection_states{state=\"established\"} 1000")) {
    table.AddMissing(kRow, false, absl::StrCat("no figures: ", answer.substr(0, 200)));
    return;
  }
  const absl::Duration scrape = Median(cpu);
  table.Add(kRow, absl::FDivDuration(agent_cpu, scrape), std::nullopt,
            absl::StrCat(ShortDuration(agent_cpu), " / ", ShortDuration(scrape), ", median of ",
                         kScrapeCount, " scrapes"));
}

}  // namespace berthmaster
