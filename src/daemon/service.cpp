#include "daemon/service.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <future>
#include <new>
#include <utility>

#include "api/incidents_json.h"
#include "api/words.h"
#include "base/text.h"
#include "daemon/expiry.h"
#include "daemon/folders.h"
#include "daemon/hand_over.h"
#include "daemon/hiding_reply.h"
#include "daemon/inventory.h"
#include "daemon/pages.h"
#include "daemon/setup.h"
#include "daemon/shell.h"
#include "daemon/survey.h"
#include "daemon/token_desk.h"
#include "io/own_limits.h"
#include "io/owner_lock.h"
#include "io/process_executor.h"
#include "io/sqlite_state.h"
#include "net/http_server.h"

namespace upkeep {
namespace {

namespace asio = boost::asio;

/// Processes outlive the shell that started them: a reload makes another one.
struct CurrentListener final : ExecutorListener {
  ExecutorListener* current = nullptr;
  void reported(AttemptId id, const ReportLine& line) override {
    if (current != nullptr) current->reported(id, line);
  }
  void ended(AttemptId id, const Ending& ending) override {
    if (current != nullptr) current->ended(id, ending);
  }
  void orphan_ended(AttemptId id) override {
    if (current != nullptr) current->orphan_ended(id);
  }
};

class Service {
 public:
  Service(Config config, const ServiceOptions& options)
      : config_(std::move(config)),
        options_(options),
        pages_({bulletin_, config_.state + "/inventory/gaps.json", config_.state + "/upkeep.db",
                config_.http.token_sha256,
                [this](Wish wish, std::shared_ptr<HttpReply> reply) {
                  asio::post(io_, [this, wish = std::move(wish), reply = std::move(reply)] {
                    carry_out(wish, reply);
                  });
                },
                [this](AcquireRequest acquire, std::shared_ptr<HttpReply> reply) {
                  asio::post(io_, [this, acquire = std::move(acquire), reply = std::move(reply)] {
                    tokens_.ask(acquire.upstream, acquire.count, acquire.who, reply);
                  });
                },
                [this](CoverageRequest wanted, std::shared_ptr<HttpReply> reply) {
                  asio::post(io_, [this, wanted = std::move(wanted), reply = std::move(reply)] {
                    tell_coverage(wanted, reply);
                  });
                },
                options.version}),
        activity_(base_status(), bulletin_, options.log,
                  [this](Time now, const std::string& line) { pages_.tell(now, line); }),
        signals_(io_, SIGINT, SIGTERM, SIGHUP) {}

  Result<void> run();

 private:
  Status base_status() const;
  Result<void> open_pages();
  Result<void> live();
  std::string mode() const;
  Component supervision() const;
  void wait_for_signals();
  void carry_out(const Wish&, const std::shared_ptr<HttpReply>&);
  void reconcile(const Wish&, const std::shared_ptr<HttpReply>&);
  void answer_those_who_wait();
  void tell_coverage(const CoverageRequest&, const std::shared_ptr<HttpReply>&);
  void expire_when_due();
  HttpResponse fill(const Wish&);
  void ack(const Wish&, const std::shared_ptr<HttpReply>&);
  Result<void> reload();
  void stop();
  void end_what_runs();
  void log(LogLevel level, std::string_view text) {
    options_.log(now_by_clock(), level, "loop", text);
  }

