#include "s3/answers.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

#include "s3/uri.h"
#include "s3/xml.h"

namespace upkeep::s3 {
namespace {

using Event = XmlReader::Event;

/// The text of the element that was just opened, up to its end; it holds no other element.
Result<std::string_view> leaf(XmlReader& xml) {
  switch (xml.next()) {
    case Event::close:
      return xml.text();
    case Event::malformed:
      return std::unexpected(xml.problem());
    default:
      return fail(fmt::format("`{}` stands where text is expected", xml.name()));
  }
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return {};
  return value;
}

std::optional<unsigned> digits(std::string_view text) {
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return {};
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

/// "2009-10-12T17:50:30.000Z" as all servers write it, or RFC 3339 in another form.
std::optional<Time> date(std::string_view text) {
  using namespace std::chrono;
  const bool usual = (text.size() == 24 && text[19] == '.' && text[23] == 'Z') ||
                     (text.size() == 20 && text[19] == 'Z');
  if (!usual || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
      text[16] != ':') {
    return parse_time(text);
  }
  const auto year_ = digits(text.substr(0, 4)), month_ = digits(text.substr(5, 2)),
             day_ = digits(text.substr(8, 2)), hour_ = digits(text.substr(11, 2)),
             minute_ = digits(text.substr(14, 2)), second_ = digits(text.substr(17, 2)),
             fraction = text.size() == 24 ? digits(text.substr(20, 3)) : 0u;
  if (!year_ || !month_ || !day_ || !hour_ || !minute_ || !second_ || !fraction || *hour_ > 23 ||
      *minute_ > 59 || *second_ > 59) {
    return {};
  }
  const year_month_day civil{year{static_cast<int>(*year_)}, month{*month_}, day{*day_}};
  if (!civil.ok()) return {};
  return sys_days{civil} + hours{*hour_} + minutes{*minute_} + seconds{*second_} +
         milliseconds{*fraction};
}

/// Reads `<Error>` and what is in it; the element is open.
std::optional<Refusal> error_element(XmlReader& xml) {
  Refusal refusal;
  for (;;) {
    switch (xml.next()) {
      case Event::open: {
        std::string* const into = xml.name() == "Code"      ? &refusal.code
                                  : xml.name() == "Message" ? &refusal.message
                                  : xml.name() == "Region"  ? &refusal.region
                                                            : nullptr;
        if (into == nullptr) {
          if (!xml.skip()) return {};
          break;
        }
        const auto text = leaf(xml);
        if (!text) return {};
        *into = *text;
        break;
      }
      case Event::close:
        if (refusal.code.empty()) return {};
        return refusal;
      case Event::end:
      case Event::malformed:
        return {};
    }
  }
}

class ListReader {
 public:
  explicit ListReader(std::string_view text) : text_(text), xml_(text) {}

  Result<ListPage> read() {
    if (xml_.next() != Event::open) return std::unexpected(xml_.problem());
    if (xml_.name() == "Error") return refused();
    if (xml_.name() != "ListBucketResult") {
      return fail(fmt::format("`{}` is no list of objects", xml_.name()));
    }
    for (;;) {
      switch (xml_.next()) {
        case Event::open:
          UPKEEP_CHECK(child());
          break;
        case Event::close:
          break;
        case Event::end:
          return finish();
        case Event::malformed:
          return std::unexpected(xml_.problem());
      }
    }
  }

 private:
  std::unexpected<Error> refused() const {
    const auto refusal = read_refusal(text_);
    if (!refusal) return fail("it is an error that does not say which");
    return fail(fmt::format("it is the error {}: {}", refusal->code, refusal->message));
  }

  Result<void> child() {
    const std::string_view name = xml_.name();
    if (name == "Contents") return object();
    if (name == "CommonPrefixes") return prefix();
    if (name == "IsTruncated") {
      UPKEEP_TRY(const std::string_view value, leaf(xml_));
      if (truncated_.has_value() || (value != "true" && value != "false")) {
        return fail(fmt::format("`IsTruncated` is `{}`; expected once true or false", value));
      }
      truncated_ = value == "true";
    } else if (name == "NextContinuationToken") {
      UPKEEP_TRY(page_.next_token, leaf(xml_));
    } else if (name == "EncodingType") {
      UPKEEP_TRY(const std::string_view value, leaf(xml_));
      if (value != "url") return fail(fmt::format("its encoding `{}` is not known", value));
      encoded_ = true;
    } else if (name == "KeyCount") {
      UPKEEP_TRY(const std::string_view value, leaf(xml_));
      announced_ = number(value);
      if (!announced_) return fail(fmt::format("`KeyCount` is `{}`", value));
    } else if (!xml_.skip()) {
      return std::unexpected(xml_.problem());
    }
    return {};
  }

  /// One `<Contents>`.
  Result<void> object() {
    ListedObject made;
    unsigned seen = 0;  // bits: key, size, date; each once
    const auto first = [&](unsigned bit) { return (seen & bit) == 0 && (seen |= bit) != 0; };
    for (;;) {
      const Event event = xml_.next();
      if (event == Event::close) break;
      if (event != Event::open) return std::unexpected(xml_.problem());
      const std::string_view name = xml_.name();
      if (name == "Key") {
        UPKEEP_TRY(made.key, leaf(xml_));
        if (!first(1) || made.key.empty()) return fail("an object has not exactly one key");
      } else if (name == "Size") {
        UPKEEP_TRY(const std::string_view text, leaf(xml_));
        const auto size = number(text);
        if (!first(2) || !size) return fail(fmt::format("an object has the size `{}`", text));
        made.size = *size;
      } else if (name == "LastModified") {
        UPKEEP_TRY(const std::string_view text, leaf(xml_));
        const auto modified = date(text);
        if (!first(4) || !modified) return fail(fmt::format("an object has the date `{}`", text));
        made.modified = *modified;
      } else if (!xml_.skip()) {
        return std::unexpected(xml_.problem());
      }
    }
    if (seen != 7) {
      return fail(fmt::format("object {} has no key, size or date", page_.objects.size() + 1));
    }
    page_.objects.push_back(std::move(made));
    return {};
  }

  /// One `<CommonPrefixes>`.
  Result<void> prefix() {
    for (;;) {
      const Event event = xml_.next();
      if (event == Event::close) return {};
      if (event != Event::open) return std::unexpected(xml_.problem());
      if (xml_.name() == "Prefix") {
        UPKEEP_TRY(page_.prefixes.emplace_back(), leaf(xml_));
      } else if (!xml_.skip()) {
        return std::unexpected(xml_.problem());
      }
    }
  }

  Result<ListPage> finish() {
    if (!truncated_) return fail("it does not say whether there is more (IsTruncated)");
    page_.truncated = *truncated_;
    if (page_.truncated && page_.next_token.empty()) {
      return fail(
          "there is more, but no token to get it with: the server does not know ListObjectsV2");
    }
    // Some servers count keys alone, others what was cut at a delimiter, too.
    const std::size_t found = page_.objects.size() + page_.prefixes.size();
    if (announced_ > found) {
      return fail(fmt::format("it announces {} keys and holds {}", *announced_, found));
    }
    if (encoded_) {
      for (ListedObject& object : page_.objects) {
        if (!decode_in_place(object.key)) return fail("a key is not encoded as it says");
      }
      for (std::string& prefix : page_.prefixes) {
        if (!decode_in_place(prefix)) return fail("a prefix is not encoded as it says");
      }
    }
    return std::move(page_);
  }

  std::string_view text_;
  XmlReader xml_;
  ListPage page_;
  std::optional<bool> truncated_;
  std::optional<std::uint64_t> announced_;
  bool encoded_ = false;
};

}  // namespace

Result<ListPage> read_list_page(std::string_view xml) {
  auto page = ListReader(xml).read();
  if (!page) return fail("the answer to a listing cannot be used: " + page.error().text);
  return page;
}

std::optional<Refusal> read_refusal(std::string_view text) {
  XmlReader xml(text);
  if (xml.next() != Event::open) return {};
  if (xml.name() == "ErrorResponse") {  // of STS
    while (xml.next() == Event::open) {
      if (xml.name() == "Error") return error_element(xml);
      if (!xml.skip()) return {};
    }
    return {};
  }
  if (xml.name() != "Error") return {};
  return error_element(xml);
}

Result<Credentials> read_assumed_role(std::string_view text) {
  XmlReader xml(text);
  Credentials made;
  for (;;) {
    const Event event = xml.next();
    if (event == Event::malformed) return std::unexpected(xml.problem());
    if (event == Event::end) break;
    if (event == Event::close) continue;
    const std::string_view name = xml.name();
    if (name == "AccessKeyId") {
      UPKEEP_TRY(made.id, leaf(xml));
    } else if (name == "SecretAccessKey") {
      UPKEEP_TRY(made.secret, leaf(xml));
    } else if (name == "SessionToken") {
      UPKEEP_TRY(made.token, leaf(xml));
    } else if (name == "Expiration") {
      UPKEEP_TRY(const std::string_view expires, leaf(xml));
      made.expires = date(expires);
    }
  }
  if (made.id.empty() || made.secret.empty() || made.token.empty() || !made.expires) {
    return fail("the answer of STS names no credentials that expire");
  }
  return made;
}

}  // namespace upkeep::s3
