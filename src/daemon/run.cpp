#include "daemon/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <utility>

#include "api/gap_rows.h"
#include "daemon/hand_over.h"
#include "daemon/inventory.h"
#include "daemon/setup.h"
#include "daemon/shell.h"
#include "daemon/standing.h"
#include "io/files.h"
#include "io/owner_lock.h"
#include "io/process_executor.h"
#include "io/sqlite_state.h"

namespace upkeep {
namespace {

namespace asio = boost::asio;

Result<void> make_state_folders(const std::string& state) {
  for (const char* folder : {"/inventory/cache", "/logs/tasks", "/run"}) {
    UPKEEP_CHECK(make_folders(state + folder));
  }
  return {};
}

/// What is kept for people goes when its time is over; that it cannot go stops nobody.
void expire(const Config& config, Time now) {
  (void)expire_files(config.state + "/logs/tasks", now - config.keep.output);
  (void)expire_files(config.state + "/inventory/cache", now - config.keep.cache);
}

/// SIGINT and SIGTERM end the cycle in order; a second one ends it at once, and the next life
/// takes care of what is still running.
class Signals {
 public:
  Signals(asio::io_context& io, Shell& shell) : set_(io, SIGINT, SIGTERM), shell_(shell) { wait(); }
  bool came() const { return count_ > 0; }

 private:
  void wait() {
    set_.async_wait([this](boost::system::error_code error, int signal) {
      if (error) return;
      if (++count_ > 1) ::_exit(128 + signal);
      shell_.stop();
      wait();
    });
  }
  asio::signal_set set_;
  Shell& shell_;
  int count_ = 0;
};

RunEnd end_of(const Config& config, const Engine& engine, const Selection& selection, Time now) {
  RunEnd end;
  const Standing standing = standing_of(config, engine, selection.collections, {}, now);
  for (const CollectionStanding& collection : standing.collections) {
    end.unjudged |= collection.view.standing == CollectionView::Standing::unknown;
    end.trouble |= collection.view.standing == CollectionView::Standing::held;
    if (!is_judged(collection)) continue;
    for_each_gap(collection, selection.where, now, [&](const auto&) {
      end.trouble = true;
      return false;
    });
  }
  end.trouble |= end.unjudged;
  return end;
}

}  // namespace

Result<RunEnd> run_once(const Config& config, Selection selection, Observer& observer) {
  auto owner = OwnerLock::take(config.state);
  if (!owner) return RunEnd{.trouble = true, .refused = owner.error().text};
  UPKEEP_CHECK(make_state_folders(config.state));
  UPKEEP_TRY(const auto state,
             SqliteState::open(config.state + "/upkeep.db", SqliteState::Access::write));
  UPKEEP_TRY(const State rows, state->load());
  const Time begin = now_by_clock();
  expire(config, begin);

  Assignment assignment{selection.collections, selection.where, config.enabled,
                        begin + config.loop.max_run_time};
  TableCache tables(config.zone);
  Engine engine(config, std::move(assignment), rows, load_baselines(config, tables));
  const ObjectStores stores = open_stores(config);
  asio::io_context io;
  std::unique_ptr<ProcessExecutor> executor;
  Shell shell(io,
              {config, stores, *state, observer,
               [&](AttemptId id) { return executor->partitions_path(id); },
               [&](const ListStore& wish, std::stop_token stop) {
                 return list_store_apart(config, tables, wish, std::move(stop));
               }},
              engine);
  UPKEEP_TRY(executor,
             ProcessExecutor::make(io, shell, {config.state + "/logs", config.state + "/run"}));
  const Signals signals(io, shell);
  const Result<void> ran = shell.run(*executor);

  const Time now = now_by_clock();
  const Standing standing =
      standing_of(config, engine, selection.collections, shell.listings(), now);
  observer.finished({config, now, standing.collections, standing.queue, engine.incidents()});
  UPKEEP_CHECK(ran);
  RunEnd end = end_of(config, engine, selection, now);
  end.stopped = signals.came();
  end.trouble |= end.stopped;
  return end;
}

Result<RunEnd> run_dry(const Config& config, Selection selection, Observer& observer) {
  UPKEEP_TRY(const auto survey, Survey::take(config, selection));
  observer.began(survey->snapshot());
  observer.finished(survey->snapshot());
  return end_of(config, survey->engine(), selection, survey->snapshot().now);
}

}  // namespace upkeep
