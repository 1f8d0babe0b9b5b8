#include "cli/terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "base/text.h"
#include "io/descriptor.h"

namespace upkeep {
namespace {

constexpr std::size_t buffer_size = 1 << 16;
constexpr std::size_t columns_unknown = 80;

bool is_utf8_locale(const Environment& environment) {
  for (const std::string_view name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const auto value = environment(name);
    if (!value || value->empty()) continue;
    std::string lower = *value;
    std::ranges::transform(lower, lower.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
  }
  return false;
}

Colours colours_of(const Environment& environment) {
  const auto no_color = environment("NO_COLOR");
  if (no_color && !no_color->empty()) return Colours::none;
  const std::string term = environment("TERM").value_or("");
  if (term.empty() || term == "dumb") return Colours::none;
  const std::string colorterm = environment("COLORTERM").value_or("");
  if (colorterm == "truecolor" || colorterm == "24bit") return Colours::full;
  return term.find("256") != std::string::npos ? Colours::indexed : Colours::basic;
}

std::size_t columns_of(int descriptor) {
  winsize size{};
  return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/// All of it, also to a pipe that is full or does not block. False with errno.
bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd wait{descriptor, POLLOUT, 0};
      ::poll(&wait, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace

Environment real_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return {};
    return value;
  };
}

Style style_of(const OutputFacts& facts, const Environment& environment) {
  Style style;
  if (!facts.is_terminal) return style;
  const auto given = parse_number(environment("COLUMNS").value_or(""));
  const std::size_t known = facts.columns != 0 ? facts.columns : columns_unknown;
  style.width = std::max<std::size_t>(20, given && *given > 0 ? *given : known);
  style.colours = facts.no_colour ? Colours::none : colours_of(environment);
  style.unicode = is_utf8_locale(environment);
  return style;
}

Terminal::Terminal(int out, int err, Environment environment)
    : out_(out), err_(err), environment_(std::move(environment)) {}

Terminal::~Terminal() { flush(); }

Style Terminal::style() const {
  const bool is_terminal = ::isatty(out_) == 1;
  return style_of({is_terminal, is_terminal ? columns_of(out_) : 0, no_colour_}, environment_);
}

bool Terminal::is_live() const {
  const std::string term = environment_("TERM").value_or("dumb");
  return ::isatty(out_) == 1 && term != "dumb" && !term.empty();
}

bool Terminal::write(std::string_view text) {
  if (closed_) return false;
  buffer_ += text;
  return buffer_.size() < buffer_size || flush();
}

bool Terminal::flush() {
  if (closed_) return false;
  if (!write_all(out_, buffer_)) {
    const int number = errno;
    closed_ = true;
    if (number != EPIPE) error_ = error_text(number);
  }
  buffer_.clear();
  return !closed_;
}

void Terminal::complain(std::string_view text) {
  flush();
  std::string line(text);
  line += '\n';
  write_all(err_, line);
}

}  // namespace upkeep
