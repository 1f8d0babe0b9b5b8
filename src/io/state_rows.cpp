// Rows of the model to and from the tables of the state.
#include "io/state_rows.h"

#include <sqlite3.h>

#include <optional>
#include <string>
#include <variant>

namespace upkeep {
namespace {

std::int64_t ticks(Time time) { return time.time_since_epoch().count(); }
Time time_of(std::int64_t count) { return Time{Duration{count}}; }

std::unexpected<SqliteError> damage(std::string text) {
  return std::unexpected(SqliteError{.code = SQLITE_CORRUPT, .system = 0, .text = std::move(text)});
}

struct Write {
  Sqlite& sqlite;

  SqliteResult<void> operator()(const PutEngine& change) const {
    return sqlite.run(
        "INSERT INTO engine (id, random, next_id) VALUES (1, ?, ?) ON CONFLICT (id) DO UPDATE "
        "SET random = excluded.random, next_id = excluded.next_id",
        change.row.random, change.row.next_id);
  }

  SqliteResult<void> operator()(const PutPartition& change) const {
    const PartitionRow& row = change.row;
    return sqlite.run(
        "INSERT INTO partitions (collection, key, attempts, deferrals, interrupted, rests, "
        "not_before, gone_until, why, text, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (collection, key) DO UPDATE SET attempts = excluded.attempts, "
        "deferrals = excluded.deferrals, interrupted = excluded.interrupted, "
        "rests = excluded.rests, not_before = excluded.not_before, "
        "gone_until = excluded.gone_until, why = excluded.why, text = excluded.text, "
        "changed = excluded.changed",
        row.collection, row.key, row.attempts, row.deferrals, row.interrupted, row.rests,
        ticks(row.not_before), ticks(row.gone_until), to_text(row.why), row.text,
        ticks(row.changed));
  }

  SqliteResult<void> operator()(const DropPartition& change) const {
    return sqlite.run("DELETE FROM partitions WHERE collection = ? AND key = ?", change.collection,
                      change.key);
  }

  SqliteResult<void> operator()(const PutAttempt& change) const {
    const AttemptRow& row = change.row;
    auto done = (*this)(DropAttempt{row.id});  // its keys too
    if (!done) return done;
    done = sqlite.run(
        "INSERT INTO attempts (id, collection, task, started, deadline) VALUES (?, ?, ?, ?, ?)",
        row.id.value, row.collection, row.task, ticks(row.started), ticks(row.deadline));
    std::uint64_t position = 0;
    for (const std::string& key : row.keys) {
      if (!done) return done;
      done = sqlite.run("INSERT INTO attempt_keys (attempt, position, key) VALUES (?, ?, ?)",
                        row.id.value, position++, key);
    }
    return done;
  }

  SqliteResult<void> operator()(const DropAttempt& change) const {
    return sqlite.run("DELETE FROM attempts WHERE id = ?", change.id.value);
  }

  SqliteResult<void> operator()(const PutIncident& change) const {
    const IncidentRow& row = change.row;
    return sqlite.run(
        "INSERT INTO incidents (id, target, kind, state, since, changed, text, amount) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
        "target = excluded.target, kind = excluded.kind, state = excluded.state, "
        "since = excluded.since, changed = excluded.changed, text = excluded.text, "
        "amount = excluded.amount",
        row.id.value, row.target, row.kind, to_text(row.state), ticks(row.since),
        ticks(row.changed), row.text, row.amount);
  }

  SqliteResult<void> operator()(const DropIncident& change) const {
    return sqlite.run("DELETE FROM incidents WHERE id = ?", change.id.value);
  }

  SqliteResult<void> operator()(const PutCollection& change) const {
    return sqlite.run(
        "INSERT INTO collections (name, first_seen, expected) VALUES (?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET first_seen = excluded.first_seen, "
        "expected = excluded.expected",
        change.row.name, ticks(change.row.first_seen), change.row.expected);
  }

  SqliteResult<void> operator()(const DropCollection& change) const {
    return sqlite.run("DELETE FROM collections WHERE name = ?", change.name);
  }

  SqliteResult<void> operator()(const PutUpstream& change) const {
    const UpstreamRow& row = change.row;
    return sqlite.run(
        "INSERT OR REPLACE INTO upstreams (name, changed, last, spent, granted, throttled, "
        "hold_until, hold, allowed, ceiling, measured, throttles, tried, tried_before, "
        "refused_before, attempts, unthrottled, failures, outcomes, opened, open_until, failure) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        row.name, ticks(row.changed), ticks(row.last), encode_spending(row.spent), row.granted,
        row.throttled, ticks(row.hold_until), row.hold, row.allowed, row.ceiling, row.measured,
        row.throttles, row.tried, row.tried_before, row.refused_before, row.attempts,
        row.unthrottled, row.failures, row.outcomes, row.opened, ticks(row.open_until),
        row.failure);
  }

