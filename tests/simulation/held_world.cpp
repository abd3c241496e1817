#include "tests/simulation/held_world.hpp"

#include <algorithm>
#include <iostream>
#include <sstream>
#include <utility>

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;

namespace {

bool is_same(const monitor::OutputReport& one, const monitor::OutputReport& other) {
  return one.output == other.output && one.state == other.state && one.cause == other.cause &&
         one.sentence == other.sentence && one.is_exhausted == other.is_exhausted &&
         one.awaits_media == other.awaits_media;
}

}  // namespace

HeldWorld::HeldWorld(std::uint64_t seed, bool aloud)
    : dice_(seed ^ 0x4e1dULL),
      scenario_(make_held_scenario(dice_)),
      seed_(seed),
      aloud_(aloud),
      rules_(scenario_, began_),
      plans_(scenario_.outputs),
      requests_at_(began_ + dice_.around(scenario_.mean_request)) {
  encoder_.emplace(
      HeldEncoder::Surroundings{.scenario = scenario_,
                                .rules = rules_,
                                .dice = dice_,
                                .now = now_,
                                .relay = [this] { return outputs_ ? &outputs_->relay : nullptr; },
                                .before_launch = [this] { begin_outputs(); },
                                .reports = [this] { return reports(); },
                                .after_step = [this] { end_outputs(); },
                                .on_end = [this](int exit_code) { exit_code_ = exit_code; },
                                .publishers = [this] { return publishers(); }},
      seed, aloud);
}

void HeldWorld::run() {
  if (aloud_) std::cout << scenario_;
  encoder_->wake(StartRequested{}, true);
  const Instant end = began_ + scenario_.length;
  while (now_ < end && !is_over_) {
    now_ = std::max(now_, next_at());
    pass();
    take_edges();
    check_over();
  }
}

std::string HeldWorld::describe() const {
  std::ostringstream text;
  text << scenario_;
  if (outputs_) {
    for (const auto& each : outputs_->publishers) text << each->describe();
  }
  return text.str() + encoder_->describe();
}

template <class Do>
void HeldWorld::for_each_publisher(Do what) {
  if (!outputs_) return;
  for (const auto& each : outputs_->publishers) what(*each);
  for (const auto& each : outputs_->leaving) what(*each);
}

// ---------------------------------------------------------------------------- time

Instant HeldWorld::next_at() const {
  Instant next = std::min({turns_at_, encoder_->next_at(), requests_at_, starts_at_});
  for (const auto& [name, server] : servers_) next = std::min(next, server.changes_at);
  if (!outputs_) return next;
  for (const auto& each : outputs_->publishers) next = std::min(next, each->next_at());
  for (const auto& each : outputs_->leaving) next = std::min(next, each->next_at());
  return next;
}

void HeldWorld::pass() {
  for (auto& [name, server] : servers_) {
    if (now_ >= server.changes_at) server.change(now_, dice_);
  }
  if (now_ >= encoder_->next_at()) encoder_->pass();
  for_each_publisher([this](HeldPublisher& each) {
    if (now_ >= each.next_at()) each.pass();
  });
  if (now_ >= requests_at_) request();
  if (now_ >= starts_at_) {
    starts_at_ = monitor::never;
    stream_.stopped_at.reset();
    asked_at_ = now_;
    encoder_->wake(StartRequested{}, true);
  }
  if (now_ >= turns_at_) turn();
}

void HeldWorld::turn() {
  turns_at_ = now_ + 500ms;
  encoder_->turn();
  if (outputs_) outputs_->relay.pass(now_);
  take_edges();
  for_each_publisher([](HeldPublisher& each) { each.turn(); });
  check();
}

std::vector<HeldRules::Publisher> HeldWorld::publishers() const {
  std::vector<HeldRules::Publisher> all;
  if (!outputs_) return all;
  for (const auto& each : outputs_->publishers) all.push_back(each->truth());
  return all;
}

void HeldWorld::check() {
  const auto all = publishers();
  rules_.check_end(encoder_->truth(), all, stream_, now_);
  if (stream_.stopped_at || stream_.is_ending) return;
  rules_.check_air(encoder_->core(), encoder_->truth(), all, stream_, now_);
  Instant well_since = std::max(encoder_->well_since(), asked_at_);
  if (outputs_) {
    for (const auto& each : outputs_->publishers) {
      const bool is_out = each->is_stopped || each->plan().is_wrong;
      if (!is_out) well_since = std::max(well_since, each->well_since());
    }
  }
  rules_.check_return(encoder_->core(), all, well_since, now_);
}

// ---------------------------------------------------------------------------- as HeldOutputs

void HeldWorld::begin_outputs() {
  if (outputs_ && !outputs_->is_finishing) return;
  exit_code_.reset();
  outputs_.emplace(now_, scenario_.is_covered);
  stream_ = {.is_idle = true, .idle_changed_at = now_, .is_ending = false, .stopped_at = {}};
  for (const HeldPlan& plan : plans_) add(plan);
}

