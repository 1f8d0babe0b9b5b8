// All commands. To add one: write its function in a file of its own, declare it in
// commands.h, and give it a row here.
#include "cli/commands.h"

#include <vector>

namespace upkeep {
namespace {

using Kind = Operands::Kind;

constexpr std::size_t any_number = 1000;
const Option fresh_option{"--fresh", "", "have a running loop list its stores first, and wait"};
const Option test_option{"--test", "", "list and start nothing by itself: only serve and obey"};
const Option cached_option{"--cached", "", "list nothing: show the inventory that was kept last"};
constexpr Operands some_collections{Kind::collections, "COLLECTION", 0, any_number};

CommandRow start_row() {
  return {.name = "start",
          .summary = "Start the loop in the background; returns when it is up.",
          .operands = {},
          .options = {{"--dry-run", "", "do everything but start collectors"},
                      test_option,
                      {"--foreground", "", "stay here: for systemd, containers and debugging"}},
          .examples = {{"upkeep start", "from now on, around the clock"},
                       {"upkeep start --dry-run", "list, compare and plan only"},
                       {"upkeep start --foreground", "until Ctrl-C, with its log on the terminal"}},
          .details =
              "In the background a small supervisor starts the loop again when it dies or "
              "hangs.",
          .run = start_command};
}

CommandRow stop_row() {
  return {.name = "stop",
          .summary = "Stop the loop: nothing new is started, what runs gets its grace.",
          .operands = {},
          .options = {},
          .examples = {{"upkeep stop", "and wait until it has ended"}},
          .details = "Exit code 3 means that nothing ran.",
          .run = stop_command};
}

CommandRow restart_row() {
  return {.name = "restart",
          .summary = "Stop the loop if it runs, and start it.",
          .operands = {},
          .options = {{"--dry-run", "", "do everything but start collectors"}, test_option},
          .examples = {{"upkeep restart", "with the configuration as it is now"}},
          .details = "",
          .run = restart_command};
}

CommandRow reload_row() {
  return {.name = "reload",
          .summary = "Have the loop read its configuration again; a broken one is refused.",
          .operands = {},
          .options = {},
          .examples = {{"upkeep reload", "after a change of upkeep.yaml"}},
          .details = "What runs goes on. `state`, `http` and `log` take a restart.",
          .run = reload_command};
}

CommandRow status_row() {
  return {
      .name = "status",
      .summary = "Show what the loop is doing: components, queue, collections, incidents.",
      .operands = {},
      .options = {{"--watch", "", "show it again every two seconds"}, json_option, format_option},
      .examples = {{"upkeep status", "everything at a glance"},
                   {"upkeep status --watch", "and again, until Ctrl-C"},
                   {"upkeep status --json | jq .health", "for programs"}},
      .details = "Exit code 3 means that it does not run, 1 that it is not healthy.",
      .run = status_command};
}

CommandRow health_row() {
  return {.name = "health",
          .summary = "Tell whether the loop and each of its components work.",
          .operands = {},
          .options = {json_option, format_option},
          .examples = {{"upkeep health", "each component with a sentence"},
                       {"upkeep health > /dev/null || page-somebody", "by its exit code"}},
          .details = "Exit code 3 means that it does not run, 1 that it is not healthy.",
          .run = health_command};
}

CommandRow logs_row() {
  return {.name = "logs",
          .summary = "Show the last lines of the loop's log.",
          .operands = {},
          .options = {{"--tail", "N", "how many lines; 50 without it"},
                      {"--follow", "", "and those that are written from now on"},
                      {"--level",
                       "LEVEL",
                       "only lines of at least this level",
                       {"debug", "info", "warning", "error"}}},
          .examples = {{"upkeep logs", "the last 50 lines"},
                       {"upkeep logs --tail 100 --level error", "what went wrong of late"},
                       {"upkeep logs --follow", "what happens, until Ctrl-C"}},
          .details = "Under systemd the log is in the journal: journalctl -u upkeep.",
          .run = logs_command};
}

CommandRow reconcile_row() {
  return {.name = "reconcile",
          .summary = "Have the loop list its stores and compare, now.",
          .operands = {Kind::what, "STORE", 0, any_number},
          .options = {},
          .examples = {{"upkeep reconcile", "all stores"}, {"upkeep reconcile lake", "this one"}},
          .details = "",
          .run = reconcile_command};
}

CommandRow fill_row() {
  return {.name = "fill",
          .summary = "Have the loop fill gaps now; what waits or rests waits no longer.",
          .operands = some_collections,
          .options = {where_option},
          .examples = {{"upkeep fill", "everything that is lacking"},
                       {"upkeep fill espn-pbp --where \"age < 7d\"", "the last week of one"}},
          .details = "For use after a collector was mended: its rests would else last for hours.",
          .run = fill_command};
}

CommandRow acquire_row() {
  return {.name = "acquire",
          .summary = "Wait until requests of an upstream are free, and take them.",
          .operands = {Kind::what, "UPSTREAM [N]", 1, 2},
          .options = {{"--timeout", "DURATION", "give up after so long, with exit code 1"}},
          .examples = {{"upkeep acquire espn", "one request, in a collector"},
                       {"upkeep acquire espn 5 && fetch-five", "five at once"}},
          .details =
              "All collectors share one budget, and take turns. In a collector upkeep finds its "
              "own\nconfiguration. Exit code 2: there is no such upstream, or it never allows so "
              "many.",
          .run = acquire_command};
}

CommandRow run_row() {
  return {.name = "run",
          .summary = "Scan, plan, fill the gaps and prove them closed, once, in the foreground.",
          .operands = some_collections,
          .options = {where_option,
                      {"--dry-run", "", "show what would be done, and start nothing"},
                      json_option,
                      format_option},
          .examples = {{"upkeep run", "fill everything that is lacking"},
                       {"upkeep run espn-pbp", "only this collection"},
                       {"upkeep run --where \"age < 7d\"", "only the last week"},
                       {"upkeep run --dry-run", "the tasks, without starting any"}},
          .details =
              "It retries what fails until loop.max_run_time is over. Ctrl-C ends it in "
              "good order.\nOnly one process at a time may work on a state folder.",
          .run = run_command};
}

CommandRow scan_row() {
  return {.name = "scan",
          .summary = "List the stores and compare them with what should exist.",
          .operands = some_collections,
          .options = {{"--by", "DIMENSION", "also show completeness for each value of a dimension"},
                      {"--heatmap", "", "draw the heatmap although the output is no terminal"},
                      fresh_option,
                      cached_option,
                      json_option,
                      format_option},
          .examples = {{"upkeep scan", "all collections, with a heatmap on a terminal"},
                       {"upkeep scan espn-pbp --by season", "completeness per season"},
                       {"upkeep scan --json | jq '.collections[].missing'", "for programs"}},
          .details =
              "While a loop owns the state, its latest inventory is shown, with its age.\n"
              "Nothing is written and nothing is started. Exit code 1 means gaps, 5 means "
              "that a\nstore or a table could not be judged.",
          .run = scan_command};
}

CommandRow gaps_row() {
  return {.name = "gaps",
          .summary = "Show each partition that is missing, undersized, stale or incomplete.",
          .operands = some_collections,
          .options = {where_option,
                      {"--limit", "N", "at most so many"},
                      fresh_option,
                      cached_option,
                      json_option,
                      {"--format",
                       "FORMAT",
                       "print a table, json or ndjson (one JSON a line)",
                       {"table", "json", "ndjson"}}},
          .examples = {{"upkeep gaps --limit 20", "the first twenty"},
                       {"upkeep gaps espn-pbp --where \"season == 2024-25\"", "of one season"},
                       {"upkeep gaps --format ndjson | jq -r .key", "their keys"}},
          .details =
              "In the order of the dimensions. What is too early, or gone upstream, is "
              "no gap.",
          .run = gaps_command};
}

CommandRow plan_row() {
  return {.name = "plan",
          .summary = "Show the tasks that would run, in order, and what would hold them back.",
          .operands = some_collections,
          .options = {where_option, fresh_option, cached_option, json_option, format_option},
          .examples = {{"upkeep plan", "everything"},
                       {"upkeep plan espn-pbp --json", "one collection, as gaps.json has it"}},
          .details = "Takes a fresh inventory, or while a loop runs its latest; starts nothing.",
          .run = plan_command};
}

CommandRow tasks_row() {
  return {.name = "tasks",
          .summary = "Show the task queue as it was last written, with what is running.",
          .operands = {},
          .options = {json_option, format_option},
          .examples = {{"upkeep tasks", "what is it doing?"},
                       {"upkeep tasks --json", "the file inventory/gaps.json of the state"}},
          .details = "Reads the state folder only; `upkeep plan` looks at the stores anew.",
          .run = tasks_command};
}

CommandRow explain_row() {
  return {.name = "explain",
          .summary = "Tell why a partition, a task or an incident is as it is, oldest first.",
          .operands = {Kind::what, "WHAT", 1, any_number},
          .options = {json_option, format_option},
          .examples = {{"upkeep explain espn/2025-10-21.json", "the partition with this key"},
                       {"upkeep explain espn-pbp date=2025-10-21 game=401584", "by its fields"},
                       {"upkeep explain t3f9a1c22b7d0", "a task"},
                       {"upkeep explain i12", "an incident"}},
          .details = "",
          .run = explain_command};
}

CommandRow incidents_row() {
  return {.name = "incidents",
          .summary = "Show what is wrong and what is held.",
          .operands = {},
          .options = {{"--all", "", "also those that are over"}, json_option, format_option},
          .examples = {{"upkeep incidents", "what needs somebody?"},
                       {"upkeep ack i12", "let go of what incident i12 holds"}},
          .details = "Exit code 1 means that an incident is open.",
          .run = incidents_command};
}

CommandRow ack_row() {
  return {.name = "ack",
          .summary = "Acknowledge an incident; what it holds is let go.",
          .operands = {Kind::incident, "ID", 1, 1},
          .options = {json_option, format_option},
          .examples = {{"upkeep ack i12", "yes, that loss is real: fetch it again"}},
          .details = "",
          .run = ack_command};
}

CommandRow validate_row() {
  return {.name = "validate",
          .summary = "Check the configuration; every error names its place and the mend.",
          .operands = {},
          .options = {json_option, format_option},
          .examples = {{"upkeep validate", "./upkeep.yaml"},
                       {"upkeep -c new.yaml validate", "another file"}},
          .details = "",
          .run = validate_command};
}

CommandRow schema_row() {
  return {.name = "schema",
          .summary = "Print the JSON Schema of upkeep.yaml, for editors and validators.",
          .operands = {},
          .options = {},
          .examples = {{"upkeep schema > upkeep.schema.json", "keep it beside the configuration"}},
          .details = "",
          .run = schema_command};
}

CommandRow setup_row() {
  return {.name = "setup",
          .summary = "Have systemd run the loop: write a unit, enable and start it.",
          .operands = {Kind::what, "systemd", 1, 1},
          .options = {{"--print", "", "show the unit and change nothing"},
                      {"--user", "", "for your own service manager, without root"},
                      {"--run-as", "USER", "whose rights the loop and its collectors have"},
                      {"--name", "NAME", "of the unit, `upkeep` without it"}},
          .examples = {{"upkeep setup systemd --print", "read it first"},
                       {"sudo upkeep -c /srv/lake/upkeep.yaml setup systemd", "for the machine"},
                       {"upkeep setup systemd --user", "for yourself"}},
          .details =
              "The loop runs as the owner of the configuration's folder, or, when that is root, "
              "as the\nuser upkeep. It may write its state and the folders of its stores, and "
              "nothing else.\nDoing it again takes over what has changed.",
          .run = setup_command};
}

CommandRow shipped_row() {
  return {.name = "shipped",
          .summary = "Print a file that is installed beside the program.",
          .operands = {Kind::what, "FILE", 1, 1},
          .options = {{"--program", "PATH", "where upkeep will be"}},
          .examples = {{"upkeep shipped unit --program /usr/bin/upkeep", "for systemd"}},
          .details = "FILE is unit, sysusers or tmpfiles.",
          .run = shipped_command,
          .is_hidden = true};
}

CommandRow completion_row() {
  return {.name = "completion",
          .summary = "Print a script that completes upkeep's words in your shell.",
          .operands = {Kind::shell, "SHELL", 1, 1},
          .options = {},
          .examples = {{"source <(upkeep completion bash)", "for this shell"},
                       {"upkeep completion zsh > ~/.zfunc/_upkeep", "for every zsh"},
                       {"upkeep completion fish > ~/.config/fish/completions/upkeep.fish",
                        "for every fish"}},
          .details = "SHELL is bash, zsh or fish.",
          .run = completion_command};
}

CommandRow man_row() {
  return {.name = "man",
          .summary = "Print a manual page: upkeep, or upkeep.yaml with all keys.",
          .operands = {Kind::what, "PAGE", 0, 1},
          .options = {},
          .examples = {{"upkeep man | man -l -", "read it where nothing was installed"},
                       {"upkeep man upkeep.yaml | man -l -", "the configuration"}},
          .details = "An installation has both: man upkeep, man upkeep.yaml.",
          .run = man_command};
}

CommandRow version_row() {
  return {.name = "version",
          .summary = "Print the version.",
          .operands = {},
          .options = {json_option, format_option},
          .examples = {},
          .details = "",
          .run = version_command};
}

CommandRow help_row() {
  return {.name = "help",
          .summary = "Explain upkeep or one command.",
          .operands = {Kind::command, "COMMAND", 0, 1},
          .options = {},
          .examples = {{"upkeep help run", "all about `run`"}},
          .details = "",
          .run = help_command};
}

CommandRow names_row() {
  return {.name = "names",
          .summary = "Print names for completion scripts, one a line.",
          .operands = {Kind::what, "KIND", 1, 1},
          .options = {},
          .examples = {{"upkeep names collections", "the collections of the configuration"}},
          .details = "KIND is collections or incidents.",
          .run = names_command,
          .is_hidden = true};
}

CommandRow daemon_row() {
  return {.name = "daemon",
          .summary = "Run the loop under a supervisor, which reads the descriptor.",
          .operands = {},
          .options = {{"--dry-run", "", "do everything but start collectors"},
                      test_option,
                      {"--beat", "FD", "where to say that it is up and moves"},
                      {"--restarts", "N", "how often it was started again"}},
          .examples = {{"upkeep daemon --beat 1 --restarts 0", "what a supervisor is told"}},
          .details = "",
          .run = daemon_command,
          .is_hidden = true};
}

CommandRow scan_store_row() {
  return {.name = "scan-store",
          .summary = "List one store for another process of upkeep, which reads the output.",
          .operands = {Kind::what, "STORE", 1, 1},
          .options = {},
          .examples = {{"upkeep scan-store lake | wc -c", "how much is handed over"}},
          .details = "Takes no more memory than limits.memory.",
          .run = scan_store_command,
          .is_hidden = true};
}

}  // namespace

std::span<const CommandRow> commands() {
  static const std::vector<CommandRow> all = {
      start_row(),   stop_row(),       restart_row(),    reload_row(),    status_row(),
      health_row(),  tasks_row(),      logs_row(),       reconcile_row(), fill_row(),
      acquire_row(), run_row(),        scan_row(),       gaps_row(),      plan_row(),
      explain_row(), incidents_row(),  ack_row(),        validate_row(),  schema_row(),
      setup_row(),   completion_row(), man_row(),        version_row(),   help_row(),
      names_row(),   daemon_row(),     scan_store_row(), shipped_row()};
  return all;
}

}  // namespace upkeep
