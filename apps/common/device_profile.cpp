// SPDX-License-Identifier: Apache-2.0
#include "device_profile.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "erg/numbers.h"
#include "optional_json.h"

namespace erg {
namespace {

using Json = nlohmann::ordered_json;

// A card has its own name everywhere; "cpu-0" is one on each host.
std::string document_name(const std::string& device, const std::string& host) {
  return device.starts_with("GPU-") ? device : host + "/" + device;
}

Json form(const ChannelProfile& channel) {
  Json json;
  json["channel"] = channel.channel;
  json["refresh_s"] = json_of(channel.refresh);
  json["window_s"] = channel.response ? Json(channel.response->window.count()) : Json{};
  json["delay_s"] = channel.response ? Json(channel.response->delay.count()) : Json{};
  json["misfit"] = channel.response ? Json(channel.response->misfit) : Json{};
  json["noise_w"] = json_of(channel.noise);
  json["idle_cold_w"] = json_of(channel.idle_cold);
  json["idle_hot_w"] = json_of(channel.idle_hot);
  json["load_w"] = json_of(channel.load);
  json["read_cost_s"] = json_of(channel.read_cost);
  json["disagreement"] = json_of(channel.disagreement);
  return json;
}

ChannelProfile read_channel(const Json& json, const std::string& device) {
  ChannelProfile channel;
  channel.channel = json.value("channel", "");
  channel.device = device;
  channel.refresh = number_at<Seconds>(json, "refresh_s");
  const auto window = number_at<Seconds>(json, "window_s"),
             delay = number_at<Seconds>(json, "delay_s");
  if (window && delay) {
    channel.response = Response{*window, *delay, number_at<double>(json, "misfit").value_or(0)};
  }
  channel.noise = number_at<Watts>(json, "noise_w");
  channel.idle_cold = number_at<Watts>(json, "idle_cold_w");
  channel.idle_hot = number_at<Watts>(json, "idle_hot_w");
  channel.load = number_at<Watts>(json, "load_w");
  channel.read_cost = number_at<Seconds>(json, "read_cost_s");
  channel.disagreement = number_at<double>(json, "disagreement");
  return channel;
}

std::optional<IdleMaxModel> read_cpu_model(const Json& json) {
  const auto idle = number_at<Watts>(json, "idle_w"), max = number_at<Watts>(json, "max_w");
  const auto exponent = number_at<double>(json, "exponent");
  if (!idle || !max || !exponent || *max <= *idle) return std::nullopt;
  return IdleMaxModel{*idle, *max, *exponent};
}

}  // namespace

void save_profile(Store& store, const DeviceProfile& profile) {
  Json json;
  json["device"] = profile.device;
  json["name"] = profile.name;
  json["host"] = profile.host;
  json["channels"] = Json::array();
  for (const auto& channel : profile.channels) json["channels"].push_back(form(channel));
  if (profile.cpu_model) {
    json["cpu_model"] = {{"idle_w", profile.cpu_model->idle.value()},
                         {"max_w", profile.cpu_model->max.value()},
                         {"exponent", profile.cpu_model->exponent}};
  }
  Document document;
  document.kind = document_kind::kDeviceProfile;
  document.name = document_name(profile.device, profile.host);
  document.text = json.dump(2, ' ', false, Json::error_handler_t::replace);
  store.save_document(document);
}

std::optional<DeviceProfile> find_profile_of(const Store& store, const Device& device,
                                             const std::string& host) {
  const auto document =
      store.document(document_kind::kDeviceProfile, document_name(device.id, host));
  if (!document) return std::nullopt;
  try {
    const Json json = Json::parse(document->text);
    DeviceProfile profile{device.id, json.value("name", ""), json.value("host", ""), {},
                          {},        document->saved};
    if (const auto model = json.find("cpu_model"); model != json.end()) {
      profile.cpu_model = read_cpu_model(*model);
    }
    for (const auto& channel : json.at("channels")) {
      profile.channels.push_back(read_channel(channel, device.id));
    }
    return profile;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::optional<IdleMaxModel> calibrated_cpu_model(const Store& store, const std::string& host) {
  const auto profile = find_profile_of(store, {"cpu-0", DeviceKind::cpu, "", "", {}, {}}, host);
  return profile ? profile->cpu_model : std::nullopt;
}

std::optional<IdlePower> idle_power(const DeviceProfile& profile) {
  constexpr std::array<std::string_view, 3> kPreferred{"power_ring", "power_instant", "energy"};
  const ChannelProfile* chosen = nullptr;
  std::size_t best = kPreferred.size() + 1;
  for (const auto& channel : profile.channels) {
    if (!channel.idle_cold) continue;
    const auto place = static_cast<std::size_t>(std::ranges::find(kPreferred, channel.channel) -
                                                kPreferred.begin());
    if (place < best) best = place, chosen = &channel;
  }
  if (!chosen) return std::nullopt;
  return IdlePower{profile.device, *chosen->idle_cold, Provenance::measured,
                   "cold idle, profile of " + utc_text(profile.taken)};
}

}  // namespace erg
