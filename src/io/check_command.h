// A user's own program that judges one object.
#pragma once
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace upkeep {

struct CheckRun {
  std::vector<std::string> command;  ///< not empty; found by PATH
  std::string folder;                ///< it runs there
  Duration timeout{};
  /// What it gets on its standard input: the next piece, or an empty one at the end. Without it
  /// there is nothing to read.
  std::function<Result<std::string_view>()> input;
};

/// Nothing when it ended with exit code 0; else what it said last, or how it ended. An error when
/// that says nothing about the object: it could not be run, ended with 126 or 127, was ended by
/// somebody else or by `stop`, or its input could not be read. Whatever it started is ended, too.
/// Blocking. The program that upkeep is must ignore SIGPIPE.
Result<std::optional<std::string>> run_check(const CheckRun&, std::stop_token stop);

}  // namespace upkeep
