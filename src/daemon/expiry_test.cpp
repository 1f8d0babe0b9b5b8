// What is kept and for how long, by a clock that the tests move.
#include "daemon/expiry.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "daemon/folders.h"
#include "io/test_folder.h"

namespace upkeep {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using std::chrono::days;

const Time start{days{20'000}};

TEST(ExpiryPace, is_once_a_day_and_more_often_where_less_is_kept) {
  ExpiryPace pace;
  const Keep keep;
  EXPECT_TRUE(pace.is_due(start, keep, false));
  EXPECT_FALSE(pace.is_due(start + 23h, keep, false));
  EXPECT_TRUE(pace.is_due(start + 24h, keep, false));
  EXPECT_FALSE(pace.is_due(start + 25h, keep, false));
  Keep little = keep;
  little.output = 1h;
  EXPECT_TRUE(pace.is_due(start + 25h, little, false));
  EXPECT_FALSE(pace.is_due(start + 25h + 29min, little, false));
  EXPECT_TRUE(pace.is_due(start + 25h + 30min, little, false));
}

TEST(ExpiryPace, a_low_disk_is_no_time_to_wait) {
  ExpiryPace pace;
  const Keep keep;
  EXPECT_TRUE(pace.is_due(start, keep, false));
  EXPECT_TRUE(pace.is_due(start + 1s, keep, true));
  EXPECT_FALSE(pace.is_due(start + 30s, keep, true));
  EXPECT_TRUE(pace.is_due(start + 61s, keep, true));
  EXPECT_FALSE(pace.is_due(start + 62s, keep, false));
  EXPECT_TRUE(pace.is_due(start + 63s, keep, true));
  EXPECT_TRUE(pace.is_due(start - 1h, keep, false)) << "the clock was set back";
}

class ExpireOldFiles : public ::testing::Test {
 protected:
  ExpireOldFiles() {
    config_.state = folder_ / "state";
    EXPECT_TRUE(make_state_folders(config_.state));
  }
  void put(const std::string& name, Duration age) {
    const std::string path = config_.state + "/" + name;
    std::ofstream(path) << "x";
    fs::last_write_time(path, std::chrono::file_clock::from_sys(start - age));
  }
  bool has(const std::string& name) const { return fs::exists(config_.state + "/" + name); }

  const TestFolder folder_;
  Config config_;
};

TEST_F(ExpireOldFiles, what_was_kept_long_enough_goes_and_nothing_else) {
  for (const char* age : {"6", "8"}) {
    const Duration old = days{*parse_number(age)};
    put(std::string("logs/tasks/") + age, old);
    put(std::string("inventory/cache/") + age, old);
  }
  put("logs/upkeep.log", days{40});
  put("logs/upkeep.log.1", days{29});
  put("logs/upkeep.log.2", days{31});
  put("logs/failures.log.1", days{31});
  put("logs/notes.txt", days{400});
  expire_old_files(config_, start);
  EXPECT_TRUE(has("logs/tasks/6") && has("inventory/cache/6"));
  EXPECT_FALSE(has("logs/tasks/8") || has("inventory/cache/8"));
  EXPECT_TRUE(has("logs/upkeep.log") && has("logs/upkeep.log.1") && has("logs/notes.txt"));
  EXPECT_FALSE(has("logs/upkeep.log.2") || has("logs/failures.log.1"));
}

TEST_F(ExpireOldFiles, outputs_make_room_on_a_low_disk_and_what_is_known_of_stores_stays) {
  put("logs/tasks/1", 59min);
  put("logs/tasks/2", 61min);
  put("inventory/cache/days.coverage", 61min);
  expire_old_files(config_, start);
  EXPECT_TRUE(has("logs/tasks/2"));
  expire_old_files(config_, start, true);
  EXPECT_TRUE(has("logs/tasks/1") && has("inventory/cache/days.coverage"));
  EXPECT_FALSE(has("logs/tasks/2"));
}

}  // namespace
}  // namespace upkeep
