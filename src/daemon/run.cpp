#include "daemon/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <utility>

#include "api/gap_rows.h"
#include "daemon/folders.h"
#include "daemon/hand_over.h"
#include "daemon/inventory.h"
#include "daemon/service.h"
#include "daemon/setup.h"
#include "daemon/shell.h"
#include "daemon/standing.h"
#include "daemon/token_desk.h"
#include "io/owner_lock.h"
#include "io/process_executor.h"
#include "io/sqlite_state.h"
#include "net/http_server.h"

namespace upkeep {
namespace {

namespace asio = boost::asio;

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

/// A foreground run has no pages, but its collectors wait for requests like those of a loop.
Result<std::unique_ptr<HttpServer>> open_desk(const Config& config, asio::io_context& io,
                                              TokenDesk& tokens) {
  if (config.upstreams.empty()) return nullptr;
  HttpListen listen;
  listen.socket = control_socket(config.state);
  const auto answer = [&io, &tokens](const IncomingRequest& request,
                                     const std::shared_ptr<HttpReply>& reply) {
    auto acquire = acquire_request(request);
    if (!acquire) return reply->send(error_response(400, acquire.error().text));
    if (!*acquire) {
      return reply->send(error_response(503, "a foreground `run` has no pages; see its output"));
    }
    asio::post(io, [&tokens, asked = **std::move(acquire), reply] {
      tokens.ask(asked.upstream, asked.count, asked.who, reply);
    });
  };
  return HttpServer::start({listen}, answer);
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
  expire_old_files(config, begin);

  Assignment assignment{selection.collections, selection.where, config.enabled,
                        begin + config.loop.max_run_time};
  Redaction redaction;
  hide_secrets(config, redaction);
  TableCache tables(config.zone);
  Engine engine(config, std::move(assignment), rows, load_baselines(config, tables));
  const ObjectStores stores = open_stores(config);
  asio::io_context io;
  std::unique_ptr<ProcessExecutor> executor;
  std::function<void(Event)> ear;
  TokenDesk tokens(io, [&](Event event) { ear(std::move(event)); });
  Shell shell(io,
              {config, stores, *state, observer, redaction,
               [&](AttemptId id) { return executor->partitions_path(id); },
               [&](const ListStore& wish, const WatchListing& watch, std::stop_token stop) {
                 return list_store_apart(config, tables, wish, watch, std::move(stop));
               },
               [&](const GrantTokens& grant) { tokens.granted(grant.ask.id); },
               [&](const RefuseTokens& refusal) { tokens.refused(refusal.id, refusal.why); }},
              engine);
  UPKEEP_TRY(executor, ProcessExecutor::make(io, shell,
                                             {.logs = config.state + "/logs",
                                              .run = config.state + "/run",
                                              .redaction = &redaction}));
  executor->limit_own_cpu(config.limits.cpu);
  ear = [&shell](Event event) { shell.tell(std::move(event)); };
  UPKEEP_TRY(const auto socket, open_desk(config, io, tokens));
  const Signals signals(io, shell);
  const Result<void> ran = shell.run(*executor);

  const Time now = now_by_clock();
  const Standing standing =
      standing_of(config, engine, selection.collections, shell.listings(), now);
  observer.finished(
      {config, now, standing.collections, standing.queue, engine.incidents(), shell.requests()});
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
