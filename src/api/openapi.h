// What the pages of a running upkeep are, for programs: an OpenAPI 3.1 document.
#pragma once
#include <string>
#include <string_view>

namespace upkeep {

/// The description of every page and every change that can be asked for, as JSON.
std::string openapi_json(std::string_view version);

/// Its last part, which the first one is followed by: what is sent and answered.
std::string_view openapi_components();

}  // namespace upkeep