  SqliteResult<void> operator()(const DropUpstream& change) const {
    return sqlite.run("DELETE FROM upstreams WHERE name = ?", change.name);
  }

  SqliteResult<void> operator()(const PutSchedule& change) const {
    return sqlite.run(
        "INSERT OR REPLACE INTO schedules (collector, times, due, phase) VALUES (?, ?, ?, ?)",
        change.row.collector, change.row.times, ticks(change.row.due), to_text(change.row.phase));
  }

  SqliteResult<void> operator()(const DropSchedule& change) const {
    return sqlite.run("DELETE FROM schedules WHERE collector = ?", change.collector);
  }

  SqliteResult<void> operator()(const AddJournal& change) const {
    return sqlite.run("INSERT INTO journal (at, subject, text) VALUES (?, ?, ?)",
                      ticks(change.row.at), change.row.subject, change.row.text);
  }

  SqliteResult<void> operator()(const ExpireJournal& change) const {
    return sqlite.run("DELETE FROM journal WHERE at < ?", ticks(change.before));
  }
};

/// Calls `take` for each row; it returns false for a row that cannot be.
template <class Take, class... Values>
SqliteResult<void> read_rows(Sqlite& sqlite, std::string_view sql, const Take& take,
                             const Values&... values) {
  auto statement = sqlite.start(sql, values...);
  if (!statement) return std::unexpected(statement.error());
  SqliteStatement& row = **statement;
  while (true) {
    const auto more = row.step();
    const bool fits = !more || !*more || take(row);
    if (more && *more && fits) continue;
    row.reset();
    if (!more) return std::unexpected(more.error());
    if (!fits) return damage("a row that this version cannot have written");
    return {};
  }
}

std::string text_at(const SqliteStatement& row, int column) {
  return std::string(row.text(column));
}
int int_at(const SqliteStatement& row, int column) { return static_cast<int>(row.number(column)); }
Time time_at(const SqliteStatement& row, int column) { return time_of(row.number(column)); }
std::uint64_t count_at(const SqliteStatement& row, int column) {
  return static_cast<std::uint64_t>(row.number(column));
}

SqliteResult<void> read_partitions(Sqlite& sqlite, State& state) {
  return read_rows(
      sqlite,
      "SELECT collection, key, attempts, deferrals, interrupted, rests, not_before, gone_until, "
      "why, text, changed FROM partitions ORDER BY collection, key",
      [&](const SqliteStatement& at) {
        const auto why = parse_failure_class(at.text(8));
        if (!why) return false;
        PartitionRow row;
        row.collection = text_at(at, 0);
        row.key = text_at(at, 1);
        row.attempts = int_at(at, 2);
        row.deferrals = int_at(at, 3);
        row.interrupted = int_at(at, 4);
        row.rests = int_at(at, 5);
        row.not_before = time_at(at, 6);
        row.gone_until = time_at(at, 7);
        row.why = *why;
        row.text = text_at(at, 9);
        row.changed = time_at(at, 10);
        std::pair name(row.collection, row.key);
        state.partitions.emplace_hint(state.partitions.end(), std::move(name), std::move(row));
        return true;
      });
}

SqliteResult<void> read_attempts(Sqlite& sqlite, State& state) {
  auto done = read_rows(sqlite, "SELECT id, collection, task, started, deadline FROM attempts",
                        [&](const SqliteStatement& at) {
                          AttemptRow row;
                          row.id = AttemptId{count_at(at, 0)};
                          row.collection = text_at(at, 1);
                          row.task = text_at(at, 2);
                          row.started = time_at(at, 3);
                          row.deadline = time_at(at, 4);
                          return state.attempts.emplace(row.id, std::move(row)).second;
                        });
  if (!done) return done;
  return read_rows(sqlite, "SELECT attempt, key FROM attempt_keys ORDER BY attempt, position",
                   [&](const SqliteStatement& at) {
                     const auto attempt = state.attempts.find(AttemptId{count_at(at, 0)});
                     if (attempt == state.attempts.end()) return false;
                     attempt->second.keys.push_back(text_at(at, 1));
                     return true;
                   });
}

SqliteResult<void> read_incidents(Sqlite& sqlite, State& state) {
  return read_rows(sqlite,
                   "SELECT id, target, kind, state, since, changed, text, amount FROM incidents",
                   [&](const SqliteStatement& at) {
                     const auto standing = parse_incident_state(at.text(3));
                     if (!standing) return false;
                     IncidentRow row;
                     row.id = IncidentId{count_at(at, 0)};
                     row.target = text_at(at, 1);
                     row.kind = text_at(at, 2);
                     row.state = *standing;
                     row.since = time_at(at, 4);
                     row.changed = time_at(at, 5);
                     row.text = text_at(at, 6);
                     row.amount = count_at(at, 7);
                     return state.incidents.emplace(row.id, std::move(row)).second;
                   });
}

SqliteResult<void> read_upstreams(Sqlite& sqlite, State& state) {
  return read_rows(sqlite,
                   "SELECT name, changed, last, spent, granted, throttled, hold_until, hold, "
                   "allowed, ceiling, measured, throttles, tried, tried_before, refused_before, "
                   "attempts, unthrottled, failures, outcomes, opened, open_until, failure FROM "
                   "upstreams",
                   [&](const SqliteStatement& at) {
                     auto spent = decode_spending(at.text(3));
                     if (!spent) return false;
                     UpstreamRow row;
                     row.name = text_at(at, 0);
                     row.changed = time_at(at, 1);
                     row.last = time_at(at, 2);
                     row.spent = *std::move(spent);
                     row.granted = count_at(at, 4);
                     row.throttled = count_at(at, 5);
                     row.hold_until = time_at(at, 6);
                     row.hold = text_at(at, 7);
                     row.allowed = count_at(at, 8);
                     row.ceiling = count_at(at, 9);
                     row.measured = count_at(at, 10);
                     row.throttles = int_at(at, 11);
                     row.tried = count_at(at, 12);
                     row.tried_before = count_at(at, 13);
                     row.refused_before = count_at(at, 14);
                     row.attempts = count_at(at, 15);
                     row.unthrottled = count_at(at, 16);
                     row.failures = int_at(at, 17);
                     row.outcomes = count_at(at, 18);
                     row.opened = int_at(at, 19);
                     row.open_until = time_at(at, 20);
                     row.failure = text_at(at, 21);
                     return state.upstreams.emplace(row.name, std::move(row)).second;
                   });
}

SqliteResult<void> read_schedules(Sqlite& sqlite, State& state) {
  return read_rows(sqlite, "SELECT collector, times, due, phase FROM schedules",
                   [&](const SqliteStatement& at) {
                     const auto phase = parse_schedule_phase(at.text(3));
                     if (!phase) return false;
                     ScheduleRow row{text_at(at, 0), text_at(at, 1), time_at(at, 2), *phase};
                     return state.schedules.emplace(row.collector, std::move(row)).second;
                   });
}

SqliteResult<void> read_rest(Sqlite& sqlite, State& state) {
  auto done =
      read_rows(sqlite, "SELECT random, next_id FROM engine", [&](const SqliteStatement& at) {
        state.engine = {count_at(at, 0), count_at(at, 1)};
        return true;
      });
  if (!done) return done;
  return read_rows(sqlite, "SELECT name, first_seen, expected FROM collections",
                   [&](const SqliteStatement& at) {
                     CollectionRow row;
                     row.name = text_at(at, 0);
                     row.first_seen = time_at(at, 1);
                     row.expected = count_at(at, 2);
                     return state.collections.emplace(row.name, std::move(row)).second;
                   });
}

}  // namespace

SqliteResult<void> write_change(Sqlite& sqlite, const Change& change) {
  return std::visit(Write{sqlite}, change);
}

SqliteResult<State> read_state(Sqlite& sqlite) {
  State state;
  for (const auto read : {read_rest, read_partitions, read_attempts, read_incidents, read_upstreams,
                          read_schedules}) {
    if (auto done = read(sqlite, state); !done) return std::unexpected(done.error());
  }
  return state;
}

SqliteResult<std::vector<JournalRow>> read_journal(Sqlite& sqlite, std::string_view subject) {
  std::vector<JournalRow> rows;
  auto done = read_rows(
      sqlite, "SELECT at, subject, text FROM journal WHERE subject = ? ORDER BY id",
      [&](const SqliteStatement& at) {
        rows.push_back({time_at(at, 0), text_at(at, 1), text_at(at, 2)});
        return true;
      },
      subject);
  if (!done) return std::unexpected(done.error());
  return rows;
}

}  // namespace upkeep
