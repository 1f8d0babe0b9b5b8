// The whole of upkeep.yaml as one form.
#pragma once
#include "config/form.h"
#include "model/config.h"

namespace upkeep {

/// Collections refer to what `config` holds by the time they are read: it must be the value
/// that the form reads into.
Form<Config> top(const Config& config);

}  // namespace upkeep
