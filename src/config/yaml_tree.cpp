#include "config/yaml_tree.h"

#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>

#include "base/text.h"

namespace upkeep {
namespace {

constexpr std::size_t depth_max = 64;
constexpr std::size_t copies_max = 100'000;  // values; so that aliases of aliases stay small

struct Event {
  yaml_event_t raw{};
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&raw); }
};

Mark mark_of(const yaml_mark_t& mark) { return {mark.line + 1, mark.column + 1}; }

std::string_view view(const yaml_char_t* text) {
  return text == nullptr ? std::string_view{}
                         : std::string_view(reinterpret_cast<const char*>(text));
}

/// Is it any byte of a character in UTF-8 but the first?
bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Finds bytes by line and column.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {
    starts_.push_back(0);
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') starts_.push_back(i + 1);
    }
  }

  /// The text from there on; nothing when there is no such place.
  std::string_view from(Mark mark) {
    if (mark.line > starts_.size()) return {};
    // Places are asked for in order: going on from the last keeps long lines cheap.
    if (mark.line != last_.line || mark.column < last_.column) {
      last_ = {mark.line, 1};
      byte_ = starts_[mark.line - 1];
    }
    for (; last_.column < mark.column && byte_ < text_.size(); ++last_.column) {
      ++byte_;
      while (byte_ < text_.size() && is_continuation(text_[byte_])) ++byte_;
    }
    return text_.substr(byte_);
  }

  Mark at(std::size_t byte) const {
    const auto after = std::ranges::upper_bound(starts_, byte);
    const auto line = static_cast<std::size_t>(after - starts_.begin());
    std::size_t column = 1;
    for (std::size_t i = starts_[line - 1]; i < byte && i < text_.size(); ++i) {
      if (!is_continuation(text_[i])) ++column;
    }
    return {line, column};
  }

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;  // of each line
  Mark last_;                        // what from() was asked for last
  std::size_t byte_ = 0;             // where that is
};

/// How many bytes at its begin are UTF-8.
std::size_t length_of_utf8(std::string_view text) {
  std::size_t good = 0;
  while (good < text.size()) {
    std::size_t length = 1;
    while (length <= 4 && !is_utf8(text.substr(good, length))) ++length;
    if (length > 4) break;
    good += length;
  }
  return good;
}

std::size_t count_nodes(const Node& node) {
  std::size_t count = 1 + node.keys.size();
  for (const Node& item : node.items) count += count_nodes(item);
  return count;
}

class Builder {
 public:
  explicit Builder(std::string_view text) : lines_(text) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;
  ~Builder() { yaml_parser_delete(&parser_); }

  std::expected<Node, YamlProblem> document() {
    std::optional<Node> root;
    for (;;) {
      Event event;
      if (!next(event)) break;
      if (event.raw.type == YAML_STREAM_END_EVENT) {
        if (!root) problem(event.raw.start_mark, "the file is empty");
        break;
      }
      if (event.raw.type == YAML_DOCUMENT_START_EVENT && root) {
        problem(event.raw.start_mark, "a second document begins here; only one is allowed");
        break;
      }
      if (event.raw.type == YAML_STREAM_START_EVENT ||
          event.raw.type == YAML_DOCUMENT_START_EVENT ||
          event.raw.type == YAML_DOCUMENT_END_EVENT) {
        continue;
      }
      root = node(event.raw, 1);
      if (!root) break;
    }
    if (problem_) return std::unexpected(*problem_);
    return *std::move(root);
  }

 private:
  bool next(Event& event) {
    if (yaml_parser_parse(&parser_, &event.raw) != 0) return true;
    if (parser_.error == YAML_READER_ERROR) {
      problem_ = {lines_.at(parser_.problem_offset), "a control character cannot stand here"};
      return false;
    }
    const std::string_view what = parser_.problem == nullptr ? "" : parser_.problem;
    const std::string_view context = parser_.context == nullptr ? "" : parser_.context;
    const Mark begin = mark_of(parser_.context_mark);
    // A quote that is not closed ends with the file; where it begins says more.
    const bool quote =
        context == "while scanning a quoted scalar" && what == "found unexpected end of stream";
    const Mark mark = quote ? begin : mark_of(parser_.problem_mark);
    problem_ = {mark, explain_yaml_problem(what, context, begin, lines_.from(mark))};
    return false;
  }

  void problem(const yaml_mark_t& mark, std::string text) {
    if (!problem_) problem_ = {mark_of(mark), std::move(text)};
  }

  std::optional<Node> node(const yaml_event_t& event, std::size_t depth) {
    if (depth > depth_max) {
      problem(event.start_mark, fmt::format("nested deeper than {} levels", depth_max));
      return {};
    }
    switch (event.type) {
      case YAML_ALIAS_EVENT:
        return alias(event);
      case YAML_SCALAR_EVENT:
        return scalar(event);
      case YAML_SEQUENCE_START_EVENT:
        return collection(event, event.data.sequence_start.anchor, event.data.sequence_start.tag,
                          Node::Kind::list, depth);
      case YAML_MAPPING_START_EVENT:
        return collection(event, event.data.mapping_start.anchor, event.data.mapping_start.tag,
                          Node::Kind::map, depth);
      default:
        problem(event.start_mark, "expected a value");
        return {};
    }
  }

