// The commands, one function each; registered in commands.cpp.
#pragma once
#include "cli/command.h"

namespace upkeep {

CommandResult start_command(const Call&, Terminal&);
CommandResult stop_command(const Call&, Terminal&);
CommandResult restart_command(const Call&, Terminal&);
CommandResult reload_command(const Call&, Terminal&);
CommandResult status_command(const Call&, Terminal&);
CommandResult health_command(const Call&, Terminal&);
CommandResult logs_command(const Call&, Terminal&);
CommandResult reconcile_command(const Call&, Terminal&);
CommandResult fill_command(const Call&, Terminal&);
CommandResult acquire_command(const Call&, Terminal&);
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
CommandResult setup_command(const Call&, Terminal&);
CommandResult completion_command(const Call&, Terminal&);
CommandResult man_command(const Call&, Terminal&);
CommandResult version_command(const Call&, Terminal&);
CommandResult help_command(const Call&, Terminal&);
/// Names for completion scripts, one a line: commands, collections, incidents.
CommandResult names_command(const Call&, Terminal&);
/// A file that an installation consists of, beside the program.
CommandResult shipped_command(const Call&, Terminal&);
/// The loop itself, under its supervisor.
CommandResult daemon_command(const Call&, Terminal&);
/// One store's listing as bytes, for the process that started this one.
CommandResult scan_store_command(const Call&, Terminal&);

}  // namespace upkeep
