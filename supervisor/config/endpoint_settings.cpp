#include "supervisor/config/endpoint_settings.hpp"

#include "supervisor/config/urls.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

namespace {

using monitor::probes::SinkServer;

using ReadUrl = std::string (*)(const std::string&);

std::string masked(const std::string& url) {
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
            return is_this ? masked(stream.source_url) : std::string();
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
            return is_this ? masked(stream.sink.url) : std::string();
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

}  // namespace supervisor
