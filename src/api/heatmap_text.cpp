// The heatmap as lines of text: dates, rows, legend.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "api/display.h"
#include "api/heatmap.h"
#include "api/scan_json.h"
#include "api/words.h"

namespace upkeep {
namespace {

constexpr std::size_t label_max = 28;       // columns of the names on the left
constexpr std::size_t percent_width = 8;    // "  96.4 %" on the right
constexpr std::size_t width_unknown = 100;  // for a page without a width
constexpr std::size_t rows_max = 40;
constexpr std::array<std::string_view, 8> blocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

/// What one cell looks like.
class Ink {
 public:
  explicit Ink(const Style& style) : style_(style) {}

  bool has_blocks() const { return style_.unicode && style_.width != 0; }

  /// All cells, each so wide; neighbours of one colour share it.
  std::string row(std::span<const Tally> cells, std::size_t width) const {
    std::string out, colour;
    for (const Tally& cell : cells) {
      const std::string next = colour_of(cell);
      if (next != colour && !colour.empty()) out += colour_end;
      if (next != colour) out += next;
      colour = next;
      for (std::size_t i = 0; i < width; ++i) out += mark_of(cell);
    }
    if (!colour.empty()) out += colour_end;
    return out;
  }

  std::size_t legend_width() const {
    Style plain = style_;
    plain.colours = Colours::none;
    return display_width(Ink(plain).legend());
  }

  std::string legend() const {
    if (!has_blocks()) return "# complete, 9 to 0 tenths of it, . nothing expected";
    std::vector<Tally> samples;
    for (std::uint64_t level = 0; level < blocks.size(); ++level) {
      samples.push_back({.good = level, .expected = blocks.size() - 1});
    }
    return "nothing " + row(samples, 1) + " all, · not expected";
  }

 private:
  std::string colour_of(const Tally& cell) const {
    if (style_.colours == Colours::none) return {};
    return cell.expected == 0 ? "\x1b[2m" : ramp_start(style_.colours, share_of(cell));
  }

  std::string mark_of(const Tally& cell) const {
    if (cell.expected == 0) return has_blocks() ? "·" : ".";
    const double share = share_of(cell);
    if (has_blocks()) {
      return std::string(blocks[static_cast<std::size_t>(std::floor(share * (blocks.size() - 1)))]);
    }
    return share >= 1 ? "#" : std::string(1, static_cast<char>('0' + std::floor(share * 10)));
  }

  Style style_;
};

std::string_view name_of(Period period) {
  constexpr std::array<std::string_view, 5> names = {"a day", "a week", "a month", "a quarter",
                                                     "a year"};
  return names[static_cast<std::size_t>(period)];
}

std::string month_text(Day day) {
  const std::chrono::year_month_day civil(day);
  return fmt::format("{:04}-{:02}", static_cast<int>(civil.year()),
                     static_cast<unsigned>(civil.month()));
}

std::string year_text(Day day) {
  return fmt::format("{:04}", static_cast<int>(std::chrono::year_month_day(day).year()));
}

/// A label for a column in which a month (days, weeks) or a year (all others) begins.
std::string tick(const Heatmap& map, std::size_t column) {
  const bool fine = map.period == Period::day || map.period == Period::week;
  const auto text = [&](std::size_t i) {
    if (!fine) return year_text(map.columns[i]);
    // A week belongs to the month of its Thursday, as in ISO 8601.
    const bool is_week = map.period == Period::week;
    return month_text(map.columns[i] + std::chrono::days{is_week ? 3 : 0});
  };
  if (column > 0 && text(column) == text(column - 1)) return {};
  return text(column);
}

std::string date_line(const Heatmap& map, std::size_t cell_width) {
  std::string line;
  for (std::size_t column = 0; column < map.columns.size(); ++column) {
    const std::string text = tick(map, column);
    const std::size_t place = column * cell_width;
    const bool free = line.empty() || line.size() + 2 <= place;
    const bool fits = place + text.size() <= std::max(map.columns.size() * cell_width, text.size());
    if (text.empty() || !free || !fits) continue;
    line.append(place - line.size(), ' ');
    line += text;
  }
  return line;
}

std::string label_of(const HeatRow& row, bool several) {
  if (!several && !row.label.empty()) return printable(row.label);
  if (row.label.empty()) return printable(row.collection);
  return printable(row.collection) + ' ' + printable(row.label);
}

}  // namespace

std::string heatmap_text(const Snapshot& snapshot, const Style& style) {
  const std::size_t width = style.width == 0 ? width_unknown : style.width;
  std::size_t longest = 0, room = 0;
  bool several = false;
  const auto columns_max = [&](std::span<const HeatRow> rows) {
    for (const HeatRow& row : rows) several |= row.collection != rows.front().collection;
    for (const HeatRow& row : rows) {
      longest = std::max(longest, display_width(label_of(row, several)));
    }
    longest = std::min({longest, label_max, width / 3});
    const std::size_t used = longest + 1 + percent_width;
    room = width > used + 8 ? width - used : 8;
    return room;
  };
  const Heatmap map = make_heatmap(snapshot, columns_max, rows_max);
  if (map.rows.empty()) return {};
  const std::size_t cell_width = style.width != 0 && map.columns.size() * 2 <= room ? 2 : 1;

  const Ink ink(style);
  std::string out(longest + 1, ' ');
  out += tinted(style, Tint::dim, date_line(map, cell_width)) + '\n';
  for (const HeatRow& row : map.rows) {
    const std::string label =
        clipped(label_of(row, several), longest, Clip::middle, style.unicode || style.width == 0);
    out += label + std::string(longest - display_width(label) + 1, ' ');
    out += ink.row(row.cells, cell_width);
    Tally all;
    for (const Tally& cell : row.cells) {
      all.good += cell.good;
      all.expected += cell.expected;
    }
    out += fmt::format("{:>{}}\n", all.expected == 0 ? "-" : to_percent_text(share_of(all)),
                       percent_width);
  }
  const std::string what = fmt::format("Each column is {}", name_of(map.period));
  const std::size_t legend_width = longest + 1 + what.size() + 2 + ink.legend_width();
  const bool fits = style.width == 0 || legend_width <= style.width;
  if (fits) {
    out += fmt::format("{}{}: {}\n", std::string(longest + 1, ' '), what, ink.legend());
  } else {
    out += fmt::format("{}\n{}\n", what, ink.legend());
  }
  return out;
}

}  // namespace upkeep
