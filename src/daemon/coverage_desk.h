// Answers who asks how complete a collection is, value by value. The loop's thread gives a copy of
// what the engine knows, and no more; counting, which may take a second, has a thread of its own.
#pragma once
#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "api/coverage_json.h"
#include "core/engine.h"
#include "net/http_exchange.h"

namespace upkeep {

/// `GET /api/v1/coverage/COLLECTION?by=DIMENSION&offset=0&limit=100`.
struct CoverageRequest {
  std::string collection;
  CoverageQuery query;
};
/// Nothing for other paths.
Result<std::optional<CoverageRequest>> coverage_request(const IncomingRequest&);
/// `?offset=0&limit=100`, which is at most 1,000.
Result<CoverageQuery> page_query(const IncomingRequest&);

class CoverageDesk {
 public:
  ~CoverageDesk();

  /// On the loop's thread. A copy serves all who ask within a second, so that even the largest
  /// collection costs the loop a few milliseconds of each, whoever asks.
  void answer(const Config&, const Engine&, Time now, const CoverageRequest&,
              const std::shared_ptr<HttpReply>&);
  /// Gives back the memory of copies that nobody has asked for lately, and forgets those of an
  /// engine that is gone when `all`.
  void forget(bool all);

 private:
  struct Copied {
    std::shared_ptr<const CoverageCopy> copy;
    std::chrono::steady_clock::time_point at;
  };
  std::shared_ptr<const CoverageCopy> copy_of(const Config&, const Engine&, Time now, CollectionId);

  std::map<std::string, Copied> copies_;
  std::atomic<int> waiting_ = 0;
  std::unique_ptr<boost::asio::thread_pool> counter_;  ///< one thread, once somebody has asked
};

}  // namespace upkeep
