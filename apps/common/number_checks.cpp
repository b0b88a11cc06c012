// SPDX-License-Identifier: Apache-2.0
#include "number_checks.h"

#include <fmt/format.h>

#include <cmath>
#include <functional>

namespace erg {
namespace {

// Of a text that is no number at all CLI11 itself says so.
CLI::Validator number_check(std::string wanted, std::function<bool(double)> good) {
  return CLI::Validator{
      [wanted = std::move(wanted), good = std::move(good)](const std::string& text) -> std::string {
        double value = 0;
        if (!CLI::detail::lexical_cast(text, value)) return "wanted a number, got '" + text + "'";
        if (std::isfinite(value) && good(value)) return "";
        return "wanted " + wanted + ", got " + text;
      },
      ""};
}

}  // namespace

CLI::Validator at_least(double least) {
  return number_check(fmt::format("{:g} or more", least),
                      [least](double value) { return value >= least; });
}

CLI::Validator more_than(double bound) {
  return number_check(fmt::format("more than {:g}", bound),
                      [bound](double value) { return value > bound; });
}

CLI::Validator between_numbers(double least, double most) {
  return number_check(fmt::format("{:g} to {:g}", least, most),
                      [=](double value) { return value >= least && value <= most; });
}

}  // namespace erg
