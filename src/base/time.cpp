#include "base/time.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"

namespace upkeep {
namespace {

using namespace std::chrono;

struct Unit {
  std::string_view name;
  Duration length;
};

constexpr std::array<Unit, 6> units{{{"w", weeks{1}},
                                     {"d", days{1}},
                                     {"h", hours{1}},
                                     {"m", minutes{1}},
                                     {"s", seconds{1}},
                                     {"ms", milliseconds{1}}}};

/// Reads fixed-width numbers and literal characters off the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  bool ok() const { return ok_; }
  bool at_end() const { return text_.empty(); }

  int number(std::size_t width) {
    if (!ok_ || text_.size() < width) return fail();
    int value = 0;
    for (const char c : text_.substr(0, width)) {
      if (c < '0' || c > '9') return fail();
      value = value * 10 + (c - '0');
    }
    text_.remove_prefix(width);
    return value;
  }
  bool take(char wanted) {
    if (!ok_ || text_.empty() || text_.front() != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }
  void need(char wanted) {
    if (!take(wanted)) fail();
  }
  /// Fraction of a second, cut to milliseconds.
  milliseconds fraction() {
    int value = 0, digits = 0;
    while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') {
      if (digits < 3) value = value * 10 + (text_.front() - '0');
      ++digits;
      text_.remove_prefix(1);
    }
    if (digits == 0) fail();
    for (int i = digits; i < 3; ++i) value *= 10;
    return milliseconds{value};
  }
  int fail() {
    ok_ = false;
    return 0;
  }

 private:
  std::string_view text_;
  bool ok_ = true;
};

minutes scan_offset(Scanner& scan) {
  if (scan.take('Z') || scan.take('z')) return {};
  const bool west = scan.take('-');
  if (!west) scan.need('+');
  const hours h{scan.number(2)};
  scan.need(':');
  const minutes m{scan.number(2)};
  if (h > hours{23} || m > minutes{59}) scan.fail();
  return west ? -(h + m) : h + m;
}

}  // namespace

std::string to_text(Time time) {
  const sys_days day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  if (clock.subseconds().count() != 0) text += fmt::format(".{:03}", clock.subseconds().count());
  return text + "Z";
}

std::optional<Time> parse_time(std::string_view text) {
  Scanner scan(text);
  const int y = scan.number(4);
  scan.need('-');
  const int mo = scan.number(2);
  scan.need('-');
  const int d = scan.number(2);
  if (!scan.take('T') && !scan.take('t') && !scan.take(' ')) return {};
  const hours h{scan.number(2)};
  scan.need(':');
  const minutes m{scan.number(2)};
  scan.need(':');
  const seconds s{scan.number(2)};
  const milliseconds fraction = scan.take('.') ? scan.fraction() : milliseconds{};
  const minutes offset = scan_offset(scan);
  const year_month_day date{year{y}, month{static_cast<unsigned>(mo)},
                            day{static_cast<unsigned>(d)}};
  if (!scan.ok() || !scan.at_end() || !date.ok() || h > hours{23} || m > minutes{59} ||
      s > seconds{60}) {
    return {};
  }
  return sys_days{date} + h + m + s + fraction - offset;
}

std::string to_text(Duration duration) {
  if (duration < Duration{}) return "-" + to_text(-duration);
  if (duration == Duration{}) return "0s";
  for (const Unit& unit : units) {
    if (unit.name != "w" && duration % unit.length == Duration{}) {
      return fmt::format("{}{}", duration / unit.length, unit.name);
    }
  }
  return fmt::format("{}ms", duration.count());
}

std::string to_rough_text(Duration duration) {
  if (duration < Duration{}) return "-" + to_rough_text(-duration);
  if (duration < seconds{10}) {
    const std::int64_t tenths = (duration.count() + 50) / 100;
    return fmt::format("{}.{}s", tenths / 10, tenths % 10);
  }
  for (std::size_t i = 1; i + 2 < units.size(); ++i) {
    const Unit& unit = units[i];
    if (duration < unit.length) continue;
    const Unit& next = units[i + 1];
    const auto rest = duration % unit.length / next.length;
    const std::string text = fmt::format("{}{}", duration / unit.length, unit.name);
    return rest == 0 ? text : fmt::format("{} {}{}", text, rest, next.name);
  }
  return fmt::format("{}s", duration / seconds{1});
}

Result<Duration> parse_duration(std::string_view text) {
  const auto wrong = [&] {
    return fail(
        fmt::format("`{}` is not a duration; write it like 50ms, 30s, 15m, 1h, 7d or 1w", text));
  };
  Duration sum{};
  std::string_view rest = trim(text);
  if (rest == "0") return sum;
  if (rest.empty()) return wrong();
  while (!rest.empty()) {
    const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    const auto number = parse_number(rest.substr(0, digits));
    rest.remove_prefix(digits);
    const std::size_t letters = std::min(rest.find_first_of("0123456789"), rest.size());
    const std::string_view name = rest.substr(0, letters);
    rest.remove_prefix(letters);
    const Unit* unit = nullptr;
    for (const Unit& known : units) {
      if (known.name == name) unit = &known;
    }
    // A thousand years is longer than anybody waits, and far from overflowing.
    constexpr Duration longest = days{365'250};
    if (!number || unit == nullptr ||
        *number > static_cast<std::uint64_t>((longest - sum) / unit->length)) {
      return wrong();
    }
    sum += unit->length * static_cast<std::int64_t>(*number);
  }
  return sum;
}

}  // namespace upkeep
