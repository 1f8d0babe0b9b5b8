// A store in memory that fails on command: for tests of whatever uses stores.
#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "port/object_store.h"

namespace upkeep {

class FakeStore final : public ObjectStore {
 public:
  void put(std::string key, Facts);
  void put_bytes(std::string key, std::string bytes);
  void remove(const std::string& key);

  /// From now on, list() and look() fail like this.
  void refuse(Error);
  /// From now on, what lies under the prefix cannot be listed or looked at.
  void break_part(std::string prefix, Error);
  /// From now on, a listing fails after it gave so many objects.
  void vanish_after(std::size_t objects);
  /// No faults any more.
  void mend();

  Result<std::vector<FailedPart>> list(std::string_view prefix,
                                       const std::function<void(const Object&)>& take,
                                       std::stop_token stop = {}) override;
  Result<std::optional<Facts>> look(std::string_view key, std::stop_token stop = {}) override;
  Result<std::unique_ptr<ObjectReader>> open(std::string_view key,
                                             std::stop_token stop = {}) override;

 private:
  const FailedPart* broken(std::string_view key) const;

  mutable std::mutex mutex_;
  std::map<std::string, Facts> objects_;
  std::map<std::string, std::string> bytes_;  ///< of some of them
  std::optional<Error> refusal_;
  std::vector<FailedPart> broken_;
  std::optional<std::size_t> vanishes_after_;
};

}  // namespace upkeep
