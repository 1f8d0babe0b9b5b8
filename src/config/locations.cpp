#include "config/locations.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/forms.h"
#include "model/endpoint.h"

namespace upkeep {
namespace {

/// What a URL names; a path as it is written.
struct Location {
  std::string path;
  std::string bucket, prefix;
};

Result<Location> read_file_url(std::string_view url, std::string_view path) {
  if (path.starts_with("//")) {
    path.remove_prefix(2);
    if (!path.starts_with('/')) {
      return fail(
          fmt::format("`{}` names a machine between `//` and the next `/`; write "
                      "`file:./lake`, or `file:///lake` for an absolute path",
                      url));
    }
  }
  if (path.empty()) return fail("the path behind `file:` is missing; write `file:./lake`");
  if (path.starts_with('~')) {
    return fail("`~` is not expanded; write `file:${env:HOME}/lake`");
  }
  return Location{std::string(path), "", ""};
}

bool may_stand_in_bucket_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_';
}

Result<Location> read_bucket_url(std::string_view url, std::string_view rest) {
  if (!rest.starts_with("//")) {
    return fail(fmt::format("`{}` lacks the `//` behind `s3:`; write `s3://bucket/folder`", url));
  }
  rest.remove_prefix(2);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  Location location{"", std::string(rest.substr(0, slash)), ""};
  const bool is_name = location.bucket.size() >= 3 && location.bucket.size() <= 255 &&
                       std::ranges::all_of(location.bucket, may_stand_in_bucket_name);
  if (!is_name) {
    return fail(fmt::format(
        "`{}` can be no bucket: a name has at least 3 letters, digits, `-`, `.` or `_`; write "
        "`s3://bucket/folder`",
        location.bucket));
  }
  location.prefix = rest.substr(std::min(slash + 1, rest.size()));
  if (!location.prefix.empty() && !location.prefix.ends_with('/')) location.prefix += '/';
  return location;
}

Result<Location> read_url(std::string_view url) {
  const std::size_t colon = url.find(':');
  const std::size_t slash = url.find('/');
  if (colon == url.npos || slash < colon) {
    return fail(fmt::format("`{0}` is a path, not a URL; write `file:{0}`", url));
  }
  const std::string_view scheme = url.substr(0, colon), rest = url.substr(colon + 1);
  if (scheme == "file") return read_file_url(url, rest);
  if (scheme == "s3") return read_bucket_url(url, rest);
  return fail(
      fmt::format("this version has no `{}:` stores; they are folders like `file:./lake` or "
                  "buckets like `s3://bucket/folder`",
                  scheme));
}

Key<Store> url_key() {
  Form<Location> form = parsed<Location>(
      "a folder like `file:./lake` or `file:///data/lake`, or a bucket like `s3://bucket/folder`",
      "^(file:|s3://)", read_url);
  KeyShape shape{"url",
                 "Where the objects are: a folder, or a bucket. A relative path starts at the "
                 "folder of the configuration.",
                 true, "", std::move(form.shape)};
  return {std::move(shape), [read = std::move(form.read)](Reader& reader, const Place& place,
                                                          const Shape& inner, Store& store) {
            Location location;
            read(reader, place, inner, location);
            if (!location.path.empty()) store.directory = reader.absolute(location.path);
            if (location.bucket.empty()) return;
            store.bucket.emplace();
            store.bucket->name = location.bucket;
            store.bucket->prefix = location.prefix;
          }};
}

/// A key that says something of a bucket. Where the URL was wrong, nobody knows what it named.
template <class Member>
Key<Store> bucket_key(std::string name, Member Bucket::* member, Form<Member> form,
                      std::string meaning) {
  Key<Bucket> inner = key(std::move(name), member, std::move(form), std::move(meaning));
  const std::string key_name = inner.shape.name;
  if (inner.shape.default_value == "\"\"") inner.shape.default_value.clear();
  return {std::move(inner.shape),
          [key_name, read = std::move(inner.read)](Reader& reader, const Place& place,
                                                   const Shape& shape, Store& store) {
            Bucket bucket = store.bucket.value_or(Bucket{});
            read(reader, place, shape, bucket);
            if (store.bucket) {
              store.bucket = std::move(bucket);
            } else if (!store.directory.empty()) {
              reader.error(place, fmt::format("`{}` is for buckets (`s3://…`), but the store is a "
                                              "folder; leave it out",
                                              key_name));
            }
          }};
}

Result<std::string> read_endpoint(std::string_view text) {
  const std::size_t scheme = text.starts_with("http://") ? 7 : text.starts_with("https://") ? 8 : 0;
  if (text.ends_with('/')) text.remove_suffix(1);
  std::string_view host = text.substr(std::min(scheme, text.size()));
  if (host.starts_with(bucket_in_host)) host.remove_prefix(bucket_in_host.size());
  const bool is_plain = std::ranges::all_of(
      host, [](char c) { return may_stand_in_bucket_name(c) || c == ':' || c == '[' || c == ']'; });
  if (scheme == 0 || host.empty() || !is_plain) {
    return fail(fmt::format(
        "`{}` is no address of a server; write it like `https://s3.example.com:9000`", text));
  }
  return std::string(text);
}

}  // namespace

std::vector<Key<Store>> location_keys() {
  return {
      url_key(),
      bucket_key("region", &Bucket::region, text("a region like `eu-west-1`"),
                 "Where the bucket is. Without it the bucket is asked."),
      bucket_key("endpoint", &Bucket::endpoint,
                 parsed<std::string>("an address like `https://s3.example.com:9000`", "^https?://",
                                     read_endpoint),
                 "The server, where it is not AWS. The bucket then stands in the path; where it "
                 "is to stand in the name of the host, write it like "
                 "`https://{bucket}.s3.example.com`."),
      bucket_key("profile", &Bucket::profile, text("the name of a profile like `backup`"),
                 "The profile of the shared AWS files with the credentials. Without it they are "
                 "looked for where all clients of AWS look."),
      bucket_key("credentials", &Bucket::anonymous,
                 word<bool>("the word anonymous", {{"anonymous", true}}),
                 "anonymous: requests are not signed, for public buckets."),
      bucket_key("requester_pays", &Bucket::requester_pays, flag(),
                 "true: you pay for the requests, not the owner of the bucket."),
      bucket_key("ca", &Bucket::ca, path("a file like `ca.pem`"),
                 "A PEM file with the authorities that may vouch for the server. Without it, "
                 "$AWS_CA_BUNDLE or those of the system."),
      bucket_key("requests", &Bucket::requests, small_number(1, 1000),
                 "How many requests may be under way at once, at the most."),
  };
}

}  // namespace upkeep
