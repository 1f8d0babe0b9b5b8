#include "api/text_table.h"

#include <algorithm>

#include "base/assert.h"

namespace upkeep {
namespace {

constexpr std::size_t gutter = 2;  // spaces between two columns

std::size_t narrowest(const Column& column, std::size_t natural) {
  if (column.width_min == 0) return natural;
  return std::min(natural, std::max(column.width_min, display_width(column.title)));
}

}  // namespace

void TextTable::add(std::vector<TableCell> cells) {
  UPKEEP_ASSERT(cells.size() == columns_.size());
  for (TableCell& cell : cells) cell.text = printable(cell.text);
  rows_.push_back(std::move(cells));
}

TextTable::Layout TextTable::lay_out(const Style& style) const {
  Layout layout{std::vector<std::size_t>(columns_.size()),
                std::vector<bool>(columns_.size(), true)};
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    layout.widths[i] = display_width(columns_[i].title);
    for (const auto& row : rows_) {
      layout.widths[i] = std::max(layout.widths[i], display_width(row[i].text));
    }
  }
  if (style.width == 0) return layout;

  const auto total = [&](const auto& width_of) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (layout.shown[i]) sum += (sum == 0 ? 0 : gutter) + width_of(i);
    }
    return sum;
  };
  const auto least = [&](std::size_t i) { return narrowest(columns_[i], layout.widths[i]); };
  const auto current = [&](std::size_t i) { return layout.widths[i]; };

  // Columns go, highest rank and rightmost first, until the rest fits when shortened.
  std::vector<std::size_t> order(columns_.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return columns_[a].rank != columns_[b].rank ? columns_[a].rank > columns_[b].rank : a > b;
  });
  for (const std::size_t i : order) {
    if (columns_[i].rank == 0 || total(least) <= style.width) break;
    layout.shown[i] = false;
  }
  // Then they are shortened in the same order, each no further than needed; on a page that
  // is too narrow even for that, all of them are.
  const auto shorten = [&](const auto& least_of) {
    for (const std::size_t i : order) {
      const std::size_t sum = total(current);
      if (sum <= style.width) return;
      if (!layout.shown[i]) continue;
      const std::size_t spare = layout.widths[i] - std::min(layout.widths[i], least_of(i));
      layout.widths[i] -= std::min(sum - style.width, spare);
    }
  };
  shorten(least);
  shorten([](std::size_t) { return std::size_t{3}; });
  return layout;
}

void TextTable::append_row(const Style& style, const std::vector<TableCell>& cells,
                           std::string& out) const {
  std::string line;
  std::size_t pending = 0;  // spaces that stand before the next text, none at the line's end
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!layout_.shown[i]) continue;
    const std::size_t room = layout_.widths[i];
    const std::string text = style.width == 0
                                 ? cells[i].text
                                 : clipped(cells[i].text, room, columns_[i].clip, style.unicode);
    const std::size_t used = display_width(text);
    const std::size_t padding = room > used ? room - used : 0;
    if (columns_[i].right) pending += padding;
    if (!text.empty()) {
      line.append(pending, ' ');
      line += tinted(style, cells[i].tint, text);
      pending = 0;
    }
    if (!columns_[i].right) pending += padding;
    pending += gutter;
  }
  out += line;
  out += '\n';
}

std::string TextTable::render(const Style& style) {
  std::string out;
  if (layout_.widths.empty()) {
    layout_ = lay_out(style);
    std::vector<TableCell> titles;
    for (const Column& column : columns_) titles.push_back({column.title, Tint::strong});
    append_row(style, titles, out);
  }
  for (const auto& row : rows_) append_row(style, row, out);
  rows_.clear();
  return out;
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  std::size_t used = 0;
  bool first = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t length = display_width(word);
    if (!first && width != 0 && used + 1 + length > width) {
      out += '\n';
      out.append(indent, ' ');
      used = indent;
    } else if (!first) {
      out += ' ';
      ++used;
    }
    out += word;
    used += length;
    first = false;
  }
  return out;
}

}  // namespace upkeep
