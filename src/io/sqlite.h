// SQLite behind owned handles: a connection with a cache of prepared statements. Nothing here
// knows what the tables mean.
#pragma once
#include <concepts>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace upkeep {

struct SqliteError {
  int code = 0;      ///< extended result code
  int system = 0;    ///< errno of the failed call, or 0
  std::string text;  ///< SQLite's own sentence

  /// Is there no room (or quota) for what was to be written?
  bool is_full() const;
  /// Is the file damaged, or no database at all?
  bool is_damaged() const;
};

template <class T>
using SqliteResult = std::expected<T, SqliteError>;

/// A prepared statement. Texts that are bound must live until reset().
class SqliteStatement {
 public:
  explicit SqliteStatement(sqlite3_stmt*);
  enum class Type : std::uint8_t { null, integer, real, text, blob };

  void bind(int parameter, std::int64_t);  ///< parameters count from 1
  void bind(int parameter, std::string_view);
  /// Whether there is a (further) row.
  SqliteResult<bool> step();
  /// Makes it ready for other values, and lets go of the rows.
  void reset();

  int columns() const;  ///< columns count from 0
  std::string_view name(int column) const;
  Type type(int column) const;
  std::int64_t number(int column) const;
  std::string_view text(int column) const;  ///< valid until the next step() or reset()
  bool writes() const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt*) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  int bind_code_ = 0;
};

/// For one thread at a time.
class Sqlite {
 public:
  enum class Access : std::uint8_t { read, write };
  /// `write` makes the file when it is missing. `read` works beside a writer, and also where
  /// the folder cannot be written. Waits up to five seconds for a lock of somebody else.
  static SqliteResult<Sqlite> open(const std::string& path, Access);

  /// A new statement; an error also when `sql` holds several of them.
  SqliteResult<SqliteStatement> prepare(std::string_view sql);

  /// Carries out one statement, whose rows (if any) are not wanted.
  template <class... Values>
  SqliteResult<void> run(std::string_view sql, const Values&... values) {
    auto statement = start(sql, values...);
    if (!statement) return std::unexpected(statement.error());
    while (true) {
      const auto more = (*statement)->step();
      if (more && *more) continue;
      (*statement)->reset();
      if (!more) return std::unexpected(more.error());
      return {};
    }
  }

  /// The statement with these values, before its first step(). It belongs to the cache.
  template <class... Values>
  SqliteResult<SqliteStatement*> start(std::string_view sql, const Values&... values) {
    auto statement = cached(sql);
    if (!statement) return statement;
    int parameter = 0;
    (bind_to(**statement, ++parameter, values), ...);
    return statement;
  }

  /// The number in the first column of the first row; 0 without a row.
  SqliteResult<std::int64_t> number(std::string_view sql);

  /// Several statements, parted by semicolons.
  SqliteResult<void> script(const std::string& sql);

  bool in_transaction() const;
  SqliteError last_error() const;

 private:
  struct Close {
    void operator()(sqlite3*) const;
  };
  explicit Sqlite(sqlite3* handle) : handle_(handle) {}
  static SqliteResult<Sqlite> open_uri(const std::string& uri, int flags);
  SqliteResult<SqliteStatement*> cached(std::string_view sql);

  static void bind_to(SqliteStatement& statement, int parameter, std::string_view text) {
    statement.bind(parameter, text);
  }
  template <std::integral Number>
  static void bind_to(SqliteStatement& statement, int parameter, Number number) {
    statement.bind(parameter, static_cast<std::int64_t>(number));
  }

  std::unique_ptr<sqlite3, Close> handle_;
  std::map<std::string, SqliteStatement, std::less<>> cache_;
};

}  // namespace upkeep
