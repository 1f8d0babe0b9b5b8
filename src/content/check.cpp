#include "content/check.h"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "base/assert.h"
#include "base/text.h"
#include "content/csv_text.h"
#include "content/json_text.h"
#include "parquet/file.h"
#include "report/gunzip.h"

namespace upkeep {
namespace {

Result<void> check_rows(std::uint64_t rows, const Valid& valid) {
  if (rows >= valid.min_rows) return {};
  return fail(fmt::format("it has {} rows, {} are wanted", with_thousands(rows),
                          with_thousands(valid.min_rows)));
}

class JsonCheck final : public ContentCheck {
 public:
  Result<void> add(std::string_view piece) override { return text_.add(piece); }
  Result<void> finish() override { return text_.finish(); }

 private:
  JsonText text_;
};

/// A JSON text on each line; lines of white space are passed over.
class LinesCheck final : public ContentCheck {
 public:
  explicit LinesCheck(Valid valid) : valid_(std::move(valid)) {}

  Result<void> add(std::string_view piece) override {
    while (!piece.empty()) {
      const std::size_t end = std::min(piece.find('\n'), piece.size());
      if (auto added = line_.add(piece.substr(0, end)); !added) return in_line(added.error());
      if (end == piece.size()) break;
      UPKEEP_CHECK(end_line());
      piece.remove_prefix(end + 1);
    }
    return {};
  }

  Result<void> finish() override {
    UPKEEP_CHECK(end_line());
    return check_rows(rows_, valid_);
  }

 private:
  std::unexpected<Error> in_line(const Error& error) const {
    return fail(fmt::format("line {}: {}", with_thousands(lines_ + 1), error.text));
  }

  Result<void> end_line() {
    if (!line_.is_blank()) {
      if (auto ended = line_.finish(); !ended) return in_line(ended.error());
      ++rows_;
    }
    line_ = JsonText();
    ++lines_;
    return {};
  }

  const Valid valid_;
  JsonText line_;
  std::uint64_t lines_ = 0, rows_ = 0;
};

class CsvCheck final : public ContentCheck {
 public:
  explicit CsvCheck(Valid valid) : valid_(std::move(valid)), text_(valid_.separator) {}

  Result<void> add(std::string_view piece) override { return text_.add(piece); }
  Result<void> finish() override {
    UPKEEP_CHECK(text_.finish());
    if (valid_.header && text_.rows() == 0) return fail("it has no header");
    return check_rows(text_.rows() - (valid_.header ? 1 : 0), valid_);
  }

 private:
  const Valid valid_;
  CsvText text_;
};

/// gzip itself, and what is packed in it if there is a check for that.
class GzipCheck final : public ContentCheck {
 public:
  explicit GzipCheck(std::unique_ptr<ContentCheck> inner) : inner_(std::move(inner)) {}

  Result<void> add(std::string_view piece) override {
    return gunzip_.add(piece, [this](std::string_view plain) -> Result<void> {
      if (!inner_) return {};
      return inner_->add(plain);
    });
  }
  Result<void> finish() override {
    UPKEEP_CHECK(gunzip_.finish());
    if (!inner_) return {};
    return inner_->finish();
  }

 private:
  Gunzip gunzip_;
  std::unique_ptr<ContentCheck> inner_;
};

/// Unpacks what begins as gzip; no text of the other formats begins like that.
class EitherCheck final : public ContentCheck {
 public:
  explicit EitherCheck(std::unique_ptr<ContentCheck> plain) : inner_(std::move(plain)) {}

  Result<void> add(std::string_view piece) override {
    if (is_chosen_) return inner_->add(piece);
    begin_ += piece;
    if (begin_.size() < magic.size() && magic.starts_with(begin_)) return {};
    return choose();
  }
  Result<void> finish() override {
    if (!is_chosen_) UPKEEP_CHECK(choose());
    return inner_->finish();
  }

 private:
  static constexpr std::string_view magic = "\x1f\x8b";

  Result<void> choose() {
    is_chosen_ = true;
    if (begin_.starts_with(magic)) inner_ = std::make_unique<GzipCheck>(std::move(inner_));
    return inner_->add(std::exchange(begin_, {}));
  }

  std::unique_ptr<ContentCheck> inner_;
  bool is_chosen_ = false;
  std::string begin_;  ///< until it is known what it is
};

}  // namespace

std::unique_ptr<ContentCheck> make_check(const Valid& valid) {
  switch (valid.format) {
    case Valid::Format::json:
      return std::make_unique<EitherCheck>(std::make_unique<JsonCheck>());
    case Valid::Format::jsonl:
      return std::make_unique<EitherCheck>(std::make_unique<LinesCheck>(valid));
    case Valid::Format::csv:
      return std::make_unique<EitherCheck>(std::make_unique<CsvCheck>(valid));
    case Valid::Format::gzip:
      return std::make_unique<GzipCheck>(nullptr);
    case Valid::Format::parquet:
    case Valid::Format::command:
      break;
  }
  UPKEEP_ASSERT(false);
}

Result<void> check_parquet(const Valid& valid, std::uint64_t size, const parquet::ReadAt& read) {
  constexpr std::string_view magic = "PAR1";
  UPKEEP_TRY(const parquet::File file, parquet::File::open(size, read));
  std::array<char, magic.size()> begin{};
  UPKEEP_CHECK(read(0, begin));
  if (std::string_view(begin.data(), begin.size()) != magic) {
    return fail("it does not begin as a Parquet file does");
  }
  UPKEEP_CHECK(file.check_places());
  return check_rows(file.rows(), valid);
}

}  // namespace upkeep
