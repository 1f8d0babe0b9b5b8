// Manual pages, made from the commands' own rows and the forms of the configuration.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace upkeep {

/// The pages there are: upkeep, upkeep.yaml.
std::span<const std::string_view> manual_pages();
/// In the macros of man(7). Nothing for any other page.
std::optional<std::string> manual_page(std::string_view name);

}  // namespace upkeep
