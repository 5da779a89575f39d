#ifndef BERTHMASTER_TESTS_SIMULATION_ORACLE_H_
#define BERTHMASTER_TESTS_SIMULATION_ORACLE_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "agent/kernel/netns/netns_sysctl.h"
#include "common/protocol/desired_state.h"
#include "controller/store/control_store.h"

namespace berthmaster::simulation {

// One sysctl of one namespace of one host.
struct Place {
  std::string host_id;
  NetnsId netns;
  std::string sysctl;

  std::string ToString() const;
  friend bool operator<(const Place& a, const Place& b) {
    return std::tie(a.host_id, a.netns.cookie, a.netns.inode, a.sysctl) <
           std::tie(b.host_id, b.netns.cookie, b.netns.inode, b.sysctl);
  }
};

// Knows what was approved and what administrators wrote, and judges what happens by it. Each
// violation is a line for a person; the run goes on, so that all of a seed are seen.
class Oracle {
 public:
  // The value that a place has from the kernel, or from whoever set the host up.
  void OnBoot(const Place& place, const std::string& value);
  void OnNetnsGone(const std::string& host_id, const NetnsId& netns);
  // Somebody who is no agent writes.
  void OnAdministrator(const Place& place, const std::string& value);
  // An agent is about to write `value` over `current`.
  void OnAgentWrite(const Place& place, const std::string& current, const std::string& value);
  // Rows are about to be committed.
  void OnCommit(const ControlState& changed);
  // The controller pushes to a host. `unanswered` are revisions on the same session that have no
  // answer yet.
  void OnPush(const std::string& host_id, const DesiredState& desired,
              const std::set<int64_t>& unanswered);
  // A controller that lies pushed this; what an agent's own rules allow may come of it, on a lease
  // or until it hears from the true one.
  void OnLie(const Place& place, const std::string& value);

  // What a place may have when nothing unconfirmed is left, by what was confirmed and written.
  void CheckAtRest(const Place& place, const std::string& value);
  // What a target whose rollout is over, or confirmed, must have.
  const std::map<std::string, Rollout>& rollouts() const { return rollouts_; }
  bool IsAdministrators(const Place& place) const;

  const std::vector<std::string>& violations() const { return violations_; }
  void Violate(const std::string& what) { violations_.push_back(what); }

 private:
  void CheckWaves(const Rollout& before, const Rollout& after);
  // Whether `value` was approved over `current`, or over what was approved over it: an agent puts
  // back what a newer rollout covers before it writes that.
  bool WasApprovedOver(const Place& place, const std::string& value,
                       const std::string& current) const;
  const Rollout* FindApproval(const Place& place, const std::string& value) const;

  std::map<Place, std::string> prior_;
  std::map<Place, std::string> administrators_;
  std::map<Place, std::set<std::string>> lies_;
  std::map<Place, std::set<std::string>> confirmed_;
  // As committed.
  std::map<std::string, Rollout> rollouts_;
  std::vector<std::string> violations_;
};

}  // namespace berthmaster::simulation

#endif  // BERTHMASTER_TESTS_SIMULATION_ORACLE_H_
