// JSON, behind one name, so that a change of library touches one file.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"

namespace upkeep {

using Json = nlohmann::ordered_json;

/// Parses strictly; an error names line and column of the text.
Result<Json> parse_json(std::string_view text);
/// One line, or indented; bytes that are no UTF-8 become U+FFFD instead of an exception.
std::string to_text(const Json&, bool indented = false);

}  // namespace upkeep
