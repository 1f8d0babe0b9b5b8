#include "daemon/contents.h"

#include <algorithm>
#include <bit>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "coverage/ignore.h"
#include "daemon/setup.h"
#include "io/object_check.h"

namespace upkeep {
namespace {

/// The literal text that every object of the partition begins with.
std::string_view prefix_of(std::string_view key) { return key.substr(0, key.find('{')); }

/// The objects of one partition.
class Look {
 public:
  Look(const Config& config, ObjectStore& store, const Space& space, CheckCommands commands,
       std::stop_token stop = {})
      : config_(config), store_(store), space_(space) {
    const auto& rule = space.collection().expect.valid;
    const bool may_check =
        rule && (rule->format != Valid::Format::command || commands == CheckCommands::run);
    if (may_check) rule_ = &*rule;
    const Store& declared = config.of(space.collection().store);
    ground_ = {config.folder,
               declared.bucket ? "s3://" + declared.bucket->name + "/" + declared.bucket->prefix
                               : declared.directory + "/",
               std::move(stop)};
  }

  /// `is_there`: a listing has shown an object under the exact key a moment ago.
  Result<Sight> take(std::uint64_t index, bool is_there) const {
    const std::string key = space_.key(index);
    const Valid* rule = rule_ != nullptr && is_sampled(*rule_, key) ? rule_ : nullptr;
    Sight sight;
    std::vector<std::string> keys;  // whose bytes count
    if (space_.has_exact_keys()) {
      UPKEEP_TRY(keys, see_exact(key, is_there, sight));
    } else {
      UPKEEP_TRY(keys, see_all(key, index, rule != nullptr, sight));
    }
    if (rule != nullptr) UPKEEP_CHECK(read(keys, *rule, sight));
    return sight;
  }

 private:
  Result<std::vector<std::string>> see_exact(const std::string& key, bool is_there,
                                             Sight& sight) const {
    if (is_there) {
      sight.objects = 1;
      return std::vector{key};
    }
    UPKEEP_TRY(const auto facts, store_.look(key, ground_.stop));
    if (!facts) return std::vector<std::string>{};
    see(sight, space_, facts->size, facts->modified);
    return std::vector{key};
  }

  /// With free fields all of them count, else the newest.
  Result<std::vector<std::string>> see_all(const std::string& key, std::uint64_t index,
                                           bool wants_keys, Sight& sight) const {
    const IgnoreList ignored(config_.of(space_.collection().store).ignore);
    std::vector<std::string> keys;
    UPKEEP_TRY(const auto failed,
               store_.list(
                   prefix_of(key),
                   [&](const Object& object) {
                     if (space_.find_key(object.key) != index || ignored.fits(object.key)) return;
                     const bool is_newest =
                         sight.objects == 0 || object.modified > sight.modified ||
                         (object.modified == sight.modified && object.size > sight.size);
                     see(sight, space_, object.size, object.modified);
                     if (!wants_keys || (!space_.has_free_fields() && !is_newest)) return;
                     if (!space_.has_free_fields()) keys.clear();
                     keys.emplace_back(object.key);
                   },
                   ground_.stop));
    if (!failed.empty()) return std::unexpected(failed.front().error);
    return keys;
  }

  Result<void> read(const std::vector<std::string>& keys, const Valid& rule, Sight& sight) const {
    for (const std::string& key : keys) {
      UPKEEP_TRY(const ObjectVerdict verdict, check_object(store_, key, rule, ground_));
      if (verdict.kind == ObjectVerdict::Kind::absent && space_.has_exact_keys()) sight = {};
      if (verdict.kind != ObjectVerdict::Kind::invalid || !sight.valid) continue;
      sight.valid = false;
      sight.flaw = verdict.flaw;
    }
    return {};
  }

  const Config& config_;
  ObjectStore& store_;
  const Space& space_;
  const Valid* rule_ = nullptr;  ///< none: nothing is read
  CheckGround ground_;
};

/// Goes through what is to be judged; the workers share it.
class Round {
 public:
  Round(const Space& space, Coverage& coverage)
      : space_(space), rule_(*space.collection().expect.valid), coverage_(coverage) {}

  std::optional<std::uint64_t> next() {
    const std::lock_guard lock(mutex_);
    for (; word_ < coverage_.present.words().size(); ++word_) {
      // A word is taken as it was when it was begun: what is left to do in it stays.
      if (left_ == 0 && !is_begun_) left_ = coverage_.unchecked_word(word_);
      is_begun_ = true;
      while (left_ != 0) {
        const std::uint64_t index =
            word_ * 64 + static_cast<std::uint64_t>(std::countr_zero(left_));
        left_ &= left_ - 1;
        if (is_sampled(rule_, space_.key(index))) return index;
        coverage_.mark_checked(index, true);
      }
      is_begun_ = false;
    }
    return {};
  }

  void settle(std::uint64_t index, const Result<Sight>& sight) {
    const std::lock_guard lock(mutex_);
    if (sight) {
      note_contents(coverage_, space_, index, *sight);
    } else if (coverage_.contents.trouble.empty()) {
      coverage_.contents.trouble = sight.error().text;
    }
  }

 private:
  const Space& space_;
  const Valid& rule_;
  std::mutex mutex_;
  Coverage& coverage_;
  std::uint64_t word_ = 0, left_ = 0;
  bool is_begun_ = false;
};

/// What is far away is waited for side by side; else the processors are the limit.
std::size_t reads_at_once(const Store& store, const Valid& rule) {
  constexpr std::size_t most_far = 16, most_near = 4;
  if (store.bucket && rule.format != Valid::Format::command) {
    return std::min(most_far, static_cast<std::size_t>(store.bucket->requests));
  }
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, most_near);
}

}  // namespace

Result<Sight> look_at_one(const Config& config, ObjectStore& store, const Space& space,
                          std::uint64_t index, CheckCommands commands, std::stop_token stop) {
  return Look(config, store, space, commands, std::move(stop)).take(index, false);
}

void check_contents(const Config& config, ObjectStore& store, const Space& space,
                    Coverage& coverage, CheckCommands commands, Time deadline,
                    const std::stop_token& stop) {
  const auto& rule = space.collection().expect.valid;
  const bool is_left_out =
      rule && rule->format == Valid::Format::command && commands == CheckCommands::leave_out;
  if (!rule || is_left_out) return;
  Round round(space, coverage);
  const auto work = [&] {
    const Look look(config, store, space, commands, stop);
    while (!stop.stop_requested() && now_by_clock() < deadline) {
      const auto index = round.next();
      if (!index) return;
      round.settle(*index, look.take(*index, true));
    }
  };
  std::vector<std::jthread> others;
  const std::size_t at_once = reads_at_once(config.of(space.collection().store), *rule);
  while (others.size() + 1 < at_once) others.emplace_back(work);
  work();
}

}  // namespace upkeep
