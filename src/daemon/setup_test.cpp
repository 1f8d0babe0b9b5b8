#include "daemon/setup.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/test_folder.h"

namespace upkeep {
namespace {

/// A configuration that needs a variable, and a .env file that has it.
class ASetup : public ::testing::Test {
 protected:
  ASetup() {
    folder_.write("upkeep.yaml", "stores: {lake: {url: \"file:${env:LAKE_OF_THE_TEST}\"}}\n");
    folder_.write(".env", "LAKE_OF_THE_TEST=lake\n");
  }

  /// What is wrong when the .env file has this mode; empty when nothing is.
  std::string with_mode(mode_t mode) const {
    EXPECT_EQ(::chmod((folder_ / ".env").c_str(), mode), 0);
    const auto config = load_config(folder_ / "upkeep.yaml");
    return config ? "" : config.error().front().text;
  }

  TestFolder folder_;
};

TEST_F(ASetup, an_env_file_that_others_may_read_or_write_is_refused) {
  const std::string path = folder_ / ".env";
  EXPECT_EQ(with_mode(0600), "");
  EXPECT_EQ(with_mode(0400), "");
  const std::string refusal =
      path + " may be read or written by others than its owner; run: chmod 600 " + path;
  for (const mode_t mode : {0640u, 0660u, 0604u, 0620u, 0644u}) {
    EXPECT_EQ(with_mode(mode), refusal) << mode;
  }
}

TEST_F(ASetup, an_env_file_of_somebody_else_may_be_read_by_its_group) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_EQ(::chown((folder_ / ".env").c_str(), 65534, 65534), 0);
  EXPECT_EQ(with_mode(0640), "");
  EXPECT_NE(with_mode(0644), "");
}

}  // namespace
}  // namespace upkeep
