// The files that all clients of AWS share: ~/.aws/config and ~/.aws/credentials.
// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace upkeep::s3 {

struct Setting {
  std::string value;  ///< may be secret
  std::string place;  ///< "/root/.aws/config:12"
};

/// The settings of a profile by lower-case name. What is nested below `s3` is named `s3.name`.
using Profile = std::map<std::string, Setting, std::less<>>;

/// What several files say of profiles, each file on top of what was added before.
class Profiles {
 public:
  /// Where sections are named `[profile a]`, but `[default]`; and where they are named `[a]`.
  enum class Kind : std::uint8_t { config, credentials };

  /// An error names the line and does not repeat it: it may hold a secret.
  Result<void> add(Kind, std::string_view path, std::string_view text);

  const Profile* find(std::string_view name) const;
  std::vector<std::string> names() const;
  /// The line of a section that was passed over because its file wants another form of its name:
  /// `[a]` in the config file, `[profile a]` in the other; empty when there is none.
  std::string passed_over(std::string_view name) const;

 private:
  std::map<std::string, Profile, std::less<>> profiles_;
  std::map<std::string, std::string, std::less<>> passed_over_;
};

}  // namespace upkeep::s3
