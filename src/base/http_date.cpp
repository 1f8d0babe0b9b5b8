// The dates of HTTP.
#include <algorithm>
#include <array>
#include <charconv>

#include "base/time.h"

namespace upkeep {
namespace {

constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// The number that these digits write; -1 when they are none.
int number_of(std::string_view digits) {
  int number = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool is_whole = error == std::errc{} && end == digits.data() + digits.size();
  return is_whole && digits.front() != '-' ? number : -1;
}

}  // namespace

std::optional<Time> parse_http_date(std::string_view text) {
  constexpr std::string_view form = "Ddd, 00 Mmm 0000 00:00:00 GMT";
  if (text.size() != form.size() || text.substr(3, 2) != ", " || !text.ends_with(" GMT")) return {};
  const auto* const month = std::ranges::find(months, text.substr(8, 3));
  const int day = number_of(text.substr(5, 2)), year = number_of(text.substr(12, 4));
  const int hour = number_of(text.substr(17, 2)), minute = number_of(text.substr(20, 2));
  const int second = number_of(text.substr(23, 2));
  const std::chrono::year_month_day date{
      std::chrono::year{year},
      std::chrono::month{static_cast<unsigned>(month - months.begin()) + 1},
      std::chrono::day{static_cast<unsigned>(std::max(day, 0))}};
  if (year < 0 || !date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
      second > 60) {
    return {};
  }
  return Time{std::chrono::sys_days{date} + std::chrono::hours{hour} +
              std::chrono::minutes{minute} + std::chrono::seconds{second}};
}

}  // namespace upkeep
