#include "parquet/column_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "parquet/codec.h"

namespace upkeep::parquet {
namespace {

// Pages are about 1 MB; some writers make one page of all the values of a row group.
constexpr std::uint32_t page_size_max = 256u << 20, dictionary_size_max = 64u << 20;
// Headers take some dozen bytes, unless they hold long texts as the least and greatest value.
constexpr std::size_t header_size_usual = 4 << 10, header_size_max = 16 << 20;

}  // namespace

Result<std::uint64_t> ColumnReader::available() {
  while (page_left_ == 0) {
    if (values_left_ == 0) return fail("it has fewer values than the file has rows");
    UPKEEP_CHECK(next_page());
  }
  return page_left_;
}

Result<void> ColumnReader::read(std::size_t rows, Values& into) {
  into.is_missing.clear();
  const bool is_text = column_.kind == Kind::text;
  const bool ok = is_text ? decode(rows, into.texts, into.is_missing)
                          : decode(rows, into.numbers, into.is_missing);
  if (!ok) return fail("a page is damaged: it has fewer values than it says");
  page_left_ -= rows;
  if (!is_text) convert(into.numbers);
  return {};
}

Result<void> ColumnReader::next_page() {
  UPKEEP_TRY(const PageHeader header, read_header());
  UPKEEP_TRY(const std::string_view body, read_body(header));
  switch (header.kind) {
    case PageHeader::Kind::dictionary:
      return take_dictionary(header, body);
    case PageHeader::Kind::data:
      return take_data(header, body);
    case PageHeader::Kind::data_v2:
      return take_data_v2(header, body);
    case PageHeader::Kind::other:
      break;
  }
  return {};
}

Result<PageHeader> ColumnReader::read_header() {
  for (const std::size_t size : {header_size_usual, header_size_max}) {
    UPKEEP_TRY(const std::string_view bytes, input_.peek(size));
    if (const auto header = parse_page_header(bytes)) {
      input_.skip(header->size);
      return *header;
    }
    if (bytes.size() < size) break;
  }
  return fail("the header of a page is damaged");
}

Result<std::string_view> ColumnReader::read_body(const PageHeader& header) {
  if (header.body_size > page_size_max || header.plain_size > page_size_max) {
    return fail(fmt::format("a page is larger than {} MiB; write the file with smaller ones",
                            page_size_max >> 20));
  }
  UPKEEP_TRY(const std::string_view body, input_.peek(header.body_size));
  if (body.size() < header.body_size) return fail("a page ends too early");
  input_.skip(body.size());
  if (header.crc && *header.crc != crc_of(body)) return fail("the checksum of a page is wrong");
  return body;
}

Result<std::string_view> ColumnReader::unpack(std::string_view body, std::size_t plain_size,
                                              Room& room) const {
  const std::span<char> plain = room.of(plain_size);
  UPKEEP_CHECK(decompress(chunk_.codec, body, plain));
  return std::string_view(plain.data(), plain.size());
}

std::span<char> ColumnReader::Room::of(std::size_t size) {
  if (size > capacity || bytes == nullptr) {
    bytes = std::make_unique_for_overwrite<char[]>(size + padding);
    capacity = size;
  }
  return {bytes.get(), size};
}

Result<void> ColumnReader::take_dictionary(const PageHeader& header, std::string_view body) {
  if (has_dictionary_) return fail("it has two dictionaries");
  has_dictionary_ = true;
  if (header.plain_size > dictionary_size_max) {
    return fail(fmt::format("its dictionary is larger than {} MiB", dictionary_size_max >> 20));
  }
  UPKEEP_TRY(const auto plain, unpack(body, header.plain_size, dictionary_page_));
  UPKEEP_TRY(dictionary_, read_dictionary(column_, header.encoding, plain, header.values));
  return {};
}

Result<void> ColumnReader::take_data(const PageHeader& header, std::string_view body) {
  // Without compression the page may stay where it was read to.
  if (chunk_.codec != Codec::uncompressed) {
    UPKEEP_TRY(body, unpack(body, header.plain_size, page_));
  }
  if (column_.is_optional) {
    std::uint32_t size = 0;
    if (header.level_encoding != Encoding::rle) {
      return fail(fmt::format("its definition levels are encoded as {}, which is not read",
                              name_of(header.level_encoding)));
    }
    if (body.size() < sizeof size) return fail("a page is damaged");
    std::memcpy(&size, body.data(), sizeof size);
    body.remove_prefix(sizeof size);
    if (size > body.size()) return fail("a page is damaged");
    levels_ = RunReader(body.substr(0, size), 1);
    body.remove_prefix(size);
  }
  return begin_values(header, body);
}

Result<void> ColumnReader::take_data_v2(const PageHeader& header, std::string_view body) {
  const std::uint64_t levels_size = std::uint64_t{header.definition_size} + header.repetition_size;
  if (levels_size > body.size() || levels_size > header.plain_size) {
    return fail("a page is damaged");
  }
  levels_ = RunReader(body.substr(header.repetition_size, header.definition_size), 1);
  body.remove_prefix(levels_size);
  if (chunk_.codec != Codec::uncompressed && header.is_compressed) {
    UPKEEP_TRY(body, unpack(body, header.plain_size - levels_size, page_));
  }
  return begin_values(header, body);
}

Result<void> ColumnReader::begin_values(const PageHeader& header, std::string_view bytes) {
  if (header.values > values_left_) return fail("it has more values than the file has rows");
  UPKEEP_TRY(decoder_, make_decoder(column_, header.encoding, bytes, header.values, &dictionary_));
  values_left_ -= header.values;
  page_left_ = header.values;
  return {};
}

template <class Value>
bool ColumnReader::decode(std::size_t rows, std::vector<Value>& values,
                          std::vector<std::uint8_t>& is_missing) {
  const auto next = [&](std::span<Value> into) {
    if constexpr (std::is_same_v<Value, std::int64_t>) {
      return decoder_->numbers(into);
    } else {
      return decoder_->texts(into);
    }
  };
  values.resize(rows);
  if (!column_.is_optional || levels_.skip_all(1, rows)) return next(values);

  some_levels_.resize(rows);
  if (!levels_.read(some_levels_)) return false;
  std::size_t there = 0;
  for (const std::uint32_t level : some_levels_) there += level;
  if (!next(std::span(values).first(there))) return false;
  // From the last row on each value moves to its own, which is never before where it is.
  is_missing.resize(rows);
  for (std::size_t row = rows; row-- > 0;) {
    is_missing[row] = some_levels_[row] == 0;
    values[row] = is_missing[row] ? Value{} : values[--there];
  }
  return true;
}

/// To what Kind promises.
void ColumnReader::convert(std::vector<std::int64_t>& numbers) const {
  if (column_.type == PhysicalType::int32 && column_.annotation == Annotation::unsigned_number) {
    for (std::int64_t& number : numbers) number = static_cast<std::uint32_t>(number);
  }
  const std::int64_t per_millisecond = column_.annotation == Annotation::microseconds  ? 1'000
                                       : column_.annotation == Annotation::nanoseconds ? 1'000'000
                                                                                       : 1;
  if (column_.type == PhysicalType::int96 || per_millisecond == 1) return;
  for (std::int64_t& number : numbers) number = to_milliseconds(number, per_millisecond);
}

}  // namespace upkeep::parquet
