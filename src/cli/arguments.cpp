// The one file that includes CLI11, which takes seconds to compile.
#include "cli/arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "base/text.h"

namespace upkeep {
namespace {

using Values = std::vector<std::pair<std::string, CLI::Option*>>;  ///< by name with dashes

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const auto meant = nearest(word, known);
  return meant ? fmt::format("; did you mean `{}`?", *meant) : "";
}

std::vector<std::string> names_of(std::span<const CommandRow> commands) {
  std::vector<std::string> names;
  for (const CommandRow& command : commands) {
    if (!command.is_hidden) names.emplace_back(command.name);
  }
  return names;
}

std::vector<std::string> options_of(const CommandRow* command) {
  std::vector<std::string> names;
  for (const Option& option : common_options()) {
    const bool output = option.name == "--json" || option.name == "--format";
    if (command == nullptr || !output) names.emplace_back(option.name);
  }
  if (command != nullptr) {
    for (const Option& option : command->options) names.emplace_back(option.name);
  }
  return names;
}

/// The option as CLI11 writes it, with its short form.
std::string spelling(const Option& option) {
  if (option.name == "--config") return "-c,--config";
  if (option.name == "--help") return "-h,--help";
  return std::string(option.name);
}

void declare(CLI::App& app, const Option& option, Values& values) {
  CLI::Option* added = option.value.empty() ? app.add_flag(spelling(option))
                                            : app.add_option(spelling(option))->expected(1);
  added->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  values.emplace_back(option.name, added);
}

Refusal unknown_word(const std::string& word, std::span<const CommandRow> commands,
                     const CommandRow* command) {
  const std::string help = command == nullptr
                               ? "`upkeep --help` lists all commands"
                               : fmt::format("see `upkeep {} --help`", command->name);
  if (word.starts_with('-')) {
    const std::string name = word.substr(0, word.find('='));
    return {ExitCode::usage,
            fmt::format("{}there is no option `{}`{}\n{}",
                        command == nullptr ? "" : fmt::format("{}: ", command->name), name,
                        did_you_mean(name, options_of(command)), help)};
  }
  if (command == nullptr) {
    return {ExitCode::usage, fmt::format("there is no command `{}`{}\n{}", word,
                                         did_you_mean(word, names_of(commands)), help)};
  }
  return {ExitCode::usage,
          fmt::format("{}: `{}` is one word too many\n{}", command->name, word, help)};
}

std::expected<void, Refusal> check_operands(std::span<const CommandRow> commands,
                                            const CommandRow& command, const Call& call) {
  if (call.operands.size() > command.operands.max) {
    return std::unexpected(unknown_word(call.operands[command.operands.max], commands, &command));
  }
  if (call.operands.size() >= command.operands.min) return {};
  const auto example = command.examples.empty()
                           ? std::string()
                           : fmt::format(", as in `{}`", command.examples.front().line);
  return std::unexpected(Refusal{ExitCode::usage, fmt::format("{}: {} is missing{}", command.name,
                                                              command.operands.name, example)});
}

std::expected<void, Refusal> check_choice(std::string_view where, const Option& option,
                                          std::string_view value) {
  if (option.choices.empty() || std::ranges::find(option.choices, value) != option.choices.end()) {
    return {};
  }
  const std::vector<std::string> known(option.choices.begin(), option.choices.end());
  return std::unexpected(
      Refusal{ExitCode::usage, fmt::format("{}: {} takes {}, not `{}`{}", where, option.name,
                                           join(known, ", "), value, did_you_mean(value, known))});
}

/// One parse: what is declared and what was found.
class Parser {
 public:
  explicit Parser(std::span<const CommandRow> commands) : commands_(commands) {
    app_.set_help_flag();
    app_.allow_extras();
    app_.fallthrough();
    app_.require_subcommand(0, 1);
    for (const Option& option : common_options()) declare(app_, option, common_);
    subs_.reserve(commands.size());
    for (const CommandRow& command : commands) {
      Sub sub{&command, app_.add_subcommand(std::string(command.name)), {}, nullptr};
      for (const Option& option : command.options) declare(*sub.app, option, sub.values);
      if (command.operands.max > 0) {
        sub.operands = sub.app->add_option(std::string(command.operands.name));
        sub.operands->type_size(1)->expected(-1);
        sub.operands->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
      }
      subs_.push_back(std::move(sub));
    }
  }

