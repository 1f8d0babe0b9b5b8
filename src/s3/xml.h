// Reads XML from memory, element by element, without building a tree: an answer of S3 has a
// thousand times the same few elements. No document type, so no entities of one's own.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace upkeep::s3 {

/// The text must outlive it.
class XmlReader {
 public:
  enum class Event : std::uint8_t { open, close, end, malformed };

  explicit XmlReader(std::string_view document) : document_(document) {}

  /// An element begins or ends, the document has ended as a whole, or it is no XML; the last two
  /// are final. Comments and processing instructions are passed over.
  Event next();
  /// Of the element that `next` opened or closed, without the prefix of a namespace.
  std::string_view name() const { return name_; }
  /// What stands between the tag that was read last and the one before it; after `close`, all the
  /// text of an element that holds no other. Valid until the next call.
  Result<std::string_view> text();
  /// Goes on behind the end of the element that was just opened; false when it has none.
  bool skip();
  /// After `malformed`: what, and at which byte.
  Error problem() const;

 private:
  Event wrong(std::string_view what);
  Event open_tag();
  Event close_tag();
  bool take_text(std::string_view raw);
  bool skip_markup();
  bool begin_pieces();
  bool skip_past(std::string_view end, std::string_view what);

  std::string_view document_;
  std::size_t at_ = 0;
  std::vector<std::string_view> open_;  ///< full names of the elements around `at_`
  std::string_view name_;
  bool close_at_once_ = false;  ///< behind `<name/>`
  bool had_root_ = false;
  std::string_view raw_;  ///< text as it stands there, when it is in one piece
  std::string text_;      ///< text in several pieces, and what `text` decoded
  bool in_pieces_ = false;
  std::string_view problem_;
};

}  // namespace upkeep::s3
