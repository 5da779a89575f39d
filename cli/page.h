#ifndef BERTHMASTER_CLI_PAGE_H_
#define BERTHMASTER_CLI_PAGE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "berthmaster/v1/host.pb.h"
#include "berthmaster/v1/incident.pb.h"
#include "berthmaster/v1/pool.pb.h"
#include "berthmaster/v1/recommendation.pb.h"
#include "berthmaster/v1/rollout.pb.h"
#include "berthmaster/v1/silence.pb.h"

namespace berthmaster {

// A page of text: facts one under the other, then headed sections.
class Page {
 public:
  // "Fact:   value"; left out when the value is empty.
  void AddFact(absl::string_view fact, absl::string_view value);
  // A blank line and "Title:"; what follows is indented.
  void BeginSection(absl::string_view title);
  // Lines of text in the section, or a table's.
  void AddText(absl::string_view text);
  // The same, wrapped at 100 columns between words; the lines after the first are indented further.
  void AddParagraph(absl::string_view text);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  bool in_section_ = false;
};

// As TimeText; empty when it was never, so that the fact is left out.
std::string MomentText(bool present, const google::protobuf::Timestamp& time);

// What speaks for something, as a section; nothing when there is none.
void AppendEvidence(const google::protobuf::RepeatedPtrField<v1::Evidence>& evidence, Page& page);
// The forecast without and with a change, as a section.
void AppendWhatIf(const v1::WhatIf& what_if, Page& page);
// What there is to say of values, a section each.
void AppendAdvice(const google::protobuf::RepeatedPtrField<v1::SettingAdvice>& advice, Page& page);
// Where a change goes and in which steps, as a section.
void AppendPlan(const v1::RolloutPlan& plan, Page& page);
// How a rollout is going: facts, plan, waves, a table of its targets.
void AppendRolloutStatus(const v1::Rollout& rollout, Page& page);

// What `describe` says of each kind.
void AppendHost(const v1::Host& host, Page& page);
void AppendNetns(const v1::Netns& netns, Page& page);
void AppendPool(const v1::Pool& pool, Page& page);
void AppendIncident(const v1::Incident& incident, Page& page);
void AppendRecommendation(const v1::Recommendation& recommendation, Page& page);
void AppendRollout(const v1::Rollout& rollout, Page& page);
void AppendSilence(const v1::Silence& silence, Page& page);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_PAGE_H_
