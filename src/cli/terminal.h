// Where output goes: what it can show, and writing that ends quietly when nobody reads.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "api/style.h"

namespace upkeep {

using Environment = std::function<std::optional<std::string>(std::string_view)>;
/// That of this process.
Environment real_environment();

/// What is known of one output, for style_of().
struct OutputFacts {
  bool is_terminal = false;
  std::size_t columns = 0;  ///< as the terminal says; 0 when it does not
  bool no_colour = false;   ///< asked for on the command line
};

/// $COLUMNS wins over what the terminal says; 80 where nobody knows. No colours with
/// $NO_COLOR (no-color.org), TERM=dumb or without a terminal; $COLORTERM and $TERM tell how
/// many. Characters beyond ASCII need a UTF-8 locale.
Style style_of(const OutputFacts&, const Environment&);

class Terminal {
 public:
  /// Descriptors for output and complaints; both stay open.
  Terminal(int out, int err, Environment);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void forbid_colours() { no_colour_ = true; }
  /// Asked anew each time: people change the size of their windows.
  Style style() const;
  /// May lines be drawn over? Not on dumb terminals.
  bool is_live() const;

  /// Buffered. False once nobody reads any more, or the output cannot be written: then
  /// there is no use in going on.
  bool write(std::string_view);
  bool flush();
  /// A line to the other output, after all that was written so far.
  void complain(std::string_view text);

  /// Why the output could not be written; a reader that went away is no error.
  const std::optional<std::string>& error() const { return error_; }

 private:
  int out_, err_;
  Environment environment_;
  bool no_colour_ = false;
  bool closed_ = false;
  std::string buffer_;
  std::optional<std::string> error_;
};

}  // namespace upkeep
