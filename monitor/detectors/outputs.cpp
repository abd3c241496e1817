#include "monitor/detectors/outputs.hpp"

#include <algorithm>
#include <utility>

#include "monitor/evidence.hpp"
#include "monitor/text/sentence.hpp"

namespace monitor {
namespace {

using Phase = ConnectionSample::Phase;

// One segment that is refused may be an accident of that moment.
constexpr unsigned telling_refusals = 2;

bool may_be_output(const ConnectionSample& sample) {
  return sample.kind == ConnectionSample::Kind::tcp && sample.side != Side::input &&
         sample.phase != Phase::closing;
}

bool is_lasting(const Output& output) {
  return output.link == Output::Link::lasting;
}

bool is_set(std::uint32_t bits, std::size_t number) {
  return (bits >> number & 1U) != 0;
}

}  // namespace

OutputsDetector::OutputsDetector(std::vector<Output> outputs, Duration stall_timeout)
    : stall_timeout_(stall_timeout) {
  if (outputs.size() > outputs_limit) outputs.resize(outputs_limit);
  for (Output& output : outputs) legs_.push_back({.output = std::move(output)});
}

void OutputsDetector::set_outputs(const std::vector<Output>& outputs) {
  if (!publishes() && std::ranges::none_of(outputs, &Output::is_published)) return;
  const std::vector<std::string> names_before = names();
  std::vector<Leg> before = std::exchange(legs_, {});
  for (const Output& output : outputs) {
    if (legs_.size() == outputs_limit) break;
    const auto same = std::ranges::find(names_before, output.name);
    const bool is_new = same == names_before.end();
    legs_.push_back(is_new ? Leg{} : std::move(before[same - names_before.begin()]));
    legs_.back().output = output;
  }
  const std::vector<std::string> names_now = names();
  for (Link& link : links_) {
    const auto leg = std::ranges::find(names_now, names_before[link.leg]);
    link.leg = static_cast<std::size_t>(leg - names_now.begin());
  }
  std::erase_if(links_, [this](const Link& link) { return link.leg == legs_.size(); });
}

// ---------------------------------------------------------------------------- what is seen

void OutputsDetector::on_connections(const ConnectionSamples& all, Instant now) {
  kernel_reports_ = true;
  assign(all);
  for (Leg& leg : legs_) {
    if (leg.output.is_published) continue;
    if (leg.is_connected) leg.gone_at = now;
    leg.is_connected = leg.is_unanswered = false;
  }
  for (Link& link : links_) {
    const auto sample = std::ranges::find(all, link.id, &ConnectionSample::id);
    Leg& leg = legs_[link.leg];
    leg.peer = sample->peer;
    const bool is_taken = sample->phase == Phase::established && sample->acked_bytes > 0;
    leg.is_unanswered = is_taken && leg.output.awaits_answer && sample->received_bytes == 0;
    if (is_taken && !leg.is_unanswered) leg.is_connected = leg.was_connected = true;
    count(*sample, link);
  }
}

// Which of several outputs at one server a connection serves is not to be seen: FFmpeg opens them
// in their order. What is certain stays; the rest is found anew each time.
void OutputsDetector::assign(const ConnectionSamples& all) {
  std::vector<Link> links;
  for (const Link& link : links_) {
    const auto sample = std::ranges::find(all, link.id, &ConnectionSample::id);
    const bool stays = sample != all.end() && may_be_output(*sample) && link.is_certain;
    if (stays && !legs_[link.leg].given_up_at) links.push_back(link);
  }
  for (const bool of_output : {true, false}) {
    for (const ConnectionSample& sample : all) {
      const bool is_of_output = sample.side == Side::output;
      if (may_be_output(sample) && is_of_output == of_output) add_link(sample, links);
    }
  }
  links_ = std::move(links);
}

void OutputsDetector::add_link(const ConnectionSample& sample, std::vector<Link>& links) const {
  if (std::ranges::find(links, sample.id, &Link::id) != links.end()) return;
  const auto leg = leg_for(sample, links);
  if (!leg) return;
  const Link* before = link_of(sample.id);
  links.push_back(
      {sample.id, *leg, sample.side == Side::output, before ? before->counted_bytes : 0});
}

// The first that has none, those with a lasting one before others. An address that is none of the
// command's may be any's: behind a redirect, a proxy.
std::optional<std::size_t> OutputsDetector::leg_for(const ConnectionSample& sample,
                                                    const std::vector<Link>& links) const {
  std::optional<std::size_t> first;
  for (const bool lasting : {true, false}) {
    for (std::size_t number = 0; number < legs_.size(); ++number) {
      const Leg& leg = legs_[number];
      const bool fits =
          sample.outputs == 0 ? is_lasting(leg.output) : is_set(sample.outputs, number);
      if (!fits || leg.output.is_published || leg.given_up_at || is_lasting(leg.output) != lasting)
        continue;
      if (std::ranges::find(links, number, &Link::leg) == links.end()) return number;
      if (!first && sample.outputs != 0) first = number;
    }
  }
  return first;
}

const OutputsDetector::Link* OutputsDetector::link_of(std::uint64_t connection) const {
  const auto found = std::ranges::find(links_, connection, &Link::id);
  return found == links_.end() ? nullptr : &*found;
}

// Counted whole once it is known to be an output's.
void OutputsDetector::count(const ConnectionSample& sample, Link& link) {
  if (!link.is_certain || sample.acked_bytes <= link.counted_bytes) return;
  legs_[link.leg].delivered_bytes += sample.acked_bytes - link.counted_bytes;
  link.counted_bytes = sample.acked_bytes;
}

void OutputsDetector::on_reports(const OutputReports& reports) {
  for (const OutputReport& report : reports) {
    for (Leg& leg : legs_) {
      if (!leg.output.is_published || leg.output.name != report.output) continue;
      leg.report = report;
      leg.is_connected = report.state == OutputState::on_air;
    }
  }
}

void OutputsDetector::on_advance(Instant now) {
  if (!first_advance_) first_advance_ = now;
}

void OutputsDetector::on_sign(const Sign& sign, Instant now) {
  if (!sign.output || *sign.output >= legs_.size()) return;
  Leg& leg = legs_[*sign.output];
  if (sign.gives_up_leg) {
    if (!leg.given_up_at) leg.given_up_at = now;
    return;
  }
  const bool is_of_segment = leg.output.link == Output::Link::by_part;
  if (!is_of_segment || component_of(sign.cause) != Component::sink) return;
  if (leg.refused_at && now - *leg.refused_at >= sign_lasts) leg.refusals = 0;
  leg.refused_at = now;
  leg.refused = sign.cause;
  ++leg.refusals;
}

void OutputsDetector::rebase(Instant now) {
  for (Leg& leg : legs_) {
    if (!leg.output.is_published && !leg.is_connected) leg.gone_at = now;
  }
}

// ---------------------------------------------------------------------------- what follows

bool OutputsDetector::is_judged(const Leg& leg) const {
  return is_lasting(leg.output) && !leg.output.is_published && kernel_reports_ && first_advance_ &&
         (leg.was_connected || leg.output.may_be_missing);
}

bool OutputsDetector::is_refused(const Leg& leg, Instant now) {
  return leg.refusals >= telling_refusals && now - *leg.refused_at < sign_lasts;
}

// Its own supervision has judged it.
bool OutputsDetector::is_reported_down(const Leg& leg) {
  return leg.report &&
         (leg.report->state == OutputState::lost || leg.report->state == OutputState::stopped);
}

// While another is left that is what was wanted.
bool OutputsDetector::is_stopped_as_asked(const Leg& leg) {
  return is_reported_down(leg) && component_of(leg.report->cause) == Component::operator_;
}

Instant OutputsDetector::due(const Leg& leg) const {
  if (is_reported_down(leg)) return leg.report->since;
  if (leg.given_up_at) return *leg.given_up_at;
  return is_judged(leg) && !leg.is_connected ? since(leg) + stall_timeout_ : never;
}

Instant OutputsDetector::since(const Leg& leg) const {
  if (leg.report) return leg.report->since;
  if (leg.given_up_at) return *leg.given_up_at;
  if (leg.refused_at) return *leg.refused_at;
  return std::max(first_advance_.value_or(leg.gone_at), leg.gone_at);
}

// A file or UDP that goes on is nothing that a listener has.
bool OutputsDetector::is_off_air(Instant now) const {
  bool any = false, any_left = false;
  for (const Leg& leg : legs_) {
    if (!is_lasting(leg.output)) continue;
    const bool is_left = !is_down(leg, now);
    if (leg.output.required && !is_left && !is_stopped_as_asked(leg)) return true;
    any = true;
    any_left = any_left || is_left;
  }
  return any && !any_left;
}

std::vector<Fault> OutputsDetector::check(Instant now) const {
  std::vector<Fault> faults;
  const bool off_air = is_off_air(now);
  for (const Leg& leg : legs_) {
    if (!is_down(leg, now) || (!off_air && is_stopped_as_asked(leg))) continue;
    faults.push_back({cause(leg), off_air && is_lasting(leg.output), sentence(leg, now), since(leg),
                      Strength::proven, leg.output.name});
  }
  return faults;
}

Instant OutputsDetector::deadline(Instant checked_at) const {
  Instant earliest = never;
  for (const Leg& leg : legs_) {
    const Instant over = leg.refused_at ? *leg.refused_at + sign_lasts : never;
    for (const Instant due_at : {due(leg), over}) {
      if (due_at > checked_at) earliest = std::min(earliest, due_at);
    }
  }
  return earliest;
}

Cause OutputsDetector::cause(const Leg& leg) {
  if (leg.report) return leg.report->cause;
  if (!leg.given_up_at && leg.refused_at) return leg.refused;
  return leg.was_connected ? Cause::sink_lost : Cause::sink_unreachable;
}

std::string OutputsDetector::sentence(const Leg& leg, Instant now) const {
  if (leg.report) return leg.report->sentence;
  const char* name = leg.output.name.c_str();
  const double lasted = seconds(now - since(leg));
  if (leg.given_up_at) {
    return monitor::sentence("FFmpeg gave up output %s %.1f s ago and goes on without it.", name,
                             lasted);
  }
  if (leg.refused_at) {
    return monitor::sentence(
        "Output %s was not taken %u times, the last %.1f s ago, as FFmpeg "
        "says.",
        name, leg.refusals, lasted);
  }
  if (leg.is_unanswered) {
    return monitor::sentence(
        "The server of output %s took the connection and has not answered in %.1f s of output.",
        name, lasted);
  }
  if (!leg.was_connected) {
    return monitor::sentence("Output %s has had no connection in %.1f s of output.", name, lasted);
  }
  return monitor::sentence(
      "The connection of output %s to %s has been gone for %.1f s, and FFmpeg "
      "goes on without it.",
      name, leg.peer.c_str(), lasted);
}

// ---------------------------------------------------------------------------- for others

bool OutputsDetector::is_connected() const {
  const auto lacks = [](const Leg& leg) {
    return leg.output.required && !leg.is_connected && !is_stopped_as_asked(leg);
  };
  const auto has = [](const Leg& leg) { return is_lasting(leg.output) && leg.is_connected; };
  return std::ranges::any_of(legs_, has) && std::ranges::none_of(legs_, lacks);
}

bool OutputsDetector::goes_on_elsewhere(Instant now) const {
  const auto goes_on = [&](const Leg& leg) {
    return !is_lasting(leg.output) && !is_down(leg, now);
  };
  return is_off_air(now) && std::ranges::any_of(legs_, goes_on);
}

bool OutputsDetector::is_exhausted() const {
  return std::ranges::any_of(
      legs_, [](const Leg& leg) { return is_reported_down(leg) && leg.report->is_exhausted; });
}

bool OutputsDetector::publishes() const {
  return std::ranges::any_of(legs_, [](const Leg& leg) { return leg.output.is_published; });
}

bool OutputsDetector::awaits_media() const {
  bool any = false;
  for (const Leg& leg : legs_) {
    if (!leg.output.is_published || is_reported_down(leg)) continue;
    if (leg.report && !leg.report->awaits_media) return false;
    any = true;
  }
  return any;
}

bool OutputsDetector::are_all_wrong() const {
  const auto is_wrong = [](const Leg& leg) {
    return is_reported_down(leg) && leg.report->cause == Cause::command_invalid;
  };
  const auto is_required = [](const Leg& leg) { return leg.output.required; };
  const bool any_required = std::ranges::any_of(legs_, is_required);
  return publishes() && std::ranges::all_of(legs_, [&](const Leg& leg) {
           return is_wrong(leg) || (any_required && !leg.output.required);
         });
}

bool OutputsDetector::is_published(std::string_view output) const {
  return std::ranges::any_of(legs_, [output](const Leg& leg) {
    return leg.output.is_published && leg.output.name == output;
  });
}

std::string_view OutputsDetector::name_of(std::uint64_t connection) const {
  const Link* link = link_of(connection);
  return link ? std::string_view(legs_[link->leg].output.name) : std::string_view();
}

std::vector<std::string> OutputsDetector::names() const {
  std::vector<std::string> names;
  for (const Leg& leg : legs_) names.push_back(leg.output.name);
  return names;
}

OutputState OutputsDetector::state(const Leg& leg, Instant now) const {
  if (leg.output.is_published) return leg.report ? leg.report->state : OutputState::starting;
  if (is_down(leg, now)) return OutputState::lost;
  if (!first_advance_) return OutputState::starting;
  if (!is_judged(leg) || leg.is_connected) return OutputState::on_air;
  return leg.was_connected ? OutputState::lost : OutputState::starting;
}

std::vector<OutputReading> OutputsDetector::readings(Instant now) const {
  std::vector<OutputReading> readings;
  for (const Leg& leg : legs_) {
    const OutputState present = state(leg, now);
    const bool is_lost = present == OutputState::lost || is_reported_down(leg);
    readings.push_back({leg.output.name, present, is_lost ? sentence(leg, now) : std::string()});
  }
  return readings;
}

std::optional<std::uint64_t> OutputsDetector::delivered_bytes(std::size_t output) const {
  const bool shows = output < legs_.size() && legs_[output].output.link != Output::Link::none;
  return shows ? std::optional(legs_[output].delivered_bytes) : std::nullopt;
}

std::vector<std::string> OutputsDetector::unseen() const {
  std::vector<std::string> sentences;
  for (const Leg& leg : legs_) {
    if (leg.output.unseen.empty()) continue;
    sentences.push_back("Output " + leg.output.name + " cannot be seen: " + leg.output.unseen +
                        '.');
  }
  return sentences;
}

}  // namespace monitor
