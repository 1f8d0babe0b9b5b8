// A program of upkeep's own that works apart, so that its death is no more than an answer that
// did not come.
#pragma once
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace upkeep {

/// Runs the program in this file and gives what it wrote to its standard output, once it has ended
/// well. An error when it could not be run, was stopped, took longer than `time`, or ended in
/// another way; then with the last line of its standard error. Its processes are killed when the
/// answer is not wanted any more. The first argument is the name under which it runs. `came` is
/// told what came until now, after each part of it, and may take away from its beginning. Blocking.
Result<std::string> output_of(const std::string& program, const std::vector<std::string>& arguments,
                              Duration time, std::stop_token stop = {},
                              const std::function<void(std::string&)>& came = {});

/// In such a program: it dies with the process that started it, and gets no more memory than
/// so many bytes. Errors are passed over: the limits are a net, not a need.
void live_as_child(std::uint64_t memory);

}  // namespace upkeep
