// The commands, one function each; registered in commands.cpp.
#pragma once
#include "cli/command.h"

namespace upkeep {

CommandResult run_command(const Call&, Terminal&);
CommandResult scan_command(const Call&, Terminal&);
CommandResult gaps_command(const Call&, Terminal&);
CommandResult plan_command(const Call&, Terminal&);
CommandResult tasks_command(const Call&, Terminal&);
CommandResult explain_command(const Call&, Terminal&);
CommandResult incidents_command(const Call&, Terminal&);
CommandResult ack_command(const Call&, Terminal&);
CommandResult validate_command(const Call&, Terminal&);
CommandResult schema_command(const Call&, Terminal&);
CommandResult completion_command(const Call&, Terminal&);
CommandResult version_command(const Call&, Terminal&);
CommandResult help_command(const Call&, Terminal&);
/// Names for completion scripts, one a line: commands, collections, incidents.
CommandResult names_command(const Call&, Terminal&);
/// One store's listing as bytes, for the process that started this one.
CommandResult scan_store_command(const Call&, Terminal&);

}  // namespace upkeep
