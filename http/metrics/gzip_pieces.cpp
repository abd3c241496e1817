#include "http/metrics/gzip_pieces.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include <zlib.h>

namespace http {
namespace {

constexpr std::size_t piece_least = 16 * 1024;  // smaller ones compress worse
constexpr std::size_t piece_most = 64 * 1024;   // what one changed value costs

constexpr std::string_view gzip_head("\x1f\x8b\x08\0\0\0\0\0\4\xff", 10);  // fastest, no time
constexpr std::string_view last_block("\x03\0", 2);                        // empty

// One raw deflate stream after another, each ended at a byte without being the last.
class PieceDeflater {
 public:
  PieceDeflater() {
    constexpr int raw_window = -15, memory_level = 8;
    if (deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, raw_window, memory_level,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~PieceDeflater() { deflateEnd(&stream_); }
  PieceDeflater(const PieceDeflater&) = delete;
  PieceDeflater& operator=(const PieceDeflater&) = delete;

  std::string pack(std::string_view bytes) {
    constexpr std::size_t flush_bytes = 16;  // deflateBound does not count Z_SYNC_FLUSH
    deflateReset(&stream_);
    room_.resize(deflateBound(&stream_, bytes.size()) + flush_bytes);
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    stream_.next_out = reinterpret_cast<Bytef*>(room_.data());
    stream_.avail_out = static_cast<uInt>(room_.size());
    deflate(&stream_, Z_SYNC_FLUSH);
    return room_.substr(0, stream_.total_out);
  }

 private:
  z_stream stream_{};
  std::string room_;
};

std::uint32_t crc_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

void append_little_endian(std::string& text, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) {
    text.push_back(static_cast<char>(value >> shift & 0xff));
  }
}

}  // namespace

std::size_t end_of_piece(std::string_view text, std::size_t from) {
  if (text.size() - from <= piece_least) return text.size();
  const std::string_view room = text.substr(0, std::min(from + piece_most, text.size()));
  const std::size_t family = room.find("\n# HELP ", from + piece_least);
  if (family != std::string_view::npos) return family + 1;
  const std::size_t line = text.find('\n', room.size() - 1);
  return line == std::string_view::npos ? text.size() : line + 1;
}

GzipPieces::Piece* GzipPieces::known(std::size_t place, std::string_view bytes) {
  if (place >= pieces_.size()) return nullptr;
  Piece& piece = pieces_[place];
  const bool is_same = std::string_view(*text_).substr(piece.begin, piece.size) == bytes;
  return is_same ? &piece : nullptr;
}

std::shared_ptr<const std::string> GzipPieces::pack(std::shared_ptr<const std::string> text) {
  PieceDeflater deflater;
  auto packed = std::make_shared<std::string>(gzip_head);
  std::vector<Piece> pieces;
  std::uint32_t crc = 0;
  for (std::size_t begin = 0; begin < text->size();) {
    const std::size_t end = end_of_piece(*text, begin);
    const std::string_view bytes = std::string_view(*text).substr(begin, end - begin);
    Piece* const old = known(pieces.size(), bytes);
    pieces.push_back({begin, bytes.size(), old ? old->crc : crc_of(bytes),
                      old ? std::move(old->packed) : deflater.pack(bytes)});
    packed->append(pieces.back().packed);
    crc = static_cast<std::uint32_t>(
        crc32_combine(crc, pieces.back().crc, static_cast<z_off_t>(bytes.size())));
    begin = end;
  }
  packed->append(last_block);
  append_little_endian(*packed, crc);
  append_little_endian(*packed, static_cast<std::uint32_t>(text->size()));
  text_ = std::move(text);
  pieces_ = std::move(pieces);
  return packed;
}

}  // namespace http
