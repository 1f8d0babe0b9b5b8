#include "daemon/shell.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "coverage/testing.h"
#include "daemon/listing.h"
#include "daemon/setup.h"
#include "io/fake_executor.h"
#include "io/memory_state.h"
#include "io/test_folder.h"

namespace upkeep {
namespace {

/// A store whose listing never ends by itself.
class EndlessStore final : public ObjectStore {
 public:
  explicit EndlessStore(std::function<void()> begun) : begun_(std::move(begun)) {}

  Result<std::vector<FailedPart>> list(std::string_view, const std::function<void(const Object&)>&,
                                       std::stop_token stop) override {
    begun_();
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    never.wait(lock, stop, [] { return false; });
    return fail("it was stopped");
  }
  Result<std::optional<Facts>> look(std::string_view, std::stop_token) override {
    return std::nullopt;
  }
  Result<std::unique_ptr<ObjectReader>> open(std::string_view, std::stop_token) override {
    return fail("none");
  }

 private:
  std::function<void()> begun_;
};

class NoObserver final : public Observer {
  void began(const Snapshot&) override {}
  void observe(Time, const Fact&) override {}
  void finished(const Snapshot&) override {}
};

TEST(Shell, a_listing_under_way_delays_no_end_and_is_no_trouble_of_the_store) {
  const TestFolder folder;
  Config config;
  config.state = folder.path();
  config.stores.emplace_back().name = "lake";
  config.collections.push_back(testing::collection("{n}", {testing::numbers("n", 1, 9)}));

  boost::asio::io_context io;
  Shell* shell = nullptr;
  ObjectStores stores;
  stores.push_back(
      std::make_unique<EndlessStore>([&] { boost::asio::post(io, [&] { shell->stop(); }); }));
  MemoryState state;
  NoObserver observer;
  Redaction redaction;
  Assignment assignment;
  assignment.run_until = now_by_clock() + std::chrono::hours{1};
  Engine engine(config, assignment, {}, {});
  TableCache tables(config.zone);
  Shell made(io,
             {config, stores, state, observer, redaction, [](AttemptId) { return ""; },
              [&](const ListStore& wish, const WatchListing&, std::stop_token stop) {
                return list_store(config, tables, stores, wish, CheckCommands::run,
                                  std::move(stop));
              }},
             engine);
  shell = &made;
  FakeExecutor executor(io, made, [](const Launch&) { return FakeExecutor::Play{}; });
  EXPECT_TRUE(made.run(executor).has_value());
  EXPECT_TRUE(engine.incidents().empty());
}

}  // namespace
}  // namespace upkeep
