#include "supervisor/journal/journal_state.hpp"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "supervisor/journal/journal_line.hpp"

namespace supervisor {

using recovery::IncidentRecord;
using recovery::PersistedState;

namespace {

std::string text_of(const JournalRecord& record) {
  std::string text;
  for (const std::string& line : lines_of(record)) text += line + '\n';
  return text;
}

}  // namespace

void merge(Journal::Change& earlier, Journal::Change&& later, std::size_t max_incidents) {
  auto unwatched = std::move(later.now.unwatched);
  unwatched.insert(unwatched.end(), earlier.now.unwatched.begin(), earlier.now.unwatched.end());
  std::vector<IncidentRecord> incidents = std::move(earlier.now.incidents);
  std::vector<IncidentRecord> newer = std::move(later.now.incidents);
  for (auto change = newer.rbegin(); change != newer.rend(); ++change) {
    const auto known = std::find_if(incidents.begin(), incidents.end(), [&](const auto& incident) {
      return incident.id == change->id;
    });
    if (known != incidents.end()) {
      *known = std::move(*change);
    } else {
      incidents.insert(incidents.begin(), std::move(*change));
    }
  }
  if (incidents.size() > max_incidents) incidents.resize(max_incidents);
  if (!later.now.watched_since) later.now.watched_since = earlier.now.watched_since;
  earlier.now = std::move(later.now);
  earlier.now.incidents = std::move(incidents);
  earlier.now.unwatched = std::move(unwatched);
}

void JournalState::apply(const JournalRecord& record) {
  Stream* stream = find_or_add(record.change.stream);
  if (!stream) return;
  const PersistedState& now = record.change.now;
  if (record.holds_state) add_state(*stream, now);
  add_unwatched(*stream, now.unwatched);
  for (auto incident = now.incidents.rbegin(); incident != now.incidents.rend(); ++incident) {
    add(*stream, *incident);
  }
}

void JournalState::note(const Journal::Change& change) {
  apply({change});
  if (Stream* stream = find_or_add(change.stream)) stream->noted = true;
}

void JournalState::lay_over(const JournalState& newer) {
  for (const auto& [name, theirs] : newer.streams_) {
    const bool known = streams_.contains(name);
    Stream* stream = find_or_add(name);
    if (!stream) return;
    if (theirs.noted || !known) add_state(*stream, theirs.state);
    stream->noted = theirs.noted;
    add_unwatched(*stream, theirs.state.unwatched);
    for (const auto& [place, incident] : theirs.incidents) add(*stream, incident);
  }
}

std::map<std::string, PersistedState> JournalState::persisted_states() const {
  std::map<std::string, PersistedState> result;
  for (const auto& [name, stream] : streams_) {
    PersistedState& past = result[name];
    past = stream.state;
    for (auto entry = stream.incidents.rbegin(); entry != stream.incidents.rend(); ++entry) {
      past.incidents.push_back(entry->second);
    }
  }
  return result;
}

std::string JournalState::text() const {
  std::string text = header_line() + '\n';
  for (const auto& [name, stream] : streams_) {
    text += text_of(name, stream, max_text_bytes / streams_.size());
  }
  return text;
}

// The newest that have room, given from the oldest on.
std::string JournalState::text_of(const std::string& name, const Stream& stream,
                                  std::size_t max_bytes) {
  std::vector<std::string> parts;
  std::string text = supervisor::text_of(JournalRecord{{name, stream.state}});
  std::size_t size = text.size();
  for (auto entry = stream.incidents.rbegin(); entry != stream.incidents.rend(); ++entry) {
    JournalRecord record{{name, {}}, false};
    record.change.now.incidents.push_back(entry->second);
    parts.push_back(supervisor::text_of(record));
    size += parts.back().size();
    if (size > max_bytes) break;
  }
  if (size > max_bytes && !parts.empty()) parts.pop_back();
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) text += *part;
  return text;
}

void JournalState::add(Stream& stream, const IncidentRecord& incident) {
  const auto known = stream.places.find(incident.id);
  if (known != stream.places.end()) {
    stream.incidents[known->second] = incident;
    return;
  }
  stream.places[incident.id] = next_place_;
  stream.incidents[next_place_++] = incident;
  if (stream.incidents.size() <= max_incidents_) return;
  const auto oldest = stream.incidents.begin();
  stream.places.erase(oldest->second.id);
  stream.incidents.erase(oldest);
}

void JournalState::add_state(Stream& stream, const PersistedState& state) {
  stream.state.attempts = state.attempts;
  stream.state.source_retries = state.source_retries;
  stream.state.stopped_as_asked = state.stopped_as_asked;
  stream.state.launched_at = state.launched_at;
  stream.state.alert = state.alert;
  stream.state.escalated = state.escalated;
  if (state.watched_since) stream.state.watched_since = state.watched_since;
}

// Newest first; a span that is known stays once.
void JournalState::add_unwatched(Stream& stream,
                                 const std::vector<recovery::UnwatchedSpan>& spans) {
  auto& known = stream.state.unwatched;
  for (const auto& span : spans) {
    if (std::ranges::find(known, span) == known.end()) known.push_back(span);
  }
  std::ranges::sort(known, std::ranges::greater{}, &recovery::UnwatchedSpan::from);
  if (known.size() > recovery::unwatched_limit) known.resize(recovery::unwatched_limit);
}

JournalState::Stream* JournalState::find_or_add(const std::string& name) {
  const auto known = streams_.find(name);
  if (known != streams_.end()) return &known->second;
  if (streams_.size() >= max_streams) return nullptr;
  return &streams_[name];
}

}  // namespace supervisor
