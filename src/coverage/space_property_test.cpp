// Random templates over random dimensions: index, fields and key lead to each other both
// ways, and no other key leads anywhere.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/random.h"
#include "coverage/key_pattern.h"
#include "coverage/testing.h"

namespace upkeep {
namespace {

using namespace upkeep::testing;

/// A collection out of a seed; about half of them are refused for good reasons.
class World {
 public:
  explicit World(std::uint64_t seed, bool free_text) : random_(seed), free_text_(free_text) {
    const std::uint64_t count = 1 + random_.below(3);
    for (std::uint64_t i = 0; i < count; ++i) add_dimension();
    add_literal();
    for (const std::string& field : fields_) {
      add_field(field);
      add_literal();
    }
    if (random_.chance(40)) {
      add_field(fields_[random_.below(fields_.size())]);
      add_literal();
    }
    collection_ = collection(key_, dimensions_);
  }

  Result<SpacePtr> space() const { return Space::make(collection_, around_); }
  Random& random() { return random_; }

 private:
  std::string field(FieldType type) {
    fields_.push_back(std::string(1, static_cast<char>('a' + fields_.size())));
    types_[fields_.back()] = type;
    return fields_.back();
  }

  std::string text() {
    static constexpr std::string_view letters = "ab01-";
    std::string made;
    for (std::uint64_t i = 0; i <= random_.below(3); ++i) made += letters[random_.below(5)];
    return made;
  }

  void add_dimension() {
    const std::uint64_t from = random_.below(120);
    switch (random_.below(4)) {
      case 0:
        add_dates();
        break;
      case 1: {
        const std::uint64_t to = from + random_.below(20);
        dimensions_.push_back(numbers(field(FieldType::number), from, to, 1 + random_.below(4)));
        break;
      }
      case 2: {
        std::set<std::string> values;
        for (std::uint64_t i = 0; i <= random_.below(4); ++i) values.insert(text());
        dimensions_.push_back(list(field(FieldType::text), {values.begin(), values.end()}));
        break;
      }
      default:
        add_table();
        break;
    }
  }

  void add_dates() {
    CalendarStep every;
    std::uint64_t days = 20;
    if (random_.chance(30)) {
      every = {CalendarStep::Unit::months, 1 + static_cast<int>(random_.below(13)), {}};
      days = 900;
    } else if (random_.chance(30)) {
      every = {CalendarStep::Unit::length, 1, std::chrono::minutes{90}};
      days = 3;
    }
    const Day from = testing::day(1995, 1, 1) + std::chrono::days{random_.below(4000)};
    const Day to = from + std::chrono::days{random_.below(days)};
    const DateRange range{{false, 0, from}, {false, 0, to}, every};
    dimensions_.push_back({field(FieldType::date), range, false});
  }

  void add_table() {
    const std::string name = "table" + std::to_string(dimensions_.size());
    const FieldType type = random_.chance(50) ? FieldType::number : FieldType::text;
    const std::string first = field(FieldType::text), second = field(type);
    auto made = std::make_shared<Rows>(std::vector{first, second});
    for (std::uint64_t i = 0; i <= random_.below(6); ++i) {
      const std::string x = text(), y = std::to_string(random_.below(30));
      made->add(std::vector<std::string_view>{x, y});
    }
    around_.tables[name] = std::move(made);
    dimensions_.push_back(table(name, {{first, FieldType::text}, {second, type}}));
  }

  void add_literal() {
    static const std::vector<std::string> literals{"/", "_", "x/", ".json", "_b", "-", "0", ""};
    const auto some = [&] { return literals[random_.below(random_.chance(85) ? 5 : 8)]; };
    key_ += some();
    if (free_text_ && random_.chance(40)) key_ += "{_}" + some();
  }

  void add_field(const std::string& name) {
    static const std::vector<std::string> number_forms{":04", ":02", ":01", "", ""};
    static const std::vector<std::string> date_forms{
        "", "", ":%Y%m%d", ":%Y/%j", ":%d-%m-%Y", ":%Y-%m-%dT%H%M", ":%y%j%%", ":%Y-%m", ":%H"};
    std::string form;
    switch (types_.at(name)) {
      case FieldType::text:
        break;
      case FieldType::number:
        form = number_forms[random_.below(number_forms.size())];
        break;
      case FieldType::date:
        form = date_forms[random_.below(date_forms.size())];
        break;
    }
    key_ += "{" + name + form + "}";
  }

