#ifndef BERTHMASTER_COMMON_SYSCTL_TOPIC_H_
#define BERTHMASTER_COMMON_SYSCTL_TOPIC_H_

#include <vector>

#include "absl/strings/string_view.h"

namespace berthmaster {

inline constexpr absl::string_view kLingerTopic = "SO_LINGER";
inline constexpr absl::string_view kReuseAddressTopic = "SO_REUSEADDR";
inline constexpr absl::string_view kReusePortTopic = "SO_REUSEPORT";
inline constexpr absl::string_view kBindNoPortTopic = "IP_BIND_ADDRESS_NO_PORT";
inline constexpr absl::string_view kSocketPortRangeTopic = "IP_LOCAL_PORT_RANGE";
inline constexpr absl::string_view kLinger2Topic = "TCP_LINGER2";
inline constexpr absl::string_view kTimeWaitTopic = "TIME_WAIT";
inline constexpr absl::string_view kFinWait2Topic = "FIN_WAIT_2";
inline constexpr absl::string_view kCloseWaitTopic = "CLOSE_WAIT";

enum class TopicKind { kSocketOption, kSocketState };

// What people ask for by name that is no sysctl.
struct Topic {
  absl::string_view name;
  TopicKind kind = TopicKind::kSocketOption;
  // The first release of Linux that has it; empty where that is older than 3.0.
  absl::string_view since_kernel{};
  // What it really does, in a few sentences.
  absl::string_view effect;
  // How an application uses it, in C; empty for a state.
  absl::string_view usage{};
};

const std::vector<Topic>& Topics();

// Nothing for a name that is not a topic; `name` as it is spelled there.
const Topic* FindTopic(absl::string_view name);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_SYSCTL_TOPIC_H_
