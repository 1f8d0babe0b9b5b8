#include "base/roff.h"

#include <gtest/gtest.h>

namespace upkeep {
namespace {

TEST(roff, characters_that_mean_something_are_escaped) {
  EXPECT_EQ(roff("a-b \\c 'd' `e` \"f\" ~^"),
            "a\\-b \\ec \\(aqd\\(aq \\(gae\\(ga \\(dqf\\(dq \\(ti\\(ha");
  EXPECT_EQ(roff(".env"), "\\&.env");
  EXPECT_EQ(roff("[WHAT…]"), "[WHAT\\&...]");
}

TEST(roff, no_line_of_a_text_begins_like_a_request) {
  const std::string text = roff_text(std::string(70, 'x') + " then .upkeep follows\nhere");
  EXPECT_EQ(text, std::string(70, 'x') + " then\n\\&.upkeep follows here\n");
}

}  // namespace
}  // namespace upkeep
