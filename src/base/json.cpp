#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>

namespace upkeep {

Result<Json> parse_json(std::string_view text) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    const std::string_view before = text.substr(0, error.byte == 0 ? 0 : error.byte - 1);
    const auto line = 1 + std::ranges::count(before, '\n');
    const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;
    // The library's text is "[json.exception…] parse error at …: what is wrong".
    const std::string_view what = error.what();
    const std::size_t colon = what.find(": ");
    return fail(fmt::format("line {}, column {}: {}", line, column,
                            colon == std::string_view::npos ? what : what.substr(colon + 2)));
  } catch (const Json::exception& error) {
    return fail(error.what());
  }
}

std::string to_text(const Json& json, bool indented) {
  return json.dump(indented ? 2 : -1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace upkeep
