#include "s3/xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace upkeep::s3 {
namespace {

constexpr std::size_t depth_max = 100;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

constexpr std::array<bool, 256> name_bytes = [] {
  std::array<bool, 256> table{};
  for (int c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (int c = '0'; c <= '9'; ++c) table[c] = true;
  for (const char c : {'_', ':', '-', '.'}) table[c] = true;
  for (int c = 0x80; c < 0x100; ++c) table[c] = true;
  return table;
}();

bool is_name_byte(char c) { return name_bytes[static_cast<unsigned char>(c)]; }

void append_utf8(std::uint32_t code, std::string& to) {
  const auto tail = [&](int shift) { to += static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) {
    to += static_cast<char>(code);
  } else if (code < 0x800) {
    to += static_cast<char>(0xc0 | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    to += static_cast<char>(0xe0 | code >> 12);
    tail(6);
    tail(0);
  } else {
    to += static_cast<char>(0xf0 | code >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

/// What stands between `&#` and `;`. Control characters, too, which keys may hold.
bool append_character(std::string_view digits, std::string& to) {
  int base = 10;
  if (digits.starts_with('x')) {
    base = 16;
    digits.remove_prefix(1);
  }
  std::uint32_t code = 0;
  const char* const end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, code, base);
  if (parsed.ec != std::errc{} || parsed.ptr != end || code > 0x10ffff ||
      (code >= 0xd800 && code < 0xe000)) {
    return false;
  }
  append_utf8(code, to);
  return true;
}

/// Undoes `&…;`.
bool append_plain(std::string_view raw, std::string& to) {
  for (;;) {
    const std::size_t ampersand = raw.find('&');
    to.append(raw.substr(0, ampersand));
    if (ampersand == raw.npos) return true;
    raw.remove_prefix(ampersand + 1);
    const std::size_t end = raw.substr(0, 12).find(';');
    if (end == raw.npos) return false;
    const std::string_view entity = raw.substr(0, end);
    raw.remove_prefix(end + 1);
    if (entity == "amp") {
      to += '&';
    } else if (entity == "lt") {
      to += '<';
    } else if (entity == "gt") {
      to += '>';
    } else if (entity == "quot") {
      to += '"';
    } else if (entity == "apos") {
      to += '\'';
    } else if (!entity.starts_with('#') || !append_character(entity.substr(1), to)) {
      return false;
    }
  }
}

}  // namespace

XmlReader::Event XmlReader::wrong(std::string_view what) {
  problem_ = what;
  return Event::malformed;
}

Error XmlReader::problem() const { return {fmt::format("{} at byte {}", problem_, at_)}; }

XmlReader::Event XmlReader::next() {
  if (!problem_.empty()) return Event::malformed;
  raw_ = {};
  in_pieces_ = false;
  if (close_at_once_) {
    close_at_once_ = false;
    open_.pop_back();
    return Event::close;
  }
  for (;;) {
    const std::size_t tag = document_.find('<', at_);
    if (!take_text(document_.substr(at_, tag == document_.npos ? tag : tag - at_))) {
      return Event::malformed;
    }
    if (tag == document_.npos) {
      at_ = document_.size();
      return open_.empty() && had_root_ ? Event::end : wrong("it is cut off");
    }
    at_ = tag + 1;
    const char kind = at_ < document_.size() ? document_[at_] : '\0';
    if (kind == '/') return close_tag();
    if (kind != '?' && kind != '!') return open_tag();
    if (!skip_markup()) return Event::malformed;
  }
}

bool XmlReader::take_text(std::string_view raw) {
  if (raw.empty()) return true;
  if (open_.empty()) {
    if (at_ == 0 && raw.starts_with("\xEF\xBB\xBF")) raw.remove_prefix(3);
    if (trim(raw).empty()) return true;
    wrong("text outside of any element");
    return false;
  }
  if (raw_.empty() && !in_pieces_) {
    raw_ = raw;
    return true;
  }
  if (!begin_pieces()) return false;
  if (append_plain(raw, text_)) return true;
  wrong("an entity that XML does not know");
  return false;
}

/// From here on, the text of the element is gathered, for it stands in several places.
bool XmlReader::begin_pieces() {
  if (in_pieces_) return true;
  text_.clear();
  in_pieces_ = true;
  if (append_plain(raw_, text_)) return true;
  wrong("an entity that XML does not know");
  return false;
}

bool XmlReader::skip_past(std::string_view end, std::string_view what) {
  const std::size_t found = document_.find(end, at_);
  if (found == document_.npos) {
    wrong(what);
    return false;
  }
  at_ = found + end.size();
  return true;
}

/// `<!--…-->`, `<?…?>` and `<![CDATA[…]]>`, whose text is kept.
bool XmlReader::skip_markup() {
  constexpr std::string_view comment = "!--", data = "![CDATA[";
  const std::string_view rest = document_.substr(at_);
  if (rest.starts_with('?')) return skip_past("?>", "an instruction without end");
  if (rest.starts_with(comment)) {
    at_ += comment.size();
    return skip_past("-->", "a comment without end");
  }
  if (!rest.starts_with(data) || open_.empty()) {
    wrong("a declaration, which no answer has,");
    return false;
  }
  at_ += data.size();
  const std::size_t begin = at_;
  if (!skip_past("]]>", "a CDATA section without end")) return false;
  if (!begin_pieces()) return false;
  text_.append(document_.substr(begin, at_ - begin - 3));
  return true;
}

XmlReader::Event XmlReader::open_tag() {
  const std::size_t begin = at_;
  while (at_ < document_.size() && is_name_byte(document_[at_])) ++at_;
  const std::string_view full = document_.substr(begin, at_ - begin);
  if (full.empty()) return wrong("a `<` that opens no element");
  if (open_.empty() && had_root_) return wrong("a second document");
  if (open_.size() == depth_max) return wrong("elements nested too deeply");
  // Attributes matter in that a quoted `>` ends nothing.
  while (at_ < document_.size() && document_[at_] != '>') {
    const char c = document_[at_];
    if (c == '<') return wrong("a tag inside a tag");
    if (c == '"' || c == '\'') {
      at_ = std::min(document_.find(c, at_ + 1), document_.size() - 1);
    }
    ++at_;
  }
  if (at_ == document_.size()) return wrong("it is cut off");
  close_at_once_ = document_[at_ - 1] == '/';
  ++at_;
  had_root_ = true;
  open_.push_back(full);
  name_ = full.substr(full.rfind(':') + 1);
  return Event::open;
}

XmlReader::Event XmlReader::close_tag() {
  ++at_;
  if (open_.empty()) return wrong("an end without a beginning");
  const std::string_view full = open_.back();
  if (!document_.substr(at_).starts_with(full)) return wrong("the end of another element");
  at_ += full.size();
  while (at_ < document_.size() && is_space(document_[at_])) ++at_;
  if (at_ == document_.size()) return wrong("it is cut off");
  if (document_[at_] != '>') return wrong("the end of another element");
  ++at_;
  open_.pop_back();
  name_ = full.substr(full.rfind(':') + 1);
  return Event::close;
}

Result<std::string_view> XmlReader::text() {
  if (in_pieces_) return text_;
  if (raw_.find('&') == raw_.npos) return raw_;
  text_.clear();
  if (!append_plain(raw_, text_)) {
    wrong("an entity that XML does not know");
    return std::unexpected(problem());
  }
  return text_;
}

bool XmlReader::skip() {
  for (std::size_t depth = 1; depth > 0;) {
    switch (next()) {
      case Event::open:
        ++depth;
        break;
      case Event::close:
        --depth;
        break;
      case Event::end:
      case Event::malformed:
        return false;
    }
  }
  return true;
}

}  // namespace upkeep::s3
