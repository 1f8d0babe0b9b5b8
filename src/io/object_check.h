// One object of a store is read and judged by `expect.valid`.
#pragma once
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "model/valid.h"
#include "port/object_store.h"

namespace upkeep {

struct ObjectVerdict {
  enum class Kind : std::uint8_t { valid, invalid, absent };
  Kind kind = Kind::valid;
  std::string flaw = {};  ///< of what is invalid
};

/// Where commands run, and under which names they know objects.
struct CheckGround {
  std::string folder;  ///< of the configuration
  std::string root;    ///< what stands before a key: "/srv/lake/" or "s3://bucket/prefix/"
  std::stop_token stop;
};

/// Blocking; may be called from any thread, by several at once. An error when it could not be
/// judged. Memory does not grow with the object.
Result<ObjectVerdict> check_object(ObjectStore&, const std::string& key, const Valid&,
                                   const CheckGround&);

}  // namespace upkeep
