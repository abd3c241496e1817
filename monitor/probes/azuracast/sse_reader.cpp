#include "monitor/probes/azuracast/sse_reader.hpp"

#include <algorithm>

namespace monitor {

using std::string_view;

void SseReader::feed(string_view bytes, const Take& take) {
  while (!bytes.empty()) {
    if (after_cr_ && bytes.front() == '\n') bytes.remove_prefix(1);
    after_cr_ = false;
    const std::size_t end = std::min(bytes.find_first_of("\r\n"), bytes.size());
    is_cut_ = is_cut_ || line_.size() + end > event_limit;
    if (!is_cut_) line_ += bytes.substr(0, end);
    if (end == bytes.size()) return;
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    end_line(take);
  }
}

void SseReader::end_line(const Take& take) {
  constexpr string_view field = "data";
  string_view line = line_;
  too_long_ = too_long_ || is_cut_;
  if (line.empty() && !is_cut_) {
    end_event(take);
  } else if (line.starts_with(field) && (line.size() == field.size() || line[4] == ':')) {
    line.remove_prefix(std::min(line.size(), field.size() + 1));
    if (line.starts_with(' ')) line.remove_prefix(1);
    if (data_.size() + line.size() >= event_limit) too_long_ = true;
    if (has_data_ && !too_long_) data_ += '\n';
    if (!too_long_) data_ += line;
    has_data_ = true;
  }
  line_.clear();
  is_cut_ = false;
}

void SseReader::end_event(const Take& take) {
  if (too_long_)
    ++left_out_;
  else if (has_data_)
    take(data_);
  data_.clear();
  has_data_ = false;
  too_long_ = false;
}

}  // namespace monitor
