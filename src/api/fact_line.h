// The facts of a cycle as lines of text, for logs and plain terminals.
#pragma once
#include <map>
#include <string>

#include "api/progress.h"

namespace upkeep {

/// A fact in one line for people, without its time; empty when it is not worth one.
/// `names` are the attempts that are known by now.
std::string fact_line(const Fact&, const std::map<AttemptId, std::string>& names);

/// What an attempt is called: its collection and what its partitions share.
std::string name_of(const fact::AttemptStarted&);

}  // namespace upkeep
