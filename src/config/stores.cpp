#include "config/stores.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "config/forms.h"
#include "config/locations.h"

namespace upkeep {
namespace {

Form<Reports> inventory() {
  return record<Reports>(
      "a map like `{store: reports, prefix: \"inventory/lake/daily\"}`",
      {
          required(key("store", &Reports::store, text("the name of a store like `reports`"),
                       "The store to which the reports are delivered.")),
          key("prefix", &Reports::prefix, text("a folder like `inventory/lake/daily`"),
              "The folder in that store that holds the dated folders of the reports, or any "
              "folder above it. Without it the whole store is searched."),
          key("max_age", &Reports::max_age, duration(std::chrono::minutes{1}),
              "How long ago a report may have been begun. One that is older is not read."),
          key("when_old", &Reports::when_old,
              word<Reports::WhenOld>("list or fail", {{"list", Reports::WhenOld::list},
                                                      {"fail", Reports::WhenOld::fail}}),
              "What to do when there is no report of that age: list the store itself, or say "
              "that its objects are unknown."),
      });
}

Form<Store> store() {
  std::vector<Key<Store>> keys = location_keys();
  keys.push_back(
      key("ignore", &Store::ignore,
          list_of("a list of patterns like `[\"*.part\"]`", text("a pattern like `*.part`")),
          "Shell patterns for keys: such an object claims nothing and is no stray. `*` fits "
          "any run of characters, `/` too; `?` fits any one."));
  keys.push_back(
      key("max_loss", &Store::max_loss, share(),
          "An inventory that lost a larger share of what was there (and at least 10 objects) "
          "is held until you `ack` it or a newer one confirms it."));
  keys.push_back(
      key("inventory", &Store::inventory, inventory(),
          "S3 Inventory reports that tell what the store holds: read instead of listing it."));
  return record<Store>("a map with the keys of a store, like `{url: \"file:./lake\"}`",
                       std::move(keys));
}

/// One place under two names would be listed twice and could be filled twice at once.
void check_places(Reader& reader, const Place& place, std::vector<Store>& stores) {
  std::map<std::string, std::string> owners;
  for (const Store& store : stores) {
    const std::string where = store.bucket ? fmt::format("{} {}/{}", store.bucket->endpoint,
                                                         store.bucket->name, store.bucket->prefix)
                                           : store.directory;
    const auto [owner, is_new] = owners.emplace(where, store.name);
    if (is_new) continue;
    reader.error(place.at(store.name).at("url"),
                 fmt::format("the store `{}` has the same {}", owner->second,
                             store.bucket ? "bucket and prefix" : "folder"));
  }
}

/// Reports are delivered to a store that is declared.
void check_inventories(Reader& reader, const Place& place, std::vector<Store>& stores) {
  std::vector<std::string> names;
  for (const Store& store : stores) names.push_back(store.name);
  for (const Store& store : stores) {
    if (!store.inventory || std::ranges::find(names, store.inventory->store) != names.end()) {
      continue;
    }
    reader.error(place.at(store.name).at("inventory").at("store"),
                 fmt::format("there is no store `{}`{}", store.inventory->store,
                             suggestion(store.inventory->store, names)));
  }
}

}  // namespace

Form<std::vector<Store>> stores() {
  return checked<std::vector<Store>>(
      named<Store>("a map of stores by name", store()),
      [](Reader& reader, const Place& place, std::vector<Store>& stores) {
        check_places(reader, place, stores);
        check_inventories(reader, place, stores);
      });
}

}  // namespace upkeep
