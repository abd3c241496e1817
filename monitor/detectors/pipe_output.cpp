#include "monitor/detectors/pipe_output.hpp"

#include "monitor/text/sentence.hpp"

namespace monitor {

void PipeOutput::on_waits(const WaitSample& sample, Instant now) {
  const bool waits = sample.writes_pipe || sample.awaits_reader;
  if (!waits) since_.reset();
  if (waits && !since_) since_ = now;
  last_ = sample;
}

std::optional<PipeStall> PipeOutput::at(Instant now) const {
  if (!since_) return std::nullopt;
  const double lasted = seconds(now - *since_);
  if (!last_.writes_pipe) {
    return PipeStall{*since_, false,
                     sentence("FFmpeg has waited for %.1f s for a program to open the FIFO that it "
                              "writes to.",
                              lasted)};
  }
  const int descriptor = *last_.writes_pipe;
  const char* which = descriptor == 1 ? " (its standard output)" : "";
  return PipeStall{*since_, true,
                   sentence("FFmpeg has waited for %.1f s in a write to the pipe of descriptor "
                            "%d%s: it is full, and what reads it does not.",
                            lasted, descriptor, which)};
}

}  // namespace monitor
