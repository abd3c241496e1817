#include "supervisor/config/witness_settings.hpp"

#include "supervisor/config/duration.hpp"
#include "supervisor/config/load.hpp"
#include "supervisor/config/urls.hpp"
#include "supervisor/config/values.hpp"
#include "supervisor/config/words.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

namespace {

using monitor::probes::SinkServer;

using ReadUrl = std::string (*)(const std::string&);

std::string masked_url(const std::string& url) {
  return Secrets().mask_command({url}).front();
}

// One of several keys for the URL that is probed. Empty: not this one.
Setting<StreamConfig> source(std::string_view key, SourceKey source_key, ReadUrl read_url) {
  return {key,
          [=](StreamConfig& stream, const std::string& text) {
            if (text.empty()) return;
            if (!stream.source_url.empty()) {
              throw Unexpected::whole("found a second source, expected one of http and icecast");
            }
            stream.source_url = read_url(text);
            stream.source_key = source_key;
          },
          [=](const StreamConfig& stream) {
            const bool is_this = stream.source_key == source_key && !stream.source_url.empty();
            return is_this ? masked_url(stream.source_url) : std::string();
          }};
}

// The same of the server that receives.
Setting<StreamConfig> sink(std::string_view key, SinkServer server, ReadUrl read_url) {
  return {key,
          [=](StreamConfig& stream, const std::string& text) {
            if (text.empty()) return;
            if (!stream.sink.url.empty()) {
              throw Unexpected::whole(
                  "found a second sink, expected one of nginx_rtmp_stat, mediamtx, srs and "
                  "icecast");
            }
            stream.sink.url = read_url(text);
            stream.sink.server = server;
          },
          [=](const StreamConfig& stream) {
            const bool is_this = stream.sink.server == server && !stream.sink.url.empty();
            return is_this ? masked_url(stream.sink.url) : std::string();
          }};
}

}  // namespace

std::vector<Setting<StreamConfig>> source_settings() {
  return {source("source.http", SourceKey::http, read_media_url),
          source("source.icecast", SourceKey::icecast, read_mount_url)};
}

std::vector<Setting<StreamConfig>> sink_settings() {
  return {sink("sink.nginx_rtmp_stat", SinkServer::nginx_rtmp_stat, read_http_url),
          sink("sink.mediamtx", SinkServer::mediamtx, read_api_url),
          sink("sink.srs", SinkServer::srs, read_api_url),
          sink("sink.icecast", SinkServer::icecast, read_http_url)};
}

namespace {

using namespace std::chrono_literals;
using S = StreamConfig;

constexpr DurationRange dead_air{1s, 24h};  // FFmpeg's silencedetect takes no more

// `get`: from the stream to the optional group.
template <class Get>
constexpr Part<S> part(std::string_view key, Get) {
  return {key,
          [](S& stream) {
            if (!Get()(stream)) Get()(stream).emplace();
          },
          [](const S& stream) { return Get()(stream).has_value(); }};
}

#define CONTENT(name)                   \
  [](auto& stream) -> auto& {           \
    return stream.monitor.content.name; \
  }
constexpr auto silence = CONTENT(silence);
constexpr auto frozen_picture = CONTENT(frozen_picture);
constexpr auto black = CONTENT(black);
#undef CONTENT

constexpr Part<S> silence_part = part("monitor.content.silence", silence);
constexpr Part<S> frozen_picture_part = part("monitor.content.frozen_picture", frozen_picture);
constexpr Part<S> black_part = part("monitor.content.black", black);

// The reader opens the part before it reads what is in it.
template <class Get>
Setting<S> lasting(std::string_view key, const Part<S>& of, Get get) {
  return {key,
          [=](S& stream, const std::string& text) {
            get(stream)->duration = read_duration(text, dead_air);
          },
          [=](const S& stream) {
            return get(stream) ? print_duration(get(stream)->duration) : std::string();
          },
          &of};
}

template <class Get>
Setting<S> noise(std::string_view key, const Part<S>& of, Get get) {
  return {key,
          [=](S& stream, const std::string& text) { get(stream)->noise_db = read_decibels(text); },
          [=](const S& stream) {
            return get(stream) ? print_decibels(get(stream)->noise_db) : std::string();
          },
          &of};
}

}  // namespace

std::vector<Setting<StreamConfig>> content_settings() {
  return {noise("monitor.content.silence.noise", silence_part, silence),
          lasting("monitor.content.silence.duration", silence_part, silence),
          noise("monitor.content.frozen_picture.noise", frozen_picture_part, frozen_picture),
          lasting("monitor.content.frozen_picture.duration", frozen_picture_part, frozen_picture),
          lasting("monitor.content.black.duration", black_part, black),
          {"monitor.content.action",
           [](S& stream, const std::string& text) {
             stream.monitor.content.action = read_word(text, on_dead_air_words());
           },
           [](const S& stream) {
             return print_word(stream.monitor.content.action, on_dead_air_words());
           }}};
}

std::vector<Setting<StreamConfig>> preview_settings() {
  constexpr DurationRange interval{10s, 60s};
  return {{"monitor.preview.picture",
           [=](S& stream, const std::string& text) {
             auto& picture = stream.monitor.preview.picture;
             picture.reset();
             if (!text.empty()) picture = read_duration(text, interval);
           },
           [](const S& stream) {
             const auto& picture = stream.monitor.preview.picture;
             return picture ? print_duration(*picture) : std::string();
           }},
          {"monitor.preview.level",
           [](S& stream, const std::string& text) {
             stream.monitor.preview.level = read_boolean(text);
           },
           [](const S& stream) {
             return std::string(stream.monitor.preview.level ? "true" : "false");
           }}};
}

}  // namespace supervisor
