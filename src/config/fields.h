// The fields that the dimensions of a collection give.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/collection.h"

namespace upkeep {

using Field = std::pair<std::string, FieldType>;

/// In the order of the dimensions.
std::vector<Field> fields_of(const Dimension&);
std::vector<Field> fields_of(const Collection&);
std::vector<std::string> names_of(std::span<const Field>);

/// A range of dates, or a table with a date among its fields?
bool has_dates(const Dimension&);

/// Letters, digits and `_`, not beginning with a digit.
bool is_identifier(std::string_view);

}  // namespace upkeep
