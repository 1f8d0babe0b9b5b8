#include "parquet/schema.h"

#include <fmt/format.h>

namespace upkeep::parquet {
namespace {

Kind kind_of_integer(Annotation annotation) {
  switch (annotation) {
    case Annotation::none:
    case Annotation::signed_number:
    case Annotation::unsigned_number:
      return Kind::number;
    case Annotation::date:
      return Kind::date;
    case Annotation::milliseconds:
    case Annotation::microseconds:
    case Annotation::nanoseconds:
      return Kind::timestamp;
    default:
      return Kind::other;
  }
}

Kind kind_of(PhysicalType type, Annotation annotation) {
  switch (type) {
    case PhysicalType::boolean:
      return Kind::boolean;
    case PhysicalType::int32:
    case PhysicalType::int64:
      return kind_of_integer(annotation);
    case PhysicalType::int96:
      return Kind::timestamp;  // nothing else was ever written as such
    case PhysicalType::byte_array:
    case PhysicalType::fixed:
      return annotation == Annotation::none || annotation == Annotation::text ? Kind::text
                                                                              : Kind::other;
    default:
      return Kind::other;
  }
}

/// A group whose elements are being read.
struct Open {
  std::string path;
  std::uint32_t left;  ///< elements still to come
  bool is_nested;
};

}  // namespace

Result<std::vector<Column>> columns_of(std::span<const SchemaElement> schema) {
  // The root; more groups in each other than this nobody writes.
  constexpr std::size_t depth_max = 64;
  std::vector<Open> open{{"", schema.front().children, false}};
  std::vector<Column> columns;
  for (const SchemaElement& element : schema.subspan(1)) {
    while (!open.empty() && open.back().left == 0) open.pop_back();
    if (open.empty() || open.size() > depth_max) return fail("the schema is damaged");
    Open& parent = open.back();
    --parent.left;
    const bool is_nested = parent.is_nested || element.repetition == Repetition::repeated;
    if (!element.type) {
      open.push_back({parent.path + element.name + ".", element.children, true});
      continue;
    }
    columns.push_back({.name = parent.path + element.name,
                       .kind = kind_of(*element.type, element.annotation),
                       .is_optional = element.repetition == Repetition::optional,
                       .is_nested = is_nested,
                       .type = *element.type,
                       .annotation = element.annotation,
                       .width = static_cast<std::uint32_t>(element.width)});
    if (element.type == PhysicalType::fixed && element.width == 0) {
      return fail(fmt::format("the column `{}` has values of no bytes", columns.back().name));
    }
  }
  while (!open.empty() && open.back().left == 0) open.pop_back();
  if (!open.empty() || columns.empty()) return fail("the schema is damaged");
  return columns;
}

Result<void> check_readable(const Column& column) {
  if (column.is_nested) {
    return fail(fmt::format("the column `{}` is nested or a list; only plain columns are read",
                            column.name));
  }
  if (column.kind == Kind::other) {
    return fail(
        fmt::format("the column `{}` ({}) holds neither text, whole numbers, dates, "
                    "timestamps nor booleans; write it as one of these",
                    column.name, name_of(column.type)));
  }
  return {};
}

}  // namespace upkeep::parquet
