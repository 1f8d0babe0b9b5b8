#include "cli/control.h"

#include <fmt/format.h>

#include <cctype>

#include "base/json.h"
#include "daemon/service.h"
#include "io/owner_lock.h"
#include "net/socket_client.h"

namespace upkeep {
namespace {

/// The reason in `{"error": …}`, else all of it.
std::string reason_in(const std::string& body) {
  const auto json = parse_json(body);
  const bool has_reason = json && json->is_object() && json->contains("error");
  return has_reason && (*json)["error"].is_string() ? (*json)["error"].get<std::string>() : body;
}

Refusal absent(const Config& config) {
  const auto owner = owner_of(config.state);
  if (!owner || !*owner) {
    return {ExitCode::not_running, "it does not run; `upkeep start` starts it"};
  }
  return {ExitCode::trouble,
          fmt::format("process {} owns the state but has no control socket: a foreground `run`, or "
                      "a loop that is about to start or end",
                      **owner)};
}

std::expected<std::string, Refusal> ask(const Config& config, SocketRequest request) {
  request.socket = control_socket(config.state);
  const auto answer = ask_over_socket(request);
  if (!answer && answer.error().is_absent) return std::unexpected(absent(config));
  if (!answer) {
    return refuse(ExitCode::trouble,
                  fmt::format("the loop does not answer: {}", answer.error().error.text));
  }
  // 503 with a body is how a page says that something is not healthy.
  if (answer->status >= 400 && answer->status != 503) {
    const bool is_fault = answer->status >= 500;
    return refuse(is_fault ? ExitCode::internal : ExitCode::usage, reason_in(answer->body));
  }
  return answer->body;
}

}  // namespace

std::expected<std::string, Refusal> ask_loop(const Config& config, const std::string& method,
                                             const std::string& target, const std::string& body) {
  SocketRequest request;
  request.method = method;
  request.target = target;
  request.body = body;
  request.timeout = std::chrono::seconds{method == "GET" ? 3 : 30};
  return ask(config, std::move(request));
}

std::expected<std::string, Refusal> wait_for_loop(const Config& config, const std::string& method,
                                                  const std::string& target, Duration timeout) {
  SocketRequest request;
  request.method = method;
  request.target = target;
  request.timeout = timeout;
  return ask(config, std::move(request));
}

std::string query_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += std::isalnum(byte) != 0 ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return out;
}

}  // namespace upkeep