void HeldWorld::add(const HeldPlan& plan) {
  auto [server, is_new] = servers_.try_emplace(plan.name);
  if (is_new) {
    server->second.endpoint.mean_up = scenario_.mean_server_up;
    server->second.endpoint.mean_down = scenario_.mean_server_down;
    server->second.changes_at = now_ + dice_.around(scenario_.mean_server_up);
    server->second.well_since = now_;
  }
  const std::size_t number = next_number_++;
  outputs_->publishers.push_back(
      std::make_unique<HeldPublisher>(number, plan, server->second,
                                      HeldSurroundings{scenario_, rules_, stream_, outputs_->relay,
                                                       dice_, now_, [this] { on_change(); }},
                                      seed_ + number, aloud_));
}

void HeldWorld::begin_publisher(HeldPublisher& publisher) {
  if (publisher.is_stopped || outputs_->is_finishing || !outputs_->may_begin) return;
  publisher.set_idle(outputs_->is_idle);
  publisher.start();
}

void HeldWorld::take_edges() {
  if (!outputs_) return;
  const std::uint64_t behind = outputs_->relay.times_behind();
  rules_.tally().times_behind = std::max(rules_.tally().times_behind, behind);
  for (const HeldRelay::Edge edge : outputs_->relay.take_edges()) take(edge);
  tell_cover();
}

void HeldWorld::tell_cover() {
  on_change();
  bool delivers = false, lacks = false;
  for (const auto& each : outputs_->publishers) {
    const bool is_on = each->report().state == monitor::OutputState::on_air;
    delivers = delivers || is_on;
    lacks = lacks || (each->plan().required && !each->is_stopped && !is_on);
  }
  const bool is_covered = outputs_->relay.is_covered() && delivers && !lacks;
  if (std::exchange(outputs_->is_covered, is_covered) == is_covered) return;
  ++rules_.tally().covers;
  encoder_->wake(CoverChanged{.is_covered = is_covered, .what = "picture"});
}

void HeldWorld::take(HeldRelay::Edge edge) {
  switch (edge) {
    case HeldRelay::Edge::parameters_known:
      outputs_->may_begin = true;
      for (const auto& each : outputs_->publishers) begin_publisher(*each);
      return;
    case HeldRelay::Edge::idle:
    case HeldRelay::Edge::busy:
      outputs_->is_idle = stream_.is_idle = edge == HeldRelay::Edge::idle;
      if (!stream_.is_idle && now_ - stream_.idle_changed_at > 1min) ++rules_.tally().long_idles;
      ++rules_.tally().idles;
      stream_.idle_changed_at = now_;
      for (const auto& each : outputs_->publishers) each->set_idle(outputs_->is_idle);
      return;
    case HeldRelay::Edge::reconnect_needed:
      ++rules_.tally().reconnects;
      for (const auto& each : outputs_->publishers) {
        if (!each->is_stopped && !outputs_->is_finishing) each->restart();
      }
      return;
  }
}

monitor::OutputReports HeldWorld::reports() const {
  monitor::OutputReports all;
  if (!outputs_) return all;
  for (const auto& each : outputs_->publishers) {
    all.push_back(each->report());
    if (outputs_->relay.is_covered_whole()) all.back().awaits_media = true;
  }
  return all;
}

void HeldWorld::on_change() {
  monitor::OutputReports changed;
  for (monitor::OutputReport& report : reports()) {
    const auto known =
        std::ranges::find(outputs_->reported, report.output, &monitor::OutputReport::output);
    if (known != outputs_->reported.end() && is_same(*known, report)) continue;
    if (known == outputs_->reported.end()) {
      outputs_->reported.push_back(report);
    } else {
      *known = report;
    }
    changed.push_back(std::move(report));
  }
  if (!changed.empty()) encoder_->report(std::move(changed));
}

void HeldWorld::end_outputs() {
  if (outputs_ && encoder_->core().status().state == State::stopped) finish();
  if (!outputs_ && exit_code_) is_over_ = true;
}

void HeldWorld::finish() {
  if (std::exchange(outputs_->is_finishing, true)) return;
  require(!encoder_->truth().is_alive, "publishers end after the encoder", "it lives");
  stream_.is_ending = true;
  outputs_->relay.finish();
  outputs_->relay.pass(now_);
  for (const auto& each : outputs_->publishers) each->finish(outputs_grace(scenario_));
}

void HeldWorld::check_over() {
  if (!outputs_) return;
  std::erase_if(outputs_->leaving, [](const auto& each) { return each->is_over(); });
  if (!outputs_->is_finishing || !outputs_->leaving.empty()) return;
  if (!std::ranges::all_of(outputs_->publishers, [](const auto& each) { return each->is_over(); }))
    return;
  outputs_.reset();
  if (exit_code_) is_over_ = true;
}

void HeldWorld::reconfigure_outputs() {
  if (!outputs_) return;
  auto before = std::exchange(outputs_->publishers, {});
  for (const HeldPlan& plan : plans_) {
    const auto same = std::ranges::find_if(
        before, [&](const auto& each) { return each && each->plan().name == plan.name; });
    if (same != before.end() && (*same)->plan().version == plan.version) {
      outputs_->publishers.push_back(std::move(*same));
      outputs_->publishers.back()->reconfigure(plan);
    } else {
      add(plan);
      begin_publisher(*outputs_->publishers.back());
    }
  }
  for (auto& each : before) {
    if (!each) continue;
    outputs_->relay.detach(each->number());
    each->is_leaving = true;
    outputs_->leaving.push_back(std::move(each));
    outputs_->leaving.back()->finish(outputs_grace(scenario_));
  }
  on_change();
}

}  // namespace simulation
