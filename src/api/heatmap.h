// Coverage as a picture: time across, collections and the values of a second dimension
// (the sources) down; each cell is the share of what is expected there that is good.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "api/snapshot.h"
#include "api/style.h"
#include "coverage/coverage.h"

namespace upkeep {

/// How much time a cell spans.
enum class Period : std::uint8_t { day, week, month, quarter, year };

struct HeatRow {
  std::string collection;
  std::string label;         ///< a value of the second dimension; empty for all of them
  std::vector<Tally> cells;  ///< one for each column of the map
};

struct Heatmap {
  Period period = Period::day;
  std::vector<Day> columns;  ///< the first day of each
  std::vector<HeatRow> rows;
};

/// The judged collections that have a time dimension, over the time in which anything is
/// expected, in the finest periods of which at most columns_max(rows) are needed (the rows
/// are only named then); the oldest are left out where even years are too many. Without such
/// a collection there are no rows. A second dimension gives rows of its own where it has at
/// most 24 values and all rows together are at most `rows_max`.
using ColumnsMax = std::function<std::size_t(std::span<const HeatRow>)>;
Heatmap make_heatmap(const Snapshot&, const ColumnsMax& columns_max, std::size_t rows_max);

/// Blocks in colour on a terminal, else digits; a line with dates above and a legend below.
/// Fits style.width, or 100 columns when that is 0. Empty when there is nothing to show.
std::string heatmap_text(const Snapshot&, const Style&);

}  // namespace upkeep
