#include "net/request_target.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/text.h"

namespace upkeep {
namespace {

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return {};
}

Result<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += plus_is_space && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
    const auto low = high ? hex_digit(text[i + 2]) : std::nullopt;
    if (!low) return fail("a `%` in the target is not followed by two hexadecimal digits");
    decoded += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(decoded, is_control)) {
    return fail("the target contains a control character");
  }
  if (!is_utf8(decoded)) return fail("the target is not UTF-8");
  return decoded;
}

Result<void> take_query(IncomingRequest& request, std::string_view query) {
  for (const std::string_view pair : split(query, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    UPKEEP_TRY(std::string name, decode(pair.substr(0, equals), true));
    UPKEEP_TRY(std::string value, decode(pair.substr(std::min(equals + 1, pair.size())), true));
    request.query.insert_or_assign(std::move(name), std::move(value));
  }
  return {};
}

}  // namespace

Result<void> take_target(IncomingRequest& request, std::string_view target) {
  if (target == "*" && request.method == "OPTIONS") {  // about the server itself
    request.path = "*";
    return {};
  }
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    target.remove_prefix(scheme.size());
    const std::size_t path = std::min(target.find_first_of("/?"), target.size());
    if (const auto host = request.headers.find("host"); host != request.headers.end()) {
      host->second = target.substr(0, path);  // goes before the header (RFC 9112 3.2.2)
    }
    target.remove_prefix(path);
    if (target.empty()) target = "/";
    break;
  }
  if (!target.starts_with('/')) return fail("the target does not begin with `/`");
  if (target.find('#') != target.npos) return fail("the target contains a `#`; write it as %23");
  const std::size_t mark = std::min(target.find('?'), target.size());
  UPKEEP_TRY(request.path, decode(target.substr(0, mark), false));
  return take_query(request, target.substr(std::min(mark + 1, target.size())));
}

}  // namespace upkeep
