#include "config/stores.h"

#include <fmt/format.h>

#include <map>

#include "config/forms.h"

namespace upkeep {
namespace {

/// The path behind `file:`; an error says what to write.
Result<std::string> path_of_url(std::string_view url) {
  const std::size_t colon = url.find(':');
  const std::size_t slash = url.find('/');
  if (colon == url.npos || slash < colon) {
    return fail(fmt::format("`{0}` is a path, not a URL; write `file:{0}`", url));
  }
  const std::string_view scheme = url.substr(0, colon);
  std::string_view path = url.substr(colon + 1);
  if (scheme != "file") {
    return fail(
        fmt::format("this version has no `{}:` stores yet; expected a folder like "
                    "`file:./lake`",
                    scheme));
  }
  if (path.starts_with("//")) {
    path.remove_prefix(2);
    if (!path.starts_with('/')) {
      return fail(
          fmt::format("`{}` names a machine between `//` and the next `/`; write "
                      "`file:./lake`, or `file:///lake` for an absolute path",
                      url));
    }
  }
  if (path.empty()) return fail("the path behind `file:` is missing; write `file:./lake`");
  if (path.starts_with('~')) {
    return fail("`~` is not expanded; write `file:${env:HOME}/lake`");
  }
  return std::string(path);
}

Form<std::string> url() {
  return converted<std::string, std::string>(
      parsed<std::string>("a folder like `file:./lake` or `file:///data/lake`",
                          "^file:", path_of_url),
      [](Reader& reader, const Place&, std::string& path, std::string& directory) {
        if (!path.empty()) directory = reader.absolute(path);
      });
}

Form<Store> store() {
  return record<Store>(
      "a map with the keys of a store, like `{url: \"file:./lake\"}`",
      {
          required(key("url", &Store::directory, url(),
                       "The folder that holds the objects. A relative path starts at the folder "
                       "of the configuration.")),
          key("ignore", &Store::ignore,
              list_of("a list of patterns like `[\"*.part\"]`", text("a pattern like `*.part`")),
              "Shell patterns for keys: such an object claims nothing and is no stray. `*` fits "
              "any run of characters, `/` too; `?` fits any one."),
          key("max_loss", &Store::max_loss, share(),
              "An inventory that lost a larger share of what was there (and at least 10 objects) "
              "is held until you `ack` it or a newer one confirms it."),
      });
}

/// One folder under two names would be listed twice and could be filled twice at once.
void check_folders(Reader& reader, const Place& place, std::vector<Store>& stores) {
  std::map<std::string, std::string> owners;
  for (const Store& store : stores) {
    const auto [owner, is_new] = owners.emplace(store.directory, store.name);
    if (is_new) continue;
    reader.error(place.at(store.name).at("url"),
                 fmt::format("the store `{}` has the same folder", owner->second));
  }
}

}  // namespace

Form<std::vector<Store>> stores() {
  return checked<std::vector<Store>>(named<Store>("a map of stores by name", store()),
                                     check_folders);
}

}  // namespace upkeep
