#include "supervisor/ffmpeg/command_outputs.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "monitor/text/ascii.hpp"
#include "monitor/text/url.hpp"
#include "supervisor/ffmpeg/ffmpeg_options.hpp"
#include "supervisor/words/is_one_of.hpp"

namespace supervisor {

namespace {

using monitor::Output;
using monitor::probes::Reach;
using std::string_view;

// What the options in front of an output, or in a tee leg's brackets, say of it.
struct Muxing {
  string_view format;
  bool is_fifo = false;
  bool attempts_recovery = false;
  bool may_fail = false;  // onfail=ignore
};

string_view host_of(string_view output) {
  const string_view host = monitor::split_url(output).host;
  return host.starts_with('@') ? host.substr(1) : host;  // udp://@239.0.0.1
}

using Texts = std::vector<std::string>;

bool holds_any(string_view text, const Texts& hidden) {
  constexpr std::size_t shortest = 3;  // a shorter one is in any name
  return std::ranges::any_of(hidden, [&](const std::string& each) {
    return each.size() >= shortest && text.find(each) != string_view::npos;
  });
}

std::string base_name_of(string_view output, string_view format, const Texts& hidden) {
  constexpr auto stdouts = std::to_array<string_view>(
      {"-", "pipe:", "pipe:1", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"});
  if (format == "null" || output == "/dev/null") return "null";
  if (is_one_of(output, stdouts)) return "stdout";
  const string_view scheme = monitor::url_scheme(output);
  if (scheme.empty() || scheme == "file") return "file";
  const string_view host = output.find("://") == string_view::npos ? "" : host_of(output);
  return monitor::lowered(host.empty() || holds_any(host, hidden) ? scheme : host);
}

std::string unique_name(const std::string& base, const std::vector<Output>& known) {
  std::string name = base;
  for (int number = 2; std::ranges::find(known, name, &Output::name) != known.end(); ++number) {
    name = base + '-' + std::to_string(number);
  }
  return name;
}

Output::Link link_of(string_view output, string_view muxer, Reach reach) {
  if (reach != Reach::tcp) return Output::Link::none;
  const bool in_parts = opens_own_files(muxer) && !output.starts_with("rtmp");
  return in_parts ? Output::Link::by_part : Output::Link::lasting;
}

std::string why_unseen(string_view output, string_view format, Output::Link link) {
  constexpr auto unacknowledged = std::to_array<string_view>({"udp", "rtp", "udplite", "prompeg"});
  constexpr auto acknowledged = std::to_array<string_view>(
      {"tcp", "tls", "http", "https", "icecast", "rtsp", "rtsps", "srt", "pipe", "unix", "fd",
       "tee", "concat", "async", "cache", "crypto"});
  if (link == Output::Link::lasting || format == "null") return {};
  if (link == Output::Link::by_part)
    return "each segment has a connection of its own; whether the server takes them is seen in "
           "FFmpeg's messages only, and it has none for most answers";
  const std::string scheme = monitor::lowered(monitor::url_scheme(output));
  if (is_one_of(scheme, unacknowledged))
    return "no receiver acknowledges it; on air means that it is sent";
  if (is_file(output)) return "on air means that FFmpeg writes the file";
  const bool is_known =
      scheme.empty() || is_one_of(scheme, acknowledged) || scheme.find("rtmp") != std::string::npos;
  return is_known ? "" : "on air means that FFmpeg writes it";
}

bool server_speaks_first(string_view url) {
  constexpr auto schemes = std::to_array<string_view>({"icecast", "rtsp", "rtsps"});
  const std::string scheme = monitor::lowered(monitor::url_scheme(url));
  return scheme.starts_with("rtmp") || is_one_of(scheme, schemes);
}

Output output_of(string_view url, const Muxing& muxing, Reach reach,
                 const std::vector<Output>& known, const Texts& hidden) {
  Output output;
  output.name = unique_name(base_name_of(url, muxing.format, hidden), known);
  output.link = link_of(url, muxer_of(muxing.format, url), reach);
  output.may_be_missing = muxing.is_fifo || muxing.may_fail;
  output.reconnects = muxing.is_fifo && muxing.attempts_recovery;
  output.is_rtmp = monitor::url_scheme(url).starts_with("rtmp");
  output.awaits_answer = output.link == Output::Link::lasting && server_speaks_first(url);
  output.unseen = why_unseen(url, muxing.format, output.link);
  return output;
}

string_view value_in(string_view options, string_view key) {
  for (std::size_t at = options.find(key); at != string_view::npos;
       at = options.find(key, at + 1)) {
    const bool begins = at == 0 || options[at - 1] == ':' || options[at - 1] == '\\';
    const string_view rest = options.substr(at + key.size());
    if (begins && rest.starts_with('=')) return rest.substr(1, rest.find_first_of(":\\", 1) - 1);
  }
  return {};
}

Muxing muxing_of(const TeeLeg& leg, const Muxing& tee) {
  Muxing muxing;
  muxing.format = value_in(leg.options, "f");
  const string_view use_fifo = value_in(leg.options, "use_fifo");
  muxing.is_fifo = muxing.format == "fifo" || (use_fifo.empty() ? tee.is_fifo : use_fifo != "0");
  if (muxing.format == "fifo") muxing.format = value_in(leg.options, "fifo_format");
  const bool attempts = leg.options.find("attempt_recovery=1") != std::string::npos;
  muxing.attempts_recovery = attempts || tee.attempts_recovery;
  muxing.may_fail = value_in(leg.options, "onfail") == "ignore";
  return muxing;
}

class OutputsReader {
 public:
  OutputsReader(const FfmpegCommand& command, const Texts& hidden)
      : sinks_(command.sinks()), hidden_(hidden) {}

  void read(const FfmpegArgument& argument) {
    if (argument.kind == FfmpegArgument::Kind::option) return read_option(argument);
    if (argument.kind == FfmpegArgument::Kind::output) add(argument);
    muxing_ = {};
    fifo_format_ = {};
  }
  std::vector<Output> take() { return std::move(outputs_); }

 private:
  void read_option(const FfmpegArgument& option) {
    const bool on = option.value != "0";
    if (option.name == "fifo_format") fifo_format_ = option.value;
    if (option.name == "attempt_recovery") muxing_.attempts_recovery = on;
    if (option.name == "use_fifo") muxing_.is_fifo = on;
    if (option.name == "fifo_options") {
      muxing_.attempts_recovery = option.value.find("attempt_recovery=1") != string_view::npos;
    }
  }

  void add(const FfmpegArgument& argument) {
    string_view url = argument.value;
    const bool by_url = url.starts_with("tee:");
    if (by_url) url.remove_prefix(4);
    if (by_url || argument.format == "tee") {
      for (const TeeLeg& leg : read_tee(url)) add(leg.url, muxing_of(leg, muxing_));
      return;
    }
    muxing_.is_fifo = argument.format == "fifo";
    muxing_.format = muxing_.is_fifo ? fifo_format_ : argument.format;
    add(url, muxing_);
  }

  void add(string_view url, const Muxing& muxing) {
    const std::size_t number = outputs_.size();
    const Reach reach = number < sinks_.size() ? sinks_[number].reach : Reach::unknown;
    outputs_.push_back(output_of(url, muxing, reach, outputs_, hidden_));
  }

  const std::vector<monitor::probes::Target>& sinks_;
  const Texts& hidden_;
  Muxing muxing_;
  string_view fifo_format_;
  std::vector<Output> outputs_;
};

}  // namespace

string_view muxer_of(string_view format, string_view output) {
  constexpr auto pictures = std::to_array<string_view>({".jpg", ".jpeg", ".png", ".bmp", ".webp"});
  if (!format.empty()) return format;
  const string_view path = output.substr(0, output.find('?'));
  if (path.ends_with(".m3u8")) return "hls";
  if (path.ends_with(".mpd")) return "dash";
  const auto ends = [&](string_view ending) { return path.ends_with(ending); };
  return std::ranges::any_of(pictures, ends) ? "image2" : string_view();
}

bool opens_own_files(string_view muxer) {
  constexpr auto own_files =
      std::to_array<string_view>({"hls", "dash", "segment", "stream_segment", "ssegment", "image2",
                                  "webm_chunk", "smoothstreaming", "hds"});
  return is_one_of(muxer, own_files);
}

bool is_file(string_view output) {
  if (output.starts_with("file:")) output.remove_prefix(5);
  const bool is_device = output.starts_with("/dev/") || output.starts_with("/proc/");
  return output != "-" && !is_device && monitor::url_scheme(output).empty();
}

std::vector<Output> command_outputs(const FfmpegCommand& command, const Texts& hidden) {
  OutputsReader reader(command, hidden);
  for (const FfmpegArgument& argument : command.arguments()) reader.read(argument);
  return reader.take();
}

}  // namespace supervisor
