// Any text as the config file of AWS, then as the credentials file below a profile with a secret:
// every profile leads somewhere or has an error, and no error holds the secret.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "s3/profile_source.h"
#include "s3/profiles.h"
#include "s3/sts.h"

namespace {

constexpr std::string_view secret = "k0sEcReT";

void check(const upkeep::Error& error, std::string_view text) {
  UPKEEP_ASSERT(!error.text.empty());
  UPKEEP_ASSERT(text.find(secret) != text.npos || error.text.find(secret) == error.text.npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace upkeep::s3;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string credentials =
      "[default]\naws_access_key_id = id\naws_secret_access_key = " + std::string(secret) + "\n" +
      std::string(text);
  for (const auto& [kind, content] :
       {std::pair{Profiles::Kind::config, std::string_view(text)},
        std::pair{Profiles::Kind::credentials, std::string_view(credentials)}}) {
    Profiles profiles;
    if (const auto added = profiles.add(kind, "file", content); !added) {
      UPKEEP_ASSERT(added.error().text.starts_with("file:"));
      check(added.error(), text);
      continue;
    }
    for (const std::string& name : profiles.names()) {
      const auto source = source_of(profiles, name);
      if (!source) {
        check(source.error(), text);
      } else if (!source->roles.empty()) {
        UPKEEP_ASSERT(!std::holds_alternative<std::monostate>(source->first));
        for (const Role& role : source->roles) {
          UPKEEP_ASSERT(!role.arn.empty() && !assume_role_form(role).empty());
        }
      }
    }
  }
  for (const auto& made : {read_process_credentials(text), read_metadata_credentials(text)}) {
    UPKEEP_ASSERT(!made || (!made->id.empty() && !made->secret.empty()));
  }
  return 0;
}
