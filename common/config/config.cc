#include "common/config/config.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/config/convert.h"
#include "common/config/yaml_file.h"
#include "common/file/file.h"
#include "common/log/log.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// One value that was given, and by whom.
struct Given {
  std::vector<std::string> texts;
  // Of a YAML list only; a flag and a variable have their own way to be one.
  bool is_yaml_list = false;
  bool from_yaml = false;
  std::string source;
};

// By key name, the strongest source first.
using GivenByKey = std::map<std::string, std::vector<Given>>;

[[noreturn]] void Bug(absl::string_view what) {
  LogError("bug in a configuration table: ", what);
  std::abort();
}

const ConfigKey* FindKey(const ConfigTable& table, absl::string_view name) {
  auto found = std::find_if(table.begin(), table.end(),
                            [name](const ConfigKey& key) { return key.name == name; });
  return found == table.end() ? nullptr : &*found;
}

std::string KeyNames(const ConfigTable& table) {
  return absl::StrJoin(
      table, ", ", [](std::string* out, const ConfigKey& key) { absl::StrAppend(out, key.name); });
}

absl::Status TakeFlags(const ConfigTable& table, const ConfigInputs& inputs, GivenByKey& given) {
  for (const auto& [name, texts] : inputs.flags) {
    if (FindKey(table, name) == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("--", name, " is not a flag; see --help"));
    }
    given[name].push_back({texts, false, false, absl::StrCat("--", name)});
  }
  return absl::OkStatus();
}

void TakeEnvironment(const ConfigTable& table, const ConfigInputs& inputs, GivenByKey& given) {
  if (!inputs.environment) return;
  for (const ConfigKey& key : table) {
    std::string variable = EnvironmentName(key.name);
    std::optional<std::string> text = inputs.environment(variable);
    if (!text.has_value() || text->empty()) continue;
    std::vector<std::string> texts = {*text};
    if (key.kind == ConfigKind::kStringList) texts = absl::StrSplit(*text, ',');
    given[key.name].push_back({std::move(texts), false, false, std::move(variable)});
  }
}

absl::Status TakeFile(const ConfigTable& table, const ConfigInputs& inputs, GivenByKey& given) {
  if (inputs.file_path.empty()) return absl::OkStatus();
  absl::StatusOr<std::string> content = ReadFile(inputs.file_path, kConfigFileBytesMax);
  if (!content.ok()) return Annotate(content.status(), "--config");
  BERTHMASTER_ASSIGN_OR_RETURN(std::vector<YamlEntry> entries,
                               ParseConfigYaml(inputs.file_path, *content));
  for (YamlEntry& entry : entries) {
    std::string source = absl::StrCat(inputs.file_path, ":", entry.line);
    if (FindKey(table, entry.key) == nullptr) {
      constexpr size_t kShownBytesMax = 80;  // a key of a hostile file can be as long as the file
      return absl::InvalidArgumentError(absl::StrCat(
          source, ": '",
          absl::Utf8SafeCEscape(absl::string_view(entry.key).substr(0, kShownBytesMax)),
          "' is not a key; the keys are: ", KeyNames(table)));
    }
    given[entry.key].push_back({std::move(entry.texts), entry.is_list, true, std::move(source)});
  }
  return absl::OkStatus();
}

absl::StatusOr<ConfigValue> Convert(const ConfigKey& key, const Given& given) {
  auto refuse = [&](const absl::Status& why) {
    // A flag's or a variable's name is the key already.
    if (!given.from_yaml) return Annotate(why, given.source);
    return Annotate(why, absl::StrCat(given.source, ": ", key.name));
  };
  bool wants_list = key.kind == ConfigKind::kStringList;
  if (given.from_yaml && wants_list != given.is_yaml_list) {
    return refuse(absl::InvalidArgumentError(
        wants_list ? "is one value; write a list, such as [a, b]" : "is a list; write one value"));
  }
  absl::StatusOr<ConfigValue> value = ConvertConfigValue(key, given.texts);
  if (!value.ok()) return refuse(value.status());
  return value;
}

