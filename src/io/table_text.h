// The text of a table, in pieces of any size, to rows. Pure: reads no file.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "coverage/rows.h"

namespace upkeep {

/// Is a table without rows one that somebody emptied, or may it have none?
enum class NoRows : std::uint8_t { are_an_error, are_fine };

/// Errors name the line, from 1; after one, the parser is of no use any more.
class TableParser {
 public:
  virtual ~TableParser() = default;
  virtual Result<void> take(std::string_view piece) = 0;
  /// The rows, with the columns asked for in their order.
  virtual Result<Rows> finish() = 0;
};

/// RFC 4180, with LF or CRLF, UTF-8 byte order mark or not; the first line names the columns.
/// Every row must have as many values as there are columns; empty lines are passed over. Without
/// rows, too, there must be a line that names the columns.
std::unique_ptr<TableParser> make_csv_parser(std::vector<std::string> columns,
                                             NoRows = NoRows::are_an_error);

/// One JSON object a line; values are strings, or numbers, which become text as they are
/// written. Fields that are not asked for may hold anything; empty lines are passed over.
std::unique_ptr<TableParser> make_json_lines_parser(std::vector<std::string> columns,
                                                    NoRows = NoRows::are_an_error);

/// "there is no column `gmae`; did you mean `game`? There are: season, date, game"
std::string no_such_column(std::string_view what, const std::string& wanted,
                           const std::vector<std::string>& there);

}  // namespace upkeep
