// SPDX-License-Identifier: Apache-2.0
#include "device_json.h"
#include "erg/json_forms.h"
#include "erg/maintenance.h"
#include "erg/power_limiter.h"
#include "erg/sensor_check.h"
#include "erg/sensor_set.h"

namespace erg {

Json device_json(const Device& device) {
  Json json;
  json["id"] = device.id;
  json["kind"] = to_string(device.kind);
  json["name"] = known(device.name);
  json["driver"] = known(device.driver);
  json["power_limit_w"] = device.power_limit ? Json(device.power_limit->value()) : Json{};
  json["power_limit_max_w"] =
      device.power_limit_max ? Json(device.power_limit_max->value()) : Json{};
  return json;
}

Json channel_json(const Channel& channel) {
  Json json;
  json["name"] = channel.name;
  json["device"] = channel.device;
  json["kind"] = to_string(channel.kind);
  json["unit"] = to_string(channel.unit);
  json["method"] = channel.method;
  json["provenance"] = to_string(channel.provenance);
  json["refresh_s"] = channel.refresh.count();
  json["window_s"] = channel.window.count();
  json["delay_s"] = channel.delay.count();
  json["gain_u"] = channel.gain_u;
  return json;
}

std::string sensors_json(std::span<const Device> devices, std::span<const Channel> channels,
                         std::span<const std::string> notes,
                         std::span<const MissingSource> missing) {
  Json json;
  json["devices"] = Json::array();
  for (const auto& device : devices) json["devices"].push_back(device_json(device));
  json["channels"] = Json::array();
  for (const auto& channel : channels) json["channels"].push_back(channel_json(channel));
  json["missing"] = Json::array();
  for (const auto& source : missing) {
    json["missing"].push_back(
        {{"source", source.source}, {"reason", source.reason}, {"remedy", source.remedy}});
  }
  json["notes"] = notes;
  return dumped(json);
}

std::string store_check_json(std::string_view url, const StoreCheck& check) {
  Json json;
  json["store"] = url;
  json["runs"] = check.runs;
  json["samples"] = check.samples;
  json["spans"] = check.spans;
  json["problems"] = check.problems;
  return dumped(json);
}

std::string power_limits_json(std::span<const CardLimits> cards) {
  Json list = Json::array();
  for (const auto& card : cards) {
    Json json;
    json["device"] = card.power ? card.power->device : card.clock ? card.clock->device : "";
    json["name"] = card.power ? card.power->name : card.clock ? card.clock->name : "";
    const auto watts = [&](auto member) {
      return card.power ? Json(((*card.power).*member).value()) : Json{};
    };
    json["limit_w"] = watts(&PowerLimits::current);
    json["min_w"] = watts(&PowerLimits::min);
    json["max_w"] = watts(&PowerLimits::max);
    json["default_w"] = watts(&PowerLimits::standard);
    json["power_w"] = card.power && card.power->draw ? finite(card.power->draw->value()) : Json{};
    const auto hertz = [](unsigned mhz) { return 1e6 * mhz; };
    json["sm_clock_hz"] =
        card.clock && card.clock->now_mhz ? Json(hertz(*card.clock->now_mhz)) : Json{};
    json["min_clock_hz"] = card.clock ? Json(hertz(card.clock->min_mhz)) : Json{};
    json["max_clock_hz"] = card.clock ? Json(hertz(card.clock->max_mhz)) : Json{};
    list.push_back(std::move(json));
  }
  return dumped(list);
}

std::string live_power_json(Seconds elapsed, std::span<const DevicePower> devices) {
  Json json;
  json["time_s"] = finite(elapsed.count());
  json["devices"] = Json::array();
  for (const auto& one : devices) {
    Json row;
    row["device"] = one.device;
    row["power_w"] = one.power ? finite(one.power->value()) : Json{};
    row["provenance"] = to_string(one.provenance);
    json["devices"].push_back(std::move(row));
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string profiles_json(std::span<const ChannelProfile> profiles,
                          std::span<const std::string> warnings) {
  const auto known = [](const auto& value) { return value ? finite(in_si(*value)) : Json{}; };
  Json json;
  json["channels"] = Json::array();
  for (const auto& one : profiles) {
    Json row;
    row["device"] = one.device;
    row["channel"] = one.channel;
    row["refresh_s"] = known(one.refresh);
    row["window_s"] = one.response ? finite(one.response->window.count()) : Json{};
    row["delay_s"] = one.response ? finite(one.response->delay.count()) : Json{};
    row["misfit"] = one.response ? finite(one.response->misfit) : Json{};
    row["noise_w"] = known(one.noise);
    row["idle_cold_w"] = known(one.idle_cold);
    row["idle_hot_w"] = known(one.idle_hot);
    row["load_w"] = known(one.load);
    row["read_cost_s"] = known(one.read_cost);
    row["disagreement"] = optional_number(one.disagreement);
    json["channels"].push_back(std::move(row));
  }
  json["warnings"] = warnings;
  return dumped(json);
}

}  // namespace erg
