#include "http/api.hpp"

#include <algorithm>

#include <boost/json/array.hpp>

#include "http/json.hpp"
#include "http/stream_json.hpp"

namespace http {
namespace {

namespace json = boost::json;

const StreamSnapshot* find(const Board::View& view, std::string_view name) {
  for (const auto& stream : view.streams) {
    if (stream->name == name) return stream.get();
  }
  return nullptr;
}

Reply no_such_stream(std::string_view name) {
  constexpr std::size_t shown = 100;  // bytes of the name that was asked for
  return error_reply(404, "no stream is named \"" + std::string(name.substr(0, shown)) + "\"");
}

}  // namespace

Reply streams(const Board::View& view, const Moment& now) {
  json::array list;
  for (const auto& stream : view.streams) list.push_back(stream_json(*stream, now));
  return json_reply(200, {{"streams", std::move(list)}});
}

Reply stream(const Board::View& view, std::string_view name, const Moment& now) {
  const StreamSnapshot* const found = find(view, name);
  return found ? json_reply(200, stream_json(*found, now)) : no_such_stream(name);
}

Reply recovery_of(const Board::View& view, std::string_view name, std::size_t limit,
                  const Moment& now) {
  const StreamSnapshot* const found = find(view, name);
  if (!found) return no_such_stream(name);
  json::object answer{{"stream", name}};
  for (auto& member : recovery_json(*found, now)) answer.insert(member);
  answer["history"] = history_json(*found, limit);
  return json_reply(200, answer);
}

Reply incidents(const Board::View& view, std::size_t limit) {
  struct Entry {
    const StreamSnapshot* stream;
    const recovery::IncidentRecord* incident;
  };
  std::vector<Entry> all;
  for (const auto& stream : view.streams) {
    if (!stream->incidents) continue;
    const std::size_t count = std::min(limit, stream->incidents->size());  // newest first
    for (std::size_t i = 0; i < count; ++i) all.push_back({stream.get(), &(*stream->incidents)[i]});
  }
  std::stable_sort(all.begin(), all.end(), [](const Entry& left, const Entry& right) {
    return left.incident->detected_at > right.incident->detected_at;
  });
  if (all.size() > limit) all.resize(limit);
  json::array list;
  for (const Entry& entry : all) list.push_back(incident_json(entry.stream->name, *entry.incident));
  return json_reply(200, {{"incidents", std::move(list)}});
}

}  // namespace http
