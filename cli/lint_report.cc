#include "cli/lint_report.h"

#include <set>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/json_writer.h"
#include "cli/page.h"
#include "cli/print.h"
#include "cli/table.h"

namespace berthmaster {
namespace {

std::string SettingText(const std::string& setting, const std::string& value) {
  return value.empty() ? setting : absl::StrCat(setting, " = ", value);
}

void AppendText(const LintFinding& finding, std::string& out) {
  const Advice& advice = finding.advice;
  std::string head = absl::StrCat(
      finding.file, ":", finding.line, ": ", SeverityName(advice.severity), ": ", finding.object,
      finding.object.empty() ? "" : ": ", SettingText(finding.setting, finding.value));
  if (finding.setting.empty()) absl::StrAppend(&head, "not read as it stands");
  absl::StrAppend(&out, Printable(std::move(head)), " [", advice.id, "]\n");
  Page page;
  page.AddParagraph(advice.reason);
  for (const LintRelated& related : finding.related) {
    page.AddParagraph(absl::StrCat(
        "With: ", SettingText(related.setting, related.value), " (",
        related.file.empty() ? "the default" : absl::StrCat(related.file, ":", related.line), ")"));
  }
  if (!advice.instead.empty()) page.AddParagraph(absl::StrCat("Instead: ", advice.instead));
  page.AddParagraph(absl::StrCat("(", advice.source, ")"));
  absl::StrAppend(&out, page.text());
}

void WriteFinding(const LintFinding& finding, JsonWriter& json) {
  json.BeginObject()
      .String("file", finding.file)
      .Number("line", finding.line)
      .String("severity", SeverityName(finding.advice.severity))
      .String("id", finding.advice.id)
      .String("object", finding.object)
      .String("setting", finding.setting)
      .String("value", finding.value)
      .String("reason", finding.advice.reason)
      .String("instead", finding.advice.instead)
      .String("source", finding.advice.source)
      .BeginArray("related");
  for (const LintRelated& related : finding.related) {
    json.BeginObject()
        .String("setting", related.setting)
        .String("value", related.value)
        .String("file", related.file)
        .Number("line", related.line)
        .EndObject();
  }
  json.EndArray().EndObject();
}

std::string JsonOf(const LintReport& report) {
  JsonWriter json;
  json.BeginObject().BeginArray("findings");
  for (const LintFinding& finding : report.findings) WriteFinding(finding, json);
  json.EndArray()
      .Number("errorCount", report.CountOf(AdviceSeverity::kError))
      .Number("warningCount", report.CountOf(AdviceSeverity::kWarning))
      .Number("noteCount", report.CountOf(AdviceSeverity::kNote))
      .Number("allowedCount", report.allowed_count)
      .Number("fileCount", report.file_count)
      .Number("settingCount", report.setting_count)
      .EndObject();
  return json.text();
}

std::string JsonLinesOf(const LintReport& report) {
  std::string out;
  for (const LintFinding& finding : report.findings) {
    JsonWriter json;
    WriteFinding(finding, json);
    absl::StrAppend(&out, json.text(), "\n");
  }
  return out;
}

// A path as a relative URI.
std::string UriOf(absl::string_view path) {
  std::string uri;
  for (char c : path) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
        absl::string_view("/-._~").find(c) != absl::string_view::npos) {
      uri.push_back(c);
    } else {
      absl::StrAppendFormat(&uri, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return uri;
}

void WriteSarifResult(const LintFinding& finding, JsonWriter& json) {
  const Advice& advice = finding.advice;
  const std::string setting = SettingText(finding.setting, finding.value);
  json.BeginObject()
      .String("ruleId", advice.id)
      .String("level", SeverityName(advice.severity))
      .BeginObject("message")
      .String("text", absl::StrCat(setting, setting.empty() ? "" : ": ", advice.reason,
                                   advice.instead.empty() ? "" : " Instead: ", advice.instead))
      .EndObject()
      .BeginArray("locations")
      .BeginObject()
      .BeginObject("physicalLocation")
      .BeginObject("artifactLocation")
      .String("uri", UriOf(finding.file))
      .EndObject()
      .BeginObject("region")
      .Number("startLine", finding.line)
      .EndObject()
      .EndObject()
      .EndObject()
      .EndArray()
      .EndObject();
}

std::string SarifOf(const LintReport& report) {
  std::set<std::string> ids;
  for (const LintFinding& finding : report.findings) ids.insert(finding.advice.id);
  JsonWriter json;
  json.BeginObject()
      .String("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
      .String("version", "2.1.0")
      .BeginArray("runs")
      .BeginObject()
      .BeginObject("tool")
      .BeginObject("driver")
      .String("name", "berthctl lint")
      .BeginArray("rules");
  for (const std::string& id : ids) json.BeginObject().String("id", id).EndObject();
  json.EndArray().EndObject().EndObject().BeginArray("results");
  for (const LintFinding& finding : report.findings) WriteSarifResult(finding, json);
  json.EndArray().EndObject().EndArray().EndObject();
  return json.text();
}

std::string Counted(int count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

}  // namespace

absl::StatusOr<LintFormat> ParseLintFormat(absl::string_view text) {
  if (text == "table") return LintFormat::kText;
  if (text == "json") return LintFormat::kJson;
  if (text == "yaml") return LintFormat::kYaml;
  if (text == "jsonl") return LintFormat::kJsonLines;
  if (text == "sarif") return LintFormat::kSarif;
  return absl::InvalidArgumentError(
      absl::StrCat("'", text, "' is not an output format; use table, json, yaml, jsonl or sarif"));
}

absl::StatusOr<std::string> RenderLint(const LintReport& report, LintFormat format) {
  switch (format) {
    case LintFormat::kText: {
      std::string out;
      for (const LintFinding& finding : report.findings) AppendText(finding, out);
      return out;
    }
    case LintFormat::kJson:
      return JsonOverLines(JsonOf(report));
    case LintFormat::kYaml:
      return YamlOfJson(JsonOf(report));
    case LintFormat::kJsonLines:
      return JsonLinesOf(report);
    case LintFormat::kSarif:
      return JsonOverLines(SarifOf(report));
  }
  return absl::InternalError("an output format without a writer");
}

std::string LintSummary(const LintReport& report) {
  std::string allowed;
  if (report.allowed_count > 0) allowed = absl::StrCat(", ", report.allowed_count, " allowed");
  return absl::StrCat(Counted(report.CountOf(AdviceSeverity::kError), "error"), ", ",
                      Counted(report.CountOf(AdviceSeverity::kWarning), "warning"), ", ",
                      Counted(report.CountOf(AdviceSeverity::kNote), "note"), allowed, " in ",
                      Counted(report.setting_count, "setting"), " of ",
                      Counted(report.file_count, "file"));
}

}  // namespace berthmaster
