#pragma once

#include <optional>
#include <string_view>

namespace monitor {

// How loud the sound was for a moment, of all channels together, in dB below the loudest that there
// is (dBFS). `silent_dbfs` and below is silence.
struct AudioLevel {
  static constexpr double silent_dbfs = -120;

  double rms_dbfs = silent_dbfs;
  double peak_dbfs = silent_dbfs;

  bool operator==(const AudioLevel&) const = default;
};

// Puts together what FFmpeg's filter astats prints of one moment on two lines:
// `lavfi.astats.Overall.Peak_level=-17.67`, `lavfi.astats.Overall.RMS_level=-inf`.
class AudioLevelReader {
 public:
  // The level that this line completes. Any other line is ignored.
  std::optional<AudioLevel> take(std::string_view line);

 private:
  std::optional<double> rms_, peak_;
};

}  // namespace monitor
