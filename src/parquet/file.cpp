#include "parquet/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "base/text.h"
#include "parquet/codec.h"

namespace upkeep::parquet {
namespace {

constexpr std::string_view magic = "PAR1", encrypted_magic = "PARE";
// What stands at the end: the size of the footer, and the magic.
constexpr std::uint64_t tail_size = 8;
constexpr std::uint32_t footer_size_max = 64u << 20;
constexpr std::uint64_t batch_rows_max = 1024;

std::unexpected<Error> in_column(const Column& column, const Error& error) {
  return fail(fmt::format("column `{}`: {}", column.name, error.text));
}

struct Footer {
  std::uint64_t begin;
  std::string bytes;
};

Result<Footer> read_footer(std::uint64_t size, const ReadAt& read) {
  if (size < magic.size() + tail_size) return fail("it is too short to be a Parquet file");
  std::array<char, tail_size> tail;
  UPKEEP_CHECK(read(size - tail_size, tail));
  const std::string_view end(tail.data() + 4, 4);
  if (end == encrypted_magic) return fail("the Parquet file is encrypted, which is not read");
  if (end != magic) {
    return fail("it does not end as a Parquet file does: it is something else or was cut short");
  }
  std::uint32_t footer_size = 0;
  std::memcpy(&footer_size, tail.data(), sizeof footer_size);
  if (footer_size > size - magic.size() - tail_size || footer_size > footer_size_max) {
    return fail("the footer of the Parquet file is damaged or was cut short");
  }
  Footer footer{size - tail_size - footer_size, std::string(footer_size, '\0')};
  UPKEEP_CHECK(read(footer.begin, footer.bytes));
  return footer;
}

}  // namespace

Result<File> File::open(std::uint64_t size, ReadAt read) {
  UPKEEP_TRY(const Footer footer, read_footer(size, read));
  File file;
  file.read_ = std::move(read);
  file.data_end_ = footer.begin;
  UPKEEP_TRY(file.metadata_, parse_metadata(footer.bytes));
  UPKEEP_TRY(file.columns_, columns_of(file.metadata_.schema));
  for (const RowGroup& group : file.metadata_.row_groups) {
    if (group.columns.size() != file.columns_.size()) {
      return fail("a row group has other columns than the schema");
    }
  }
  return file;
}

Result<std::size_t> File::find(std::string_view name) const {
  const auto found = std::ranges::find(columns_, name, &Column::name);
  if (found != columns_.end()) return static_cast<std::size_t>(found - columns_.begin());
  std::vector<std::string> names;
  for (const Column& column : columns_) names.push_back(column.name);
  const auto near = nearest(name, names);
  return fail(fmt::format("there is no column `{}`;{} there are: {}", name,
                          near ? fmt::format(" did you mean `{}`?", *near) : "",
                          join(names, ", ")));
}

Result<void> File::read(std::span<const std::size_t> wanted, const TakeBatch& take) const {
  for (std::size_t i = 0; i < row_groups(); ++i) UPKEEP_CHECK(read_row_group(i, wanted, take));
  return {};
}

Result<void> File::read_row_group(std::size_t row_group, std::span<const std::size_t> wanted,
                                  const TakeBatch& take) const {
  const RowGroup& group = metadata_.row_groups[row_group];
  std::vector<ColumnReader> readers;
  for (const std::size_t column : wanted) {
    UPKEEP_CHECK(check_chunk(group, column));
    readers.emplace_back(columns_[column], group.columns[column], read_);
  }
  std::vector<Values> values(wanted.size());
  // The pages of the columns end at different rows: a batch ends where the first of them does.
  for (std::uint64_t left = group.rows; left > 0;) {
    std::uint64_t rows = std::min(left, batch_rows_max);
    for (std::size_t i = 0; i < readers.size(); ++i) {
      const auto available = readers[i].available();
      if (!available) return in_column(columns_[wanted[i]], available.error());
      rows = std::min(rows, *available);
    }
    for (std::size_t i = 0; i < readers.size(); ++i) {
      const auto done = readers[i].read(rows, values[i]);
      if (!done) return in_column(columns_[wanted[i]], done.error());
    }
    UPKEEP_CHECK(take({rows, values}));
    left -= rows;
  }
  return {};
}

Result<void> File::check_chunk(const RowGroup& group, std::size_t column) const {
  const Column& named = columns_[column];
  const ColumnChunk& chunk = group.columns[column];
  UPKEEP_CHECK(check_readable(named));
  const auto wrong = [&](std::string what) { return in_column(named, Error{std::move(what)}); };
  if (chunk.is_encrypted) return wrong("it is encrypted, which is not read");
  if (chunk.is_elsewhere) return wrong("its values lie in another file");
  if (const auto known = check_known(chunk.codec); !known) return wrong(known.error().text);
  if (chunk.values != group.rows) return wrong("it has not as many values as the file has rows");
  if (!lies_inside(chunk)) return wrong("its values lie outside of the file");
  return {};
}

bool File::lies_inside(const ColumnChunk& chunk) const {
  return chunk.begin >= magic.size() && chunk.begin <= data_end_ &&
         chunk.size <= data_end_ - chunk.begin;
}

Result<void> File::check_places() const {
  for (const RowGroup& group : metadata_.row_groups) {
    for (std::size_t column = 0; column < group.columns.size(); ++column) {
      if (group.columns[column].is_elsewhere || lies_inside(group.columns[column])) continue;
      return in_column(columns_[column], Error{"its values lie outside of the file"});
    }
  }
  return {};
}

}  // namespace upkeep::parquet
