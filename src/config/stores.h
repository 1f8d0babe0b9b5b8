// The section `stores`: where objects live.
#pragma once
#include <vector>

#include "config/form.h"
#include "model/store.h"

namespace upkeep {

Form<std::vector<Store>> stores();

}  // namespace upkeep
