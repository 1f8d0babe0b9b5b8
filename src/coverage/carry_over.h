// What is known of a collection, as its partitions are numbered now.
#pragma once
#include "coverage/coverage.h"
#include "coverage/space.h"

namespace upkeep {

/// By value: what `from` does not have is missing. Nothing is known when the fields are others.
Coverage carry_over(const Space& from, const Coverage&, const Space& to);

/// Do the axes give the same values in the same order?
bool have_same_values(const Space&, const Space&);

}  // namespace upkeep
