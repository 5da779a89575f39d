#include "common/config/yaml_file.h"

#include <yaml-cpp/emitter.h>
#include <yaml-cpp/emittermanip.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <sstream>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/config/convert.h"

namespace berthmaster {
namespace {

// A key for a message. A hostile one can be as long as the file.
std::string Shown(absl::string_view key) {
  constexpr size_t kShownBytesMax = 80;
  return std::string(key.substr(0, kShownBytesMax));
}

// Takes the parser's events, so that what is not allowed is refused where it stands, before it
// costs memory. It refuses by throwing yaml-cpp's own exception, which ParseConfigYaml catches.
class EntryCollector final : public YAML::EventHandler {
 public:
  explicit EntryCollector(absl::string_view content) : lines_(absl::StrSplit(content, '\n')) {}

  std::vector<YamlEntry> TakeEntries() { return std::move(entries_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++document_count_ > 1) Refuse(mark, "has a second document; write one");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    CheckAnchor(mark, anchor);
    // An empty file, or one of comments only, is a document without content.
    if (place_ == Place::kOutside) return;
    if (place_ == Place::kKey) Refuse(mark, "has an empty key");
    Refuse(mark, "has no value; write one or leave the key out");
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Refuse(mark, "has an alias; write the value itself");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    CheckAnchor(mark, anchor);
    CheckTag(mark, tag);
    if (tag == "!") CheckQuotes(mark);
    switch (place_) {
      case Place::kOutside:
        Refuse(mark, "is not a map; write lines of the form key: value");
      case Place::kKey:
        AddKey(mark, value);
        place_ = Place::kValue;
        return;
      case Place::kValue:
        entries_.back().texts.push_back(value);
        place_ = Place::kKey;
        return;
      case Place::kList:
        if (entries_.back().texts.size() >= kConfigListMax) Refuse(mark, "has too many entries");
        entries_.back().texts.push_back(value);
        return;
    }
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    CheckAnchor(mark, anchor);
    CheckTag(mark, tag);
    if (place_ == Place::kOutside) Refuse(mark, "is a list; write lines of the form key: value");
    if (place_ == Place::kKey) Refuse(mark, "has a list as a key; a key is a name");
    if (place_ == Place::kList) Refuse(mark, "has a list in a list; a list holds texts");
    entries_.back().is_list = true;
    place_ = Place::kList;
  }
  void OnSequenceEnd() override { place_ = Place::kKey; }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    CheckAnchor(mark, anchor);
    CheckTag(mark, tag);
    if (place_ != Place::kOutside) Refuse(mark, "has a map inside; keys have no parts");
    place_ = Place::kKey;
  }
  void OnMapEnd() override { place_ = Place::kOutside; }

 private:
  enum class Place : uint8_t { kOutside, kKey, kValue, kList };

  [[noreturn]] void Refuse(const YAML::Mark& mark, absl::string_view what) const {
    bool in_value = place_ == Place::kValue || place_ == Place::kList;
    if (!in_value) throw YAML::ParserException(mark, absl::StrCat("the file ", what));
    // The mark of a missing value is where the parser noticed, lines below; the key's line is where
    // a person has to look.
    YAML::Mark key_mark = mark;
    key_mark.line = entries_.back().line - 1;
    throw YAML::ParserException(key_mark, absl::StrCat(Shown(entries_.back().key), " ", what));
  }

  void CheckAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) const {
    if (anchor != YAML::NullAnchor) Refuse(mark, "has an anchor; write the value itself");
  }

  // yaml-cpp gives "?" to a plain value, "!" to a quoted one.
  void CheckTag(const YAML::Mark& mark, const std::string& tag) const {
    if (!tag.empty() && tag != "?" && tag != "!") Refuse(mark, "has a tag; leave it out");
  }

  // yaml-cpp takes a line end, and after one even the end of the file, as part of a quoted text;
  // then a forgotten quote would swallow the keys below it.
  void CheckQuotes(const YAML::Mark& mark) const {
    size_t line = static_cast<size_t>(mark.line);
    size_t column = static_cast<size_t>(mark.column);
    char quote = line < lines_.size() && column < lines_[line].size() ? lines_[line][column] : ' ';
    if (quote != '"' && quote != '\'') Refuse(mark, "has a block text; write it in one line");
    absl::string_view rest = lines_[line].substr(column + 1);
    for (size_t i = 0; i < rest.size(); ++i) {
      if (rest[i] == quote) return;
      if (quote == '"' && rest[i] == '\\') ++i;
    }
    Refuse(mark, "has a quote that does not end in its line");
  }

  void AddKey(const YAML::Mark& mark, const std::string& key) {
    auto same = std::find_if(entries_.begin(), entries_.end(),
                             [&key](const YamlEntry& entry) { return entry.key == key; });
    if (same != entries_.end()) {
      throw YAML::ParserException(
          mark,
          absl::StrCat(Shown(key), " is given twice; it stands in line ", same->line, " too"));
    }
    if (entries_.size() >= kConfigFileKeysMax) Refuse(mark, "has too many keys");
    entries_.push_back({key, {}, false, mark.line + 1});
  }

  const std::vector<absl::string_view> lines_;
  Place place_ = Place::kOutside;
  int document_count_ = 0;
  std::vector<YamlEntry> entries_;
};

// For the C++ standard library, in which yaml-cpp reads.
std::istringstream StreamOf(absl::string_view content) {
  return std::istringstream(std::string(content));
}

}  // namespace

absl::StatusOr<std::vector<YamlEntry>> ParseConfigYaml(absl::string_view name,
                                                       absl::string_view content) {
  if (content.size() > kConfigFileBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat(name, " has ", content.size(), " bytes; ",
                                                   kConfigFileBytesMax, " are allowed"));
  }
  // yaml-cpp would guess an encoding from these.
  if (content.find('\0') != absl::string_view::npos || absl::StartsWith(content, "\xef\xbb\xbf") ||
      absl::StartsWith(content, "\xfe\xff") || absl::StartsWith(content, "\xff\xfe")) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ":1: is not UTF-8 text, or begins with a byte order mark"));
  }
  try {
    std::istringstream stream = StreamOf(content);
    YAML::Parser parser(stream);
    EntryCollector collector(content);
    while (parser.HandleNextDocument(collector)) {
    }
    return collector.TakeEntries();
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ":", error.mark.line + 1, ": ", absl::Utf8SafeCEscape(error.msg)));
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": is not YAML: ", absl::Utf8SafeCEscape(error.what())));
  }
}

std::string QuoteYaml(absl::string_view text) {
  YAML::Emitter out;
  out << YAML::DoubleQuoted << std::string(text);
  return out.c_str();
}

}  // namespace berthmaster