  std::expected<Request, Refusal> parse(std::vector<std::string> words) {
    std::ranges::reverse(words);  // as CLI11 wants them
    try {
      app_.parse(words);
    } catch (const CLI::ArgumentMismatch& error) {
      const std::string_view text = error.what();  // "--by: 1 required …"
      return refuse(ExitCode::usage,
                    fmt::format("{} needs a value", text.substr(0, text.find(':'))));
    } catch (const CLI::ParseError& error) {
      return refuse(ExitCode::usage, error.what());
    }
    const auto found = std::ranges::find_if(subs_, [](const Sub& s) { return s.app->parsed(); });
    const Sub* sub = found == subs_.end() ? nullptr : &*found;
    Request request;
    if (const auto taken = take(request, sub); !taken) return std::unexpected(taken.error());
    for (const std::string& word : app_.remaining(true)) {
      if (word == "--") continue;
      return std::unexpected(unknown_word(word, commands_, sub ? sub->command : nullptr));
    }
    if (sub == nullptr || request.help) return request;
    if (const auto enough = check_operands(commands_, *sub->command, request.call); !enough) {
      return std::unexpected(enough.error());
    }
    return request;
  }

 private:
  struct Sub {
    const CommandRow* command;
    CLI::App* app;
    Values values;
    CLI::Option* operands;
  };

  std::expected<void, Refusal> take(Request& request, const Sub* sub) const {
    Call& call = request.call;
    for (const auto& [name, option] : common_) {
      if (option->count() == 0) continue;
      if (name == "--config") {
        call.config = option->results().back();
      } else if (name == "--help") {
        request.help = true;
      } else if (name == "--version") {
        request.version = true;
      } else if (name == "--no-color") {
        request.no_colour = true;
      } else if (const auto kept = keep_common(call, sub, name, *option); !kept) {
        return kept;
      }
    }
    if (sub == nullptr) return {};
    call.command = sub->command->name;
    for (const auto& [name, option] : sub->values) {
      if (option->count() > 0) call.options[name] = value_of(*option);
    }
    for (const Option& option : sub->command->options) {
      const auto value = call.value(option.name);
      if (!value) continue;
      if (const auto fit = check_choice(call.command, option, *value); !fit) return fit;
    }
    if (sub->operands != nullptr) call.operands = sub->operands->results();
    return {};
  }

  /// --json and --format before the command's name: only for commands that know them.
  static std::expected<void, Refusal> keep_common(Call& call, const Sub* sub,
                                                  const std::string& name,
                                                  const CLI::Option& option) {
    if (sub == nullptr) return {};
    const bool known =
        std::ranges::any_of(sub->values, [&](const auto& value) { return value.first == name; });
    if (!known) {
      return std::unexpected(
          Refusal{ExitCode::usage, fmt::format("{} has no option `{}`", sub->command->name, name)});
    }
    call.options[name] = value_of(option);
    return {};
  }

  static std::string value_of(const CLI::Option& option) {
    return option.get_expected_max() == 0 || option.get_type_size() == 0 ? std::string()
                                                                         : option.results().back();
  }

  std::span<const CommandRow> commands_;
  CLI::App app_;
  Values common_;
  std::vector<Sub> subs_;
};

}  // namespace

std::expected<Request, Refusal> parse_arguments(std::span<const CommandRow> commands,
                                                const std::vector<std::string>& words) {
  return Parser(commands).parse(words);
}

}  // namespace upkeep
