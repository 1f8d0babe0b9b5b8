// Watches the loop at work: counts, writes the log, and publishes a status for other threads.
#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "api/progress.h"
#include "api/status.h"
#include "model/config.h"
#include "model/service.h"

namespace upkeep {

/// Where log lines go.
using WriteLog = std::function<void(Time, LogLevel, std::string_view component, std::string_view)>;

/// What became of the listings of one store.
struct ListingFacts {
  bool is_running = false;
  Time since;                      ///< it began, or the last one ended
  std::optional<std::string> why;  ///< the last one failed
  int failures = 0;                ///< in a row
  std::optional<Time> next;
  ListingProgress progress;  ///< of the one that is running
};

/// The last status, for whoever asks, on any thread.
class Bulletin {
 public:
  void publish(Status status) {
    const auto fresh = std::make_shared<const Status>(std::move(status));
    const std::lock_guard lock(mutex_);
    latest_ = fresh;
  }
  /// Never null.
  std::shared_ptr<const Status> latest() const {
    const std::lock_guard lock(mutex_);
    return latest_;
  }
  void beat(std::chrono::steady_clock::time_point now) { beat_ = now; }
  /// Since when the loop has not moved.
  Duration silence() const {
    return std::chrono::floor<Duration>(std::chrono::steady_clock::now() - beat_.load());
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Status> latest_ = std::make_shared<const Status>();
  std::atomic<std::chrono::steady_clock::time_point> beat_{std::chrono::steady_clock::now()};
};

class Activity final : public Observer {
 public:
  /// `base`: what does not change while the process lives. `tell_fact`: for streams of events.
  Activity(Status base, Bulletin&, WriteLog,
           std::function<void(Time, const std::string&)> tell_fact);

  /// Another configuration begins; what was counted stays.
  void begin_life(const Config&, std::string mode);
  void set_http(std::string address) { base_.http = std::move(address); }
  void set_supervision(Component daemon) { supervision_ = std::move(daemon); }
  /// On every tick, from the loop's thread.
  void on_tick(std::function<void()> what) { on_tick_ = std::move(what); }

  void began(const Snapshot&) override {}
  void observe(Time now, const Fact&) override;
  void changed(Time now, const Engine&) override;
  Duration tick_every() const override { return std::chrono::seconds{1}; }
  void tick(Time) override;
  void finished(const Snapshot&) override {}

 private:
  void count(Time now, const Fact&);
  void publish(Time now);

  Status base_;
  Component supervision_{.name = "daemon", .state = "running", .text = ""};
  Bulletin& bulletin_;
  WriteLog write_;
  std::function<void(Time, const std::string&)> tell_fact_;
  std::function<void()> on_tick_;
  const Config* config_ = nullptr;
  const Engine* engine_ = nullptr;
  std::map<AttemptId, std::string> names_;
  std::map<std::string, ListingFacts> listings_;  ///< by store
  std::string trouble_;                           ///< of upkeep's own: a full disk, say
  std::optional<Time> paused_until_;              ///< by maintenance, as it was told
  bool is_dirty_ = false;
  std::chrono::steady_clock::time_point published_{};
  std::chrono::steady_clock::time_point not_before_{};  ///< of the next publication
};

/// The components, by what is known of the engine and of listings.
std::vector<Component> components_of(const Config&, const Engine&, const Status&,
                                     const std::map<std::string, ListingFacts>&,
                                     const std::string& trouble);

/// Collections, running attempts and open incidents of an engine.
void describe_engine(const Config&, const Engine&, Status&);

}  // namespace upkeep
