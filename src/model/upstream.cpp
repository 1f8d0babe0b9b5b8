#include "model/upstream.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"

namespace upkeep {
namespace {

/// "min" and "s" are usual in rates; other lengths are written as durations.
std::optional<Duration> length_of(std::string_view text) {
  using namespace std::chrono;
  if (text == "s") return seconds{1};
  if (text == "min" || text == "m") return minutes{1};
  if (text == "h") return hours{1};
  if (text == "d") return days{1};
  const auto length = parse_duration(text);
  return length ? std::optional(*length) : std::nullopt;
}

}  // namespace

Result<Rate> parse_rate(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash != text.npos) {
    const auto count = parse_number(text.substr(0, slash));
    const auto per = length_of(text.substr(slash + 1));
    const bool fits = count && per && *count >= 1 && *count <= 1'000'000 &&
                      *per >= std::chrono::seconds{1} && *per <= std::chrono::days{1};
    if (fits) return Rate{*count, *per};
  }
  return fail(fmt::format("expected a rate like 60/min, 10/s or 3000/h, found `{}`", text));
}

std::string to_text(const Rate& rate) {
  const std::string per = to_text(rate.per);
  const std::string unit = per == "1m"            ? "min"
                           : per.starts_with("1") ? per.substr(per.size() == 2 ? 1 : 0)
                                                  : per;
  return fmt::format("{}/{}", rate.count, unit);
}

std::string encode_spending(const Spending& spending) {
  std::string out;
  for (std::size_t budget = 0; budget < spending.size(); ++budget) {
    for (const Spent& spent : spending[budget]) {
      if (!out.empty()) out += ' ';
      out += fmt::format("{}:{}*{}", budget, spent.at.time_since_epoch().count(), spent.count);
    }
  }
  return out;
}

std::optional<Spending> decode_spending(std::string_view text) {
  Spending spending;
  if (text.empty()) return spending;
  for (const std::string_view word : split(text, ' ')) {
    const std::size_t colon = word.find(':'), star = word.find('*');
    if (colon == word.npos || star == word.npos || star < colon) return {};
    const auto budget = parse_number(word.substr(0, colon));
    const auto count = parse_number(word.substr(star + 1));
    std::int64_t at = 0;
    const char* const last = word.data() + star;
    const auto [end, error] = std::from_chars(word.data() + colon + 1, last, at);
    if (!budget || *budget >= spending.size() || !count || error != std::errc{} || end != last) {
      return {};
    }
    spending[*budget].push_back({Time{Duration{at}}, *count});
  }
  return spending;
}

}  // namespace upkeep
