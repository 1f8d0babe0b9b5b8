#include "report/manifest.h"

#include "base/json.h"
#include "report/testing.h"

namespace upkeep {
namespace {

using namespace upkeep::testing;

// The example of the Amazon S3 User Guide.
const Json example = parse_json(R"({
  "sourceBucket": "example-source-bucket",
  "destinationBucket": "arn:aws:s3:::example-inventory-destination-bucket",
  "version": "2016-11-30",
  "creationTimestamp": "1514944800000",
  "fileFormat": "CSV",
  "fileSchema": "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag",
  "files": [
    {"key": "Inventory/example-source-bucket/2016-11-06T21-32Z/files/939c6d46.csv.gz",
     "size": 2147483647,
     "MD5checksum": "F11166069f1990abeb9c97ace9cdfabc"}
  ]
})")
                         .value();

Result<Manifest> changed(const std::string& pointer, const Json& value) {
  Json json = example;
  json[Json::json_pointer(pointer)] = value;
  return parse_manifest(to_text(json));
}

TEST(Manifest, says_what_a_report_consists_of) {
  const auto manifest = parse_manifest(to_text(example));
  ASSERT_TRUE(manifest) << manifest.error().text;
  EXPECT_EQ(manifest->source_bucket, "example-source-bucket");
  EXPECT_EQ(manifest->taken_at, moment("2018-01-03T02:00:00Z"));
  EXPECT_EQ(manifest->format, ReportFormat::csv);
  EXPECT_EQ(manifest->columns.size(), 8u);
  EXPECT_EQ(manifest->columns.at(6), "LastModifiedDate");
  ASSERT_EQ(manifest->files.size(), 1u);
  EXPECT_EQ(manifest->files[0].size, 2147483647u);
  EXPECT_EQ(manifest->files[0].md5, "f11166069f1990abeb9c97ace9cdfabc");
}

TEST(Manifest, of_parquet_leaves_the_columns_to_the_files) {
  Json json = example;
  json["fileFormat"] = "Parquet";
  json["fileSchema"] = "message s3.inventory { required binary bucket (UTF8); }";
  const auto manifest = parse_manifest(to_text(json));
  ASSERT_TRUE(manifest) << manifest.error().text;
  EXPECT_EQ(manifest->format, ReportFormat::parquet);
  EXPECT_TRUE(manifest->columns.empty());
}

TEST(Manifest, fields_that_are_not_known_are_passed_over) {
  EXPECT_TRUE(changed("/somethingNew", {{"a", 1}}));
  EXPECT_TRUE(changed("/files/0/etag", "x"));
  EXPECT_TRUE(changed("/fileSchema", "Bucket, Key, SomethingNew"));
  EXPECT_TRUE(changed("/creationTimestamp", 1514944800000));
}

TEST(Manifest, every_missing_field_is_named) {
  for (const char* name :
       {"sourceBucket", "creationTimestamp", "fileFormat", "fileSchema", "files"}) {
    Json json = example;
    json.erase(name);
    const std::string error = error_of(parse_manifest(to_text(json)));
    EXPECT_TRUE(error.starts_with("`" + std::string(name) + "` is missing; expected ")) << error;
  }
  for (const char* name : {"key", "size", "MD5checksum"}) {
    Json json = example;
    json["files"][0].erase(name);
    const std::string error = error_of(parse_manifest(to_text(json)));
    EXPECT_TRUE(error.starts_with("`files[0]." + std::string(name) + "` is missing")) << error;
  }
}

TEST(Manifest, every_wrong_field_is_named) {
  const auto error = [](const char* pointer, const Json& value) {
    return error_of(changed(pointer, value));
  };
  EXPECT_EQ(error("/sourceBucket", ""), "`sourceBucket` is \"\"; expected the name of a bucket");
  EXPECT_EQ(error("/creationTimestamp", "soon"),
            "`creationTimestamp` is \"soon\"; expected milliseconds since 1970");
  EXPECT_EQ(error("/creationTimestamp", "99999999999999999"),
            "`creationTimestamp` is 99999999999999999; expected milliseconds since 1970");
  EXPECT_EQ(error("/fileFormat", "XML"), "`fileFormat` is \"XML\"; expected CSV or Parquet");
  EXPECT_EQ(error("/fileFormat", "ORC"),
            "`fileFormat` is ORC, which upkeep does not read; set the output format of the "
            "inventory configuration in S3 to CSV or Parquet");
  EXPECT_EQ(error("/fileSchema", "Bucket, Size"),
            "`fileSchema`: there is no column `Key` in `Bucket, Size`");
  EXPECT_EQ(error("/files", 3), "`files` is 3; expected the list of the report's files");
  EXPECT_EQ(error("/files/0", 3), "`files[0]` is 3; expected an object");
  EXPECT_EQ(error("/files/0/size", -1), "`files[0].size` is -1; expected a number of bytes");
  EXPECT_EQ(error("/files/0/MD5checksum", "abc"),
            "`files[0].MD5checksum` is \"abc\"; expected 32 hexadecimal digits");
  EXPECT_EQ(error("/files/1", example["files"][0]),
            "`files[1].key` is `Inventory/example-source-bucket/2016-11-06T21-32Z/files/"
            "939c6d46.csv.gz`, which stands in the list already");
  EXPECT_EQ(error_of(parse_manifest("[]")), "it is []; expected an object");
  EXPECT_TRUE(error_of(parse_manifest("{")).starts_with("line 1, column 2: "));
}

TEST(Manifest, its_checksum_must_be_right) {
  EXPECT_TRUE(check_manifest("", "d41d8cd98f00b204e9800998ecf8427e\n"));
  EXPECT_TRUE(check_manifest("abc", "900150983CD24FB0D6963F7D28E17F72"));
  EXPECT_EQ(error_of(check_manifest("abd", "900150983cd24fb0d6963f7d28e17f72")),
            "the MD5 of manifest.json is 4911e516e5aa21d327512e0c8b197616, but manifest.checksum "
            "says 900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(error_of(check_manifest("abc", "900150")),
            "manifest.checksum does not hold 32 hexadecimal digits");
}

}  // namespace
}  // namespace upkeep
