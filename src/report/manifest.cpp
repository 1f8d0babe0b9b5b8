#include "report/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "report/columns.h"
#include "report/md5.h"

namespace upkeep {
namespace {

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return made;
}

/// A value as it is written, but not all of a long one.
std::string shown(const Json& value) {
  constexpr std::size_t shown_max = 60;
  std::string text = to_text(value);
  if (text.size() > shown_max) text = text.substr(0, shown_max) + " …";
  return text;
}

/// Reads the fields of one object; `path` is its name in errors, with a dot behind it.
class Fields {
 public:
  Fields(const Json& object, std::string path) : object_(object), path_(std::move(path)) {}

  Result<std::string> text(const char* name, std::string_view expected) const {
    UPKEEP_TRY(const Json* value, find(name, expected));
    if (!value->is_string() || value->get_ref<const std::string&>().empty()) {
      return wrong(name, *value, expected);
    }
    return value->get<std::string>();
  }

  /// A number, or the text of one.
  Result<std::uint64_t> number(const char* name, std::string_view expected) const {
    UPKEEP_TRY(const Json* value, find(name, expected));
    if (value->is_number_unsigned()) return value->get<std::uint64_t>();
    std::optional<std::uint64_t> parsed;
    if (value->is_string()) parsed = parse_number(value->get_ref<const std::string&>());
    if (!parsed) return wrong(name, *value, expected);
    return *parsed;
  }

  Result<const Json*> find(const char* name, std::string_view expected) const {
    const auto found = object_.find(name);
    if (found == object_.end()) {
      return fail(fmt::format("`{}{}` is missing; expected {}", path_, name, expected));
    }
    return &*found;
  }

  std::unexpected<Error> wrong(const char* name, const Json& value,
                               std::string_view expected) const {
    return fail(fmt::format("`{}{}` is {}; expected {}", path_, name, shown(value), expected));
  }

 private:
  const Json& object_;
  std::string path_;
};

Result<Time> read_time(const Fields& fields) {
  // Beyond the year 9999 the number is no time, whatever it is.
  constexpr std::uint64_t milliseconds_max = 253'402'300'800'000;
  constexpr std::string_view expected = "milliseconds since 1970";
  UPKEEP_TRY(const std::uint64_t number, fields.number("creationTimestamp", expected));
  if (number >= milliseconds_max) return fields.wrong("creationTimestamp", number, expected);
  return Time{Duration{static_cast<std::int64_t>(number)}};
}

Result<ReportFormat> read_format(const Fields& fields) {
  constexpr std::string_view expected = "CSV or Parquet";
  UPKEEP_TRY(const std::string text, fields.text("fileFormat", expected));
  const std::string format = lower(text);
  if (format == "csv") return ReportFormat::csv;
  if (format == "parquet") return ReportFormat::parquet;
  if (format == "orc") {
    return fail(
        "`fileFormat` is ORC, which upkeep does not read; set the output format of the inventory "
        "configuration in S3 to CSV or Parquet");
  }
  return fields.wrong("fileFormat", text, expected);
}

Result<std::vector<std::string>> read_columns(const Fields& fields) {
  UPKEEP_TRY(const std::string schema,
             fields.text("fileSchema", "the names of the columns, parted by commas"));
  std::vector<std::string> columns;
  for (const std::string_view name : split(schema, ',')) columns.emplace_back(trim(name));
  if (const auto roles = roles_of(columns); !roles) {
    return fail("`fileSchema`: " + roles.error().text);
  }
  return columns;
}

bool is_md5(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<void> read_file(const Json& entry, const std::string& path, ReportFile& file) {
  if (!entry.is_object()) {
    return fail(fmt::format("`{}` is {}; expected an object", path, shown(entry)));
  }
  const Fields fields(entry, path + ".");
  UPKEEP_TRY(file.key, fields.text("key", "the key of a file of the report"));
  UPKEEP_TRY(file.size, fields.number("size", "a number of bytes"));
  constexpr std::string_view expected = "32 hexadecimal digits";
  UPKEEP_TRY(const std::string md5, fields.text("MD5checksum", expected));
  file.md5 = lower(md5);
  if (!is_md5(file.md5)) return fields.wrong("MD5checksum", md5, expected);
  return {};
}

Result<std::vector<ReportFile>> read_files(const Fields& fields) {
  constexpr std::string_view expected = "the list of the report's files";
  UPKEEP_TRY(const Json* list, fields.find("files", expected));
  if (!list->is_array()) return fields.wrong("files", *list, expected);
  std::vector<ReportFile> files;
  std::set<std::string> seen;
  for (const Json& entry : *list) {
    const std::string path = fmt::format("files[{}]", files.size());
    ReportFile& file = files.emplace_back();
    UPKEEP_CHECK(read_file(entry, path, file));
    if (!seen.insert(file.key).second) {
      return fail(
          fmt::format("`{}.key` is `{}`, which stands in the list already", path, file.key));
    }
  }
  return files;
}

}  // namespace

Result<Manifest> parse_manifest(std::string_view json) {
  UPKEEP_TRY(const Json root, parse_json(json));
  if (!root.is_object()) return fail(fmt::format("it is {}; expected an object", shown(root)));
  const Fields fields(root, "");
  Manifest manifest;
  UPKEEP_TRY(manifest.source_bucket, fields.text("sourceBucket", "the name of a bucket"));
  UPKEEP_TRY(manifest.taken_at, read_time(fields));
  UPKEEP_TRY(manifest.format, read_format(fields));
  if (manifest.format == ReportFormat::csv) {
    UPKEEP_TRY(manifest.columns, read_columns(fields));
  }
  UPKEEP_TRY(manifest.files, read_files(fields));
  return manifest;
}

Result<void> check_manifest(std::string_view manifest, std::string_view checksum) {
  const std::string expected = lower(trim(checksum));
  if (!is_md5(expected)) return fail("manifest.checksum does not hold 32 hexadecimal digits");
  Md5 md5;
  md5.add(manifest);
  UPKEEP_TRY(const std::string actual, md5.finish());
  if (actual != expected) {
    return fail(fmt::format("the MD5 of manifest.json is {}, but manifest.checksum says {}", actual,
                            expected));
  }
  return {};
}

}  // namespace upkeep
