// The answers of S3 and STS that are XML. Nothing is guessed: what is cut off, malformed or
// incomplete is an error, never a shorter list.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "s3/credentials.h"

namespace upkeep::s3 {

struct ListedObject {
  std::string key;
  std::uint64_t size = 0;  ///< bytes
  Time modified;
  bool operator==(const ListedObject&) const = default;
};

struct ListPage {
  std::vector<ListedObject> objects;
  std::vector<std::string> prefixes;  ///< where keys were cut at a delimiter
  bool truncated = false;             ///< there is more, to be had with `next_token`
  std::string next_token;
};

/// The answer to ListObjectsV2. Keys are as the store has them: encoding-type=url is undone where
/// the answer says that it was done. An error document is an error that says what it holds.
Result<ListPage> read_list_page(std::string_view xml);

/// Why a request was refused. What the answer does not say is empty.
struct Refusal {
  std::string code;
  std::string message;
  std::string region;  ///< of the bucket, when the request went to another one
};
/// Nothing when the text is no error document, whatever else it is.
std::optional<Refusal> read_refusal(std::string_view xml);

/// The answer of STS to AssumeRole and AssumeRoleWithWebIdentity.
Result<Credentials> read_assumed_role(std::string_view xml);

}  // namespace upkeep::s3
