// For tests and measurements: writes Parquet files as simple as there are, without compression,
// with one page for each column of a row group. All columns are optional ones.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parquet/test_thrift.h"
#include "parquet/types.h"

namespace upkeep::parquet::testing {

struct WrittenColumn {
  /// The annotation, as the format numbers it.
  enum class Kind : std::int8_t { none = -1, text = 0, date = 6, timestamp = 9, microseconds = 10 };
  std::string name;
  PhysicalType type = PhysicalType::byte_array;
  Kind kind = Kind::text;
  std::vector<std::optional<std::string>> texts{};     ///< of byte_array
  std::vector<std::optional<std::int64_t>> numbers{};  ///< of all others

  bool is_text() const { return type == PhysicalType::byte_array; }
  std::size_t rows() const { return is_text() ? texts.size() : numbers.size(); }
};

template <class Number>
void append_plain(std::string& out, Number number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

/// The levels, then the values that are there.
inline std::string page_body(const WrittenColumn& column, std::size_t begin, std::size_t end) {
  ThriftWriter levels;
  levels.varint((end - begin + 7) / 8 << 1 | 1);  // eight bits a byte follow
  std::string values;
  std::vector<std::uint8_t> bits((end - begin + 7) / 8);
  for (std::size_t row = begin; row < end; ++row) {
    const bool there =
        column.is_text() ? column.texts[row].has_value() : column.numbers[row].has_value();
    if (!there) continue;
    bits[(row - begin) / 8] |= static_cast<std::uint8_t>(1u << (row - begin) % 8);
    if (column.is_text()) {
      append_plain(values, static_cast<std::uint32_t>(column.texts[row]->size()));
      values += *column.texts[row];
    } else if (column.type == PhysicalType::int32) {
      append_plain(values, static_cast<std::int32_t>(*column.numbers[row]));
    } else {
      append_plain(values, *column.numbers[row]);
    }
  }
  levels.bytes.append(bits.begin(), bits.end());
  std::string body;
  append_plain(body, static_cast<std::uint32_t>(levels.bytes.size()));
  return body + levels.bytes + values;
}

inline std::string page(const WrittenColumn& column, std::size_t begin, std::size_t end) {
  const std::string body = page_body(column, begin, end);
  ThriftWriter header;
  header.begin();
  header.number(1, 0);
  header.number(2, static_cast<std::int64_t>(body.size()));
  header.number(3, static_cast<std::int64_t>(body.size()));
  header.begin(5);
  header.number(1, static_cast<std::int64_t>(end - begin));
  header.number(2, 0);  // PLAIN
  header.number(3, 3);  // RLE
  header.number(4, 3);
  header.end();
  header.end();
  return header.bytes + body;
}

inline void write_schema(ThriftWriter& footer, std::span<const WrittenColumn> columns) {
  footer.list(2, 12, columns.size() + 1);
  footer.begin();
  footer.text(4, "schema");
  footer.number(5, static_cast<std::int64_t>(columns.size()));
  footer.end();
  for (const WrittenColumn& column : columns) {
    footer.begin();
    footer.number(1, static_cast<std::int64_t>(column.type));
    footer.number(3, 1);  // optional
    footer.text(4, column.name);
    if (column.kind != WrittenColumn::Kind::none) {
      footer.number(6, static_cast<std::int64_t>(column.kind));
    }
    footer.end();
  }
}

/// Appends the pages to `file`, and what the footer says of them.
inline void write_row_group(ThriftWriter& footer, std::string& file,
                            std::span<const WrittenColumn> columns, std::size_t begin,
                            std::size_t end) {
  footer.begin();
  footer.list(1, 12, columns.size());
  for (const WrittenColumn& column : columns) {
    const std::string bytes = page(column, begin, end);
    footer.begin();
    footer.number(2, 0, 6);
    footer.begin(3);
    footer.number(1, static_cast<std::int64_t>(column.type));
    footer.number(4, 0);  // not compressed
    footer.number(5, static_cast<std::int64_t>(end - begin), 6);
    footer.number(6, static_cast<std::int64_t>(bytes.size()), 6);
    footer.number(7, static_cast<std::int64_t>(bytes.size()), 6);
    footer.number(9, static_cast<std::int64_t>(file.size()), 6);
    footer.end();
    footer.end();
    file += bytes;
  }
  footer.number(2, 0, 6);
  footer.number(3, static_cast<std::int64_t>(end - begin), 6);
  footer.end();
}

/// All columns have as many rows.
inline std::string write_parquet(std::span<const WrittenColumn> columns,
                                 std::size_t row_group_rows = 20'000) {
  const std::size_t rows = columns.front().rows();
  std::string file = "PAR1";
  ThriftWriter footer;
  footer.begin();
  footer.number(1, 1);
  write_schema(footer, columns);
  footer.number(3, static_cast<std::int64_t>(rows), 6);
  footer.list(4, 12, (rows + row_group_rows - 1) / row_group_rows);
  for (std::size_t begin = 0; begin < rows; begin += row_group_rows) {
    write_row_group(footer, file, columns, begin, std::min(rows, begin + row_group_rows));
  }
  footer.end();
  file += footer.bytes;
  append_plain(file, static_cast<std::uint32_t>(footer.bytes.size()));
  return file + "PAR1";
}

}  // namespace upkeep::parquet::testing
