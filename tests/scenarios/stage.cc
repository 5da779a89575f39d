#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "tests/scenarios/scenario.h"

namespace berthmaster {

Stage::Stage(int number)
    : source_(absl::StrCat("10.", number, ".0.1")),
      destination_(absl::StrCat("10.", number, ".0.2")) {
  netns_ = ScopedNetns::Make().value();
  cookie_ = netns_->id().cookie;
  for (const std::string& address : {source_, destination_}) {
    if (!netns_->AddAddress(address).ok()) std::abort();
  }
  Sysctl("net.ipv4.ip_local_port_range", "40000 40399");
}

void Stage::Sysctl(const char* sysctl, const char* value) {
  if (!netns_->SetSysctl(sysctl, value).ok()) std::abort();
}

TestServer& Stage::Serve(uint16_t listen_port, ServerMode mode, bool is_reuse_address) {
  return ServeOn(routed_.server != nullptr ? "10.2.0.2" : destination_, listen_port, mode,
                 is_reuse_address);
}

TestServer& Stage::ServeOn(const std::string& address, uint16_t listen_port, ServerMode mode,
                           bool is_reuse_address) {
  const ScopedNetns& netns = routed_.server != nullptr ? *routed_.server : *netns_;
  servers_.push_back(TestServer::Make(netns, address, listen_port, mode, is_reuse_address).value());
  return *servers_.back();
}

std::function<ConnectResult()> Stage::ConnectTo(uint16_t destination_port) const {
  ConnectOptions options = {
      .source = source_, .destination = destination_, .destination_port = destination_port};
  return [options] { return Connect(options); };
}

void Stage::Lose(uint16_t destination_port) {
  const std::string rules = absl::StrCat(
      "add table ip bm; add chain ip bm in { type filter hook input priority 0; }; "
      "add rule ip bm in tcp dport ",
      destination_port, " drop");
  if (!RunProgramIn(*netns_, {"nft", rules}).ok()) std::abort();
}

std::function<ConnectResult()> Stage::ConnectToPeerThatCloses(uint16_t destination_port) const {
  return [connect = ConnectTo(destination_port)] {
    ConnectResult result = connect();
    const linger reset = {1, 0};
    if (result.error_number == 0) {
      setsockopt(result.fd.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    }
    return result;
  };
}

Load& Stage::Run(LoadPlan plan) {
  const ScopedNetns& netns = routed_.client != nullptr ? *routed_.client : *netns_;
  loads_.push_back(std::make_unique<Load>(netns, std::move(plan)));
  return *loads_.back();
}

void Stage::At(absl::Duration since_start, std::function<void()> act) {
  acts_.emplace_back(since_start, std::move(act));
}

void Stage::RunDue(absl::Duration since_start) {
  for (auto& [time, act] : acts_) {
    if (time > since_start || act == nullptr) continue;
    act();
    act = nullptr;
  }
}

void Stage::UseRouter() {
  routed_ = RoutedNetns::Make().value();
  cookie_ = routed_.router->id().cookie;
  netns_.reset();
}

uint64_t Stage::cookie() const { return cookie_; }

std::vector<std::string> Stage::names() const {
  if (routed_.router != nullptr) return {routed_.router->name(), routed_.client->name()};
  if (netns_ == nullptr) return {};
  return {netns_->name()};
}

void Stage::Die() {
  loads_.clear();
  servers_.clear();
  netns_.reset();
}

}  // namespace berthmaster
