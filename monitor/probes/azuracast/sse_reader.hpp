#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace monitor {

// Reads server-sent events (WHATWG HTML, 9.2): bytes in, the data of each event out. The names and
// ids of events, and comments, are ignored: AzuraCast's feed uses none. Lines may end in LF,
// CR LF or CR. An event longer than the limit is left out as a whole.
class SseReader {
 public:
  static constexpr std::size_t event_limit = 1024 * 1024;  // bytes; now-playing has some 10 KB

  // `take` is called for each event these bytes complete; its view is valid during the call only.
  void feed(std::string_view bytes, const std::function<void(std::string_view data)>& take);

  std::size_t left_out() const { return left_out_; }  // events that were too long

 private:
  using Take = std::function<void(std::string_view)>;
  void end_line(const Take& take);
  void end_event(const Take& take);

  std::string line_;
  bool is_cut_ = false;  // the present line, and thus its event, is too long
  std::string data_;
  bool has_data_ = false;
  bool too_long_ = false;  // the present event
  bool after_cr_ = false;  // an LF that follows belongs to it
  std::size_t left_out_ = 0;
};

}  // namespace monitor
