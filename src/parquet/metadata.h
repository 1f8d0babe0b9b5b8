// What a Parquet file says about itself: the footer, and the header of each page. Only what
// reading needs; the names are those of parquet.thrift where they are good.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "parquet/types.h"

namespace upkeep::parquet {

enum class Repetition : std::uint8_t { required = 0, optional = 1, repeated = 2 };

/// What the bits of a value mean; nothing said is `none`.
enum class Annotation : std::uint8_t {
  none,
  text,  ///< strings, and enums and JSON, which are texts too
  signed_number,
  unsigned_number,
  date,
  milliseconds,
  microseconds,
  nanoseconds,
  other,
};

/// A node of the schema: a column, or a group of them. The tree is written depth first.
struct SchemaElement {
  std::string name;
  std::optional<PhysicalType> type;  ///< a group has none
  std::int32_t width = 0;            ///< of PhysicalType::fixed
  Repetition repetition = Repetition::required;
  std::uint32_t children = 0;
  Annotation annotation = Annotation::none;
};

/// The values of one column in one row group: pages, one behind the other.
struct ColumnChunk {
  Codec codec = Codec::uncompressed;
  std::uint64_t values = 0;  ///< with the missing ones
  std::uint64_t begin = 0;   ///< where in the file
  std::uint64_t size = 0;
  bool is_elsewhere = false;  ///< in another file
  bool is_encrypted = false;
};

struct RowGroup {
  std::uint64_t rows = 0;
  std::vector<ColumnChunk> columns;
};

struct Metadata {
  std::vector<SchemaElement> schema;
  std::vector<RowGroup> row_groups;
  std::uint64_t rows = 0;
};

Result<Metadata> parse_metadata(std::string_view footer);

struct PageHeader {
  enum class Kind : std::uint8_t { data, data_v2, dictionary, other };
  Kind kind = Kind::other;
  std::uint64_t size = 0;       ///< of the header itself
  std::uint32_t body_size = 0;  ///< of what follows it
  std::uint32_t plain_size = 0;
  std::optional<std::uint32_t> crc;
  std::uint32_t values = 0;
  Encoding encoding = Encoding::plain;
  Encoding level_encoding = Encoding::rle;  ///< of Kind::data
  // Of Kind::data_v2, where the levels stand before the values and are never compressed.
  std::uint32_t definition_size = 0;
  std::uint32_t repetition_size = 0;
  bool is_compressed = true;
};

/// `bytes` may go on behind the header. Nothing when they end too early or are none.
std::optional<PageHeader> parse_page_header(std::string_view bytes);

}  // namespace upkeep::parquet
