#include "config/fields.h"

#include <algorithm>

namespace upkeep {

std::vector<Field> fields_of(const Dimension& dimension) {
  if (std::holds_alternative<DateRange>(dimension.source)) {
    return {{dimension.name, FieldType::date}};
  }
  if (std::holds_alternative<NumberRange>(dimension.source)) {
    return {{dimension.name, FieldType::number}};
  }
  const auto* table = std::get_if<Table>(&dimension.source);
  if (table == nullptr) return {{dimension.name, FieldType::text}};
  std::vector<Field> fields;
  for (const TableField& field : table->fields) fields.emplace_back(field.name, field.type);
  return fields;
}

std::vector<Field> fields_of(const Collection& collection) {
  std::vector<Field> fields;
  for (const Dimension& dimension : collection.dimensions) {
    for (Field& field : fields_of(dimension)) fields.push_back(std::move(field));
  }
  return fields;
}

std::vector<std::string> names_of(std::span<const Field> fields) {
  std::vector<std::string> names;
  for (const auto& [name, type] : fields) names.push_back(name);
  return names;
}

bool has_dates(const Dimension& dimension) {
  return std::ranges::any_of(fields_of(dimension),
                             [](const Field& field) { return field.second == FieldType::date; });
}

bool is_identifier(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace upkeep
