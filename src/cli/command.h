// What a command is: its words, its options, what it says about itself, what it does.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit_code.h"
#include "cli/terminal.h"

namespace upkeep {

struct Option {
  std::string_view name;                       ///< "--where"
  std::string_view value;                      ///< "EXPR"; empty for one that is just there or not
  std::string_view help;                       ///< a sentence without a final full stop
  std::vector<std::string_view> choices = {};  ///< the only values, when there are some
};

/// The words behind a command that are no options.
struct Operands {
  enum class Kind : std::uint8_t { none, collections, incident, shell, what, command };
  Kind kind = Kind::none;
  std::string_view name = "";  ///< "COLLECTION"
  std::size_t min = 0, max = 0;
};

/// What a person typed, checked against what the command takes.
struct Call {
  std::string command;
  std::optional<std::string> config;           ///< of -c
  std::map<std::string, std::string> options;  ///< by name with its dashes; "" for a flag
  std::vector<std::string> operands;

  bool has(std::string_view option) const;
  std::optional<std::string> value(std::string_view option) const;
};

struct Example {
  std::string_view line, meaning;
};

struct CommandRow {
  std::string_view name;
  std::string_view summary;  ///< one sentence
  Operands operands;
  std::vector<Option> options;
  std::vector<Example> examples;
  std::string_view details;  ///< further paragraphs of its help; may be empty
  CommandResult (*run)(const Call&, Terminal&);
  bool is_hidden = false;  ///< for scripts, not for people
};

/// All commands, in the order of the help: the one place where they are registered.
std::span<const CommandRow> commands();
/// Options that every command takes, before or after its name.
std::span<const Option> common_options();

// Options that several commands share.
extern const Option json_option, format_option, where_option;
/// "table" or "json", by --json and --format, which mean the same; an error when they differ.
std::expected<std::string, Refusal> format_of(const Call&);

}  // namespace upkeep
