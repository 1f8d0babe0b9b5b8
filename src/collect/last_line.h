// The one line of a program's output that says most: the last one with words in it.
#pragma once
#include <string>
#include <string_view>

namespace upkeep {

/// Without escape sequences and control characters, well-formed UTF-8, at most 300 bytes
/// (`…` where it was cut). A progress bar counts as its last state. Empty when no line has
/// a letter or a digit.
std::string last_line(std::string_view output);

}  // namespace upkeep
