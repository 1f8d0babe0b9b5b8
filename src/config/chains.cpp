#include "config/chains.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "config/dimensions.h"

namespace upkeep {
namespace {

class Chains {
 public:
  Chains(Reader& reader, const Place& collections, Config& config)
      : reader_(reader), place_(collections), config_(config) {}

  void check() {
    for (Collection& collection : config_.collections) {
      for (Dimension& dimension : collection.dimensions) {
        auto* table = std::get_if<Table>(&dimension.source);
        if (table != nullptr && table->is_chained()) check(collection, dimension, *table);
      }
    }
  }

 private:
  void check(const Collection& collection, const Dimension& dimension, Table& table) {
    const Place place = place_.at(collection.name).at("dimensions").at(dimension.name);
    const Place name = place.at("table").at("collection");
    const Collection* source = find(table.collection);
    if (source == nullptr) {
      std::vector<std::string> known;
      for (const Collection& one : config_.collections) {
        if (one.name != collection.name) known.push_back(one.name);
      }
      return reader_.error(name, fmt::format("there is no collection `{}`{}", table.collection,
                                             known.empty() ? "; declare it in `collections`"
                                                           : suggestion(table.collection, known)));
    }
    if (source == &collection) {
      return reader_.error(name, "a collection cannot give rows to itself");
    }
    choose_format(place, *source, table);
    // A circle is told once: where its first collection stands.
    std::vector<const Collection*> path = {&collection};
    if (!leads_back(*source, path)) return;
    const bool is_first =
        std::ranges::all_of(path, [&](const auto* one) { return one >= &collection; });
    if (!is_first) return;
    std::vector<std::string> names;
    for (const Collection* one : path) names.push_back(one->name);
    std::ranges::reverse(names);  // as the rows go
    names.insert(names.begin(), collection.name);
    reader_.error(name, fmt::format("collections give rows to each other in a circle: {}; one of "
                                    "them must have its rows from elsewhere",
                                    join(names, " → ")));
  }

  void choose_format(const Place& place, const Collection& source, Table& table) {
    const auto ending = table_format_of(source.key);
    if (place.has("format")) {
      if (table.format != Table::Format::sqlite) return;
    } else if (!ending) {
      return reader_.error(
          place.at("table"),
          fmt::format("the format does not show from the end of the key of `{}`, `{}`; add "
                      "`format`: `csv`, `json_lines` or `parquet`",
                      source.name, source.key));
    } else {
      table.format = *ending;
    }
    if (table.format != Table::Format::sqlite) return;
    reader_.error(place.at(place.has("format") ? "format" : "table"),
                  "objects of a collection are read as `csv`, `json_lines` or `parquet`, not as "
                  "SQLite");
  }

  const Collection* find(const std::string& name) const {
    const auto found = std::ranges::find(config_.collections, name, &Collection::name);
    return found == config_.collections.end() ? nullptr : &*found;
  }

  /// Do the rows of `from` come, in the end, from the first of the path? Then the path is whole.
  bool leads_back(const Collection& from, std::vector<const Collection*>& path) const {
    if (&from == path.front()) return true;
    if (std::ranges::find(path, &from) != path.end()) return false;  // another circle
    path.push_back(&from);
    for (const Dimension& dimension : from.dimensions) {
      const auto* table = std::get_if<Table>(&dimension.source);
      if (table == nullptr || !table->is_chained()) continue;
      const Collection* next = find(table->collection);
      if (next != nullptr && leads_back(*next, path)) return true;
    }
    path.pop_back();
    return false;
  }

  Reader& reader_;
  const Place place_;
  Config& config_;
};

}  // namespace

void check_chains(Reader& reader, const Place& root, Config& config) {
  Chains(reader, root.at("collections"), config).check();
}

}  // namespace upkeep
