// Tables from files of text or Parquet, and from SQLite.
#include "io/tables.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <functional>
#include <span>

#include "io/descriptor.h"
#include "io/files.h"
#include "io/kept_rows.h"
#include "io/sqlite.h"
#include "io/table_parquet.h"
#include "io/table_text.h"

namespace upkeep {
namespace {

/// What changes when a file is written.
struct Version {
  off_t size = 0;
  std::int64_t seconds = 0, nanoseconds = 0;
  bool operator==(const Version&) const = default;
};

Version version_of(const struct stat& facts) {
  return {facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec};
}

using ReadOpenFile = std::function<Result<Rows>(const Descriptor&, const struct stat&)>;

/// Opens the file, and makes sure that it stays the same while `read` reads it.
Result<Rows> read_file_with(const std::string& path, const ReadOpenFile& read) {
  const std::string place = "the table " + path;
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return fail_with(errno, place, "opened");
  struct stat before{}, after{};
  if (::fstat(file.number(), &before) != 0) return fail_with(errno, place, "read");
  if (!S_ISREG(before.st_mode)) return fail(place + " is no regular file");
  auto rows = read(file, before);
  if (::fstat(file.number(), &after) != 0 || version_of(before) != version_of(after)) {
    return fail(place +
                " was changed while it was read; it is read again the next time. Replacing it "
                "by renaming a new file to its name avoids this");
  }
  if (!rows) return fail(place + ": " + rows.error().text);
  return rows;
}

Result<Rows> read_text(const Descriptor& file, TableParser& parser) {
  std::string piece(256 * 1024, '\0');
  while (true) {
    const ssize_t size = ::read(file.number(), piece.data(), piece.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fail("it cannot be read: " + error_text(errno));
    if (size == 0) return parser.finish();
    UPKEEP_CHECK(parser.take({piece.data(), static_cast<std::size_t>(size)}));
  }
}

Result<void> read_at(const Descriptor& file, std::uint64_t offset, std::span<char> into) {
  while (!into.empty()) {
    const ssize_t size =
        ::pread(file.number(), into.data(), into.size(), static_cast<off_t>(offset));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fail("it cannot be read: " + error_text(errno));
    if (size == 0) return fail("it ends too early");
    into = into.subspan(static_cast<std::size_t>(size));
    offset += static_cast<std::uint64_t>(size);
  }
  return {};
}

class SqliteTable {
 public:
  SqliteTable(const Table& table, std::vector<std::string> columns)
      : table_(table),
        rows_(std::move(columns)),
        texts_(rows_.columns().size()),
        digits_(rows_.columns().size()) {}

  Result<Rows> read() {
    auto sqlite = Sqlite::open(table_.path, Sqlite::Access::read);
    if (!sqlite) return fail_sqlite("cannot be opened", sqlite.error());
    auto statement = sqlite->prepare(table_.query);
    if (!statement) return fail_sqlite("cannot be queried", statement.error());
    if (statement->writes()) {
      return fail(place() + ": its query would write; it must be a SELECT");
    }
    UPKEEP_CHECK(find_columns(*statement));
    while (true) {
      const auto more = statement->step();
      if (!more) return fail_sqlite("cannot be read", more.error());
      if (!*more) break;
      UPKEEP_CHECK(take_row(*statement));
    }
    if (rows_.size() == 0) return fail(place() + ": its query gives no rows");
    return std::move(rows_);
  }

 private:
  using Digits = std::array<char, 24>;

  std::string place() const { return "the table " + table_.path; }

  std::unexpected<Error> fail_sqlite(std::string_view what, const SqliteError& error) const {
    return fail(fmt::format("{} {}: {}{}", place(), what, error.text,
                            error.system == 0 ? "" : " (" + error_text(error.system) + ")"));
  }

  Result<void> find_columns(const SqliteStatement& statement) {
    std::vector<std::string> names;
    for (int i = 0; i < statement.columns(); ++i) names.emplace_back(statement.name(i));
    for (const std::string& column : rows_.columns()) {
      const auto found = std::ranges::find(names, column);
      if (found == names.end()) {
        return fail(place() + ": in the result of its query, " +
                    no_such_column("column", column, names));
      }
      if (std::find(found + 1, names.end(), column) != names.end()) {
        return fail(fmt::format("{}: its query gives the column `{}` twice", place(), column));
      }
      positions_.push_back(static_cast<int>(found - names.begin()));
    }
    return {};
  }

  Result<void> take_row(const SqliteStatement& statement) {
    for (std::size_t i = 0; i < positions_.size(); ++i) {
      UPKEEP_TRY(texts_[i], text_of(statement, positions_[i], digits_[i]));
    }
    return rows_.add(texts_);
  }

  Result<std::string_view> text_of(const SqliteStatement& statement, int position,
                                   Digits& digits) const {
    switch (statement.type(position)) {
      case SqliteStatement::Type::integer: {
        const auto end = digits.data() + digits.size();
        return std::string_view(digits.data(),
                                std::to_chars(digits.data(), end, statement.number(position)).ptr);
      }
      case SqliteStatement::Type::text:
        return statement.text(position);
      case SqliteStatement::Type::null:
        return fail_value(statement, position, "NULL; leave such rows out in the query");
      case SqliteStatement::Type::real:
        return fail_value(statement, position,
                          "a number with a fraction; turn it into an integer or text in the "
                          "query, with cast() or printf()");
      case SqliteStatement::Type::blob:
        break;
    }
    return fail_value(statement, position, "a blob; turn it into text in the query");
  }

  std::unexpected<Error> fail_value(const SqliteStatement& statement, int position,
                                    std::string_view what) const {
    return fail(fmt::format("{}, row {}: the column `{}` is {}", place(), rows_.size() + 1,
                            statement.name(position), what));
  }

  const Table& table_;
  Rows rows_;
  std::vector<int> positions_;           ///< in the result, of each column of rows_
  std::vector<std::string_view> texts_;  ///< of the row that is read
  std::vector<Digits> digits_;           ///< the texts of its numbers
};

/// What the listing of a store found in the objects of another collection.
Result<Rows> read_kept(const Table& table) {
  const auto bytes = read_file(table.path);
  if (!bytes) {
    return fail(fmt::format("the rows of collection {} are not known yet: no listing has read them",
                            table.collection));
  }
  UPKEEP_TRY(KeptRows kept, decode_rows(*bytes));
  if (kept.rows->columns() == columns_of(table)) return std::move(*kept.rows);
  return fail(
      fmt::format("the rows of collection {} were kept with other columns; they are read "
                  "anew by the next listing",
                  table.collection));
}

Result<Rows> read_rows(const Table& table) {
  if (table.is_chained()) return read_kept(table);
  switch (table.format) {
    case Table::Format::csv:
      return read_file_with(table.path, [&](const Descriptor& file, const struct stat&) {
        return read_text(file, *make_csv_parser(columns_of(table)));
      });
    case Table::Format::json_lines:
      return read_file_with(table.path, [&](const Descriptor& file, const struct stat&) {
        return read_text(file, *make_json_lines_parser(columns_of(table)));
      });
    case Table::Format::parquet:
      return read_file_with(table.path, [&](const Descriptor& file, const struct stat& facts) {
        const auto read = [&](std::uint64_t offset, std::span<char> into) {
          return read_at(file, offset, into);
        };
        return read_parquet(static_cast<std::uint64_t>(facts.st_size), read, columns_of(table));
      });
    case Table::Format::sqlite:
      return SqliteTable(table, columns_of(table)).read();
  }
  return fail("the table " + table.path + " has an unknown format");
}

}  // namespace

std::vector<std::string> columns_of(const Table& table) {
  std::vector<std::string> columns;
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(columns, name) == columns.end()) columns.push_back(name);
  };
  for (const TableField& field : table.fields) add(field.name);
  for (const std::string& column : table.columns) add(column);
  return columns;
}

Result<Rows> read_table(ObjectReader& object, const Table& table, std::stop_token stop) {
  constexpr auto fine = NoRows::are_fine;
  if (table.format == Table::Format::parquet) {
    const auto read = [&](std::uint64_t offset, std::span<char> into) -> Result<void> {
      if (stop.stop_requested()) return fail("it was stopped");
      return object.read(offset, into);
    };
    return read_parquet(object.size(), read, columns_of(table), fine);
  }
  const auto parser = table.format == Table::Format::csv
                          ? make_csv_parser(columns_of(table), fine)
                          : make_json_lines_parser(columns_of(table), fine);
  std::string piece;
  for (std::uint64_t at = 0; at < object.size(); at += piece.size()) {
    if (stop.stop_requested()) return fail("it was stopped");
    piece.resize(std::min<std::uint64_t>(1u << 20, object.size() - at));
    UPKEEP_CHECK(object.read(at, piece));
    UPKEEP_CHECK(parser->take(piece));
  }
  return parser->finish();
}

Result<Rows> read_table(const Table& table) {
  auto rows = read_rows(table);
  if (rows) rows->shrink();
  return rows;
}

}  // namespace upkeep
