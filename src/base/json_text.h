// Texts as JSON, where nothing else of JSON is needed: base/json.h is slow to compile.
#pragma once
#include <string>
#include <string_view>

namespace upkeep {

/// With its quotes. When the text is not UTF-8, each byte beyond ASCII becomes U+FFFD.
std::string to_json_string(std::string_view text);

}  // namespace upkeep