  Random random_;
  bool free_text_;
  std::vector<Dimension> dimensions_;
  std::vector<std::string> fields_;
  std::map<std::string, FieldType> types_;
  Surroundings around_;
  std::string key_;
  Collection collection_;
};

/// A key that is almost right.
std::string nearly(std::string key, Random& random) {
  static constexpr std::string_view letters = "ab019-/_x";
  for (std::uint64_t i = 0; i <= random.below(2) && !key.empty(); ++i) {
    const std::size_t at = random.below(key.size());
    const char letter = letters[random.below(letters.size())];
    switch (random.below(4)) {
      case 0:
        key[at] = letter;
        break;
      case 1:
        key.erase(at, 1);
        break;
      case 2:
        key.insert(at, 1, letter);
        break;
      default:
        std::swap(key[at], key[random.below(key.size())]);
        break;
    }
  }
  return key;
}

/// Many worlds for each seed, because rapidcheck draws few.
template <class Check>
void for_worlds(std::uint64_t seed, bool free_text, const Check& check) {
  std::uint64_t valid = 0;
  for (std::uint64_t i = 0; i < 40; ++i) {
    World world(seed * 40 + i, free_text);
    const auto made = world.space();
    RC_ASSERT(made.has_value() || !made.error().text.empty());
    if (!made || (*made)->size() == 0 || (*made)->size() > 2'000) continue;
    ++valid;
    check(**made, world.random());
  }
  RC_CLASSIFY(valid >= 10, "a quarter is valid");
}

RC_GTEST_PROP(SpaceProperty, keys_fields_and_indices_lead_to_each_other, (std::uint64_t seed)) {
  for_worlds(seed, false, [](const Space& space, Random& random) {
    std::set<std::string> keys;
    for (std::uint64_t i = 0; i < space.size(); ++i) {
      keys.insert(space.key(i));
      RC_ASSERT(space.find_key(space.key(i)) == std::optional(i));
      RC_ASSERT(space.find(space.partition(i)) == std::optional(i));
    }
    RC_ASSERT(keys.size() == space.size());
    for (int i = 0; i < 100; ++i) {
      const std::string key = nearly(space.key(random.below(space.size())), random);
      RC_ASSERT(space.find_key(key).has_value() == keys.contains(key));
    }
  });
}

/// Does the key fit the pattern? The plain way, by trying everything.
bool fits(const KeyPattern& pattern, std::string_view key, std::size_t text = 0) {
  if (!key.starts_with(pattern.texts[text])) return false;
  key.remove_prefix(pattern.texts[text].size());
  if (text + 1 == pattern.texts.size()) return key.empty();
  for (std::size_t gap = 1; gap <= key.size() && key[gap - 1] != '/'; ++gap) {
    if (fits(pattern, key.substr(gap), text + 1)) return true;
  }
  return false;
}

RC_GTEST_PROP(SpaceProperty, any_text_is_found_wherever_trying_everything_finds_it,
              (std::uint64_t seed)) {
  for_worlds(seed, true, [](const Space& space, Random& random) {
    if (space.size() > 200) return;
    std::vector<KeyPattern> patterns;
    for (std::uint64_t i = 0; i < space.size(); ++i) {
      patterns.push_back(pattern_of(space, i));
      RC_ASSERT(space.find_written(space.key(i)) == std::optional(i));
    }
    for (int i = 0; i < 20; ++i) {
      const KeyPattern& pattern = patterns[random.below(space.size())];
      std::string key = pattern.prefix();
      for (std::size_t k = 1; k < pattern.texts.size(); ++k) {
        key += std::string(1 + random.below(3), "ab0_"[random.below(4)]) + pattern.texts[k];
      }
      if (random.chance(50)) key = nearly(key, random);
      const auto found = space.find_key(key);
      RC_ASSERT(found.has_value() ==
                std::ranges::any_of(patterns, [&](const KeyPattern& p) { return fits(p, key); }));
      if (found) RC_ASSERT(fits(patterns[*found], key));
    }
  });
}

}  // namespace
}  // namespace upkeep
