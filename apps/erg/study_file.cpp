// SPDX-License-Identifier: Apache-2.0
#include "study_file.h"

#define TOML_HEADER_ONLY 1
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <span>
#include <sstream>

#include "erg/suggest.h"
#include "study_data.h"

namespace erg {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 8> kTop{"name",    "description", "order", "seed",
                                               "repeats", "matrix",      "train", "pace"};
constexpr std::array<std::string_view, 8> kMatrix{"networks",      "data",           "batch_sizes",
                                                  "epochs",        "precision",      "power_caps_w",
                                                  "sm_clocks_mhz", "instrumentation"};
constexpr std::array<std::string_view, 4> kPace{"warm_up_s", "steady", "cool_down_s",
                                                "time_limit_s"};
constexpr std::array<std::string_view, 18> kTrain{
    "device", "max_steps", "seed",     "input",          "evaluate",      "optimizer",
    "lr",     "momentum",  "nesterov", "schedule",       "weight_decay",  "warmup",
    "init",   "threads",   "data_dir", "until_accuracy", "channels_last", "loader_threads"};
constexpr std::array<std::string_view, 4> kPrecisions{"fp32", "tf32", "bf16", "fp16"};
constexpr std::array<std::string_view, 8> kLevels{
    "none", "phases", "layers", "sync-step", "sync-phases", "sync-layers", "nosync1", "nosync3"};
constexpr std::array<std::string_view, 3> kOrders{"random", "abba", "given"};

std::string listed(Names names) {
  std::string text;
  for (const auto name : names) text += (text.empty() ? "" : ", ") + std::string{name};
  return text;
}

// Reads one table of the file and says where it went wrong.
class Reader {
 public:
  Reader(const toml::table& table, std::string path, std::string title)
      : table_{table}, path_{std::move(path)}, title_{std::move(title)} {}

  [[noreturn]] void refuse(std::string_view key, const std::string& words) const {
    const auto* node = table_.get(key);
    const auto line = node ? node->source().begin.line : table_.source().begin.line;
    throw StudyError{fmt::format("{}:{}: {}", path_, line, words)};
  }

  void know_only(Names known) const {
    for (const auto& [key, node] : table_) {
      if (std::ranges::find(known, key.str()) != known.end()) continue;
      refuse(key.str(), fmt::format("unknown key '{}'{}{}; there are {}", key.str(),
                                    title_.empty() ? "" : " in [" + title_ + "]",
                                    suggestion(key.str(), known), listed(known)));
    }
  }

  template <class Value>
  void read(std::string_view key, Value& into, std::string_view what) const {
    if (const auto* node = table_.get(key)) into = value<Value>(*node, key, what);
  }

  // A list, or one value for a list of one.
  template <class Value>
  void read_list(std::string_view key, std::vector<Value>& into, std::string_view what) const {
    const auto* node = table_.get(key);
    if (!node) return;
    into.clear();
    if (const auto* array = node->as_array()) {
      for (const auto& one : *array) into.push_back(value<Value>(one, key, what));
    } else {
      into.push_back(value<Value>(*node, key, what));
    }
    if (into.empty()) refuse(key, fmt::format("'{}' is an empty list: nothing would run", key));
    for (auto one = into.begin(); one != into.end(); ++one) {
      if (std::find(one + 1, into.end(), *one) != into.end()) {
        refuse(key, fmt::format("'{}' lists {} twice", key, *one));
      }
    }
  }

  void must_be_one_of(std::string_view key, std::string_view word, Names words) const {
    if (std::ranges::find(words, word) != words.end()) return;
    refuse(key, fmt::format("'{}' cannot be '{}'{}; there are {}", key, word,
                            suggestion(word, words), listed(words)));
  }

  template <class Value>
  void must_be_at_least(std::string_view key, Value value, Value least) const {
    if (value < least)
      refuse(key, fmt::format("'{}' must be {} or more, not {}", key, least, value));
  }

 private:
  template <class Value>
  Value value(const toml::node& node, std::string_view key, std::string_view what) const {
    const auto found = node.value<Value>();
    if (!found) refuse(key, fmt::format("'{}' must be {}", key, what));
    return *found;
  }

