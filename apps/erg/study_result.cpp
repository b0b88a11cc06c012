// SPDX-License-Identifier: Apache-2.0
#include "study_result.h"

#include <array>
#include <charconv>
#include <csignal>
#include <nlohmann/json.hpp>

#include "erg/text_table.h"
#include "optional_json.h"

namespace erg {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 4> kWords{"done", "out_of_memory", "time_limit", "failed"};

// The last line that says something, as error messages of erg are one line.
std::string last_line(const std::string& text) {
  auto end = text.find_last_not_of("\r\n \t");
  if (end == std::string::npos) return {};
  const auto begin = text.find_last_of('\n', end);
  auto line = text.substr(begin == std::string::npos ? 0 : begin + 1,
                          end - (begin == std::string::npos ? 0 : begin + 1) + 1);
  constexpr std::size_t kMost = 400;
  if (line.size() > kMost) line = line.substr(0, kMost) + "...";
  return plain_text(line);
}

// In PyTorch's words, the C++ library's, and the kernel's, which kills.
bool ran_out_of_memory(const TrainingEnd& end) {
  for (const auto* words : {"out of memory", "can't allocate memory", "not enough memory",
                            "bad_alloc", "Cannot allocate memory", "DefaultCPUAllocator"}) {
    if (end.err.find(words) != std::string::npos) return true;
  }
  return end.exit_status == 128 + SIGKILL && end.cut == CutShort::no;
}

void read_totals(const Json& run, StudyResult& result) {
  const char* best = nullptr;
  for (const auto& breakdown : run.value("breakdowns", Json::array())) {
    const std::string by = breakdown.value("by", "");
    const bool better = by == "run" || (by == "device" && !best);
    if (!better || !breakdown["device"].is_null() || (best && std::string{best} == "run")) continue;
    best = by == "run" ? "run" : "device";
    result.energy_j = number_at(breakdown["total"], "energy_j");
    result.time_s = number_at(breakdown["total"], "time_s");
  }
  for (const auto& epoch : run.value("epochs", Json::array())) {
    if (const auto accuracy = number_at(epoch, "test_accuracy")) result.test_accuracy = accuracy;
  }
  constexpr std::string_view kBefore = "at most ";
  for (const auto& part : run.value("parts", Json::array())) {
    for (const auto& note : part.value("notes", Json::array())) {
      const auto text = note.get<std::string>();
      const auto bytes = text.find(" bytes of device memory");
      const auto from = text.rfind(kBefore, bytes);
      if (bytes == std::string::npos || from == std::string::npos) continue;
      double value = 0;
      std::from_chars(text.data() + from + kBefore.size(), text.data() + bytes, value);
      result.peak_memory_bytes = value;
    }
  }
}

}  // namespace

std::string_view to_string(StudyOutcome outcome) { return kWords[std::size_t(outcome)]; }

std::string to_json(const StudyResult& result) {
  Json json;
  json["outcome"] = to_string(result.outcome);
  json["energy_j"] = json_of(result.energy_j);
  json["time_s"] = json_of(result.time_s);
  json["test_accuracy"] = json_of(result.test_accuracy);
  json["peak_memory_bytes"] = json_of(result.peak_memory_bytes);
  json["planned_macs"] = json_of(result.planned_macs);
  json["device"] = result.device;
  json["words"] = result.words;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<StudyResult> result_from(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  StudyResult result;
  const auto outcome = json.value("outcome", "");
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (outcome == kWords[i]) result.outcome = StudyOutcome(i);
  }
  result.energy_j = number_at(json, "energy_j");
  result.time_s = number_at(json, "time_s");
  result.test_accuracy = number_at(json, "test_accuracy");
  result.peak_memory_bytes = number_at(json, "peak_memory_bytes");
  result.planned_macs = number_at(json, "planned_macs");
  result.device = json.value("device", "");
  result.words = json.value("words", "");
  return result;
}

StudyResult result_of(const TrainingEnd& end, std::optional<RunId>& run) {
  StudyResult result;
  const Json printed = Json::parse(end.out, nullptr, false);
  if (printed.is_object()) {
    run = RunId::parse(printed.value("id", ""));
    read_totals(printed, result);
  }
  if (end.cut == CutShort::time_limit) {
    result.outcome = StudyOutcome::time_limit;
    result.words = "stopped at its time limit";
  } else if (end.exit_status == 0 && run) {
    result.outcome = StudyOutcome::done;
  } else {
    const bool memory = ran_out_of_memory(end);
    result.outcome = memory ? StudyOutcome::out_of_memory : StudyOutcome::failed;
    result.words = last_line(end.err);
    if (result.words.empty()) {
      result.words = "ended with exit status " + std::to_string(end.exit_status);
    }
  }
  return result;
}

}  // namespace erg
