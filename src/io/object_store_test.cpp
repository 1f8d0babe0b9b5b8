// The contract of the object store, for every implementation.
#include "port/object_store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <thread>
#include <vector>

#include "io/directory_store.h"
#include "io/fake_store.h"
#include "io/s3_store.h"
#include "io/test_bucket.h"
#include "io/test_folder.h"
#include "io/test_getdents.h"

namespace upkeep {
namespace {

/// A store together with the means to change and to break it.
struct World {
  virtual ~World() = default;
  virtual ObjectStore& store() = 0;
  /// Writes an object; returns its time, which is `modified` where the store leaves the choice.
  virtual Time put(const std::string& key, std::uint64_t size, Time modified) = 0;
  virtual void remove(const std::string& key) = 0;
  /// False where a store can be listed as a whole only, or not at all.
  virtual bool break_folder(const std::string& prefix) = 0;
  virtual void vanish() = 0;
};

struct FakeWorld final : World {
  FakeStore fake;
  ObjectStore& store() override { return fake; }
  Time put(const std::string& key, std::uint64_t size, Time modified) override {
    fake.put(key, {size, modified});
    return modified;
  }
  void remove(const std::string& key) override { fake.remove(key); }
  bool break_folder(const std::string& prefix) override {
    fake.break_part(prefix, Error{prefix + " cannot be read"});
    return true;
  }
  void vanish() override { fake.refuse(Error{"the store is away"}); }
};

struct DirectoryWorld final : World {
  TestFolder folder;
  DirectoryStore directory{folder / "lake"};
  std::unique_ptr<FaultyFolders> faults;

  DirectoryWorld() { std::filesystem::create_directory(folder / "lake"); }
  ObjectStore& store() override { return directory; }
  Time put(const std::string& key, std::uint64_t size, Time modified) override {
    folder.write("lake/" + key, std::string(size, 'x'));
    const auto count = modified.time_since_epoch().count();
    const timespec time = {count / 1000, count % 1000 * 1'000'000};
    const timespec times[2] = {time, time};
    EXPECT_EQ(::utimensat(AT_FDCWD, (folder / ("lake/" + key)).c_str(), times, 0), 0);
    return modified;
  }
  void remove(const std::string& key) override {
    std::filesystem::remove(folder / ("lake/" + key));
  }
  bool break_folder(const std::string& prefix) override {
    faults = std::make_unique<FaultyFolders>(
        [whole = folder / "lake/" + prefix](const std::string& path) {
          return path + "/" == whole ? EIO : 0;
        });
    return true;
  }
  void vanish() override { std::filesystem::rename(folder / "lake", folder / "away"); }
};

struct BucketWorld final : World {
  TestBucket bucket;
  S3Store s3;

  explicit BucketWorld(const TestServer& server) : bucket(server), s3(bucket.facts()) {}
  ObjectStore& store() override { return s3; }
  Time put(const std::string& key, std::uint64_t size, Time) override {
    bucket.put(key, std::string(size, 'x'));
    return bucket.time_of(key);
  }
  void remove(const std::string& key) override { bucket.remove(key); }
  bool break_folder(const std::string&) override { return false; }
  void vanish() override { bucket.destroy(); }
};

struct Kind {
  std::string name;
  std::function<std::unique_ptr<World>()> make;
};

/// Real servers take part where tests/s3/servers.py has started them.
std::vector<Kind> kinds() {
  std::vector<Kind> all{
      {"fake", [] { return std::make_unique<FakeWorld>(); }},
      {"directory", [] { return std::make_unique<DirectoryWorld>(); }},
  };
  for (const auto& [name, variable] :
       {std::pair{"fauxqs", "UPKEEP_S3_FAUXQS"}, std::pair{"ceph", "UPKEEP_S3_CEPH"}}) {
    const auto server = TestServer::from(variable);
    if (server) {
      all.push_back({name, [server] { return std::make_unique<BucketWorld>(*server); }});
    }
  }
  return all;
}

using Keys = std::map<std::string, int>;

class ObjectStoreContract : public testing::TestWithParam<Kind> {
 protected:
  ObjectStore& store() { return world->store(); }
  void put(const std::string& key) { world->put(key, 1, Time{}); }
  Keys keys(std::string_view prefix) {
    Keys found;
    failed.clear();
    const auto parts =
        store().list(prefix, [&](const Object& object) { ++found[std::string(object.key)]; });
    if (!parts) ADD_FAILURE() << parts.error().text;
    if (parts) failed = *parts;
    return found;
  }

