// Asks the loop that owns a state folder, over its control socket.
#pragma once
#include <string>

#include "cli/exit_code.h"
#include "model/config.h"

namespace upkeep {

/// The body of its answer. Refused: nothing runs (exit code 3), it does not answer (1), or it
/// refuses, with its reason.
std::expected<std::string, Refusal> ask_loop(const Config&, const std::string& method,
                                             const std::string& target,
                                             const std::string& body = {});

/// The same for an answer that may take for ever (a timeout of 0) or for so long.
std::expected<std::string, Refusal> wait_for_loop(const Config&, const std::string& method,
                                                  const std::string& target, Duration timeout);

/// Text that can stand in a query: `a b` is `a%20b`.
std::string query_text(std::string_view);

}  // namespace upkeep
