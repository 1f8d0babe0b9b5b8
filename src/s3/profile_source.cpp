#include "s3/profile_source.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace upkeep::s3 {
namespace {

/// The value of a setting; empty when there is none.
std::string_view value_of(const Profile& profile, std::string_view name) {
  const auto found = profile.find(name);
  return found == profile.end() ? std::string_view() : std::string_view(found->second.value);
}

bool has(const Profile& profile, std::string_view name) { return !value_of(profile, name).empty(); }

std::unexpected<Error> wrong(const Setting& at, std::string_view text) {
  return fail(fmt::format("{}: {}", at.place, text));
}

/// Follows `source_profile` from profile to profile.
class Search {
 public:
  explicit Search(const Profiles& profiles) : profiles_(profiles) {}

  Result<ProfileSource> of(std::string_view name, const Setting* asked_by) {
    const Profile* const profile = profiles_.find(name);
    if (profile == nullptr) return not_there(name, asked_by);
    ProfileSource source;
    if (asked_by == nullptr) source.region = value_of(*profile, "region");
    // A profile that others build upon is what its keys say, though it may name a role, too.
    const bool keys_first = asked_by != nullptr && has(*profile, "aws_access_key_id");
    if (has(*profile, "role_arn") && !keys_first) {
      UPKEEP_CHECK(add_role(name, *profile, source));
      return source;
    }
    UPKEEP_CHECK(add_own(name, *profile, source));
    return source;
  }

 private:
  std::unexpected<Error> not_there(std::string_view name, const Setting* asked_by) const {
    std::string text = asked_by == nullptr ? "" : asked_by->place + ": ";
    text += fmt::format("there is no profile `{}`", name);
    const std::vector<std::string> names = profiles_.names();
    if (const std::string place = profiles_.passed_over(name); !place.empty()) {
      text += fmt::format(
          "; the section at {} does not count: in a config file write "
          "`[profile {}]`, in a credentials file `[{}]`",
          place, name, name);
    } else if (const auto near = nearest(name, names)) {
      text += fmt::format("; did you mean `{}`?", *near);
    } else if (!names.empty()) {
      text += fmt::format("; there are {}", join(names, ", "));
    }
    return fail(std::move(text));
  }

  Result<Role> role_of(const Profile& profile) const {
    Role role;
    role.arn = value_of(profile, "role_arn");
    role.session = value_of(profile, "role_session_name");
    if (role.session.empty()) role.session = "upkeep";
    role.external_id = value_of(profile, "external_id");
    if (has(profile, "mfa_serial")) {
      return wrong(profile.find("mfa_serial")->second,
                   "this role wants a code from a person, whom upkeep cannot ask; use a role "
                   "without `mfa_serial`");
    }
    if (const auto lasts = profile.find("duration_seconds"); lasts != profile.end()) {
      const auto seconds = parse_number(lasts->second.value);
      if (!seconds || *seconds < 900 || *seconds > 43'200) {
        return wrong(lasts->second, "`duration_seconds` must be a number from 900 to 43200");
      }
      role.lasts = std::chrono::seconds{*seconds};
    }
    return role;
  }

  /// The profile has a role; what it is assumed with comes first.
  Result<void> add_role(std::string_view name, const Profile& profile, ProfileSource& source) {
    UPKEEP_TRY(Role role, role_of(profile));
    const auto from = profile.find("source_profile"), at = profile.find("credential_source"),
               token = profile.find("web_identity_token_file");
    const Setting& arn = profile.find("role_arn")->second;
    const int ways = (from != profile.end()) + (at != profile.end()) + (token != profile.end());
    if (ways != 1) {
      return wrong(arn,
                   "a role needs exactly one of `source_profile`, `credential_source` and "
                   "`web_identity_token_file`");
    }
    if (token != profile.end()) {
      source.first = WebIdentity{std::move(role), token->second.value, token->second.place};
      return {};
    }
    if (at != profile.end()) {
      UPKEEP_TRY(source.first, place_of(at->second));
    } else if (from->second.value == name) {
      UPKEEP_CHECK(add_own(name, profile, source));
      if (std::holds_alternative<std::monostate>(source.first)) {
        return wrong(from->second, "the profile is its own source, but it has no keys");
      }
    } else {
      UPKEEP_CHECK(add_source(name, from->second, source));
    }
    source.roles.push_back(std::move(role));
    return {};
  }

  Result<void> add_source(std::string_view name, const Setting& from, ProfileSource& source) {
    trail_.emplace_back(name);
    if (std::ranges::find(trail_, from.value) != trail_.end()) {
      return wrong(from, fmt::format("the profiles go round in a circle: {} → {}",
                                     join(trail_, " → "), from.value));
    }
    UPKEEP_TRY(ProfileSource before, of(from.value, &from));
    if (std::holds_alternative<std::monostate>(before.first)) {
      return wrong(from, fmt::format("the profile `{}` has no credentials", from.value));
    }
    source.first = std::move(before.first);
    source.roles = std::move(before.roles);
    return {};
  }

  static Result<CredentialPlace> place_of(const Setting& setting) {
    if (setting.value == "Environment") return CredentialPlace::environment;
    if (setting.value == "EcsContainer") return CredentialPlace::container;
    if (setting.value == "Ec2InstanceMetadata") return CredentialPlace::instance;
    return wrong(setting,
                 "`credential_source` is Environment, EcsContainer or Ec2InstanceMetadata");
  }

  /// Keys, or a command that prints them.
  static Result<void> add_own(std::string_view name, const Profile& profile,
                              ProfileSource& source) {
    const auto id = profile.find("aws_access_key_id"),
               secret = profile.find("aws_secret_access_key"),
               command = profile.find("credential_process");
    if ((id != profile.end()) != (secret != profile.end())) {
      const bool has_id = id != profile.end();
      return wrong(has_id ? id->second : secret->second,
                   has_id ? "`aws_secret_access_key` is missing beside it"
                          : "`aws_access_key_id` is missing beside it");
    }
    if (id != profile.end()) {
      if (id->second.value.empty()) return wrong(id->second, "the key is empty");
      if (secret->second.value.empty()) return wrong(secret->second, "the secret key is empty");
      source.first = Credentials{id->second.value,
                                 secret->second.value,
                                 std::string(value_of(profile, "aws_session_token")),
                                 {}};
      return {};
    }
    if (command != profile.end()) {
      source.first = CredentialProcess{command->second.value, command->second.place};
      return {};
    }
    for (const char* setting : {"sso_session", "sso_start_url"}) {
      const auto sso = profile.find(setting);
      if (sso == profile.end()) continue;
      return wrong(sso->second,
                   fmt::format("upkeep does not sign in to AWS itself; name a profile with "
                               "`credential_process = aws configure export-credentials --profile "
                               "{} --format process`",
                               name));
    }
    return {};
  }

  const Profiles& profiles_;
  std::vector<std::string> trail_;  ///< the profiles that led here
};

}  // namespace

Result<ProfileSource> source_of(const Profiles& profiles, std::string_view profile) {
  return Search(profiles).of(profile, nullptr);
}

}  // namespace upkeep::s3
