// The section `collections`: what should exist.
#pragma once
#include <vector>

#include "config/form.h"
#include "model/collection.h"
#include "model/config.h"

namespace upkeep {

/// `so_far` holds the stores and collectors that have been read when collections are; it must
/// outlive the form.
Form<std::vector<Collection>> collections(const Config& so_far);

/// Fits everything in a collection together: key, dimensions, expectations, rules? Marks the
/// dimension that gives the time, and the columns that `expect.count` reads.
void check_collection(Reader&, const Place&, Collection&);

}  // namespace upkeep
