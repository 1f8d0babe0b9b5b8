#include "sim/swarm.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>

namespace upkeep::sim {
namespace {

using namespace std::chrono;

std::string to_date(Time time) {
  const year_month_day date(floor<days>(time));
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

/// Makes one installation. Each statement throws the dice once: where an expression calls two
/// functions, compilers differ in which comes first.
class Maker {
 public:
  Maker(std::uint64_t seed, Swarm& swarm) : dice_(seed ^ 0x5eed5a11ULL), swarm_(swarm) {}

  void make(std::uint64_t collections) {
    swarm_.start = sys_days{2024y / January / 3} + hours{dice_.below(900 * 24)};
    swarm_.start += seconds{dice_.below(3600)};
    swarm_.filled = 60 + dice_.below(40);
    swarm_.gone = dice_.chance(60) ? dice_.below(40) : 0;
    swarm_.poisoned = dice_.chance(50) ? dice_.below(15) : 0;
    make_settings();
    make_stores();
    make_upstreams();
    const bool is_usual = collections == 0;
    if (is_usual) collections = dice_.chance(80) ? between(2, 7) : between(2, 20);
    for (std::uint64_t i = 0; i < collections; ++i) make_collection(i);
    if (is_usual && dice_.chance(30)) make_chain(collections);
  }

 private:
  template <std::size_t N>
  std::string one_of(const std::array<const char*, N>& texts) {
    return texts[dice_.below(N)];
  }
  std::uint64_t between(std::uint64_t low, std::uint64_t high) {
    return low + dice_.below(high - low + 1);
  }

  void make_settings() {
    Settings& all = swarm_.installation.settings;
    all.emplace_back("state", "./state");
    all.emplace_back("timezone",
                     one_of(std::array{"UTC", "America/Chicago", "Europe/Berlin",
                                       "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"}));
    const std::string every = one_of(std::array{"30m", "1h", "1h", "2h", "4h"});
    const std::string poll = one_of(std::array{"30s", "1m", "5m"});
    const std::string time = one_of(std::array{"20m", "2h", "2h", "6h"});
    all.emplace_back("loop", fmt::format("{{reconcile_every: {}, queue_poll: {}, max_run_time: {}, "
                                         "min_tasks_to_trigger: {}}}",
                                         every, poll, time, dice_.chance(20) ? 3 : 1));
    const std::string window = one_of(std::array{"5", "50", "1000"});
    const std::string promote = one_of(std::array{"2h", "24h", "3d"});
    all.emplace_back("queue", fmt::format("{{window: {}, promote_after: {}}}", window, promote));
    all.emplace_back("keep", fmt::format("{{journal: {}d}}", between(3, 20)));
    all.emplace_back("maintenance", any_maintenance(dice_));
    const std::uint64_t tasks = dice_.chance(20) ? 1 : between(2, 8);
    const std::string requests = dice_.chance(30) ? ", requests: 20/min" : "";
    const std::string each = dice_.chance(30) ? ", tasks_of_each: {source: 2}" : "";
    const std::string rested = one_of(std::array{"", "", ", rested: 20%", ", rested: 100%"});
    all.emplace_back("limits", fmt::format("{{tasks: {}, disk_free: 1GB{}{}{}}}", tasks, requests,
                                           each, rested));
  }

  void make_stores() {
    const std::uint64_t count = dice_.chance(60) ? 1 : between(2, 3);
    constexpr std::array names = {"lake", "attic", "mirror"};
    for (std::uint64_t i = 0; i < count; ++i) {
      Settings store = {{"url", fmt::format("\"file:./{}\"", names[i])}};
      if (dice_.chance(50)) store.emplace_back("max_loss", fmt::format("{}%", between(5, 40)));
      if (dice_.chance(30)) store.emplace_back("ignore", "[\"*.part\"]");
      swarm_.installation.stores.emplace_back(names[i], std::move(store));
    }
  }

  void make_upstreams() {
    const std::uint64_t count = between(1, 3);
    constexpr std::array names = {"espn", "noaa", "nobody-knows"};
    for (std::uint64_t i = 0; i < count; ++i) {
      Settings upstream;
      const std::string rate = one_of(std::array{"30/min", "120/min", "10/s", "200/2m"});
      if (i < 2) upstream.emplace_back("rate", rate);
      if (i < 2 && dice_.chance(30)) upstream.emplace_back("burst", one_of(std::array{"1", "9"}));
      const std::string hourly = one_of(std::array{"400", "1500"});
      if (i < 2 && dice_.chance(40)) upstream.emplace_back("hourly", hourly);
      if (i < 2 && dice_.chance(25)) upstream.emplace_back("daily", "6000");
      if (dice_.chance(20)) upstream.emplace_back("min_interval", "1s");
      if (dice_.chance(40)) upstream.emplace_back("concurrency", one_of(std::array{"2", "4"}));
      swarm_.installation.upstreams.emplace_back(names[i], std::move(upstream));
    }
  }

  void make_collection(std::uint64_t number) {
    constexpr std::array kinds = {&Maker::games,   &Maker::daily,    &Maker::hourly, &Maker::counts,
                                  &Maker::numbers, &Maker::calendar, &Maker::rolling};
    CollectionText collection;
    // The first one has a table and batches, so that every fault finds its victim.
    (this->*kinds[number == 0 ? 0 : dice_.below(kinds.size())])(collection, number);
    declare(std::move(collection), number);
  }

  /// What one collection brings is what another one expects.
  void make_chain(std::uint64_t number) {
    CollectionText plan, fed;
    plan.name = fmt::format("plan{}", number);
    plan.key = plan.name + "/{date}.json";
    plan.dimensions.push_back(
        {"date", {{"from", ago(5, 40)}, {"to", "today"}, {"every", "1d"}}, {}});
    plan.expect = {{"valid", "json"}};
    fed.name = fmt::format("fed{}", number + 1);
    fed.key = fed.name + "/{date}/{game}.json";
    fed.dimensions.push_back(
        {"plan",
         {{"table", fmt::format("{{collection: {}}}", plan.name)},
          {"format", "json_lines"},
          {"fields", "[{name: date, type: date}, {name: game, type: number}]"}},
         {}});
    expect(fed, true);
    declare(std::move(plan), number);
    declare(std::move(fed), number + 1);
  }

  /// Where it lies, who fills it, and how.
  void declare(CollectionText collection, std::uint64_t number) {
    const std::uint64_t store = number == 0 ? 0 : dice_.below(swarm_.installation.stores.size());
    collection.settings.emplace_back("store", swarm_.installation.stores[store].first);
    if (dice_.chance(40))
      collection.settings.emplace_back("weight", one_of(std::array{"0.5", "2"}));
    if (dice_.chance(30))
      collection.settings.emplace_back("max_tasks", one_of(std::array{"1", "2"}));
    if (dice_.chance(30)) {
      collection.settings.emplace_back(
          "by", one_of(std::array{"08:00", "{at: \"0 14 * * 1-5\", lead: 6h}"}));
    }
    // The first one has it always: a limit by a label that nobody has is an error.
    if (number == 0 || dice_.chance(60)) {
      collection.settings.emplace_back("labels", one_of(std::array{"{source: a}", "{source: b}"}));
    }
    const bool gives_rows = collection.name.starts_with("plan");
    if (number == 0 || gives_rows || dice_.chance(88)) {
      collection.settings.emplace_back("collector", make_collector(collection, number));
    }
    swarm_.installation.collections.push_back(std::move(collection));
  }

  std::string make_collector(const CollectionText& collection, std::uint64_t number) {
    CollectorText collector{.name = fmt::format("fetch-{}", collection.name), .settings = {}};
    Settings& all = collector.settings;
    all.emplace_back("command", "[fetch, \"{task}\", \"{partitions}\"]");
    if (number == 0 || dice_.chance(50)) {
      const std::string by = dice_.chance(50) ? first_field(collection) : "";
      all.emplace_back("batch", fmt::format("{{by: [{}], max: {}}}", by, between(2, 30)));
    }
    all.emplace_back("timeout", one_of(std::array{"2m", "10m", "1h"}));
    all.emplace_back("gone_for", one_of(std::array{"6h", "1d", "4d"}));
    const std::uint64_t most = dice_.below(5);
    const std::string base = one_of(std::array{"20s", "1m", "5m"});
    const std::string cap = one_of(std::array{"10m", "1h"});
    const std::string rest = one_of(std::array{"2h", "6h", "1d"});
    all.emplace_back(
        "retries", fmt::format("{{max: {}, base: {}, cap: {}, rest: {}}}", most, base, cap, rest));
    if (number == 0 || dice_.chance(60)) {
      const std::uint64_t upstream = dice_.below(swarm_.installation.upstreams.size());
      all.emplace_back("upstream", swarm_.installation.upstreams[upstream].first);
      // The first one asks, so that what can be asked wrongly is.
      all.emplace_back("requests", number == 0 ? "0" : one_of(std::array{"0", "1", "2"}));
    }
    if (dice_.chance(40)) all.emplace_back("schedule", any_schedule(dice_));
    swarm_.installation.collectors.push_back(std::move(collector));
    return fmt::format("fetch-{}", collection.name);
  }

  static std::string first_field(const CollectionText& collection) {
    const std::size_t open = collection.key.find('{');
    return collection.key.substr(open + 1, collection.key.find_first_of(":}", open) - open - 1);
  }

  std::string ago(std::uint64_t low, std::uint64_t high) {
    return to_date(swarm_.start - days{between(low, high)});
  }

  void expect(CollectionText& collection, bool dated) {
    Settings& all = collection.expect;
    // The first one always: where nothing can be too small, a kind of fault has no victim.
    if (dice_.chance(90) || swarm_.installation.collections.empty())
      all.emplace_back("min_size", one_of(std::array{"1B", "200B", "4KiB"}));
    if (dated && dice_.chance(30))
      all.emplace_back("settled_after", one_of(std::array{"6h", "2d"}));
    if (dated && dice_.chance(40))
      all.emplace_back("available_after", one_of(std::array{"1h", "9h"}));
    // Likewise.
    if (dice_.chance(35) || swarm_.installation.collections.empty())
      all.emplace_back("valid", one_of(std::array{"json", "json", "{json: {}, sample: 60%}"}));
    if (dice_.chance(30)) all.emplace_back("completeness", one_of(std::array{"80%", "99%"}));
    if (dated && dice_.chance(70)) {
      collection.settings.emplace_back(
          "priority",
          one_of(std::array{"[{if: \"age < 2d\", then: critical}, {then: low}]",
                            "[{if: \"age >= 7d and age < 30d\", then: low}, {then: high}]"}));
    }
  }

  /// The rows of a season that grows: season, date and game in one table.
  void games(CollectionText& collection, std::uint64_t number) {
    collection.name = fmt::format("games{}", number);
    collection.key = collection.name + "/{season}/{date}/{game}.json";
    const std::string file = collection.name + ".csv";
    collection.dimensions.push_back(
        {"schedule",
         {{"table", file},
          {"fields", "[season, {name: date, type: date}, {name: game, type: number}]"}},
         {}});
    std::vector<PretendTable::Row> rows;
    const std::uint64_t count = between(20, 60);
    for (std::uint64_t day = 0; day < count; ++day) {
      const std::string date = to_date(swarm_.start - days{count - day} + days{3});
      for (std::uint64_t game = dice_.below(4); game < 4; ++game) {
        rows.push_back({date.substr(0, 4), date, std::to_string(day * 10 + game)});
      }
    }
    if (rows.empty()) rows.push_back({"2024", "2024-01-01", "1"});
    swarm_.installation.tables.emplace(file, PretendTable({"season", "date", "game"}, rows));
    if (dice_.chance(30)) collection.dimensions.push_back({"kind", {}, {"pbp", "box"}});
    if (collection.dimensions.size() == 2) {
      collection.key = collection.name + "/{season}/{date}/{kind}-{game}.json";
    }
    expect(collection, true);
  }

  void daily(CollectionText& collection, std::uint64_t number) {
    collection.name = fmt::format("daily{}", number);
    collection.key = collection.name + "/{date:%Y/%m/%d}/{station}.csv";
    collection.dimensions.push_back(
        {"date", {{"from", ago(5, 90)}, {"to", "today"}, {"every", "1d"}}, {}});
    std::vector<std::string> stations = {"alpha", "beta", "gamma", "delta"};
    stations.resize(between(1, 4));
    collection.dimensions.push_back({"station", {}, stations});
    expect(collection, true);
    if (dice_.chance(30)) collection.expect.emplace_back("max_age", "15d");
  }

  void hourly(CollectionText& collection, std::uint64_t number) {
    collection.name = fmt::format("hourly{}", number);
    collection.key = collection.name + "/{date:%Y-%m-%dT%H}.json";
    const bool dense = dice_.chance(50);
    collection.dimensions.push_back({"date",
                                     {{"from", dense ? "today-5d" : ago(2, 10)},
                                      {"to", "today"},
                                      {"every", dense ? "1h" : "6h"}},
                                     {}});
    expect(collection, true);
  }

  /// Free fields: so many objects for each day, or for each row as a column says.
  void counts(CollectionText& collection, std::uint64_t number) {
    collection.name = fmt::format("counts{}", number);
    collection.key = collection.name + "/{date}/{part}.json";
    if (dice_.chance(50)) {
      collection.dimensions.push_back(
          {"date", {{"from", ago(3, 30)}, {"to", "today"}, {"every", "1d"}}, {}});
      collection.expect.emplace_back("count", fmt::format("{{min: {}}}", between(2, 4)));
    } else {
      const std::string file = collection.name + ".csv";
      collection.dimensions.push_back(
          {"plan", {{"table", file}, {"fields", "[{name: date, type: date}]"}}, {}});
      std::vector<PretendTable::Row> rows;
      for (std::uint64_t day = 0; day < 20; ++day) {
        rows.push_back(
            {to_date(swarm_.start - days{18} + days{day}), std::to_string(between(1, 3))});
      }
      swarm_.installation.tables.emplace(file, PretendTable({"date", "parts"}, rows));
      collection.expect.emplace_back("count", "{min: parts}");
    }
    expect(collection, true);
  }

  void numbers(CollectionText& collection, std::uint64_t number) {
    collection.name = fmt::format("numbers{}", number);
    collection.key = collection.name + "/{block}/{game:04}-{_}.bin";
    collection.dimensions.push_back({"block", {}, {"north", "south", "west"}});
    collection.dimensions.push_back(
        {"game", {{"from", "0"}, {"to", std::to_string(between(5, 150))}}, {}});
    expect(collection, false);
    if (dice_.chance(20)) collection.expect.emplace_back("max_age", "20d");
  }

  void calendar(CollectionText& collection, std::uint64_t number) {
    collection.name = fmt::format("calendar{}", number);
    collection.key = collection.name + "/{date}.parquet";
    collection.dimensions.push_back({"date",
                                     {{"from", ago(300, 2000)},
                                      {"to", "today"},
                                      {"every", one_of(std::array{"1mo", "1w", "1y"})}},
                                     {}});
    expect(collection, true);
  }

  void rolling(CollectionText& collection, std::uint64_t number) {
    collection.name = fmt::format("rolling{}", number);
    collection.key = collection.name + "/{kind}/{date}.json";
    collection.dimensions.push_back({"kind", {}, {"raw", "clean"}});
    collection.dimensions.push_back(
        {"date", {{"from", "today-20d"}, {"to", "today"}, {"every", "1d"}}, {}});
    expect(collection, true);
  }

  Random dice_;
  Swarm& swarm_;
};

}  // namespace

Swarm make_swarm(std::uint64_t seed, std::uint64_t collections) {
  Swarm swarm;
  Maker(seed, swarm).make(collections);
  return swarm;
}

bool remove_collection(Installation& installation, Random& dice) {
  const std::size_t count = installation.collections.size();
  if (count < 2) return false;
  CollectionText& victim = installation.collections[1 + dice.below(count - 1)];
  if (victim.name.starts_with("plan")) return false;  // who has rows from it could not be read
  victim.declared = !victim.declared;
  return true;
}

bool grow_dimension(Installation& installation, Random& dice, Time now) {
  CollectionText& collection =
      installation.collections[dice.below(installation.collections.size())];
  DimensionText& dimension = collection.dimensions[dice.below(collection.dimensions.size())];
  if (const std::string file = value_of(dimension.range, "table"); !file.empty()) {
    if (!installation.tables.contains(file)) return false;  // its rows come from a collection
    PretendTable& table = installation.tables.at(file);
    const std::size_t before = table.rows().size();
    for (int i = 0; i < 5; ++i) grow_table(table, dice, now);
    return table.rows().size() > before;
  }
  if (!dimension.values.empty()) {
    if (dimension.values.size() > 6) return false;
    const auto position = static_cast<std::ptrdiff_t>(dice.below(dimension.values.size() + 1));
    dimension.values.insert(dimension.values.begin() + position,
                            fmt::format("new{}", dimension.values.size()));
    return true;
  }
  if (dimension.name == "game") {
    const std::uint64_t to = std::stoul(value_of(dimension.range, "to"));
    if (to > 300) return false;
    set_value(dimension.range, "to", std::to_string(to + 1 + dice.below(20)));
    return true;
  }
  const std::string from = value_of(dimension.range, "from");
  if (!from.ends_with("-01") && !from.starts_with("today")) {  // from the first of that month
    set_value(dimension.range, "from", from.substr(0, 8) + "01");
    return true;
  }
  return false;
}

bool rename_collector(Installation& installation, Random& dice) {
  if (installation.collectors.empty()) return false;
  CollectorText& collector = installation.collectors[dice.below(installation.collectors.size())];
  const std::string old = collector.name;
  collector.name = old.ends_with("-x") ? old.substr(0, old.size() - 2) : old + "-x";
  for (CollectionText& collection : installation.collections) {
    if (value_of(collection.settings, "collector") == old) {
      set_value(collection.settings, "collector", collector.name);
    }
  }
  return true;
}

void grow_table(PretendTable& table, Random& dice, Time today) {
  if (table.rows().size() > 2000) return;
  const std::string date = to_date(today - days{dice.below(3)} + days{1});
  if (table.columns().size() == 2) {  // date, parts
    const auto& rows = table.rows();
    const bool there = std::ranges::any_of(rows, [&](const auto& row) { return row[0] == date; });
    if (!there) table.insert(rows.size(), {date, std::to_string(1 + dice.below(3))});
    return;
  }
  const std::string game = std::to_string(10'000 + table.rows().size());
  const std::size_t position =
      table.rows().size() - dice.below(std::min<std::size_t>(table.rows().size(), 10));
  table.insert(position, {date.substr(0, 4), date, game});
}

void explode_table(PretendTable& table) {
  std::vector<PretendTable::Row> surplus;
  const std::size_t count = std::max<std::size_t>(1100, table.rows().size());
  const sys_days first = sys_days{2010y / January / 1};
  for (std::size_t i = 0; i < count; ++i) {
    const std::string date = to_date(first + days{i});
    if (table.columns().size() == 2) {
      surplus.push_back({date, "1"});
    } else {
      surplus.push_back({date.substr(0, 4), date, std::to_string(900'000 + i)});
    }
  }
  table.set_trouble(PretendTable::Trouble::exploded, std::move(surplus));
}

}  // namespace upkeep::sim
