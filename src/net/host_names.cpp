#include "net/host_names.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace upkeep {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  return result;
}

bool is_port_or_nothing(std::string_view text) {
  if (text.empty()) return true;
  return text.front() == ':' && text.size() <= 6 &&
         std::ranges::all_of(text.substr(1), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view without_brackets(std::string_view name) {
  const bool has = name.size() > 2 && name.front() == '[' && name.back() == ']';
  return has ? name.substr(1, name.size() - 2) : name;
}

}  // namespace

HostNames::HostNames(std::string_view listen_address, const std::vector<std::string>& more)
    : names_{"localhost", "127.0.0.1", "::1", lower(without_brackets(listen_address))} {
  for (const std::string& name : more) names_.push_back(lower(without_brackets(name)));
}

bool HostNames::know(std::string_view authority) const {
  const bool is_bracketed = authority.starts_with('[');
  const std::size_t end = authority.find(is_bracketed ? ']' : ':');
  if (is_bracketed && end == authority.npos) return false;
  const std::size_t size = std::min(is_bracketed ? end + 1 : end, authority.size());
  const std::string name = lower(authority.substr(0, size));
  const std::string_view bare = without_brackets(name);
  return is_port_or_nothing(authority.substr(size)) && std::ranges::count(names_, bare) > 0 &&
         is_bracketed == (bare.find(':') != bare.npos);
}

std::optional<std::string> HostNames::objection(const IncomingRequest& request) const {
  const auto host = request.headers.find("host");
  if (host == request.headers.end() || host->second.empty()) {
    return "the request has no Host header; send the name or address that you ask, such as "
           "localhost";
  }
  if (!know(host->second)) {
    return fmt::format(
        "the server does not go by the name `{}`; ask it as localhost, or add this "
        "name to its hosts",
        host->second);
  }
  if (const auto origin = request.headers.find("origin"); origin != request.headers.end()) {
    const std::size_t scheme = origin->second.find("://");
    if (scheme == std::string::npos || !know(std::string_view(origin->second).substr(scheme + 3))) {
      return fmt::format(
          "pages of `{}` may not ask this server; add its host to the server's "
          "hosts when they shall",
          origin->second);
    }
  }
  const auto site = request.headers.find("sec-fetch-site");
  if (site != request.headers.end() && lower(trim(site->second)) == "cross-site") {
    return "a page of another site sent this request; open the address itself, not through a link "
           "or script there";
  }
  return {};
}

}  // namespace upkeep
