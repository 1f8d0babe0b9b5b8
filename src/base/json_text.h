// Texts as JSON, where nothing else of JSON is needed: base/json.h is slow to compile.
#pragma once
#include <string>
#include <string_view>

namespace upkeep {

/// The text as a JSON string with its quotes; bytes that are no UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);
std::string to_json_string(std::string_view text);

}  // namespace upkeep
