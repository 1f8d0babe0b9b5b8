// The values of one column in one row group, page by page.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "parquet/chunk_input.h"
#include "parquet/decoder.h"
#include "parquet/runs.h"

namespace upkeep::parquet {

/// Some values of one column, one for each row. The texts are valid until the batch was taken.
struct Values {
  std::vector<std::int64_t> numbers;     ///< of every kind but text; a boolean is 0 or 1
  std::vector<std::string_view> texts;   ///< of Kind::text
  std::vector<std::uint8_t> is_missing;  ///< empty when none is; what is missing reads as 0 or ""
};

class ColumnReader {
 public:
  /// `column` and `read` must stay.
  ColumnReader(const Column& column, const ColumnChunk& chunk, const ReadAt& read)
      : column_(column),
        chunk_(chunk),
        input_(read, chunk.begin, chunk.size),
        values_left_(chunk.values) {}

  /// How many rows can be read at once: those left in the page, or else in the next one. What
  /// was read before becomes invalid. An error at the end of the chunk.
  Result<std::uint64_t> available();
  /// At most as many rows as are available.
  Result<void> read(std::size_t rows, Values& into);

 private:
  /// Memory for a page that was compressed; used again for the next one.
  struct Room {
    std::unique_ptr<char[]> bytes;
    std::size_t capacity = 0;
    std::span<char> of(std::size_t size);
  };

  Result<void> next_page();
  Result<PageHeader> read_header();
  Result<std::string_view> read_body(const PageHeader&);
  Result<std::string_view> unpack(std::string_view body, std::size_t plain_size, Room&) const;
  Result<void> take_dictionary(const PageHeader&, std::string_view body);
  Result<void> take_data(const PageHeader&, std::string_view body);
  Result<void> take_data_v2(const PageHeader&, std::string_view body);
  Result<void> begin_values(const PageHeader&, std::string_view bytes);

  template <class Value>
  bool decode(std::size_t rows, std::vector<Value>& values, std::vector<std::uint8_t>& is_missing);
  void convert(std::vector<std::int64_t>& numbers) const;

  const Column& column_;
  const ColumnChunk chunk_;
  ChunkInput input_;
  std::uint64_t values_left_;    ///< in the pages that are still to come
  std::uint64_t page_left_ = 0;  ///< in this page

  Room page_, dictionary_page_;
  RunReader levels_;  ///< of an optional column: 1 where there is a value
  std::vector<std::uint32_t> some_levels_;
  std::unique_ptr<Decoder> decoder_;
  bool has_dictionary_ = false;
  Dictionary dictionary_;
};

}  // namespace upkeep::parquet
