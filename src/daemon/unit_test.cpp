#include "daemon/unit.h"

#include <gtest/gtest.h>

namespace upkeep {
namespace {

Config config_with_folders() {
  Config config;
  config.path = "/srv/lake/upkeep.yaml";
  config.folder = "/srv/lake";
  config.state = "/srv/lake/.upkeep";
  Store first, second;
  first.directory = second.directory = "/srv/100% my \"lake\"";
  config.stores = {first, second};
  return config;
}

bool has_line(const std::string& text, const std::string& line) {
  return text.find('\n' + line + '\n') != std::string::npos;
}

TEST(unit, words_are_quoted_as_systemd_reads_them) {
  const auto text = unit_text(unit_for(config_with_folders(), "/opt/up keep/upkeep", "ann"));
  ASSERT_TRUE(text.has_value());
  EXPECT_TRUE(has_line(*text, R"(ReadWritePaths="/srv/100%% my \"lake\"")")) << *text;
  EXPECT_TRUE(has_line(*text, "ReadWritePaths=/srv/lake/.upkeep")) << *text;
  EXPECT_TRUE(has_line(*text,
                       "ExecStart=\"/opt/up keep/upkeep\" --config /srv/lake/upkeep.yaml start "
                       "--foreground"))
      << *text;
}

TEST(unit, a_path_that_systemd_would_read_otherwise_is_refused) {
  for (const char* path : {"/srv/$HOME/upkeep.yaml", "/srv/a\nUser=root"}) {
    Unit unit = shipped_unit("/usr/bin/upkeep");
    unit.config = path;
    EXPECT_FALSE(unit_text(unit).has_value()) << path;
  }
}

TEST(unit, walls_leave_what_the_configuration_needs) {
  Config config = config_with_folders();
  EXPECT_TRUE(has_line(*unit_text(unit_for(config, "/usr/bin/upkeep", "ann")), "ProtectHome=yes"));
  config.path = "/home/ann/lake/upkeep.yaml";
  const std::string at_home = *unit_text(unit_for(config, "/usr/bin/upkeep", "ann"));
  EXPECT_TRUE(has_line(at_home, "ProtectHome=read-only"));
  EXPECT_TRUE(has_line(at_home, "PrivateTmp=yes"));
  config.stores.front().directory = "/tmp/lake";
  EXPECT_TRUE(has_line(*unit_text(unit_for(config, "/usr/bin/upkeep", "ann")), "PrivateTmp=no"));
}

TEST(unit, only_a_state_in_the_home_of_the_service_is_told_of_it) {
  Config config = config_with_folders();
  const auto home = [&] {
    const std::string text = *unit_text(unit_for(config, "/usr/bin/upkeep", "upkeep"));
    return has_line(text, "StateDirectory=upkeep");
  };
  EXPECT_FALSE(home());
  config.state = "/var/lib/upkeep";
  EXPECT_TRUE(home());
  config.state = "/var/lib/upkeep-other";
  EXPECT_FALSE(home());
}

TEST(unit, stopping_waits_for_the_longest_grace) {
  Config config = config_with_folders();
  Collector slow;
  slow.grace = std::chrono::minutes{30};
  config.collectors = {slow};
  EXPECT_TRUE(
      has_line(*unit_text(unit_for(config, "/usr/bin/upkeep", "ann")), "TimeoutStopSec=1860s"));
}

TEST(unit, its_own_units_are_known_again) {
  EXPECT_TRUE(is_own_unit(*unit_text(shipped_unit("/usr/bin/upkeep"))));
  EXPECT_FALSE(is_own_unit("[Unit]\nDescription=upkeep\n"));
}

}  // namespace
}  // namespace upkeep
