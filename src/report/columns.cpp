#include "report/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace upkeep {
namespace {

constexpr std::array<std::pair<std::string_view, ColumnRole>, 6> known{{
    {"bucket", ColumnRole::bucket},
    {"key", ColumnRole::key},
    {"size", ColumnRole::size},
    {"lastmodifieddate", ColumnRole::modified},
    {"islatest", ColumnRole::is_latest},
    {"isdeletemarker", ColumnRole::is_delete_marker},
}};

}  // namespace

ColumnRole role_of(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c != '_') plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  const auto* const found = std::ranges::find(known, plain, &decltype(known)::value_type::first);
  return found == known.end() ? ColumnRole::other : found->second;
}

Result<std::vector<ColumnRole>> roles_of(std::span<const std::string> names) {
  std::vector<ColumnRole> roles;
  for (const std::string& name : names) {
    const ColumnRole role = role_of(name);
    if (role != ColumnRole::other && std::ranges::count(roles, role) > 0) {
      return fail(fmt::format("the column `{}` stands twice in `{}`", name, join(names, ", ")));
    }
    roles.push_back(role);
  }
  if (std::ranges::count(roles, ColumnRole::key) == 0) {
    return fail(fmt::format("there is no column `Key` in `{}`", join(names, ", ")));
  }
  return roles;
}

ReportColumns columns_of(std::span<const ColumnRole> roles) {
  return {.size = std::ranges::count(roles, ColumnRole::size) > 0,
          .modified = std::ranges::count(roles, ColumnRole::modified) > 0};
}

}  // namespace upkeep
