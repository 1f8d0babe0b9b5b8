#include "io/redaction.h"

#include <gtest/gtest.h>

namespace upkeep {
namespace {

TEST(Redaction, what_is_hidden_is_not_shown) {
  Redaction redaction;
  EXPECT_EQ(redaction.of("hunter2-abc"), "hunter2-abc");
  redaction.hide("hunter2");
  redaction.hide("hunter2-abcdef");
  redaction.hide("short");
  EXPECT_EQ(redaction.of("a hunter2-abcdef, hunter2hunter2 and short"), "a ***, ****** and short");
}

TEST(Redaction, of_a_url_the_password_is_hidden_too_and_of_a_key_each_line) {
  Redaction redaction;
  redaction.hide("postgres://bob:s3cr3t-pw@db:5432/games");
  EXPECT_EQ(redaction.of("wrong password s3cr3t-pw for bob"), "wrong password *** for bob");
  redaction.hide("-----BEGIN-----\nMIIEvQIBADAN\nbgkqhkiG9w0B\n");
  EXPECT_EQ(redaction.of("cannot read MIIEvQIBADAN"), "cannot read ***");
}

TEST(Redaction, json_stays_json) {
  Redaction redaction;
  redaction.hide("a\"b\\c\nd");
  redaction.hide("nothing");
  EXPECT_EQ(redaction.of_json(R"({"x":"say a\"b\\c\nd!"})"), R"({"x":"say ***!"})");
  EXPECT_EQ(redaction.of_json(R"({"x":"\nothing"})"), R"({"x":"\nothing"})");
  EXPECT_EQ(redaction.of_json(R"({"x":"\\nothing"})"), R"({"x":"\\***"})");
}

TEST(RedactedStream, a_secret_in_pieces_is_found) {
  Redaction redaction;
  redaction.hide("swordfish");
  RedactedStream stream(&redaction);
  EXPECT_EQ(stream.add("it is sword"), "it is ");
  EXPECT_EQ(stream.add("fish, or sword"), "***, or ");
  EXPECT_EQ(stream.add("s"), "sword");
  EXPECT_EQ(stream.add("wordfis"), "");
  EXPECT_EQ(stream.finish(), "swordfis");
  EXPECT_EQ(RedactedStream(nullptr).add("swordfish"), "swordfish");
}

}  // namespace
}  // namespace upkeep
