// The port to a store: list everything, or look at a few objects.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/store.h"

namespace upkeep {

/// A part of the key space that could not be listed: what lies under it is unknown.
struct FailedPart {
  std::string prefix;  ///< of keys; "" is everything
  Error error;         ///< names the part as people know it
};

/// The bytes of one object. One thread at a time.
class ObjectReader {
 public:
  virtual ~ObjectReader() = default;

  virtual std::uint64_t size() const = 0;  ///< bytes
  /// Fills all of `into` with what begins at byte `offset`; an error when there is less.
  virtual Result<void> read(std::uint64_t offset, std::span<char> into) = 0;
};

/// Blocking; may be called from any thread, by several at once.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  /// Calls `take` for every object whose key begins with `prefix`, in any order; the key is
  /// valid during the call only. Objects that come or go meanwhile may or may not be seen;
  /// all others are seen exactly once, or lie in a failed part. An error means that nothing
  /// can be said; asked to stop, it soon returns one.
  virtual Result<std::vector<FailedPart>> list(std::string_view prefix,
                                               const std::function<void(const Object&)>& take,
                                               std::stop_token stop = {}) = 0;

  /// Keys that may exist, evenly spread over those that are expected: a store that is listed in
  /// parts may part its keys there. They change how fast a listing is, never what it shows.
  virtual void expect(std::vector<std::string> /*keys*/) {}

  /// What has been asked of a store whose owner pays for each request.
  struct Requests {
    std::uint64_t lists = 0;
    std::uint64_t others = 0;
    std::uint64_t keys = 0;     ///< that the lists have shown
    std::uint64_t at_once = 0;  ///< lists that may be under way together, as it stands
    bool operator==(const Requests&) const = default;
  };
  virtual Requests requests() const { return {}; }

  struct Facts {
    std::uint64_t size = 0;
    Time modified;
  };
  /// One object; nothing when the store answers that there is none. Asked to stop, it soon
  /// returns an error, unless it knows the answer.
  virtual Result<std::optional<Facts>> look(std::string_view key, std::stop_token stop = {}) = 0;

  /// An error when there is no such object. What is being opened or read ends soon with an error
  /// when it is asked to stop.
  virtual Result<std::unique_ptr<ObjectReader>> open(std::string_view key,
                                                     std::stop_token stop = {}) = 0;
};

}  // namespace upkeep
