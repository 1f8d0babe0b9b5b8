// The unit by which systemd runs the loop. One template serves the unit that is shipped and those
// that `upkeep setup systemd` writes.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/config.h"

namespace upkeep {

/// The user that a package makes for the service, its home, and its line for sysusers.d(5).
inline constexpr std::string_view service_user = "upkeep";
inline constexpr std::string_view service_home = "/var/lib/upkeep";
std::string sysusers_line();
/// For tmpfiles.d(5): the folder of the configuration, which everybody may read. Secrets have files
/// of their own.
std::string tmpfiles_line();

struct Unit {
  std::string program;  ///< absolute path of upkeep
  std::string config;   ///< absolute path of upkeep.yaml
  std::string user;     ///< as whom it runs; empty: a unit of the user's own service manager
  /// Has systemd make /var/lib/upkeep for it?
  bool has_home = false;
  std::vector<std::string> writable = {};  ///< absolute paths of folders beside the home
  Duration hang_after = std::chrono::minutes{1};
  Duration stop_after = std::chrono::minutes{2};  ///< what still runs then is killed
};

/// For /etc/upkeep/upkeep.yaml, as the user `upkeep`.
Unit shipped_unit(std::string program);
/// Is the state in the service's home, which systemd makes? Elsewhere it must not be told of a
/// home: it would be the state of a configuration that names none.
bool is_at_home(const Config&, const std::string& user);
/// What the configuration needs: its state and the folders of its stores can be written.
Unit unit_for(const Config&, std::string program, std::string user);

/// An error when a path cannot stand in a unit.
Result<std::string> unit_text(const Unit&);

/// Was a unit with this text written by upkeep?
bool is_own_unit(std::string_view text);

}  // namespace upkeep
