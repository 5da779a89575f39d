#ifndef BERTHMASTER_AGENT_ADVISE_ADVICE_PUBLISHER_H_
#define BERTHMASTER_AGENT_ADVISE_ADVICE_PUBLISHER_H_

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/advise/advice_board.h"
#include "agent/advise/advice_directory.h"
#include "common/clock/clock.h"
#include "common/protocol/advice.h"

namespace berthmaster {

// Reports of followers and acknowledgements come no more often than this, however often an
// application comes and goes.
inline constexpr absl::Duration kAdviceReportInterval = absl::Seconds(5);

// Makes the advice directory and the board hold the advice of a desired state, and nothing else.
// It touches no kernel setting, so every profile of the agent publishes. One thread; calls block
// for as long as the directory's disk takes.
class AdvicePublisher {
 public:
  // What an earlier run of the agent left in `directory` stays, and is on the board, until
  // Publish() says otherwise or its time is over. An empty `directory` publishes nowhere: all
  // advice fails with the reason. `clock` and `board` must outlive it.
  AdvicePublisher(std::string directory, const Clock& clock, AdviceBoard& board);

  // State of the world: publishes `desired` and withdraws the rest. One result for each of
  // `desired`, in order, then one for each that was withdrawn. Advice whose expire_time is over
  // counts as withdrawn. What could not be written is tried again by the next call.
  std::vector<AdviceResult> Publish(const std::vector<DesiredAdvice>& desired);

  // Does what time asks for: withdraws what expired, lets slow followers go. Results for what
  // expired, and for what is followed or acknowledged otherwise than last said, at most every
  // kAdviceReportInterval; empty when there is nothing to say. To be called about once a second.
  std::vector<AdviceResult> Check();

 private:
  // What tells connections apart: one piece of advice for each.
  struct Key {
    uint64_t netns_cookie = 0;
    IpAddress destination;
    uint16_t destination_port = 0;
    IpProtocol protocol = IpProtocol::kTcp;
    // 0.0.0.0 for any.
    IpAddress source;
    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes a rewritten 0 for a pointer.
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  // What the controller was told last of a published piece.
  struct Said {
    int follower_count = 0;
    std::optional<std::string> acknowledgement;
    friend bool operator==(const Said&, const Said&) = default;
  };
  using Files = std::map<std::string, AdviceDirectory::File>;
  // Why a file is not as it should be, by name.
  using Failures = std::map<std::string, absl::Status>;

  Files ReadAtStart();
  static Key KeyOf(const DesiredAdvice& advice);
  std::vector<AdviceResult> BringAbout();
  std::vector<AdviceResult> AllFailed(const absl::Status& why) const;
  // The files that desired_ asks for; statuses[i] says why desired_[i] is in none.
  std::map<std::string, WorkloadAdvice> Arrange(std::vector<absl::Status>& statuses) const;
  // Changes what is on the disk from `there` to `wanted`, whose times it sets.
  Failures Replace(const Files& there, std::map<std::string, WorkloadAdvice>& wanted);
  void Post(PublishedAdvice published);
  bool IsOver(const DesiredAdvice& advice) const;
  Said NewsOf(const DesiredAdvice& advice) const;
  AdviceResult ResultFor(const DesiredAdvice& advice, AdviceState state) const;
  AdviceResult Published(const DesiredAdvice& advice);

  const Clock& clock_;
  AdviceBoard& board_;
  AdviceDirectory directory_;
  // What is to be published: of the last push, or of the files that were there at the start.
  std::vector<DesiredAdvice> desired_;
  // By rollout and connections, for what is published.
  std::map<std::pair<std::string, Key>, Said> said_;
  uint64_t seen_change_count_ = 0;
  absl::Duration next_report_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_ADVISE_ADVICE_PUBLISHER_H_
