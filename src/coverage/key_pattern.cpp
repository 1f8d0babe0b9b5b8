#include "coverage/key_pattern.h"

#include <algorithm>

#include "coverage/key_layout.h"

namespace upkeep {
namespace {

/// One place of a pattern: a character, any character but `/`, or any number of those.
struct Place {
  enum class Kind : std::uint8_t { character, any, run };
  Kind kind = Kind::character;
  char character = '\0';
};

std::vector<Place> places_of(const KeyPattern& pattern) {
  std::vector<Place> places;
  for (std::size_t i = 0; i < pattern.texts.size(); ++i) {
    if (i != 0) places.insert(places.end(), {{Place::Kind::any, '\0'}, {Place::Kind::run, '\0'}});
    for (const char c : pattern.texts[i]) places.push_back({Place::Kind::character, c});
  }
  return places;
}

/// A character that fits both places.
std::optional<char> common_character(const Place& a, const Place& b) {
  const bool exact_a = a.kind == Place::Kind::character, exact_b = b.kind == Place::Kind::character;
  if (exact_a && exact_b)
    return a.character == b.character ? std::optional(a.character) : std::nullopt;
  if (!exact_a && !exact_b) return 'x';
  const char c = exact_a ? a.character : b.character;
  return c == '/' ? std::nullopt : std::optional(c);
}

/// Walks through both patterns at once; where it has been, it need not go again.
class Meeting {
 public:
  Meeting(const KeyPattern& a, const KeyPattern& b)
      : a_(places_of(a)), b_(places_of(b)), seen_((a_.size() + 1) * (b_.size() + 1)) {}

  std::optional<std::string> find() {
    reach({0, 0, 0, {}});
    for (std::size_t i = 0; i < states_.size(); ++i) {
      const State now = states_[i];
      if (now.a == a_.size() && now.b == b_.size()) return text_of(i);
      const bool run_a = now.a < a_.size() && a_[now.a].kind == Place::Kind::run;
      const bool run_b = now.b < b_.size() && b_[now.b].kind == Place::Kind::run;
      if (run_a) reach({now.a + 1, now.b, i, {}});
      if (run_b) reach({now.a, now.b + 1, i, {}});
      if (now.a == a_.size() || now.b == b_.size()) continue;
      if (const auto c = common_character(a_[now.a], b_[now.b])) {
        reach({now.a + (run_a ? 0 : 1), now.b + (run_b ? 0 : 1), i, c});
      }
    }
    return {};
  }

 private:
  struct State {
    std::size_t a = 0, b = 0;  // places reached
    std::size_t before = 0;    // the state it was reached from …
    std::optional<char> by;    // … by this character
  };

  void reach(const State& state) {
    auto seen = seen_.begin() + static_cast<std::ptrdiff_t>(state.a * (b_.size() + 1) + state.b);
    if (*seen) return;
    *seen = true;
    states_.push_back(state);
  }

  std::string text_of(std::size_t state) const {
    std::string text;
    for (; state != 0; state = states_[state].before) {
      if (states_[state].by) text += *states_[state].by;
    }
    std::ranges::reverse(text);
    return text;
  }

  std::vector<Place> a_, b_;
  std::vector<bool> seen_;
  std::vector<State> states_;
};

}  // namespace

KeyPattern pattern_of(const Space& space, std::uint64_t index) {
  KeyPattern pattern{{""}};
  for (const KeyPiece& piece : space.layout().pieces) {
    if (piece.kind == KeyPiece::Kind::free) {
      pattern.texts.emplace_back();
    } else if (piece.kind == KeyPiece::Kind::literal) {
      pattern.texts.back() += piece.text;
    } else {
      append_piece(piece, *space.axes()[piece.axis], space.coordinate(index, piece.axis),
                   pattern.texts.back());
    }
  }
  return pattern;
}

std::optional<std::string> common_text(const KeyPattern& a, const KeyPattern& b) {
  return Meeting(a, b).find();
}

}  // namespace upkeep
