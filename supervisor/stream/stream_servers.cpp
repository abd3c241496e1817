#include "supervisor/stream/stream_servers.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "monitor/text/url.hpp"
#include "monitor/text/utf8.hpp"
#include "supervisor/hold/held_parts.hpp"

namespace supervisor {

using monitor::probes::Target;

namespace {

using Texts = std::vector<std::string>;

constexpr std::size_t servers_shown = 4;  // a label of bounded length
constexpr std::size_t shortest_hidden = 3;

bool holds_any(const std::string& name, const Texts& hidden) {
  return std::ranges::any_of(hidden, [&](const std::string& each) {
    return each.size() >= shortest_hidden && name.find(each) != std::string::npos;
  });
}

// Empty: it is no server's, or its name is a secret.
std::string server_of(const std::string& url, const Texts& hidden) {
  const std::string opened(monitor::probes::opened_url(url));
  const bool is_url = opened.find("://") != std::string::npos;
  if (!is_url || monitor::split_url(opened).host.empty()) return {};
  std::string name = monitor::shown_server(opened);
  return holds_any(name, hidden) ? std::string() : name;
}

void add(const std::vector<Target>& targets, const Texts& hidden, Texts& names) {
  for (const Target& target : targets) {
    std::string name = server_of(target.url, hidden);
    const bool is_new = std::ranges::find(names, name) == names.end();
    if (!name.empty() && is_new) names.push_back(std::move(name));
  }
}

// In one order, whatever the order of the command: the label is compared.
std::string joined(Texts names) {
  std::ranges::sort(names);
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), servers_shown); ++i) {
    text += (i > 0 ? "," : "") + names[i];
  }
  return names.size() > servers_shown ? text + ',' + std::string(monitor::ellipsis) : text;
}

}  // namespace

recovery::StreamServers servers_of(const StreamParts& parts) {
  const StreamConfig& config = parts.config;
  const Texts& hidden = config.hidden.texts;
  Texts sources, sinks;
  if (config.source_url.empty()) {
    add(parts.primary->command.sources(), hidden, sources);
  } else {
    add({Target{.url = config.source_url}}, hidden, sources);
  }
  add(parts.sinks, hidden, sinks);
  if (parts.held) {
    for (const HeldPublisher& output : parts.held->outputs) add(output.parts->sinks, hidden, sinks);
  }
  return {joined(std::move(sources)), joined(std::move(sinks))};
}

}  // namespace supervisor
