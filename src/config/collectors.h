// The section `collectors`: commands that fill gaps, and how they are run.
#pragma once
#include <vector>

#include "config/form.h"
#include "model/collector.h"
#include "model/config.h"

namespace upkeep {

Form<std::vector<Collector>> collectors(const Config& so_far);

/// A program and its arguments.
Form<std::vector<std::string>> command_line();

/// Is each collector fit for the collections that use it? Both must have been read.
/// `root` is the whole configuration.
void check_collectors(Reader&, const Place& root, const Config&);

}  // namespace upkeep
