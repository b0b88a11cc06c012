// SPDX-License-Identifier: Apache-2.0
#include "time_text.h"

#include <fmt/format.h>

#include <array>

#include "erg/decimal.h"

namespace erg::exchange {
namespace {

// Takes numbers and separators off the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_{text} { skip_blanks(); }

  // Exactly `digits` digits.
  int number(std::size_t digits) {
    int value = 0;
    if (rest_.size() < digits) return fail();
    for (std::size_t i = 0; i < digits; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return fail();
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }
  bool take(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void want(std::string_view any_of) {
    if (!take(any_of)) fail();
  }
  std::string_view word() {
    const auto end = std::min(rest_.find(' '), rest_.size());
    const auto word = rest_.substr(0, end);
    rest_.remove_prefix(end);
    skip_blanks();
    return word;
  }
  Nanoseconds fraction() {
    if (!take(".,")) return Nanoseconds{0};
    std::size_t digits = 0;
    while (digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9') ++digits;
    const auto value = parse_nano("." + std::string{rest_.substr(0, digits)});
    rest_.remove_prefix(digits);
    if (!value) fail();
    return Nanoseconds{value.value_or(0)};
  }
  void skip_blanks() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }
  bool finished() const { return good_ && rest_.empty(); }

 private:
  int fail() {
    good_ = false;
    return 0;
  }

  std::string_view rest_;
  bool good_ = true;
};

// hours, minutes and seconds of a day
Nanoseconds time_of_day(Scanner& scanner) {
  const int hours = scanner.number(2);
  scanner.want(":");
  const int minutes = scanner.number(2);
  scanner.want(":");
  const int seconds = scanner.number(2);
  return std::chrono::hours{hours} + std::chrono::minutes{minutes} + std::chrono::seconds{seconds} +
         scanner.fraction();
}

// "+0200", "+02:00"
std::chrono::minutes offset(Scanner& scanner, bool negative) {
  const int hours = scanner.number(2);
  scanner.take(":");
  const std::chrono::minutes length =
      std::chrono::hours{hours} + std::chrono::minutes{scanner.number(2)};
  return negative ? -length : length;
}

std::optional<UtcTime> assembled(int year, int month, int day, Nanoseconds in_day) {
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  const bool possible = date.ok() && year >= 1970 && year < 2200 && in_day < std::chrono::days{1};
  if (!possible) return std::nullopt;
  return UtcTime{std::chrono::sys_days{date}} + in_day;
}

}  // namespace

std::optional<UtcTime> parse_time_text(std::string_view text) {
  Scanner scanner{text};
  const int year = scanner.number(4);
  scanner.want("/-");
  const int month = scanner.number(2);
  scanner.want("/-");
  const int day = scanner.number(2);
  scanner.want(" T");
  const Nanoseconds in_day = time_of_day(scanner);
  std::chrono::minutes ahead{0};
  if (scanner.take("+")) {
    ahead = offset(scanner, false);
  } else if (scanner.take("-")) {
    ahead = offset(scanner, true);
  } else {
    scanner.take("Z");
  }
  scanner.skip_blanks();
  if (!scanner.finished()) return std::nullopt;
  const auto time = assembled(year, month, day, in_day);
  return time ? std::optional{*time - ahead} : std::nullopt;
}

std::optional<UtcTime> parse_date_text(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths{
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  Scanner scanner{text};
  scanner.word();  // the day of the week
  const std::string_view month_word = scanner.word();
  int month = 0;
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (kMonths[i] == month_word) month = static_cast<int>(i + 1);
  }
  const std::string_view day_word = scanner.word();
  const auto day = parse_number(day_word);
  const Nanoseconds in_day = time_of_day(scanner);
  scanner.want(" ");
  const int year = scanner.number(4);
  std::chrono::minutes ahead{0};
  scanner.skip_blanks();
  if (scanner.take("+")) {
    ahead = offset(scanner, false);
  } else if (scanner.take("-")) {
    ahead = offset(scanner, true);
  }
  if (!scanner.finished() || month == 0 || !day || *day < 1 || *day > 31) return std::nullopt;
  const auto time = assembled(year, month, static_cast<int>(*day), in_day);
  return time ? std::optional{*time - ahead} : std::nullopt;
}

std::string time_text(UtcTime time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{second - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace erg::exchange
