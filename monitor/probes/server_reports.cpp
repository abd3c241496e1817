#include "monitor/probes/server_reports.hpp"

#include "monitor/text/sentence.hpp"

namespace monitor::probes {

SinkReport publisher_found(const char* server, std::optional<std::uint64_t> received_bytes) {
  const std::string text =
      received_bytes ? sentence("%s has a publisher of this stream, %.1f kB received from it.",
                                server, static_cast<double>(*received_bytes) / 1e3)
                     : sentence("%s has a publisher of this stream.", server);
  return {
      .answered = true, .has_publisher = true, .received_bytes = received_bytes, .sentence = text};
}

SinkReport no_publisher(std::string sentence) {
  return {.answered = true,
          .has_publisher = false,
          .received_bytes = {},
          .sentence = std::move(sentence)};
}

SinkReport not_readable(std::string sentence) {
  return {.answered = false,
          .has_publisher = false,
          .received_bytes = {},
          .sentence = std::move(sentence)};
}

}  // namespace monitor::probes
