#include "parquet/metadata.h"

#include <algorithm>
#include <limits>

#include "parquet/thrift.h"

namespace upkeep::parquet {
namespace {

constexpr std::size_t schema_elements_max = 10'000;

/// A number that must not be negative and must fit.
template <class Number>
Number read_size(ThriftReader& reader) {
  const std::int64_t number = reader.number();
  if (number < 0 || static_cast<std::uint64_t>(number) > std::numeric_limits<Number>::max()) {
    reader.fail();
    return 0;
  }
  return static_cast<Number>(number);
}

/// One of the enumerators 0 to `last`.
template <class Enum>
Enum read_enum(ThriftReader& reader, Enum last) {
  const std::int64_t number = reader.number();
  if (number < 0 || number > static_cast<std::int64_t>(last)) reader.fail();
  return reader.ok() ? static_cast<Enum>(number) : Enum{};
}

Annotation converted(std::int64_t type) {
  switch (type) {
    case 0:   // UTF8
    case 4:   // ENUM
    case 19:  // JSON
      return Annotation::text;
    case 6:
      return Annotation::date;
    case 9:
      return Annotation::milliseconds;
    case 10:
      return Annotation::microseconds;
    default:
      if (type >= 11 && type <= 14) return Annotation::unsigned_number;
      return type >= 15 && type <= 18 ? Annotation::signed_number : Annotation::other;
  }
}

Annotation read_timestamp(ThriftReader& reader) {
  Annotation unit = Annotation::other;
  reader.each_field([&](int id) {
    if (id != 2) return;
    reader.each_field([&](int unit_id) {
      if (unit_id == 1) unit = Annotation::milliseconds;
      if (unit_id == 2) unit = Annotation::microseconds;
      if (unit_id == 3) unit = Annotation::nanoseconds;
    });
  });
  return unit;
}

Annotation read_integer(ThriftReader& reader) {
  Annotation annotation = Annotation::unsigned_number;
  reader.each_field([&](int id) {
    if (id == 2 && reader.boolean()) annotation = Annotation::signed_number;
  });
  return annotation;
}

/// The newer form, which is a union: a struct of which one field is there.
Annotation read_logical_type(ThriftReader& reader) {
  Annotation annotation = Annotation::other;
  reader.each_field([&](int id) {
    switch (id) {
      case 1:   // STRING
      case 4:   // ENUM
      case 12:  // JSON
        annotation = Annotation::text;
        break;
      case 6:
        annotation = Annotation::date;
        break;
      case 8:
        annotation = read_timestamp(reader);
        break;
      case 10:
        annotation = read_integer(reader);
        break;
      default:
        break;
    }
  });
  return annotation;
}

SchemaElement read_element(ThriftReader& reader) {
  SchemaElement element;
  std::optional<Annotation> logical;
  reader.each_field([&](int id) {
    switch (id) {
      case 1:
        element.type = read_enum(reader, PhysicalType::fixed);
        break;
      case 2:
        element.width = read_size<std::int32_t>(reader);
        break;
      case 3:
        element.repetition = read_enum(reader, Repetition::repeated);
        break;
      case 4:
        element.name = reader.text();
        break;
      case 5:
        element.children = read_size<std::uint32_t>(reader);
        break;
      case 6:
        element.annotation = converted(reader.number());
        break;
      case 10:
        logical = read_logical_type(reader);
        break;
      default:
        break;
    }
  });
  element.annotation = logical.value_or(element.annotation);
  return element;
}

void read_column_metadata(ThriftReader& reader, ColumnChunk& chunk) {
  std::uint64_t data_page = 0, dictionary_page = 0;
  reader.each_field([&](int id) {
    switch (id) {
      case 4:
        chunk.codec = static_cast<Codec>(read_size<std::int32_t>(reader));
        break;
      case 5:
        chunk.values = read_size<std::uint64_t>(reader);
        break;
      case 7:
        chunk.size = read_size<std::uint64_t>(reader);
        break;
      case 9:
        data_page = read_size<std::uint64_t>(reader);
        break;
      case 11:
        dictionary_page = read_size<std::uint64_t>(reader);
        break;
      default:
        break;
    }
  });
  // Some writers say 0 where there is no dictionary.
  chunk.begin = dictionary_page == 0 ? data_page : std::min(dictionary_page, data_page);
  if (chunk.begin == 0 || chunk.size == 0) reader.fail();
}

ColumnChunk read_chunk(ThriftReader& reader) {
  ColumnChunk chunk;
  bool has_metadata = false;
  reader.each_field([&](int id) {
    if (id == 1) chunk.is_elsewhere = true;
    if (id == 3) read_column_metadata(reader, chunk);
    if (id == 8 || id == 9) chunk.is_encrypted = true;
    has_metadata = has_metadata || id == 3;
  });
  // So that a short file cannot make long lists of nothing.
  if (!has_metadata && !chunk.is_encrypted) reader.fail();
  return chunk;
}

RowGroup read_row_group(ThriftReader& reader) {
  RowGroup group;
  reader.each_field([&](int id) {
    if (id == 1) reader.each_element([&] { group.columns.push_back(read_chunk(reader)); });
    if (id == 3) group.rows = read_size<std::uint64_t>(reader);
  });
  if (group.columns.empty()) reader.fail();
  return group;
}

void read_schema(ThriftReader& reader, std::vector<SchemaElement>& schema) {
  reader.each_element([&] {
    schema.push_back(read_element(reader));
    if (schema.size() > schema_elements_max) reader.fail();
  });
}

}  // namespace

Result<Metadata> parse_metadata(std::string_view footer) {
  ThriftReader reader(footer);
  Metadata metadata;
  reader.each_field([&](int id) {
    switch (id) {
      case 2:
        read_schema(reader, metadata.schema);
        break;
      case 3:
        metadata.rows = read_size<std::uint64_t>(reader);
        break;
      case 4:
        reader.each_element([&] { metadata.row_groups.push_back(read_row_group(reader)); });
        break;
      default:
        break;
    }
  });
  if (!reader.ok() || metadata.schema.empty()) return fail("the footer is damaged");
  std::uint64_t rows = 0;
  for (const RowGroup& group : metadata.row_groups) rows += group.rows;
  if (rows != metadata.rows) return fail("the footer contradicts itself about the number of rows");
  return metadata;
}

namespace {

void read_data_header(ThriftReader& reader, PageHeader& page) {
  reader.each_field([&](int id) {
    if (id == 1) page.values = read_size<std::uint32_t>(reader);
    if (id == 2) page.encoding = static_cast<Encoding>(read_size<std::int32_t>(reader));
    if (id == 3) page.level_encoding = static_cast<Encoding>(read_size<std::int32_t>(reader));
  });
}

void read_data_v2_header(ThriftReader& reader, PageHeader& page) {
  reader.each_field([&](int id) {
    if (id == 1) page.values = read_size<std::uint32_t>(reader);
    if (id == 4) page.encoding = static_cast<Encoding>(read_size<std::int32_t>(reader));
    if (id == 5) page.definition_size = read_size<std::uint32_t>(reader);
    if (id == 6) page.repetition_size = read_size<std::uint32_t>(reader);
    if (id == 7) page.is_compressed = reader.boolean();
  });
}

}  // namespace

std::optional<PageHeader> parse_page_header(std::string_view bytes) {
  using Kind = PageHeader::Kind;
  ThriftReader reader(bytes);
  PageHeader page;
  std::optional<Kind> described;
  reader.each_field([&](int id) {
    switch (id) {
      case 1: {
        const std::int64_t kind = reader.number();
        page.kind = kind == 0   ? Kind::data
                    : kind == 2 ? Kind::dictionary
                    : kind == 3 ? Kind::data_v2
                                : Kind::other;
        break;
      }
      case 2:
        page.plain_size = read_size<std::uint32_t>(reader);
        break;
      case 3:
        page.body_size = read_size<std::uint32_t>(reader);
        break;
      case 4:
        page.crc = static_cast<std::uint32_t>(reader.number());
        break;
      case 5:
        described = Kind::data;
        read_data_header(reader, page);
        break;
      case 7:
        described = Kind::dictionary;
        read_data_header(reader, page);
        break;
      case 8:
        described = Kind::data_v2;
        read_data_v2_header(reader, page);
        break;
      default:
        break;
    }
  });
  if (!reader.ok() || (page.kind != Kind::other && described != page.kind)) return {};
  page.size = bytes.size() - reader.left();
  return page;
}

}  // namespace upkeep::parquet
