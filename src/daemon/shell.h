// The shell around the engine: turns its wishes into listings, looks and processes, and
// their results into events. It decides nothing. What a step decided is durable before a
// collector starts.
#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>

#include "api/progress.h"
#include "base/result.h"
#include "core/engine.h"
#include "daemon/inventory.h"
#include "daemon/listing_watch.h"
#include "io/redaction.h"
#include "model/config.h"
#include "port/executor.h"
#include "port/state_store.h"

namespace upkeep {

/// What the shell stands on. References must outlive it.
struct Ground {
  const Config& config;
  const ObjectStores& stores;
  StateStore& state;
  Observer& observer;
  Redaction& redaction;  ///< of all that comes back from processes and stores
  std::function<std::string(AttemptId)> partitions_path;  ///< behind {partitions}
  /// Called by worker threads.
  std::function<StoreListed(const ListStore&, const WatchListing&, std::stop_token)> list_store;
  std::function<void(const GrantTokens&)> granted = [](const auto&) {};
  std::function<void(const RefuseTokens&)> refused = [](const auto&) {};
};

class Shell final : public ExecutorListener {
 public:
  Shell(boost::asio::io_context&, Ground, Engine&);
  ~Shell() override;

  /// Carries out what the engine wants until it is complete; runs the io_context. An error
  /// when the state could not be written for a minute: everything was stopped, and what was
  /// started is in the rows.
  Result<void> run(Executor&);

  /// From a handler of the io_context: end what runs, start nothing new.
  void stop();

  /// From a handler of the io_context: make durable what was decided and end, but let go on what
  /// runs. The next shell on the same executor finds it as an earlier life's.
  void leave();

  /// From a handler of the io_context: a wish of people. A handler that is posted afterwards
  /// finds it decided.
  void tell(Event);

  /// How long the last listing of each store took.
  const std::map<StoreId, Duration>& listings() const;

  /// What was asked of each bucket, to list it and to look at its objects.
  std::map<StoreId, ObjectStore::Requests> requests() const;

  void reported(AttemptId, const ReportLine&) override;
  void ended(AttemptId, const Ending&) override;
  void orphan_ended(AttemptId) override;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace upkeep