  std::optional<Node> alias(const yaml_event_t& event) {
    const std::string name(view(event.data.alias.anchor));
    const auto known = anchors_.find(name);
    if (known == anchors_.end()) {
      problem(event.start_mark, fmt::format("no anchor `&{}` stands above", name));
      return {};
    }
    copies_ += count_nodes(known->second);
    if (copies_ > copies_max) {
      problem(event.start_mark,
              fmt::format("the aliases stand for more than {} values", with_thousands(copies_max)));
      return {};
    }
    return known->second;
  }

  std::optional<Node> scalar(const yaml_event_t& event) {
    if (!check_tag(event, event.data.scalar.tag)) return {};
    Node node;
    node.mark = mark_of(event.start_mark);
    node.text.assign(reinterpret_cast<const char*>(event.data.scalar.value),
                     event.data.scalar.length);
    if (node.text.find('\0') != node.text.npos) {
      problem(event.start_mark, "a zero byte cannot stand in a text");
      return {};
    }
    node.plain = event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    const bool quoted = event.data.scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
                        event.data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    // An anchor stands before the text, so that the mark is not where the text begins.
    if ((node.plain || quoted) && event.data.scalar.anchor == nullptr) {
      const Mark begin{node.mark.line, node.mark.column + (quoted ? 1 : 0)};
      if (lines_.from(begin).starts_with(node.text)) node.inside = begin;
    }
    remember(event.data.scalar.anchor, node);
    return node;
  }

  std::optional<Node> collection(const yaml_event_t& event, const yaml_char_t* anchor,
                                 const yaml_char_t* tag, Node::Kind kind, std::size_t depth) {
    if (!check_tag(event, tag)) return {};
    Node result;
    result.kind = kind;
    result.mark = mark_of(event.start_mark);
    for (;;) {
      Event part;
      if (!next(part)) return {};
      if (part.raw.type == YAML_SEQUENCE_END_EVENT || part.raw.type == YAML_MAPPING_END_EVENT) {
        break;
      }
      if (kind == Node::Kind::map && result.keys.size() == result.items.size()) {
        auto name = key(part.raw, depth + 1);
        if (!name) return {};
        result.keys.push_back(*std::move(name));
      } else {
        auto item = node(part.raw, depth + 1);
        if (!item) return {};
        result.items.push_back(*std::move(item));
      }
    }
    remember(anchor, result);
    return result;
  }

  std::optional<Node> key(const yaml_event_t& event, std::size_t depth) {
    auto name = node(event, depth);
    if (!name) return {};
    if (name->kind != Node::Kind::scalar) {
      problem(event.start_mark, "expected a name as the key, found a list or a map");
      return {};
    }
    if (name->text == "<<" && name->plain) {
      problem(event.start_mark, "merge keys (`<<`) are not supported; write the keys out");
      return {};
    }
    return name;
  }

  bool check_tag(const yaml_event_t& event, const yaml_char_t* tag) {
    if (tag == nullptr) return true;
    problem(event.start_mark, "tags (`!`) are not supported; write the value alone");
    return false;
  }

  void remember(const yaml_char_t* anchor, const Node& node) {
    if (anchor != nullptr) anchors_.insert_or_assign(std::string(view(anchor)), node);
  }

  Lines lines_;
  yaml_parser_t parser_;
  std::map<std::string, Node, std::less<>> anchors_;
  std::size_t copies_ = 0;
  std::optional<YamlProblem> problem_;
};

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].text == key) return &items[i];
  }
  return nullptr;
}

bool Node::is_empty() const {
  return kind == Kind::scalar && plain &&
         (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL");
}

bool Node::is_boolean() const {
  return kind == Kind::scalar && plain &&
         (text == "true" || text == "false" || text == "True" || text == "False" ||
          text == "TRUE" || text == "FALSE");
}

bool Node::is_number() const {
  if (kind != Kind::scalar || !plain || text.empty()) return false;
  if (text.starts_with("0x")) {
    return text.size() > 2 && text.find_first_not_of("0123456789abcdefABCDEF", 2) == text.npos;
  }
  if (text.starts_with("0o")) {
    return text.size() > 2 && text.find_first_not_of("01234567", 2) == text.npos;
  }
  std::string_view digits = text;
  if (digits.front() == '+' || digits.front() == '-') digits.remove_prefix(1);
  if (digits == ".inf" || digits == ".Inf" || digits == ".INF" || digits == ".nan" ||
      digits == ".NaN" || digits == ".NAN") {
    return true;
  }
  double number = 0;
  const char* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, number);
  const bool begins = !digits.empty() &&
                      (digits.front() == '.' || (digits.front() >= '0' && digits.front() <= '9'));
  return begins && end == last && error != std::errc::invalid_argument;
}

std::expected<Node, YamlProblem> parse_yaml(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a byte order mark
  if (!is_utf8(text)) {
    return std::unexpected(YamlProblem{Lines(text).at(length_of_utf8(text)),
                                       "not UTF-8 from here on; save the file as UTF-8"});
  }
  return Builder(text).document();
}

}  // namespace upkeep