std::string ValueToYaml(const ConfigValue& value) {
  struct Visitor {
    std::string operator()(const std::string& text) const { return QuoteYaml(text); }
    std::string operator()(int64_t number) const { return absl::StrCat(number); }
    std::string operator()(bool on) const { return on ? "true" : "false"; }
    std::string operator()(absl::Duration duration) const { return absl::FormatDuration(duration); }
    std::string operator()(const Endpoint& endpoint) const {
      return QuoteYaml(endpoint.ToString());
    }
    std::string operator()(const std::vector<std::string>& texts) const {
      auto append_quoted = [](std::string* out, const std::string& text) {
        absl::StrAppend(out, QuoteYaml(text));
      };
      return absl::StrCat("[", absl::StrJoin(texts, ", ", append_quoted), "]");
    }
  };
  return std::visit(Visitor(), value);
}

}  // namespace

std::optional<std::string> ProcessEnvironment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

absl::StatusOr<Config> Config::Resolve(const ConfigTable& table, const ConfigInputs& inputs) {
  GivenByKey given_by_key;
  BERTHMASTER_RETURN_IF_ERROR(TakeFlags(table, inputs, given_by_key));
  TakeEnvironment(table, inputs, given_by_key);
  BERTHMASTER_RETURN_IF_ERROR(TakeFile(table, inputs, given_by_key));

  std::vector<Item> items;
  items.reserve(table.size());
  for (const ConfigKey& key : table) {
    absl::StatusOr<ConfigValue> fallback = ConvertConfigValue(key, key.default_value);
    if (!fallback.ok()) Bug(absl::StrCat(key.name, ": default ", fallback.status().message()));
    Item item{key, *std::move(fallback), "default"};
    bool is_strongest = true;
    for (const Given& given : given_by_key[key.name]) {
      BERTHMASTER_ASSIGN_OR_RETURN(ConfigValue value, Convert(key, given));
      if (std::exchange(is_strongest, false)) {
        item.value = std::move(value);
        item.source = given.source;
      }
    }
    items.push_back(std::move(item));
  }
  return Config(std::move(items));
}

const Config::Item& Config::Find(absl::string_view name) const {
  auto found = std::find_if(items_.begin(), items_.end(),
                            [name](const Item& item) { return item.key.name == name; });
  if (found == items_.end()) Bug(absl::StrCat("there is no key ", name));
  return *found;
}

template <typename T>
const T& Config::Get(absl::string_view name) const {
  const T* value = std::get_if<T>(&Find(name).value);
  if (value == nullptr) Bug(absl::StrCat(name, " is of another kind"));
  return *value;
}

const std::string& Config::GetString(absl::string_view name) const {
  return Get<std::string>(name);
}
int64_t Config::GetInteger(absl::string_view name) const { return Get<int64_t>(name); }
bool Config::GetBoolean(absl::string_view name) const { return Get<bool>(name); }
absl::Duration Config::GetDuration(absl::string_view name) const {
  return Get<absl::Duration>(name);
}
const Endpoint& Config::GetEndpoint(absl::string_view name) const { return Get<Endpoint>(name); }
const std::vector<std::string>& Config::GetList(absl::string_view name) const {
  return Get<std::vector<std::string>>(name);
}

const std::string& Config::SourceOf(absl::string_view name) const { return Find(name).source; }

std::string Config::ToYaml() const {
  std::string yaml =
      "# The effective configuration. Flags win over the environment, the environment over the "
      "file,\n"
      "# the file over the default.\n";
  for (const Item& item : items_) {
    std::string fallback = absl::StrJoin(item.key.default_value, ", ");
    absl::StrAppend(&yaml, "\n# ", item.key.help, "\n# ", ValueForm(item.key),
                    "; default: ", fallback.empty() ? "none" : fallback,
                    "; here from: ", absl::Utf8SafeCEscape(item.source), "\n", item.key.name, ": ",
                    ValueToYaml(item.value), "\n");
  }
  return yaml;
}

}  // namespace berthmaster
