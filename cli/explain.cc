#include "cli/explain.h"

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/explanation.h"
#include "cli/json_writer.h"
#include "cli/page.h"
#include "cli/table.h"
#include "common/sysctl/setting_name.h"

namespace berthmaster {
namespace {

void AppendLesson(const Lesson& lesson, Page& page) {
  if (!lesson.claim.empty()) page.AddParagraph(absl::StrCat("Believed: ", lesson.claim));
  page.AddParagraph(absl::StrCat(lesson.claim.empty() ? "" : "In truth: ", lesson.reason));
  if (!lesson.instead.empty()) page.AddParagraph(absl::StrCat("Instead: ", lesson.instead));
  page.AddParagraph(absl::StrCat("(", lesson.source, ") [", lesson.id, "]"));
}

std::string PageOf(const Explanation& explanation) {
  Page page;
  page.AddFact("Name", explanation.name);
  page.AddFact("Kind", explanation.kind);
  page.AddFact("Scope", explanation.scope);
  page.AddFact("Since", explanation.since_kernel);
  page.AddFact("Gone since", explanation.removed_in_kernel);
  page.AddFact("Default", explanation.default_value);
  page.AddFact("The kernel takes", explanation.kernel_bounds);
  page.AddFact("Sensible", explanation.sensible_bounds);
  page.AddFact("Risk of a change", explanation.risk);
  page.AddFact("In a pod", explanation.pod);
  page.AddFact("Berthmaster", explanation.berthmaster);
  page.BeginSection("What it does");
  page.AddParagraph(explanation.effect);
  if (!explanation.usage.empty()) {
    page.BeginSection("How to use it");
    page.AddParagraph(explanation.usage);
  }
  for (const Lesson& lesson : explanation.lessons) {
    const bool is_belief = !lesson.claim.empty();
    const absl::string_view title = lesson.when.empty() ? "Worth knowing" : lesson.when;
    page.BeginSection(is_belief ? "Often believed" : title);
    AppendLesson(lesson, page);
  }
  for (const DurableForm& form : explanation.durable_forms) {
    page.BeginSection(absl::StrCat("To keep it: ", form.place));
    page.AddText(form.text);
  }
  return page.text();
}

void WriteJson(const Explanation& explanation, JsonWriter& json) {
  json.BeginObject()
      .String("name", explanation.name)
      .String("kind", explanation.kind)
      .String("effect", explanation.effect)
      .String("scope", explanation.scope)
      .String("sinceKernel", explanation.since_kernel)
      .String("removedInKernel", explanation.removed_in_kernel)
      .String("defaultValue", explanation.default_value)
      .String("kernelBounds", explanation.kernel_bounds)
      .String("sensibleBounds", explanation.sensible_bounds)
      .String("risk", explanation.risk)
      .String("pod", explanation.pod)
      .String("berthmaster", explanation.berthmaster)
      .String("usage", explanation.usage)
      .BeginArray("lessons");
  for (const Lesson& lesson : explanation.lessons) {
    json.BeginObject()
        .String("id", lesson.id)
        .String("claim", lesson.claim)
        .String("when", lesson.when)
        .String("reason", lesson.reason)
        .String("instead", lesson.instead)
        .String("source", lesson.source)
        .EndObject();
  }
  json.EndArray().BeginArray("durableForms");
  for (const DurableForm& form : explanation.durable_forms) {
    json.BeginObject().String("place", form.place).String("text", form.text).EndObject();
  }
  json.EndArray().EndObject();
}

std::string ListOf(const std::vector<absl::string_view>& names) {
  Table table({"NAME", "KIND", "DEFAULT", "IN A POD", "BELIEFS ANSWERED"});
  for (absl::string_view name : names) {
    const Explanation explanation = ExplainSetting(name);
    int claims = 0;
    for (const Lesson& lesson : explanation.lessons) claims += lesson.claim.empty() ? 0 : 1;
    const bool is_computed = explanation.default_value.size() > 20;
    table.AddRow({explanation.name, explanation.kind,
                  is_computed ? "computed" : explanation.default_value,
                  explanation.pod.substr(0, explanation.pod.find_first_of(":;")),
                  claims == 0 ? "" : absl::StrCat(claims)});
  }
  return absl::StrCat(table.Render(), "\nberthctl explain NAME says all of one.\n");
}

absl::StatusOr<absl::string_view> Find(const std::string& text) {
  if (auto name = FindSettingName(text); name.has_value()) return *name;
  const std::string shown = absl::Utf8SafeCEscape(absl::string_view(text).substr(0, 80));
  const auto near = NearSettingNames(text);
  return absl::NotFoundError(
      absl::StrCat("'", shown, "' is not known; ",
                   near.empty() ? "berthctl explain lists all that is"
                                : absl::StrCat("did you mean ", absl::StrJoin(near, ", "), "?")));
}

}  // namespace

absl::StatusOr<std::string> Explain(const std::vector<std::string>& names, OutputFormat format) {
  std::vector<absl::string_view> known;
  for (const std::string& text : names) {
    absl::StatusOr<absl::string_view> name = Find(text);
    if (!name.ok()) return name.status();
    known.push_back(*name);
  }
  if (names.empty()) known = ExplainedNames();
  switch (format) {
    case OutputFormat::kName:
      return absl::StrCat(absl::StrJoin(known, "\n"), "\n");
    case OutputFormat::kTable: {
      if (names.empty()) return ListOf(known);
      auto append_page = [](std::string* out, absl::string_view name) {
        absl::StrAppend(out, PageOf(ExplainSetting(name)));
      };
      return absl::StrJoin(known, "\n\n", append_page);
    }
    case OutputFormat::kJson:
    case OutputFormat::kYaml:
      break;
  }
  JsonWriter json;
  json.BeginObject().BeginArray("explanations");
  for (absl::string_view name : known) WriteJson(ExplainSetting(name), json);
  json.EndArray().EndObject();
  if (format == OutputFormat::kJson) return JsonOverLines(json.text());
  return YamlOfJson(json.text());
}

}  // namespace berthmaster
