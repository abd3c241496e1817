#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace supervisor {

// What a command line starts, without what stands in front of it and is not needed, or is in the
// way, under a supervisor.
struct Launched {
  std::vector<std::string> words{};  // of the command; what is not understood stays as it was
  std::string script{};              // in their place: a text that a shell reads
  std::string without{};             // programs in front that were taken off: "sudo", "screen"
  std::string left_out{};            // why nothing can be made of it; else empty
};

// `sudo -u www ffmpeg …`, `screen -dmS cam ffmpeg …`, `su -c 'ffmpeg …' www`, `bash -c 'ffmpeg …'`.
Launched launched_by(const std::vector<std::string>& words);

// How many words in front are the times of a line of a crontab: `* * * * *` or `@reboot`.
std::size_t cron_words(const std::vector<std::string>& words);

}  // namespace supervisor