  Config config_;
  const ServiceOptions& options_;
  asio::io_context io_;
  Bulletin bulletin_;
  Pages pages_;
  Activity activity_;
  asio::signal_set signals_;
  CurrentListener listener_;
  TokenDesk tokens_{io_, [this](Event event) {
                      if (shell_ != nullptr) shell_->tell(std::move(event));
                    }};
  CoverageDesk coverage_;
  std::unique_ptr<StateStore> state_;
  std::unique_ptr<ProcessExecutor> executor_;
  std::unique_ptr<HttpServer> server_;
  Shell* shell_ = nullptr;
  const Engine* engine_ = nullptr;
  ExpiryPace expiry_;
  std::future<void> expiring_;         ///< on a thread of its own: folders may be large and slow
  std::optional<Config> next_config_;  ///< a reload begins another life with it
  int stops_ = 0;
  /// For listings of these stores.
  std::vector<std::pair<std::vector<StoreId>, std::shared_ptr<HttpReply>>> waiting_;
};

Status Service::base_status() const {
  Status status;
  status.running = true;
  status.pid = ::getpid();
  status.started = status.now = now_by_clock();
  status.version = options_.version;
  status.config = config_.path;
  status.state = config_.state;
  return status;
}

std::string Service::mode() const {
  if (!config_.enabled) return "disabled by `enabled: false`";
  if (options_.test) return "test: stores are listed when somebody asks for it; nothing is started";
  if (options_.dry_run || config_.loop.dry_run) return "dry run: no collector is started";
  return {};
}

Component Service::supervision() const {
  Component daemon{.name = "daemon", .state = "running", .text = "", .restarts = options_.restarts};
  if (!options_.is_supervised) {
    daemon.text = options_.is_service ? "as a service, which is started again when it dies"
                                      : "in the foreground: nobody starts it again when it dies";
  } else if (options_.is_supervised()) {
    daemon.text = "under its supervisor";
  } else {
    daemon.health = Health::degraded;
    daemon.text = "its supervisor is gone; `upkeep restart` brings it back";
  }
  return daemon;
}

Result<void> Service::run() {
  hide_secrets(config_, *options_.redaction);
  UPKEEP_TRY(const auto owner, OwnerLock::take(config_.state));
  UPKEEP_CHECK(make_state_folders(config_.state));
  UPKEEP_TRY(state_, SqliteState::open(config_.state + "/upkeep.db", SqliteState::Access::write));
  UPKEEP_TRY(executor_, ProcessExecutor::make(io_, listener_,
                                              {.logs = config_.state + "/logs",
                                               .run = config_.state + "/run",
                                               .redaction = options_.redaction.get()}));
  limit_memory(config_.limits.memory);
  executor_->limit_own_cpu(config_.limits.cpu);
  UPKEEP_CHECK(open_pages());
  wait_for_signals();
  const std::string http = bulletin_.latest()->http;
  log(LogLevel::info, fmt::format("started: upkeep {}, {}{}", options_.version, config_.path,
                                  http.empty() ? "" : ", pages at http://" + http));
  activity_.on_tick([this] {
    options_.beat();
    answer_those_who_wait();
    coverage_.forget(false);
    expire_when_due();
    activity_.set_supervision(supervision());
  });
  options_.ready(http);
  for (;;) {
    UPKEEP_CHECK(live());
    if (!next_config_) break;
    config_ = *std::move(next_config_);
    next_config_.reset();
    limit_memory(config_.limits.memory);
    executor_->limit_own_cpu(config_.limits.cpu);
    log(LogLevel::info, "goes on with the new configuration");
  }
  end_what_runs();
  server_.reset();
  log(LogLevel::info, "stopped in good order");
  return {};
}

Result<void> Service::open_pages() {
  const HttpSettings& http = config_.http;
  std::vector<HttpListen> listens;
  HttpListen control;
  control.socket = control_socket(config_.state);
  listens.push_back(control);
  if (http.enabled) {
    HttpListen listen;
    listen.address = http.listen.address;
    listen.port = http.listen.port;
    listen.hosts = http.hosts;
    if (!http.certificate.empty()) listen.tls = HttpTls{http.certificate, http.key};
    listens.push_back(listen);
  }
  UPKEEP_TRY(server_,
             HttpServer::start(std::move(listens), [this](const IncomingRequest& request,
                                                          const std::shared_ptr<HttpReply>& reply) {
               pages_.answer(request, hiding(reply, options_.redaction));
             }));
  Status status = base_status();
  if (http.enabled) {
    const bool six = http.listen.address.find(':') != std::string::npos;
    status.http = fmt::format(fmt::runtime(six ? "[{}]:{}" : "{}:{}"), http.listen.address,
                              server_->ports().back());
  }
  activity_.set_http(status.http);
  // Until the engine has begun nothing is known, and that is not healthy.
  status.components = {{.name = "loop",
                        .health = Health::degraded,
                        .state = "starting",
                        .text = "what it knew is being read; no store has been looked at yet"}};
  bulletin_.publish(std::move(status));
  return {};
}

/// One configuration, from its first listing to a reload or the end.
Result<void> Service::live() {
  UPKEEP_TRY(const State rows, state_->load());
  Assignment assignment;
  assignment.fill = !options_.dry_run && !options_.test && !config_.loop.dry_run;
  assignment.reconcile = !options_.test;
  TableCache tables(config_.zone);
  activity_.begin_life(config_, mode());
  Engine engine(config_, std::move(assignment), rows, load_baselines(config_, tables));
  const ObjectStores stores = open_stores(config_);
  Shell shell(io_,
              {config_, stores, *state_, activity_, *options_.redaction,
               [this](AttemptId id) { return executor_->partitions_path(id); },
               [&](const ListStore& wish, const WatchListing& watch, std::stop_token stop) {
                 return list_store_apart(config_, tables, wish, watch, std::move(stop));
               },
               [this](const GrantTokens& grant) { tokens_.granted(grant.ask.id); },
               [this](const RefuseTokens& refusal) { tokens_.refused(refusal.id, refusal.why); }},
              engine);
  listener_.current = &shell;
  shell_ = &shell;
  engine_ = &engine;
  asio::post(io_, [this] { tokens_.ask_again(); });
  const Result<void> ran = shell.run(*executor_);
  listener_.current = nullptr;
  shell_ = nullptr;
  engine_ = nullptr;
  coverage_.forget(true);
  answer_those_who_wait();
  io_.restart();
  return ran;
}

/// The first SIGTERM or SIGINT ends it in order, the second at once: what runs is then an
/// earlier life's to the next start.
void Service::wait_for_signals() {
  signals_.async_wait([this](boost::system::error_code error, int signal) {
    if (error) return;
    if (signal == SIGHUP) {
      (void)reload();
    } else if (stops_ > 0) {
      ::_exit(128 + signal);
    } else {
      stop();
    }
    wait_for_signals();
  });
}

void Service::stop() {
  ++stops_;
  next_config_.reset();
  if (shell_ != nullptr) shell_->stop();
}

/// What an engine before the last reload started is no attempt of its successor, which waits for
/// its end only. The next start finds out what came of it.
void Service::end_what_runs() {
  for (const AttemptId id : executor_->running()) executor_->stop(id);
  while (!executor_->running().empty()) io_.run_one();
}

Result<void> Service::reload() {
  auto config = load_config(options_.config_path);
  if (!config) {
    std::string text = "the configuration was not taken over; the one before goes on:";
    for (const ConfigError& error : config.error()) text += "\n" + to_text(error);
    log(LogLevel::error, text);
    return fail(text);
  }
  if (config->state != config_.state) {
    const std::string text = "`state` is another folder now; that takes a restart";
    log(LogLevel::error, text);
    return fail(text);
  }
  hide_secrets(*config, *options_.redaction);
  log(LogLevel::info, "the configuration was read again");
  next_config_ = *std::move(config);
  if (shell_ != nullptr && stops_ == 0) shell_->leave();
  return {};
}

// --- Wishes of people ------------------------------------------------------------------

void Service::carry_out(const Wish& wish, const std::shared_ptr<HttpReply>& reply) {
  if (shell_ == nullptr) {
    return reply->send(error_response(503, "it is between two configurations; try again"));
  }
  switch (wish.kind) {
    case Wish::Kind::reconcile:
      return reconcile(wish, reply);
    case Wish::Kind::fill:
      return reply->send(fill(wish));
    case Wish::Kind::ack:
      return ack(wish, reply);
    case Wish::Kind::reload: {
      const auto reloaded = reload();
      return reply->send(reloaded ? HttpResponse{.body = "{\"reloaded\": true}\n"}
                                  : error_response(409, reloaded.error().text));
    }
    case Wish::Kind::stop:
      reply->send({.body = "{\"stopping\": true}\n"});
      return stop();
  }
}

void Service::reconcile(const Wish& wish, const std::shared_ptr<HttpReply>& reply) {
  ReconcileAsked ask;
  for (const std::string& name : wish.names) {
    std::uint64_t i = 0;
    while (i < config_.stores.size() && config_.stores[i].name != name) ++i;
    if (i == config_.stores.size()) {
      return reply->send(error_response(404, fmt::format("there is no store `{}`", name)));
    }
    ask.stores.push_back(StoreId{i});
  }
  const auto pause = engine_->paused_until();
  if (pause && wish.wait) {
    return reply->send(error_response(
        409, fmt::format("nothing is listed now: maintenance until {}", to_text(*pause))));
  }
  std::vector<StoreId> stores;
  for (const Collection& one : config_.collections) {  // others are never listed
    const auto& meant = ask.stores;
    const bool is_meant = meant.empty() || std::ranges::find(meant, one.store) != meant.end();
    if (is_meant) stores.push_back(one.store);
  }
  shell_->tell(std::move(ask));
  if (wish.wait) {
    return asio::post(io_, [this, stores, reply] { waiting_.emplace_back(stores, reply); });
  }
  const std::string held =
      pause ? fmt::format(", \"held_until\": \"{}\"", to_text(*pause)) : std::string();
  reply->send({.status = 202, .body = fmt::format("{{\"asked\": \"reconcile\"{}}}\n", held)});
}

/// Those whose stores have been listed, with whatever result; all of them when a life is over.
void Service::answer_those_who_wait() {
  std::erase_if(waiting_, [this](const auto& one) {
    const auto& [stores, reply] = one;
    if (engine_ == nullptr) {
      reply->send(error_response(503, "it took over another configuration, or ends; try again"));
      return true;
    }
    const bool are_listed = std::ranges::all_of(
        stores, [this](StoreId id) { return engine_->next_listing(id).has_value(); });
    if (are_listed) reply->send({.body = "{\"listed\": true}\n"});
    return are_listed;
  });
}

void Service::tell_coverage(const CoverageRequest& wanted,
                            const std::shared_ptr<HttpReply>& reply) {
  if (engine_ == nullptr) {
    return reply->send(error_response(503, "it is between two configurations; try again"));
  }
  coverage_.answer(config_, *engine_, now_by_clock(), wanted, reply);
}

void Service::expire_when_due() {
  if (engine_ == nullptr) return;
  if (expiring_.valid() && expiring_.wait_for(std::chrono::seconds{0}) != std::future_status::ready)
    return;
  const bool disk_is_low = std::ranges::any_of(engine_->incidents(), [](const auto& one) {
    return one.second.target == "disk:state" && one.second.state != IncidentRow::State::closed;
  });
  const Time now = now_by_clock();
  if (!expiry_.is_due(now, config_.keep, disk_is_low)) return;
  expiring_ = std::async(std::launch::async, [config = config_, now, disk_is_low] {
    expire_old_files(config, now, disk_is_low);
  });
}

HttpResponse Service::fill(const Wish& wish) {
  auto collections = find_collections(config_, wish.names);
  if (!collections) return error_response(404, collections.error().text);
  FillAsked ask{*collections, {}};
  if (!wish.where.empty()) {
    auto where = find_condition(config_, *collections, wish.where);
    if (!where) return error_response(400, where.error().text);
    ask.where = *std::move(where);
  }
  if (const std::string held = mode(); !held.empty()) {
    return error_response(409, fmt::format("nothing is filled now: {}", held));
  }
  if (const auto until = engine_->paused_until()) {
    return error_response(
        409, fmt::format("nothing is filled now: maintenance until {}", to_text(*until)));
  }
  shell_->tell(std::move(ask));
  return {.status = 202, .body = "{\"asked\": \"fill\"}\n"};
}

void Service::ack(const Wish& wish, const std::shared_ptr<HttpReply>& reply) {
  const std::string& name = wish.names.front();
  const auto number = parse_number(std::string_view(name).substr(name.starts_with('i') ? 1 : 0));
  const IncidentId id{number.value_or(0)};
  const auto known = engine_->incidents().find(id);
  if (known == engine_->incidents().end() || known->second.state == IncidentRow::State::closed) {
    return reply->send(error_response(404, fmt::format("there is no open incident `{}`", name)));
  }
  shell_->tell(AckAsked{id});
  asio::post(io_, [this, id, reply] {  // behind the step that it made
    if (engine_ == nullptr) return;
    const auto row = engine_->incidents().find(id);
    if (row == engine_->incidents().end()) return;
    reply->send({.body = incidents_json({{id, row->second}}, true)});
  });
}

}  // namespace

std::string control_socket(const std::string& state_folder) {
  return state_folder + "/run/upkeep.sock";
}

Result<void> serve(Config config, const ServiceOptions& options) {
  guard_process();
  const std::string allowed = to_size_text(config.limits.memory);
  try {
    return Service(std::move(config), options).run();
  } catch (const std::bad_alloc&) {
    return fail(
        fmt::format("memory ran out: `limits.memory` allows {}; when this comes again, "
                    "it takes more",
                    allowed));
  }
}

}  // namespace upkeep
