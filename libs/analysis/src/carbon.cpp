// SPDX-License-Identifier: Apache-2.0
#include "erg/carbon.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <stdexcept>

#include "erg/suggest.h"

namespace erg {
namespace {

constexpr double kJoulesPerKwh = 3.6e6;
constexpr std::size_t kDay = 24;
constexpr std::size_t kYear = 8760;

std::string upper(std::string_view text) {
  std::string result{text};
  for (char& letter : result) {
    letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  }
  return result;
}

}  // namespace

const GridIntensity& grid_of(std::string_view zone) {
  const auto wanted = upper(zone);
  for (const auto& row : grid_table()) {
    if (row.zone == wanted || upper(row.name) == wanted) return row;
    if (!row.letters.empty() && row.letters == wanted) return row;
  }
  std::vector<std::string_view> names;
  for (const auto& row : grid_table()) {
    names.push_back(row.zone);
    names.push_back(row.name);
  }
  throw std::invalid_argument{"no grid is called '" + std::string{zone} + "'" +
                              suggestion(zone, names) +
                              "; erg carbon --list shows them; --intensity takes a number, "
                              "--hourly a file of hours"};
}

const GridIntensity& world_default() { return grid_of("WORLD"); }

HourlyIntensity::HourlyIntensity(std::vector<double> g_per_kwh) : hours_{std::move(g_per_kwh)} {
  if (hours_.size() != kDay && hours_.size() != kYear && hours_.size() != kYear + kDay) {
    throw std::invalid_argument{"an hourly intensity has 24, 8760 or 8784 hours, not " +
                                std::to_string(hours_.size())};
  }
  for (const double value : hours_) {
    if (!(value >= 0 && std::isfinite(value))) {
      throw std::invalid_argument{"an hourly intensity holds what is no number of 0 or more"};
    }
  }
}

double HourlyIntensity::at(UtcTime time) const {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const auto hour = static_cast<std::size_t>(floor<hours>(time - day).count());
  if (hours_.size() == kDay) return hours_[hour];
  const year_month_day date{day};
  const auto of_year = static_cast<std::size_t>((day - sys_days{date.year() / 1 / 1}).count());
  // The last day of a leap year has the hours of the day before where the file has none.
  return hours_[std::min(of_year * kDay + hour, hours_.size() - kDay + hour)];
}

double HourlyIntensity::mean(UtcTime begin, UtcTime end) const {
  using namespace std::chrono;
  if (end <= begin) return at(begin);
  double sum = 0;
  for (UtcTime now = begin; now < end;) {
    const UtcTime next = std::min(end, UtcTime{floor<hours>(now) + hours{1}});
    sum += at(now) * duration<double>(next - now).count();
    now = next;
  }
  return sum / duration<double>(end - begin).count();
}

double Footprint::operational_location_g() const {
  return energy.value() / kJoulesPerKwh * pue * location_g_per_kwh;
}

std::optional<double> Footprint::operational_market_g() const {
  if (!market_g_per_kwh) return std::nullopt;
  return energy.value() / kJoulesPerKwh * pue * *market_g_per_kwh;
}

double embodied_g(const Embodied& embodied, Seconds time) {
  return embodied.total_g * (time / embodied.lifetime) * embodied.share;
}

double software_carbon_intensity(const Footprint& footprint, double functional_units) {
  return footprint.total_g() / functional_units;
}

std::vector<Equivalent> equivalents(double grams) {
  return {{"km in a petrol car", grams / 170,
           "170 g/km, a mean car of the UK; UK government, conversion factors 2022"},
          {"km in a train", grams / 35,
           "35 g/km and passenger, national rail; UK government, conversion factors 2022"}};
}

}  // namespace erg
