// Percent-encoding as S3 wants and writes it (RFC 3986, section 2).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace upkeep::s3 {

enum class Slash : std::uint8_t { kept, encoded };

/// Everything but letters, digits and `-._~` becomes %XX.
void append_encoded(std::string_view plain, Slash, std::string& to);
std::string encoded(std::string_view plain, Slash = Slash::encoded);

/// Undoes what a listing with encoding-type=url does to a key, in which `+` is a space. False, and
/// the text is spoilt, when a `%` has no two hexadecimal digits behind it.
bool decode_in_place(std::string& text);

}  // namespace upkeep::s3
