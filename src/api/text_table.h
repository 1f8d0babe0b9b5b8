// Tables of text that fit a terminal, or are whole when nobody's width is known.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "api/display.h"
#include "api/style.h"

namespace upkeep {

struct Column {
  std::string title;
  bool right = false;         ///< numbers are flush right
  int rank = 0;               ///< of a narrow page the highest ranks go first; 0 always stays
  std::size_t width_min = 0;  ///< may be shortened to this; 0: never
  Clip clip = Clip::end;
};

struct TableCell {
  std::string text;
  Tint tint = Tint::plain;
};

/// Cells may hold anything: they are made printable here.
class TextTable {
 public:
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(std::vector<TableCell> cells);
  std::size_t rows() const { return rows_.size(); }

  /// Settles the widths by the rows so far and gives the title line and these rows; each
  /// line ends with a newline. May be called again after more rows: widths and titles stay,
  /// the rows that were given are forgotten.
  std::string render(const Style&);

 private:
  struct Layout {
    std::vector<std::size_t> widths;  ///< of each column
    std::vector<bool> shown;
  };
  Layout lay_out(const Style&) const;
  void append_row(const Style&, const std::vector<TableCell>&, std::string& out) const;

  std::vector<Column> columns_;
  std::vector<std::vector<TableCell>> rows_;
  Layout layout_;
};

/// A text in lines of at most `width` columns (0: one line), broken at spaces; each but the
/// first begins with `indent` spaces.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace upkeep
