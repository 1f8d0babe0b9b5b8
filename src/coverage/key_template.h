// Key templates: `espn/{season}/{date:%Y/%m/%d}/{game:04}-{_}.json`.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace upkeep {

/// One piece of a template.
struct KeyPart {
  enum class Kind { literal, field, any };  ///< `any` is {_}
  Kind kind = Kind::literal;
  std::string text;        ///< the literal, or the field's name
  std::string format;      ///< what follows the colon: "%Y/%m/%d", "04"; empty when there is none
  std::size_t column = 0;  ///< of its first character in the template, from 1
};

struct KeyTemplate {
  std::string text;            ///< as written
  std::vector<KeyPart> parts;  ///< never two literals side by side

  /// The key up to the last `/` before the first field or {_}, `/` included: the
  /// collection's folder.
  std::string folder() const;
  /// Each field once, in order of first appearance.
  std::vector<std::string> fields() const;
  bool has_any() const;
};

/// A part of the key between two `/` that is empty, `.` or `..`.
struct BadSegment {
  std::string text;
  std::size_t column = 0;  ///< in the template
};
std::optional<BadSegment> find_bad_segment(std::span<const KeyPart>);
std::string to_text(const BadSegment&);

/// `{{` and `}}` write braces. An error names the column.
Result<KeyTemplate> parse_key_template(std::string_view);

}  // namespace upkeep
