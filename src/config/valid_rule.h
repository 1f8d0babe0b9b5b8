// `expect.valid`: what the bytes of an object must be.
#pragma once
#include "config/form.h"
#include "model/store.h"
#include "model/valid.h"

namespace upkeep {

/// A format by its name, or a map of one format and how it is checked.
Form<Valid> valid_rule();

/// Can the rule's command be run for objects of this store? `place` is that of the rule.
void check_valid_command(Reader&, const Place&, const Valid&, const Store&);

}  // namespace upkeep
