// Where a store is: a folder, or a bucket with what is to be known to reach it.
#pragma once
#include <vector>

#include "config/form.h"
#include "model/store.h"

namespace upkeep {

/// `url`, and the keys that are for buckets only.
std::vector<Key<Store>> location_keys();

}  // namespace upkeep
