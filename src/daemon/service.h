// The loop that runs around the clock: one engine after another, under one process.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "daemon/activity.h"
#include "io/redaction.h"
#include "model/config.h"

namespace upkeep {

struct ServiceOptions {
  std::string config_path;  ///< absolute; read again at each reload
  std::string version;
  bool dry_run = false;                 ///< everything but collectors
  bool test = false;                    ///< nothing but pages and what people ask for
  int restarts = 0;                     ///< by a supervisor
  std::function<bool()> is_supervised;  ///< is the supervisor still there? Unset: there is none
  bool is_service = false;              ///< does a service manager watch over it instead?
  WriteLog log;
  std::shared_ptr<Redaction> redaction = std::make_shared<Redaction>();  ///< also of `log`
  /// Called once it is up, with the address of its pages; empty when there are none.
  std::function<void(const std::string& http)> ready;
  /// Called every second while the loop moves.
  std::function<void()> beat;
};

/// Where the control socket of a state folder is.
std::string control_socket(const std::string& state_folder);

/// Runs until it is told to stop (SIGTERM, SIGINT, the control socket). SIGHUP reads the
/// configuration again. An error says why it could not begin, or could not go on.
Result<void> serve(Config, const ServiceOptions&);

}  // namespace upkeep
