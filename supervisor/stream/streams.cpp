#include "supervisor/stream/streams.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "recovery/exit_code.hpp"

namespace supervisor {

namespace {

constexpr std::size_t removed_limit = 256;  // whose past is remembered

}  // namespace

void Streams::add(std::vector<StreamParts> all) {
  std::vector<std::string> order;
  for (const StreamParts& parts : all) order.push_back(parts.config.name);
  for (StreamParts& parts : all) present_.push_back(make(std::move(parts)));
  arrange(order);
}

void Streams::start() {
  for_each([](StreamDriver& stream) { stream.start(); });
}

void Streams::shut_down() {
  for_each([](StreamDriver& stream) { stream.shut_down(); });
}

void Streams::kill() {
  for_each([](StreamDriver& stream) { stream.kill(); });
  for (const Entry& entry : leaving_) entry.driver->kill();
}

// The streams that are no more leave at once, so that the others need not wait for them.
void Streams::change(const ConfigChanges& changes, std::vector<StreamParts> changed,
                     const Config& next) {
  for (const std::string& name : changes.removed) remove(name);
  std::vector<StreamDriver*> added;
  for (StreamParts& parts : changed) {
    const auto change =
        std::find_if(changes.changed.begin(), changes.changed.end(),
                     [&](const StreamChange& each) { return each.name == parts.config.name; });
    if (change != changes.changed.end()) {
      reconfigure(*change, std::move(parts));
    } else {
      present_.push_back(make(std::move(parts)));
      added.push_back(present_.back().driver.get());
    }
  }
  std::vector<std::string> order;
  for (const StreamConfig& stream : next.streams) order.push_back(stream.name);
  arrange(order);
  for (StreamDriver* stream : added) stream->start();
}

Streams::Entry Streams::make(StreamParts parts) {
  const std::size_t place = next_place_++;
  context_.services.snapshots.append(place);  // it shows itself from the start
  recovery::PersistedState before = past_of(parts.config.name);
  return {place,
          std::make_unique<StreamDriver>(
              std::move(parts),
              StreamDriver::Context{.services = context_.services,
                                    .place = place,
                                    .max_incidents = context_.max_incidents,
                                    .alerts = context_.alerts,
                                    .journal = context_.journal,
                                    .before = std::move(before),
                                    .on_end = [this, place](int code) { on_end(place, code); },
                                    .free_descriptors = context_.free_descriptors,
                                    .launches = &launches_,
                                    .seams = context_.seams})};
}

recovery::PersistedState Streams::past_of(const std::string& name) {
  if (const auto removed = removed_.extract(name)) return std::move(removed.mapped());
  return context_.journal ? context_.journal->past(name) : recovery::PersistedState();
}

void Streams::arrange(const std::vector<std::string>& order) {
  std::unordered_map<std::string_view, std::size_t> ranks;
  for (const std::string& name : order) ranks.emplace(name, ranks.size());
  const auto rank = [&](const Entry& entry) {
    const auto found = ranks.find(entry.driver->config().name);
    return found == ranks.end() ? ranks.size() : found->second;
  };
  std::stable_sort(present_.begin(), present_.end(),
                   [&](const Entry& left, const Entry& right) { return rank(left) < rank(right); });
  std::vector<std::size_t> places;
  for (const Entry& entry : present_) places.push_back(entry.place);
  context_.services.snapshots.arrange(places);
}

void Streams::remove(const std::string& name) {
  const auto found = std::find_if(present_.begin(), present_.end(), [&](const Entry& entry) {
    return entry.driver->config().name == name;
  });
  if (found == present_.end()) return;
  Entry entry = std::move(*found);
  present_.erase(found);
  std::erase_if(ended_, [&](const auto& ended) { return ended.first == entry.place; });
  StreamDriver& driver = *entry.driver;
  const std::size_t place = entry.place;
  const bool has_ended = driver.has_ended();
  leaving_.push_back(std::move(entry));
  driver.remove();
  if (has_ended) context_.services.loop.post([this, place] { on_gone(place); });
}

void Streams::reconfigure(const StreamChange& change, StreamParts parts) {
  for (const Entry& entry : present_) {
    if (entry.driver->config().name != change.name) continue;
    // It may begin anew, and end again from within the call.
    if (change.primary) {
      std::erase_if(ended_, [&](const auto& ended) { return ended.first == entry.place; });
    }
    return entry.driver->reconfigure(std::move(parts), change.primary, change.fallback);
  }
}

std::size_t Streams::children_at_most() const {
  std::size_t all = 0;
  for (const Entry& entry : present_) all += entry.driver->children_at_most();
  return all;
}

bool Streams::is_leaving(const std::string& name) const {
  return std::any_of(leaving_.begin(), leaving_.end(),
                     [&](const Entry& entry) { return entry.driver->config().name == name; });
}

StreamDriver* Streams::find(const std::string& name) {
  for (const Entry& entry : present_) {
    if (entry.driver->config().name == name) return entry.driver.get();
  }
  return nullptr;
}

int Streams::exit_code() const {
  for (const auto& [place, code] : ended_) {
    if (code != 0) return code;
  }
  return 0;
}

void Streams::on_end(std::size_t place, int exit_code) {
  for (const Entry& entry : present_) {
    if (entry.place != place) continue;
    ended_.emplace_back(place, exit_code);
    const bool gave_up =
        entry.driver->config().recovery.on_exhausted == recovery::OnExhausted::exit &&
        exit_code == recovery::exit_code::gave_up;
    if (all_ended()) return context_.on_all_ended();
    if (gave_up) context_.on_gave_up();
    return;
  }
  // One that leaves; it is not destroyed from within its own step.
  context_.services.loop.post([this, place] { on_gone(place); });
}

void Streams::on_gone(std::size_t place) {
  const auto found = std::find_if(leaving_.begin(), leaving_.end(),
                                  [place](const Entry& entry) { return entry.place == place; });
  if (found == leaving_.end()) return;
  const StreamDriver& driver = *found->driver;
  context_.services.log.write(LogLevel::info, "config_loaded", driver.config().name,
                              "The removed stream has ended");
  if (removed_.size() < removed_limit) removed_[driver.config().name] = driver.past();
  leaving_.erase(found);
  if (all_ended()) return context_.on_all_ended();
  context_.on_gone();
}

}  // namespace supervisor