  std::unique_ptr<World> world = GetParam().make();
  std::vector<FailedPart> failed;  ///< of the last keys()
};

TEST_P(ObjectStoreContract, any_part_of_an_object_can_be_read) {
  world->put("a/b", 5000, Time{});
  const auto reader = store().open("a/b");
  ASSERT_TRUE(reader) << reader.error().text;
  EXPECT_EQ((*reader)->size(), 5000u);
  std::string bytes(1000, '?');
  ASSERT_TRUE((*reader)->read(4000, bytes));
  EXPECT_EQ(bytes, std::string(1000, 'x'));
  EXPECT_FALSE((*reader)->read(4001, bytes));
  EXPECT_FALSE((*reader)->read(9999, bytes));
  EXPECT_TRUE((*reader)->read(5000, {}));
}

TEST_P(ObjectStoreContract, what_is_not_there_cannot_be_opened) {
  put("a/b");
  EXPECT_FALSE(store().open("a/c"));
  EXPECT_FALSE(store().open("a"));
  EXPECT_FALSE(store().open("a/b/c"));
  world->vanish();
  EXPECT_FALSE(store().open("a/b"));
}

TEST_P(ObjectStoreContract, an_empty_store_lists_nothing) {
  EXPECT_TRUE(keys("").empty());
  EXPECT_TRUE(keys("a/b").empty());
  EXPECT_TRUE(failed.empty());
}

TEST_P(ObjectStoreContract, a_listing_that_is_asked_to_stop_ends_with_an_error) {
  for (int i = 0; i < 50; ++i) put(std::to_string(i % 7) + "/" + std::to_string(i));
  std::stop_source stop;
  int objects = 0;
  const auto take = [&](const Object&) {
    if (++objects == 20) stop.request_stop();
  };
  EXPECT_FALSE(store().list("", take, stop.get_token()));
  EXPECT_EQ(objects, 20);
  EXPECT_FALSE(store().list("", take, stop.get_token()));
  EXPECT_EQ(objects, 20);
}

TEST_P(ObjectStoreContract, every_object_is_listed_once_with_its_size_and_time) {
  const Time time{std::chrono::sys_days{std::chrono::year{2025} / 10 / 21} +
                  std::chrono::milliseconds{1234}};
  const Time time_there = world->put("a/b/c.json", 300, time);
  const Time time_of_top = world->put("top", 0, Time{});
  std::map<std::string, std::pair<std::uint64_t, Time>> found;
  int calls = 0;
  ASSERT_TRUE(store().list("", [&](const Object& object) {
    found[std::string(object.key)] = {object.size, object.modified};
    ++calls;
  }));
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(found["a/b/c.json"], (std::pair<std::uint64_t, Time>{300, time_there}));
  EXPECT_EQ(found["top"], (std::pair<std::uint64_t, Time>{0, time_of_top}));
  const auto facts = store().look("a/b/c.json");
  ASSERT_TRUE(facts && *facts);
  EXPECT_EQ((*facts)->size, 300u);
  EXPECT_EQ((*facts)->modified, time_there);
}

TEST_P(ObjectStoreContract, a_prefix_is_a_beginning_of_keys_not_a_folder) {
  for (const char* key : {"a/1", "a/12", "a/2", "ab/1", "b", "a/1x/y/z"}) put(key);
  EXPECT_EQ(keys("a/1"), (Keys{{"a/1", 1}, {"a/12", 1}, {"a/1x/y/z", 1}}));
  EXPECT_EQ(keys("a"), (Keys{{"a/1", 1}, {"a/12", 1}, {"a/2", 1}, {"ab/1", 1}, {"a/1x/y/z", 1}}));
  EXPECT_EQ(keys("a/"), (Keys{{"a/1", 1}, {"a/12", 1}, {"a/2", 1}, {"a/1x/y/z", 1}}));
  EXPECT_EQ(keys("a/1x/y/"), (Keys{{"a/1x/y/z", 1}}));
  EXPECT_EQ(keys("b"), (Keys{{"b", 1}}));
  EXPECT_TRUE(keys("b/").empty());
  EXPECT_TRUE(keys("a/1/").empty());
  EXPECT_TRUE(keys("c/d/e").empty());
  EXPECT_TRUE(failed.empty());
}

TEST_P(ObjectStoreContract, looking_shows_what_is_there_and_what_is_not) {
  put("a/b");
  EXPECT_TRUE(store().look("a/b")->has_value());
  for (const char* key : {"a", "a/b/c", "a/c", "x/y"}) {
    const auto facts = store().look(key);
    ASSERT_TRUE(facts) << facts.error().text;
    EXPECT_FALSE(*facts) << key;
  }
  world->remove("a/b");
  EXPECT_FALSE(store().look("a/b")->has_value());
  EXPECT_TRUE(keys("").empty());
}

TEST_P(ObjectStoreContract, what_lies_in_a_broken_part_is_unknown_and_the_rest_is_listed) {
  for (const char* key : {"good/1", "bad/2", "bad/sub/3"}) put(key);
  if (!world->break_folder("bad/")) GTEST_SKIP() << "has no parts that fail";
  EXPECT_EQ(keys(""), (Keys{{"good/1", 1}}));
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed.front().prefix, "bad/");
  EXPECT_NE(failed.front().error.text, "");
  EXPECT_EQ(keys("good/"), (Keys{{"good/1", 1}}));
  EXPECT_TRUE(failed.empty()) << "that part was not asked for";
  keys("bad/");
  EXPECT_EQ(failed.size(), 1u);
}

TEST_P(ObjectStoreContract, of_a_store_that_is_away_nothing_can_be_said) {
  put("a/b");
  world->vanish();
  for (const char* prefix : {"", "a/", "x"}) {
    EXPECT_FALSE(store().list(prefix, [](const Object&) {})) << prefix;
  }
  EXPECT_FALSE(store().look("a/b"));
  EXPECT_FALSE(store().look("x"));
}

TEST_P(ObjectStoreContract, objects_may_come_and_go_in_the_middle_of_a_listing) {
  for (int i = 0; i < 20; ++i) put("a/" + std::to_string(i));
  put("b/stays");
  int stays = 0;
  const auto parts = store().list("", [&](const Object& object) {
    if (object.key == "b/stays") ++stays;
    world->remove("a/7");
    put("a/new");
  });
  ASSERT_TRUE(parts) << parts.error().text;
  EXPECT_TRUE(parts->empty());
  EXPECT_EQ(stays, 1);
}

TEST_P(ObjectStoreContract, several_threads_may_ask_at_once) {
  for (int i = 0; i < 100; ++i) put("a/" + std::to_string(i % 10) + "/" + std::to_string(i));
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this] {
      for (int i = 0; i < 10; ++i) {
        int count = 0;
        EXPECT_TRUE(store().list("", [&](const Object&) { ++count; }));
        EXPECT_EQ(count, 100);
        EXPECT_TRUE(store().look("a/3/3")->has_value());
      }
    });
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, ObjectStoreContract, testing::ValuesIn(kinds()),
                         [](const auto& kind) { return kind.param.name; });

