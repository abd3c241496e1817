#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace http {

// Where a piece of a page of metrics that begins at `from` ends: with a family once it is worth
// compressing by itself, or with a line of a large family.
std::size_t end_of_piece(std::string_view text, std::size_t from);

// One gzip stream of pieces that were compressed each for itself. A piece that is what it was the
// last time is not compressed again: most series of a healthy stream stay as they are.
class GzipPieces {
 public:
  std::shared_ptr<const std::string> pack(std::shared_ptr<const std::string> text);

 private:
  struct Piece {
    std::size_t begin, size;  // in the text
    std::uint32_t crc;
    std::string packed;
  };
  // The one of this place, where it has these bytes; else null.
  Piece* known(std::size_t place, std::string_view bytes);

  std::shared_ptr<const std::string> text_;  // that the pieces are of
  std::vector<Piece> pieces_;
};

}  // namespace http
