#pragma once

#include <array>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

#include "recovery/splice/splicer.hpp"
#include "tests/splice/made_up_encoder.hpp"

namespace recovery::splice::test {

// What FFmpeg writes as MPEG-TS with these options.
inline ByteVector mpegts_of(const std::string& options) {
  const std::string command = "ffmpeg -nostdin -v error " + options +
                              " -f mpegts -flush_packets 1 -pes_payload_size 0 - 2>&1 </dev/null";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  if (!pipe) throw std::runtime_error("no pipe to: " + command);
  ByteVector bytes;
  std::uint8_t buffer[65536];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe.get())) {
    bytes.insert(bytes.end(), buffer, buffer + count);
  }
  if (bytes.empty() || bytes[0] != 0x47) {
    throw std::runtime_error(command + ": " + std::string(bytes.begin(), bytes.end()));
  }
  return bytes;
}

// What the command says, on both of its streams.
inline std::string output_of(const std::string& command) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(
      popen((command + " 2>&1 </dev/null").c_str(), "r"), pclose);
  std::string text;
  char buffer[4096];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe.get())) {
    text.append(buffer, count);
  }
  return text;
}

// All that this output is due.
inline void read_all(Splicer& splicer, OutputId output, ByteVector& bytes) {
  std::array<Bytes, 8> pieces;
  while (const std::size_t count = splicer.gather(output, pieces)) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < count; ++i) {
      bytes.insert(bytes.end(), pieces[i].begin(), pieces[i].end());
      size += pieces[i].size();
    }
    splicer.written(output, size);
  }
}

inline const std::string picture_320 = "-f lavfi -i testsrc2=size=320x180:rate=25:duration=2 ";
inline const std::string tone = "-f lavfi -i sine=frequency=440:sample_rate=48000:duration=2 ";

}  // namespace recovery::splice::test
