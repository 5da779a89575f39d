#ifndef BERTHMASTER_TESTS_FLEET_PODS_H_
#define BERTHMASTER_TESTS_FLEET_PODS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/circle/named_netns.h"
#include "tests/process/child_process.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {

inline constexpr int kFleetHosts = 5;
inline constexpr int kPodsPerHost = 10;
inline constexpr char kFleetSysctl[] = "net.ipv4.ip_local_port_range";
// What every pod begins with, and what the tests roll out; as the controller writes them.
inline constexpr char kNarrowRange[] = "40000 40399";
inline constexpr char kWideRange[] = "33000 60999";
// What all processes of all pods are called, so that one label selects the pods and nothing else.
inline constexpr char kPodProcess[] = "fleet-pod";

// 50 named namespaces, ten for each of five hosts, each with a process in it as a pod has one. Two
// of each ten have a bounded load of short TCP connections. All ends with the object. One thread.
class Pods {
 public:
  Pods();
  ~Pods();

  size_t size() const { return pods_.size(); }
  // Of pod `index`, 0 to size() - 1. Stays the same when the pod is made anew.
  const std::string& name(size_t index) const { return pods_[index].name; }
  size_t HostOf(size_t index) const { return index / kPodsPerHost; }
  std::vector<std::string> NamesOn(size_t host) const;
  // size() when there is none.
  size_t IndexOf(absl::string_view name) const;
  // Must be there.
  const NamedNetns& netns(size_t index) const { return *pods_[index].netns; }

  // Makes pods that are not there, and puts the narrow range into all.
  void MakeReady();
  // Ends the pod's processes and deletes its namespace.
  void End(size_t index);
  // Another namespace by the name of one that was ended, with the narrow range from its first
  // process on.
  void Succeed(size_t index);
  // Connections of all loads that failed, for a person; empty when none did.
  std::string LoadFailures() const;

 private:
  struct Pod {
    std::string suffix;
    std::string name;
    std::unique_ptr<NamedNetns> netns;
    std::unique_ptr<ChildProcess> first_process;
    std::unique_ptr<ChildProcess> load;
  };
  void Make(Pod& pod, bool has_load);

  // Programs by the name of kPodProcess: a process is called as the file that it was started from.
  TempDirectory programs_;
  std::string pause_path_;
  std::string load_path_;
  std::vector<Pod> pods_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_FLEET_PODS_H_
