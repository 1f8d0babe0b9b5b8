// What it costs to list the stores: the requests for which their owners pay.
#pragma once
#include <cstdint>
#include <string>

#include "api/snapshot.h"

namespace upkeep {

/// What so many LIST requests cost at AWS, in its standard storage class: $0.005 per 1,000.
double dollars_of_lists(std::uint64_t requests);

/// A line for each store whose listing took such requests; empty when none did.
std::string cost_text(const Snapshot&);

}  // namespace upkeep
