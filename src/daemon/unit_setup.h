// Puts a unit in place and has systemd run it.
#pragma once
#include <string>

#include "base/result.h"
#include "model/config.h"

namespace upkeep {

/// The absolute path of this program.
Result<std::string> own_program();

/// As whom the service of a configuration runs: the owner of its folder, but `upkeep` for root's.
Result<std::string> owner_of_service(const Config&);

struct UnitWish {
  std::string name = "upkeep";  ///< of the unit, without `.service`
  std::string user;             ///< as whom it runs; empty: by the user's own service manager
  std::string text;             ///< of the unit
  std::string again;            ///< what somebody with more rights would type
};

/// What setting it up has changed; to be said to people.
struct UnitDone {
  std::string path;  ///< of the unit
  bool is_written = false;
  bool is_started = false;  ///< or started again, as the unit had changed
};

/// Writes the unit, makes what it needs (the user, the state folder), enables and starts it. What
/// is there already is left as it is. Errors name the mend: nothing was changed when no systemd
/// runs, rights are lacking, the unit is somebody else's, or a folder cannot be written.
Result<UnitDone> set_up_unit(const Config&, const UnitWish&);

}  // namespace upkeep
