// The section `upstreams`, and rates.
#pragma once
#include <vector>

#include "config/form.h"
#include "model/upstream.h"

namespace upkeep {

/// "60/min"
Form<Rate> rate();
Form<std::vector<Upstream>> upstreams();

}  // namespace upkeep
