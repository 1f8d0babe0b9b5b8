#include "config/secrets.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "config/config.h"

namespace upkeep {
namespace {

using Kind = SecretReference::Kind;

constexpr std::string_view capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";
constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view digits = "0123456789";

bool is_variable(std::string_view name, std::string_view first) {
  if (name.empty() || first.find(name.front()) == first.npos) return false;
  const std::string all = std::string(first) + std::string(digits);
  return name.find_first_not_of(all) == name.npos;
}

std::unexpected<SecretProblem> problem(std::size_t begin, std::string text) {
  return std::unexpected(SecretProblem{begin, std::move(text)});
}

/// A name that `kind` cannot have, in words; empty when it is fit.
std::string unfit_name(Kind kind, std::string_view name) {
  if (name.empty()) return "the name behind the colon is missing";
  if (kind == Kind::environment && !is_variable(name, std::string(letters) + "_")) {
    return fmt::format("`{}` is not the name of an environment variable", name);
  }
  if (kind == Kind::credential && (name.find('/') != name.npos || name == "." || name == "..")) {
    return fmt::format("`{}` is not the name of a credential; it holds no `/`", name);
  }
  return {};
}

/// The reference whose `${` stands at `begin`, or nothing when it is an ordinary text.
std::expected<std::optional<SecretReference>, SecretProblem> reference_at(std::string_view text,
                                                                          std::size_t begin) {
  static constexpr std::array<std::pair<std::string_view, Kind>, 3> kinds{
      {{"env", Kind::environment}, {"file", Kind::file}, {"credential", Kind::credential}}};
  const std::string_view rest = text.substr(begin + 2);
  const std::string_view word = rest.substr(0, rest.find_first_not_of(letters));
  const std::size_t close = rest.find('}');
  if (!rest.substr(word.size()).starts_with(':')) {
    const std::string_view name = rest.substr(0, close);
    if (close == rest.npos || !is_variable(name, capitals)) return std::nullopt;
    return problem(begin, fmt::format("`${{{0}}}` is not filled in; write `${{env:{0}}}`, or "
                                      "`$${{{0}}}` for the text itself",
                                      name));
  }
  for (const auto& [known, kind] : kinds) {
    if (word != known) continue;
    if (close == rest.npos) {
      return problem(begin, fmt::format("`${{{}:` is not closed; expected `}}`", word));
    }
    const std::string_view name = rest.substr(word.size() + 1, close - word.size() - 1);
    if (std::string wrong = unfit_name(kind, name); !wrong.empty()) {
      return problem(begin, std::move(wrong));
    }
    return SecretReference{kind, std::string(name), begin, close + 3};
  }
  const std::vector<std::string> words{"env", "file", "credential", "ENV", "FILE", "CREDENTIAL"};
  if (const auto meant = nearest(word, words)) {
    return problem(begin, fmt::format("`${{{}:` is unknown; expected `${{env:`, `${{file:` or "
                                      "`${{credential:`",
                                      word));
  }
  return std::nullopt;
}

Result<std::string> value_of(const SecretReference& reference, const SecretSources& sources) {
  switch (reference.kind) {
    case Kind::literal:
      return "${";
    case Kind::environment:
      if (auto value = sources.environment(reference.name)) return *std::move(value);
      return fail(fmt::format("the environment variable `{}` is not set", reference.name));
    case Kind::file:
    case Kind::credential:
      break;
  }
  std::string path = reference.name;
  if (reference.kind == Kind::credential) {
    const auto folder = sources.environment("CREDENTIALS_DIRECTORY");
    if (!folder || folder->empty()) {
      return fail(
          fmt::format("`${{credential:{}}}` needs $CREDENTIALS_DIRECTORY, which systemd "
                      "sets for a service with LoadCredential=",
                      reference.name));
    }
    path = fmt::format("{}/{}", *folder, reference.name);
  }
  UPKEEP_TRY(std::string value, sources.read_file(path));
  // Editors and `echo` end a file with a line break that is no part of the secret.
  if (value.ends_with('\n')) value.pop_back();
  if (value.ends_with('\r')) value.pop_back();
  return value;
}

}  // namespace

std::expected<std::vector<SecretReference>, SecretProblem> find_secrets(std::string_view text) {
  std::vector<SecretReference> found;
  for (std::size_t at = text.find("${"); at != text.npos; at = text.find("${", at)) {
    if (at > 0 && text[at - 1] == '$') {
      found.push_back({Kind::literal, {}, at - 1, 3});
      at += 2;
      continue;
    }
    auto reference = reference_at(text, at);
    if (!reference) return std::unexpected(std::move(reference.error()));
    if (*reference) {
      at += (**reference).size;
      found.push_back(**std::move(reference));
    } else {
      at += 2;
    }
  }
  return found;
}

Result<std::string> fill_secrets(std::string_view text, const SecretSources& sources) {
  const auto references = find_secrets(text);
  if (!references) return fail(references.error().text);
  std::string filled;
  std::size_t done = 0;
  for (const SecretReference& reference : *references) {
    filled += text.substr(done, reference.begin - done);
    UPKEEP_TRY(const std::string value, value_of(reference, sources));
    filled += value;
    done = reference.begin + reference.size;
  }
  return filled.append(text.substr(done));
}

}  // namespace upkeep
