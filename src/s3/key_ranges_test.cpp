// Ranges against pretended buckets: every key once, whatever the keys and the splits are.
#include "s3/key_ranges.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/random.h"

namespace upkeep::s3 {
namespace {

using Bucket = std::set<std::string>;

ListPage answer(const Bucket& bucket, const std::string& prefix, const PageAsk& ask,
                std::size_t size) {
  ListPage page;
  auto at = ask.after < prefix ? bucket.lower_bound(prefix) : bucket.upper_bound(ask.after);
  for (; at != bucket.end() && at->starts_with(prefix); ++at) {
    if (page.objects.size() == size) {
      page.truncated = true;
      page.next_token = page.objects.back().key;
      break;
    }
    page.objects.push_back({*at, 1, Time{}});
  }
  return page;
}

struct Walk {
  std::map<std::string, int> seen;
  std::uint64_t requests = 0;
  std::size_t most_at_once = 0;
};

/// Lists a bucket with up to `at_once` requests under way, answered in a random order.
Walk list(const Bucket& bucket, const std::string& prefix, std::vector<std::string> hints,
          std::size_t page_size, std::size_t at_once, std::uint64_t seed) {
  Walk walk;
  Random random(seed);
  KeyRanges ranges(prefix, std::move(hints));
  std::vector<PageAsk> under_way;
  while (!ranges.is_complete()) {
    while (under_way.size() < at_once) {
      auto ask = ranges.next();
      if (!ask) break;
      ++walk.requests;
      under_way.push_back(*std::move(ask));
    }
    walk.most_at_once = std::max(walk.most_at_once, under_way.size());
    EXPECT_FALSE(under_way.empty()) << "nothing is asked for, and it is not complete";
    if (under_way.empty()) return walk;
    const auto chosen =
        under_way.begin() + static_cast<std::ptrdiff_t>(random.below(under_way.size()));
    const PageAsk ask = *chosen;
    under_way.erase(chosen);
    const ListPage page = answer(bucket, prefix, ask, page_size);
    const auto count = ranges.take(ask.range, page);
    EXPECT_TRUE(count) << count.error().text;
    if (!count) return walk;
    for (std::size_t i = 0; i < *count; ++i) ++walk.seen[page.objects[i].key];
  }
  EXPECT_TRUE(under_way.empty()) << "a range ended while a page of it was under way";
  return walk;
}

std::map<std::string, int> once_each(const Bucket& bucket, const std::string& prefix) {
  std::map<std::string, int> all;
  for (const std::string& key : bucket) {
    if (key.starts_with(prefix)) all[key] = 1;
  }
  return all;
}

double needed(std::size_t keys, std::size_t page_size) {
  return std::max<double>(1, static_cast<double>((keys + page_size - 1) / page_size));
}

RC_GTEST_PROP(KeyRanges, every_key_is_taken_once_and_requests_are_few, ()) {
  const auto letters = *rc::gen::element<std::string>("ab", "0123456789", "019a/", "ab/\x01\xc3");
  const auto text =
      rc::gen::map(rc::gen::container<std::string>(rc::gen::elementOf(letters)),
                   [](std::string made) { return made.empty() ? std::string("x") : made; });
  const auto keys = *rc::gen::scale(8.0, rc::gen::container<std::vector<std::string>>(text));
  const auto hints = *rc::gen::container<std::vector<std::string>>(text);
  const auto prefix = *rc::gen::element<std::string>("", "a", "0", "a/");
  const auto page_size = *rc::gen::inRange<std::size_t>(1, 5);
  const auto at_once = *rc::gen::inRange<std::size_t>(1, 9);
  const Bucket bucket(keys.begin(), keys.end());
  const Walk walk =
      list(bucket, prefix, hints, page_size, at_once, *rc::gen::arbitrary<std::uint64_t>());
  const auto all = once_each(bucket, prefix);
  RC_ASSERT(walk.seen == all);
  RC_ASSERT(static_cast<double>(walk.requests) <= 1.1 * needed(all.size(), page_size));
}

Bucket games() {
  Bucket bucket;
  for (int season = 2010; season < 2026; ++season) {
    for (int day = 1; day <= 200; ++day) {
      for (int game = 0; game < 10; ++game) {
        bucket.insert(fmt::format("espn/pbp/{}/{:02}-{:02}/{:05}.json", season, day / 30 + 1,
                                  day % 30 + 1, game * 37));
      }
    }
  }
  return bucket;
}

TEST(KeyRanges, a_large_bucket_is_listed_by_many_at_once_with_a_tenth_more_requests_at_most) {
  const Bucket bucket = games();
  const std::size_t page_size = 20;
  for (const bool has_hints : {false, true}) {
    std::vector<std::string> hints;
    if (has_hints) {
      std::size_t n = 0;
      for (const std::string& key : bucket) {
        if (n++ % 300 == 0) hints.push_back(key);
      }
    }
    const Walk walk = list(bucket, "espn/", hints, page_size, 32, 1);
    EXPECT_EQ(walk.seen.size(), bucket.size());
    EXPECT_LE(static_cast<double>(walk.requests), 1.1 * needed(bucket.size(), page_size));
    EXPECT_GE(walk.most_at_once, has_hints ? 32u : 10u) << has_hints;
  }
}

TEST(KeyRanges, a_few_pages_are_listed_one_after_the_other) {
  Bucket bucket;
  for (int i = 0; i < 3000; ++i) bucket.insert(fmt::format("k{:05}", i));
  EXPECT_EQ(list(bucket, "", {}, 1000, 8, 1).requests, 3u);
  bucket.insert("l");
  EXPECT_EQ(list(bucket, "", {"k01000", "k02000"}, 1000, 8, 1).requests, 4u);
}

TEST(KeyRanges, what_cannot_be_the_answer_is_an_error_and_may_be_asked_again) {
  const auto page = [](std::vector<std::string> keys, bool truncated = false) {
    ListPage made;
    for (std::string& key : keys) made.objects.push_back({std::move(key), 1, Time{}});
    made.truncated = truncated;
    return made;
  };
  KeyRanges ranges("a");
  const auto ask = ranges.next();
  ASSERT_TRUE(ask);
  EXPECT_FALSE(ranges.next());
  EXPECT_FALSE(ranges.take(ask->range, page({"a2", "a1"})));
  EXPECT_FALSE(ranges.take(ask->range, page({"a1", "a1"})));
  EXPECT_FALSE(ranges.take(ask->range, page({"a1", "b"})));
  EXPECT_FALSE(ranges.take(ask->range, page({}, true))) << "more, but where?";
  ASSERT_EQ(ranges.take(ask->range, page({"a1", "a2"}, true)), 2u);
  const auto second = ranges.next();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->after, "a2");
  EXPECT_FALSE(ranges.take(second->range, page({"a2", "a3"}))) << "start-after was not obeyed";
  EXPECT_EQ(ranges.take(second->range, page({"a3"})), 1u);
  EXPECT_TRUE(ranges.is_complete());
}

TEST(KeyRanges, an_empty_page_that_is_not_the_last_goes_on_with_its_token) {
  KeyRanges ranges("");
  auto ask = ranges.next();
  ListPage empty;
  empty.truncated = true;
  empty.next_token = "there";
  ASSERT_EQ(ranges.take(ask->range, empty), 0u);
  ask = ranges.next();
  EXPECT_EQ(ask->token, "there");
  ASSERT_EQ(ranges.take(ask->range, ListPage{}), 0u);
  EXPECT_TRUE(ranges.is_complete());
}

}  // namespace
}  // namespace upkeep::s3
