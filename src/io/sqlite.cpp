// SQLite behind owned handles.
#include "io/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace upkeep {
namespace {

constexpr int lock_wait_max = 5000;  // milliseconds

SqliteError error_of(sqlite3* handle, int code) {
  return {.code = code, .system = sqlite3_system_errno(handle), .text = sqlite3_errmsg(handle)};
}

/// The path as a URI, for parameters that a plain path cannot carry.
std::string uri_of(const std::string& path, std::string_view parameters) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string uri = "file:";
  if (path.starts_with("//")) uri += "//";  // or the first folder would be taken for a host
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      uri += '%';
      uri += digits[static_cast<unsigned char>(c) >> 4];
      uri += digits[static_cast<unsigned char>(c) & 15];
    } else {
      uri += c;
    }
  }
  return uri.append("?").append(parameters);
}

bool has_content(const std::string& path) {
  struct stat facts{};
  return ::stat(path.c_str(), &facts) == 0 && facts.st_size > 0;
}

}  // namespace

bool SqliteError::is_full() const {
  const bool writing = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;
  return (code & 0xff) == SQLITE_FULL || (writing && (system == ENOSPC || system == EDQUOT));
}

bool SqliteError::is_damaged() const {
  return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

SqliteStatement::SqliteStatement(sqlite3_stmt* handle) : handle_(handle) {}

void SqliteStatement::Finalize::operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }

void SqliteStatement::bind(int parameter, std::int64_t number) {
  const int code = sqlite3_bind_int64(handle_.get(), parameter, number);
  if (bind_code_ == SQLITE_OK) bind_code_ = code;
}

void SqliteStatement::bind(int parameter, std::string_view text) {
  // A null pointer would be a NULL, not an empty text.
  const char* data = text.data() != nullptr ? text.data() : "";
  const int code =
      sqlite3_bind_text64(handle_.get(), parameter, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (bind_code_ == SQLITE_OK) bind_code_ = code;
}

SqliteResult<bool> SqliteStatement::step() {
  sqlite3* connection = sqlite3_db_handle(handle_.get());
  if (const int code = std::exchange(bind_code_, SQLITE_OK); code != SQLITE_OK) {
    return std::unexpected(SqliteError{.code = code, .system = 0, .text = sqlite3_errstr(code)});
  }
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return std::unexpected(error_of(connection, code));
}

void SqliteStatement::reset() {
  sqlite3_reset(handle_.get());
  sqlite3_clear_bindings(handle_.get());
}

int SqliteStatement::columns() const { return sqlite3_column_count(handle_.get()); }

std::string_view SqliteStatement::name(int column) const {
  const char* name = sqlite3_column_name(handle_.get(), column);
  return name != nullptr ? name : "";
}

SqliteStatement::Type SqliteStatement::type(int column) const {
  switch (sqlite3_column_type(handle_.get(), column)) {
    case SQLITE_INTEGER:
      return Type::integer;
    case SQLITE_FLOAT:
      return Type::real;
    case SQLITE_TEXT:
      return Type::text;
    case SQLITE_BLOB:
      return Type::blob;
    default:
      return Type::null;
  }
}

std::int64_t SqliteStatement::number(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

std::string_view SqliteStatement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

bool SqliteStatement::writes() const { return sqlite3_stmt_readonly(handle_.get()) == 0; }

void Sqlite::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

SqliteResult<Sqlite> Sqlite::open_uri(const std::string& uri, int flags) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(uri.c_str(), &handle, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nullptr);
  if (handle == nullptr) {
    return std::unexpected(SqliteError{.code = code, .system = 0, .text = sqlite3_errstr(code)});
  }
  Sqlite sqlite(handle);
  sqlite3_extended_result_codes(handle, 1);
  if (code != SQLITE_OK) return std::unexpected(error_of(handle, code));
  sqlite3_busy_timeout(handle, lock_wait_max);
  return sqlite;
}

SqliteResult<Sqlite> Sqlite::open(const std::string& path, Access access) {
  if (access == Access::write) {
    auto sqlite = open_uri(uri_of(path, "mode=rwc"), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    if (!sqlite || sqlite3_db_readonly(sqlite->handle_.get(), "main") == 0) return sqlite;
    return std::unexpected(
        SqliteError{.code = SQLITE_READONLY, .system = 0, .text = "it may only be read"});
  }
  auto sqlite = open_uri(uri_of(path, "mode=ro"), SQLITE_OPEN_READONLY);
  if (!sqlite) return sqlite;
  const auto version = sqlite->number("PRAGMA schema_version");
  if (version) return sqlite;
  // A database in WAL mode cannot be read in a folder that cannot be written, unless it is
  // said that nobody writes it; without a log, everything is in the file itself.
  const int code = version.error().code & 0xff;
  if ((code == SQLITE_CANTOPEN || code == SQLITE_READONLY) && !has_content(path + "-wal")) {
    auto unchanging = open_uri(uri_of(path, "mode=ro&immutable=1"), SQLITE_OPEN_READONLY);
    if (!unchanging) return unchanging;
    if (unchanging->number("PRAGMA schema_version")) return unchanging;
  }
  return std::unexpected(version.error());
}

SqliteResult<SqliteStatement> Sqlite::prepare(std::string_view sql) {
  sqlite3_stmt* handle = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, &rest);
  SqliteStatement statement(handle);
  if (code != SQLITE_OK) return std::unexpected(error_of(handle_.get(), code));
  const auto left = sql.substr(static_cast<std::size_t>(rest - sql.data()));
  if (handle == nullptr || left.find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    return std::unexpected(
        SqliteError{.code = SQLITE_MISUSE, .system = 0, .text = "not exactly one statement"});
  }
  return statement;
}

SqliteResult<SqliteStatement*> Sqlite::cached(std::string_view sql) {
  auto found = cache_.find(sql);
  if (found == cache_.end()) {
    auto statement = prepare(sql);
    if (!statement) return std::unexpected(statement.error());
    found = cache_.emplace(sql, *std::move(statement)).first;
  }
  return &found->second;
}

SqliteResult<std::int64_t> Sqlite::number(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return std::unexpected(statement.error());
  const auto row = statement->step();
  if (!row) return std::unexpected(row.error());
  return *row ? statement->number(0) : 0;
}

SqliteResult<void> Sqlite::script(const std::string& sql) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(error_of(handle_.get(), code));
  return {};
}

bool Sqlite::in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

SqliteError Sqlite::last_error() const {
  return error_of(handle_.get(), sqlite3_extended_errcode(handle_.get()));
}

}  // namespace upkeep
