// Text for manual pages in the macros of man(7).
#pragma once
#include <string>
#include <string_view>

namespace upkeep {

/// The text as it is meant, whatever roff would make of its characters; in one line.
std::string roff(std::string_view text);
/// The same as a paragraph: in short lines, of which each ends with a newline.
std::string roff_text(std::string_view text);

/// The same as a tagged paragraph: the tag in bold, what is left of its line plain.
std::string roff_item(std::string_view tag, std::string_view rest, std::string_view text);

/// `.SH` or `.SS` with a title.
std::string roff_heading(std::string_view macro, std::string_view title);

}  // namespace upkeep
