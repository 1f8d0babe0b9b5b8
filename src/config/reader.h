// Collects what is wrong with a configuration while its tree is read, and answers what the
// forms need to know of the surroundings.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/yaml_tree.h"

namespace upkeep {

/// A value of the tree with the path of its key.
struct Place {
  const Node* node = nullptr;  ///< never null
  Mark mark;                   ///< of the key where the node is a map, else of the node
  std::string path;            ///< "collections.espn.priority[0].if"

  bool has(std::string_view key) const { return node->find(key) != nullptr; }
  /// The value of a key. Where there is none, a place for errors only: this one, with the
  /// path of the key.
  Place at(std::string_view key) const;
  /// The value of the n-th key of a map, from 0; there must be one.
  Place value(std::size_t n) const;
  /// The n-th item of a list, from 0; where there is none, a place for errors only.
  Place item(std::size_t n) const;
};

/// A text after `${env:…}` was filled in.
struct FilledText {
  std::string text;
  bool filled = false;  ///< then it may be a secret, and no error may show it
};

class Reader {
 public:
  explicit Reader(const ConfigSource&);

  void error(Mark, std::string_view path, std::string text);
  void error(const Place&, std::string text);
  /// At a byte of a scalar's text.
  void error_inside(const Place&, std::size_t byte, std::string text);
  /// What the parser of a text says, which may begin with "column 7: ", "column 7 of the
  /// key: " or "column 7 of `text`: ".
  void error_at_column(const Place&, std::string_view text);
  /// "expected …, found …".
  void unexpected(const Place&, std::string_view expected);
  /// Nothing wrong with the value at this path, or inside it, so far?
  bool is_sound(std::string_view path) const;
  /// In the order of the file.
  std::vector<ConfigError> take_errors();

  /// Is it a map without duplicate keys? Else an error. Keys that stand twice are reported,
  /// and read once.
  bool open_map(const Place&, std::string_view expected);
  /// Is it a list? Else an error.
  bool open_list(const Place&, std::string_view expected);
  /// An error for each key that is not one of these.
  void check_keys(const Place&, std::span<const std::string> known,
                  std::span<const std::string> nested);
  /// The text of a scalar with `${env:…}` filled in; nothing, after an error, when it cannot
  /// be filled. `${file:…}` is an error: parsing reads no file.
  std::optional<FilledText> fill(const Place&);

  /// Relative paths start at the folder of the configuration.
  std::string absolute(std::string_view path) const;
  std::optional<std::string> environment(std::string_view name) const;

 private:
  const ConfigSource& source_;
  std::string folder_;
  std::vector<ConfigError> errors_;
  std::set<std::string, std::less<>> seen_;    // errors that were reported already
  std::map<std::string, std::string> filled_;  // what errors must not show, and what instead
};

/// The folder that holds the file.
std::string folder_of(std::string_view path);
/// "`a`, `b` or `c`".
std::string one_of(std::span<const std::string> words);
/// "; did you mean `x`?", or "; expected one of …" when nothing is near.
std::string suggestion(std::string_view word, std::span<const std::string> known);

}  // namespace upkeep
