// `${env:NAME}`, `${file:path}` and `${credential:name}` inside a text. `$${` writes `${`.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace upkeep {

struct SecretReference {
  enum class Kind : std::uint8_t { environment, file, credential, literal };  ///< literal is `$${`
  Kind kind = Kind::environment;
  std::string name;                 ///< what stands behind the colon
  std::size_t begin = 0, size = 0;  ///< bytes of the text, braces included
};

struct SecretProblem {
  std::size_t begin = 0;  ///< byte of the text
  std::string text;
};

/// All references in the order of the text; other braces are left alone. A reference that is
/// not closed, has no name or looks misspelt is a problem, and so is `${NAME}` in capitals,
/// which would mean something in a shell only.
std::expected<std::vector<SecretReference>, SecretProblem> find_secrets(std::string_view text);

}  // namespace upkeep