TEST(FakeStore, it_can_vanish_in_the_middle_and_be_mended) {
  FakeStore store;
  for (const char* key : {"a", "b", "c"}) store.put(key, {});
  store.vanish_after(2);
  int count = 0;
  EXPECT_FALSE(store.list("", [&](const Object&) { ++count; }));
  EXPECT_EQ(count, 2);
  store.mend();
  count = 0;
  EXPECT_TRUE(store.list("", [&](const Object&) { ++count; }));
  EXPECT_EQ(count, 3);
}

TEST(DirectoryStoreKeys, what_can_be_no_key_is_an_error) {
  const TestFolder folder;
  DirectoryStore store(folder.path());
  for (const std::string key : {"", "/a", "a/", "a//b", "../a", "a/..", "a/./b", "."}) {
    const auto facts = store.look(key);
    ASSERT_FALSE(facts) << key;
    EXPECT_NE(facts.error().text.find("`" + key + "` can be no key of a directory"),
              std::string::npos)
        << facts.error().text;
  }
  EXPECT_FALSE(store.look(std::string("a\0b", 3)));
  for (const std::string prefix : {"/", "a//", "../", "a/../b", "./a"}) {
    EXPECT_FALSE(store.list(prefix, [](const Object&) {})) << prefix;
  }
  for (const std::string prefix : {".", "..", "a/.", "a/.."}) {
    EXPECT_TRUE(store.list(prefix, [](const Object&) {})) << "may be followed by more: " << prefix;
  }
}

}  // namespace
}  // namespace upkeep
