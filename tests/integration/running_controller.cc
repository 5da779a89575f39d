#include "tests/integration/running_controller.h"

#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/numbers.h"

namespace berthmaster {
namespace {

// Debug builds on busy machines take their time.
constexpr absl::Duration kPatience = absl::Seconds(30);

}  // namespace

RunningController::RunningController(std::vector<std::string> flags) : flags_(std::move(flags)) {
  Restart();
}

void RunningController::Restart() {
  std::vector<std::string> command = {BinaryPath("berthmaster-controller"),
                                      "--data-dir",
                                      data_dir(),
                                      "--listen",
                                      address_,
                                      "--web-listen",
                                      web_address_};
  command.insert(command.end(), flags_.begin(), flags_.end());
  process_ = ChildProcess::Start(command);
  if (!process_->WaitForOutput("serving gRPC on ", kPatience)) {
    std::fprintf(stderr, "the controller does not serve:\n%s\n", Log().c_str());
    std::abort();
  }
  const std::string rest = process_->OutputAfter("serving gRPC on ");
  address_ = rest.substr(0, rest.find(' '));
  const std::string web = process_->OutputAfter("the dashboard on http://");
  web_address_ = web.substr(0, web.find('/'));
}

void RunningController::Kill() {
  process_->Signal(SIGKILL);
  process_->WaitForExit(kPatience);
}

int RunningController::Stop() {
  process_->Signal(SIGTERM);
  return process_->WaitForExit(kPatience);
}

uint16_t RunningController::PortOf(const std::string& address) {
  int port = 0;
  if (!absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &port)) std::abort();
  return static_cast<uint16_t>(port);
}

std::shared_ptr<grpc::Channel> RunningController::Connect() const {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments);
}

RunResult RunController(const std::vector<std::string>& flags) {
  std::vector<std::string> command = {BinaryPath("berthmaster-controller")};
  command.insert(command.end(), flags.begin(), flags.end());
  const std::unique_ptr<ChildProcess> process = ChildProcess::Start(command);
  RunResult result;
  result.exit_code = process->WaitForExit(kPatience);
  result.output = process->Output();
  return result;
}

}  // namespace berthmaster