  const toml::table& table_;
  std::string path_;
  std::string title_;
};

Reader part(const toml::table& file, std::string_view title, const std::string& path) {
  static const toml::table empty;
  const auto* node = file.get(title);
  if (!node) return {empty, path, std::string{title}};
  if (!node->is_table()) {
    Reader{file, path, ""}.refuse(title, fmt::format("'{0}' must be a table: [{0}]", title));
  }
  return {*node->as_table(), path, std::string{title}};
}

void read_matrix(const Reader& matrix, StudyFile& study) {
  matrix.know_only(kMatrix);
  matrix.read_list("networks", study.networks, "a list of networks' names or files");
  matrix.read_list("data", study.data, "a list of data sets' names");
  matrix.read_list("batch_sizes", study.batch_sizes, "a list of whole numbers");
  matrix.read_list("epochs", study.epochs, "a list of whole numbers");
  matrix.read_list("precision", study.precision, "a list of words");
  matrix.read_list("instrumentation", study.instrumentation, "a list of words");
  matrix.read_list("power_caps_w", study.power_caps_w, "a list of watts, 0 for the limit found");
  matrix.read_list("sm_clocks_mhz", study.sm_clocks_mhz, "a list of megahertz, 0 for no lock");
  if (study.networks.empty()) matrix.refuse("networks", "[matrix] names no networks");
  if (study.data.empty()) matrix.refuse("data", "[matrix] names no data");
  for (const auto n : study.batch_sizes) matrix.must_be_at_least("batch_sizes", n, std::int64_t{1});
  for (const auto n : study.epochs) matrix.must_be_at_least("epochs", n, std::int64_t{1});
  for (const auto w : study.power_caps_w) matrix.must_be_at_least("power_caps_w", w, 0.0);
  for (const auto mhz : study.sm_clocks_mhz) matrix.must_be_at_least("sm_clocks_mhz", mhz, 0.0);
  for (const auto& word : study.precision) matrix.must_be_one_of("precision", word, kPrecisions);
  for (const auto& word : study.instrumentation) {
    matrix.must_be_one_of("instrumentation", word, kLevels);
  }
}

// What erg train takes as it is; it judges the values itself.
void read_train(const toml::table& file, const Reader& train, StudyFile& study) {
  train.know_only(kTrain);
  train.read("device", study.device, "cpu, cuda or cuda:N");
  train.read("max_steps", study.max_steps, "a whole number");
  train.must_be_at_least("max_steps", study.max_steps, std::int64_t{0});
  std::int64_t seed = 0;
  train.read("seed", seed, "a whole number");
  study.train_seed = static_cast<std::uint64_t>(seed);
  const auto* table = file["train"].as_table();
  if (!table) return;
  for (const auto& [key, node] : *table) {
    std::string option{key.str()};
    if (option == "device" || option == "max_steps" || option == "seed") continue;
    std::ranges::replace(option, '_', '-');
    if (const auto on = node.value_exact<bool>()) {
      if (option == "evaluate") {
        if (!*on) study.train.emplace_back("--no-evaluate", "");
      } else if (*on) {
        study.train.emplace_back("--" + option, "");
      }
    } else if (const auto text = node.value_exact<std::string>()) {
      study.train.emplace_back("--" + option, *text);
    } else if (const auto whole = node.value_exact<std::int64_t>()) {
      study.train.emplace_back("--" + option, std::to_string(*whole));
    } else if (const auto real = node.value_exact<double>()) {
      study.train.emplace_back("--" + option, fmt::format("{}", *real));
    } else {
      train.refuse(key.str(), fmt::format("'{}' must be one value", key.str()));
    }
  }
}

void read_pace(const Reader& pace, StudyFile& study) {
  pace.know_only(kPace);
  const auto seconds = [&](std::string_view key, Seconds& into) {
    double value = into.count();
    pace.read(key, value, "a number of seconds");
    pace.must_be_at_least(key, value, 0.0);
    into = Seconds{value};
  };
  seconds("warm_up_s", study.warm_up);
  seconds("cool_down_s", study.cool_down);
  seconds("time_limit_s", study.time_limit);
  pace.read("steady", study.steady, "a number such as 0.02");
}

}  // namespace

StudyFile parse_study(std::string_view text, const std::string& path) {
  toml::table file;
  try {
    file = toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    throw StudyError{
        fmt::format("{}:{}: {}", path, error.source().begin.line, error.description())};
  }
  StudyFile study;
  const Reader top{file, path, ""};
  top.know_only(kTop);
  top.read("name", study.name, "a text");
  if (study.name.empty()) top.refuse("name", "the study has no 'name'");
  top.read("description", study.description, "a text");
  std::string order = "random";
  top.read("order", order, "random, abba or given");
  top.must_be_one_of("order", order, kOrders);
  study.order = order == "abba"    ? StudyOrder::abba
                : order == "given" ? StudyOrder::given
                                   : StudyOrder::random;
  std::int64_t seed = 1;
  top.read("seed", seed, "a whole number");
  study.seed = static_cast<std::uint64_t>(seed);
  top.read("repeats", study.repeats, "a whole number");
  top.must_be_at_least("repeats", study.repeats, std::int64_t{1});
  read_matrix(part(file, "matrix", path), study);
  read_train(file, part(file, "train", path), study);
  read_pace(part(file, "pace", path), study);
  return study;
}

StudyFile read_study(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    throw StudyError{"cannot read the study file " + path + ": is it there, and is it a file?"};
  }
  return parse_study(text.str(), path);
}

StudyFile miniature(StudyFile study) {
  study.name += "-small";
  study.repeats = 1;
  study.epochs = {1};
  study.device = "cpu";
  study.max_steps = 2;
  for (std::size_t i = 0; i < study.batch_sizes.size(); ++i) {
    study.batch_sizes[i] = std::min(study.batch_sizes[i], static_cast<std::int64_t>(2 + i));
  }
  for (auto& data : study.data) data = made_like(data);
  std::erase(study.precision, "tf32");  // no CPU has it
  if (study.precision.empty()) study.precision = {"fp32"};
  std::erase_if(study.train, [](const auto& option) {
    return option.first == "--until-accuracy" || option.first == "--no-evaluate";
  });
  study.train.emplace_back("--no-evaluate", "");
  study.warm_up = study.cool_down = Seconds{0};
  study.time_limit = Seconds{300};
  return study;
}

}  // namespace erg
