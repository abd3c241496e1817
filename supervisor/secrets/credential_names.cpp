#include "supervisor/secrets/credential_names.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "monitor/text/ascii.hpp"
#include "supervisor/words/is_one_of.hpp"

namespace supervisor {

namespace {

using monitor::lowered;
using std::string_view;

constexpr std::size_t longest_name = 48;  // of a header or parameter; comparing more costs time

std::string comparable(string_view name) {
  return lowered(name.substr(0, longest_name));
}

// A name that contains one of these is a credential's, wherever it stands.
constexpr auto plain_parts = std::to_array<string_view>(
    {"passphrase", "passw", "secret", "token", "authori", "credential", "signature", "apikey",
     "api_key", "api-key", "streamkey", "stream_key", "stream-key", "streamname", "streamid",
     "playpath", "cookie", "jwt"});
// A name with one of these words is one in a query; the first few also in prose, if the value is
// long.
constexpr std::size_t prose_words = 6;
constexpr auto query_words = std::to_array<string_view>(
    {"key", "auth", "pass", "pwd", "psk", "sig", "pw", "sign", "hmac", "md5", "hash", "policy",
     "session", "sid", "cid",             // `cid` is YouTube's stream key over HLS
     "hdnea", "hdnts", "hdntl", "jtv"});  // Akamai, librtmp's Justin.tv token

// The letters of a word as a set of bits: a name that lacks one cannot contain the word. Spares
// most comparisons in lines of 60 `name=value`, such as x264's options.
constexpr std::uint32_t letters_of(string_view lowered_word) {
  std::uint32_t letters = 0;
  for (const char c : lowered_word)
    if (c >= 'a' && c <= 'z') letters |= 1U << (c - 'a');
  return letters;
}

constexpr auto plain_letters = [] {
  std::array<std::uint32_t, plain_parts.size()> letters{};
  for (std::size_t i = 0; i < letters.size(); ++i) letters[i] = letters_of(plain_parts[i]);
  return letters;
}();

bool has_plain_part(string_view lowered_name) {
  const std::uint32_t letters = letters_of(lowered_name);
  for (std::size_t i = 0; i < plain_parts.size(); ++i)
    if ((plain_letters[i] & ~letters) == 0 &&
        lowered_name.find(plain_parts[i]) != string_view::npos)
      return true;
  return false;
}

bool has_word(string_view lowered_name, std::size_t count) {
  const auto words_end = query_words.begin() + static_cast<std::ptrdiff_t>(count);
  while (!lowered_name.empty()) {
    const std::size_t end = std::min(lowered_name.find_first_of("._-"), lowered_name.size());
    const string_view word = lowered_name.substr(0, end);
    if (word.ends_with("key") || std::find(query_words.begin(), words_end, word) != words_end)
      return true;
    lowered_name.remove_prefix(std::min(end + 1, lowered_name.size()));
  }
  return false;
}

// Protocol options of FFmpeg that may stand in a URL's query.
constexpr auto protocol_parameters = std::to_array<string_view>({"tcp_nodelay",
                                                                 "tcp_mss",
                                                                 "tcp_keepalive",
                                                                 "listen",
                                                                 "listen_timeout",
                                                                 "timeout",
                                                                 "rw_timeout",
                                                                 "send_buffer_size",
                                                                 "recv_buffer_size",
                                                                 "local_port",
                                                                 "localport",
                                                                 "local_addr",
                                                                 "localaddr",
                                                                 "verify",
                                                                 "ttl",
                                                                 "pkt_size",
                                                                 "buffer_size",
                                                                 "fifo_size",
                                                                 "overrun_nonfatal",
                                                                 "bitrate",
                                                                 "burst_bits",
                                                                 "reuse",
                                                                 "reuse_socket",
                                                                 "broadcast",
                                                                 "connect",
                                                                 "sources",
                                                                 "block",
                                                                 "dscp",
                                                                 "localrtpport",
                                                                 "localrtcpport",
                                                                 "rtcpport",
                                                                 "rtpport",
                                                                 "udplite_coverage",
                                                                 "mode",
                                                                 "transtype",
                                                                 "latency",
                                                                 "rcvlatency",
                                                                 "peerlatency",
                                                                 "maxbw",
                                                                 "pbkeylen",
                                                                 "mss",
                                                                 "ffs",
                                                                 "ipttl",
                                                                 "iptos",
                                                                 "inputbw",
                                                                 "oheadbw",
                                                                 "tlpktdrop",
                                                                 "nakreport",
                                                                 "connect_timeout",
                                                                 "payload_size",
                                                                 "sndbuf",
                                                                 "rcvbuf",
                                                                 "lossmaxttl",
                                                                 "minversion",
                                                                 "messageapi",
                                                                 "linger",
                                                                 "tsbpd",
                                                                 "enforced_encryption",
                                                                 "kmrefreshrate",
                                                                 "kmpreannounce",
                                                                 "snddropdelay",
                                                                 "smoother",
                                                                 "rtsp_transport",
                                                                 "tcp",
                                                                 "udp",
                                                                 "udp_multicast",
                                                                 "multicast",
                                                                 "unicast",
                                                                 "transport",
                                                                 "transportmode",
                                                                 "icy"});
// Of web servers, players and cameras.
constexpr auto media_parameters = std::to_array<string_view>({"format",
                                                              "quality",
                                                              "profile",
                                                              "width",
                                                              "height",
                                                              "fps",
                                                              "codec",
                                                              "vcodec",
                                                              "acodec",
                                                              "lang",
                                                              "language",
                                                              "channel",
                                                              "subtype",
                                                              "stream_type",
                                                              "resolution",
                                                              "res",
                                                              "size",
                                                              "audio",
                                                              "video",
                                                              "start",
                                                              "end",
                                                              "duration",
                                                              "offset",
                                                              "limit",
                                                              "page",
                                                              "type",
                                                              "date",
                                                              "time",
                                                              "version",
                                                              "expires",
                                                              "expire",
                                                              "expiry",
                                                              "file",
                                                              "filename",
                                                              "backup",
                                                              "x-amz-date",
                                                              "x-amz-expires",
                                                              "x-amz-algorithm",
                                                              "x-amz-signedheaders"});

constexpr auto rtmp_options = std::to_array<string_view>(
    {"live", "buffer", "start", "stop", "timeout", "swfvfy", "swfage", "swfsize", "flashver"});

}  // namespace

bool is_secret_name(string_view name) {
  const std::string low = comparable(name);
  return has_plain_part(low) || has_word(low, query_words.size());
}

bool is_plain_secret_name(string_view name) {
  return has_plain_part(comparable(name));
}

bool may_be_secret_name(string_view name) {
  return has_word(comparable(name), prose_words);
}

bool is_header_name(string_view name) {
  constexpr auto names = std::to_array<string_view>(
      {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key",
       "x-auth-token", "private-token", "password", "passphrase"});
  return is_one_of(comparable(name), names);
}

bool is_credential_option(string_view name) {
  constexpr auto options = std::to_array<string_view>({"headers",
                                                       "header",
                                                       "proxy-header",
                                                       "cookies",
                                                       "auth",
                                                       "key",
                                                       "decryption_key",
                                                       "decryption_keys",
                                                       "encryption_key",
                                                       "hls_enc_key",
                                                       "cenc_decryption_key",
                                                       "audible_key",
                                                       "activation_bytes",
                                                       "rtmp_app",
                                                       "rtmp_playpath",
                                                       "rtmp_conn",
                                                       "rtmp_subscribe",
                                                       "srtp_out_params",
                                                       "srtp_in_params",
                                                       "cryptokey",
                                                       "post_data"});
  // Their values are paths, and two of them look like nothing else.
  if (name.ends_with("_file") || name.ends_with("-file")) return false;
  if (name == "H") return true;  // curl's; -h asks for help
  const std::string low = comparable(name);
  return is_one_of(low, options) || has_plain_part(low);
}

bool is_harmless_parameter(string_view name) {
  const std::string low = comparable(name);
  return is_one_of(low, protocol_parameters) || is_one_of(low, media_parameters);
}

bool is_harmless_rtmp_option(string_view name) {
  return is_one_of(comparable(name), rtmp_options);
}

}  // namespace supervisor
