#ifndef BERTHMASTER_TESTS_INTEGRATION_RUNNING_CONTROLLER_H_
#define BERTHMASTER_TESTS_INTEGRATION_RUNNING_CONTROLLER_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/process/child_process.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {

// The real controller on free ports of loopback, with a data directory of its own. Killed when the
// object goes.
class RunningController {
 public:
  // Starts it, with `flags` added, and waits until it serves; aborts the test program when it does
  // not.
  explicit RunningController(std::vector<std::string> flags = {});

  // What is started again listens where the first one did.
  void Restart();
  // kill -9; waits until it is gone.
  void Kill();
  // SIGTERM. The exit code.
  int Stop();

  // HOST:PORT of gRPC and of the dashboard.
  const std::string& address() const { return address_; }
  const std::string& web_address() const { return web_address_; }
  uint16_t listen_port() const { return PortOf(address_); }
  uint16_t web_listen_port() const { return PortOf(web_address_); }
  const std::string& data_dir() const { return data_directory_.path(); }
  std::string Log() const { return process_->Output(); }
  // A new connection at each call.
  std::shared_ptr<grpc::Channel> Connect() const;

 private:
  static uint16_t PortOf(const std::string& address);

  const std::vector<std::string> flags_;
  TempDirectory data_directory_;
  std::string address_ = "127.0.0.1:0";
  std::string web_address_ = "127.0.0.1:0";
  std::unique_ptr<ChildProcess> process_;
};

// Runs the controller with `flags` until it ends by itself, which it is to do.
struct RunResult {
  int exit_code = 0;
  std::string output;
};
RunResult RunController(const std::vector<std::string>& flags);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_INTEGRATION_RUNNING_CONTROLLER_H_
