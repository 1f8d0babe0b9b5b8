// From a call to what it is about: the configuration, the collections, the condition.
#pragma once
#include <memory>

#include "cli/command.h"
#include "daemon/survey.h"
#include "model/config.h"

namespace upkeep {

/// The configuration that the call means. Errors: all that were found, a line each.
std::expected<Config, Refusal> load(const Call&);

/// What the operands and --where choose.
std::expected<Selection, Refusal> select(const Config&, const Call&);

/// The selection as --fresh and --cached want it. Without them: a fresh inventory; or, while a
/// process owns the state, its latest one, and for people a line that says so.
std::expected<std::unique_ptr<Survey>, Refusal> survey(const Config&, Selection, const Call&,
                                                       Terminal&);

/// 5 when something could not be judged, 1 when there are gaps or something is held, else 0.
ExitCode verdict_of(const Snapshot&);

/// The queue of a snapshot as `plan` shows it, and what could not be judged.
void show_plan(const Snapshot&, bool json, Terminal&);

/// A line for each collection that could not be judged, and why.
void complain_of_unjudged(const Snapshot&, Terminal&);

/// A line for each limit of the configuration that cannot hold on this machine, and why.
void complain_of_limits(const Config&, Terminal&);

}  // namespace upkeep
