#include "daemon/validation.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <variant>

#include "coverage/comparison.h"
#include "daemon/chain.h"
#include "daemon/inventory.h"

namespace upkeep {
namespace {

bool has_table(const Collection& collection) {
  return std::ranges::any_of(collection.dimensions, [](const Dimension& dimension) {
    return std::holds_alternative<Table>(dimension.source);
  });
}

/// It has rows from a collection, and no listing has read them yet.
bool awaits_rows(const Config& config, const Collection& collection) {
  return std::ranges::any_of(collection.dimensions, [&](const Dimension& dimension) {
    const auto* table = std::get_if<Table>(&dimension.source);
    return table != nullptr && table->is_chained() &&
           !std::filesystem::exists(kept_rows_path(config, collection.name, dimension.name));
  });
}

}  // namespace

Validation validate(const Config& config, Time now) {
  Validation found;
  const auto fail_at = [&](const std::string& name, std::string_view key, std::string text) {
    found.errors.push_back(
        {config.path, 0, 0, "collections." + name + std::string(key), std::move(text)});
  };
  TableCache tables(config.zone);
  std::vector<SpacePtr> spaces;
  for (const Collection& collection : config.collections) {
    if (awaits_rows(config, collection)) continue;
    auto space = make_space(config, collection, tables, now);
    if (space) {
      spaces.push_back(*std::move(space));
    } else if (has_table(collection)) {
      found.unjudged.push_back({collection.name, space.error().text});
    } else {
      fail_at(collection.name, "", space.error().text);
    }
  }
  for (std::size_t i = 0; i < spaces.size(); ++i) {
    for (std::size_t j = i + 1; j < spaces.size(); ++j) {
      const std::array pair{spaces[i], spaces[j]};
      const auto apart = check_no_overlap(pair);
      if (!apart) fail_at(spaces[j]->collection().name, ".key", apart.error().text);
    }
  }
  return found;
}

}  // namespace upkeep
