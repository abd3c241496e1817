#include "tests/simulation/world.hpp"

#include <algorithm>
#include <sstream>
#include <utility>
#include <variant>

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;

World::World(std::uint64_t seed, bool aloud)
    : seed_(seed),
      dice_(seed),
      scenario_(make_scenario(dice_)),
      receiver_(scenario_.receiver_forgets),
      rules_(scenario_, began_),
      trace_(began_, aloud),
      kind_(dice_.one_of({Kind::video, Kind::audio, Kind::null_output})) {
  source_.mean_up = scenario_.mean_source_up;
  source_.mean_down = scenario_.mean_source_down;
  sink_.mean_up = scenario_.mean_sink_up;
  sink_.mean_down = scenario_.mean_sink_down;
  source_.flap = sink_.flap = scenario_.flap;
}

void World::run() {
  trace_.say(scenario_);
  put(What::bad_times, dice_.around(scenario_.mean_good_times));
  put(What::request, dice_.around(scenario_.mean_request));
  put(What::pause, dice_.around(scenario_.mean_pause));
  put(What::track, dice_.around(scenario_.mean_track));
  put(What::patrol, 1s);
  put(What::source, dice_.around(scenario_.mean_source_up));
  put(What::sink, dice_.around(scenario_.mean_sink_up));
  put(What::receiver, dice_.around(scenario_.mean_receiver_up));
  if (dice_.chance(0.2)) bad_until_ = now_ + dice_.around(scenario_.mean_bad_times);
  if (dice_.chance(0.2)) turn(source_, dice_);
  if (dice_.chance(0.1)) turn(sink_, dice_);
  be_born();
  const Instant end = began_ + scenario_.length;
  while (now_ < end && !is_over_) take_next();
  if (core_) check_ledger();
}

void World::take_next() {
  const Instant deadline = core_ ? core_->next_deadline() : monitor::never;
  const Instant due = deadline == monitor::never
                          ? monitor::never
                          : std::max(now_, deadline + scenario_.tick_lateness);
  if (items_.front().at <= due) {
    std::pop_heap(items_.begin(), items_.end());
    const Item item = items_.back();
    items_.pop_back();
    now_ = std::max(now_, item.at);
    if (item.what > What::alert || item.life == life_) happen(item);
  } else {
    now_ = due;
    send(Tick{});
  }
  mind_what_is_in_the_way();
  if (core_ && core_->status().state == State::stopped && !std::exchange(start_is_put_, true)) {
    put(What::start, dice_.around(30min));
  }
}

std::string World::describe() const {
  std::ostringstream text;
  text << scenario_ << trace_.describe();
  return text.str();
}

void World::put(What what, Duration in, std::uint64_t number, bool flag) {
  // Further away than any life lasts.
  if (in > scenario_.length * 2) return;
  items_.push_back({now_ + in, order_++, what, number, life_, flag});
  std::push_heap(items_.begin(), items_.end());
}

void World::happen(const Item& item) {
  switch (item.what) {
    case What::answer:
    case What::block:
    case What::trouble:
    case What::sample:
    case What::exit:
      return core_ ? happen_to_child(item) : void();
    case What::source_answer:
    case What::sink_answer:
      return core_ ? answer_look(item) : void();
    case What::stale:
      return core_ ? send_stale(item.number) : void();
    case What::start:
      start_is_put_ = false;
      primary_free_since_ = fallback_free_since_ = now_;
      return core_ ? send(StartRequested{}) : void();
    case What::request:
      return send_request();
    case What::death:
      return core_ ? die(false) : void();
    case What::birth:
      return be_born();
    case What::alert:
      receiver_.act(now_, dice_);
      return await_receiver();
    case What::pause:
      return pause();
    case What::bad_times:
      return bad_times();
    case What::patrol:
      return patrol();
    case What::source:
      return source_changes(true);
    case What::sink:
      return sink_changes(true);
    case What::source_blip:
    case What::sink_blip:
      return blip(item.what, item.flag);
    case What::track:
      // Jingles follow one another.
      put(What::track,
          dice_.chance(0.2) ? dice_.between(0s, 8s) : dice_.around(scenario_.mean_track));
      if (!core_) return;
      send(TrackChanged{});
      return standby_changes();
    case What::receiver:
      receiver_.turn(now_);
      // Its two means alternate; which is which does not matter.
      return put(What::receiver, dice_.around(dice_.chance(0.5) ? scenario_.mean_receiver_up
                                                                : scenario_.mean_receiver_down));
  }
}

void World::happen_to_child(const Item& item) {
  if (item.what == What::answer) return answer();
  if (!is_present(item)) return;
  if (item.what == What::block) return say_block();
  if (item.what == What::trouble) return get_into_trouble(item);
  if (item.what == What::exit) return exit();
  monitor::ProcessSample sample;
  sample.state = child_.hung && child_.trouble == Trouble::is_stopped ? 'T' : 'S';
  work(child_, dice_);
  sample.cpu_time = child_.cpu_time;
  if (scenario_.sees_writes) sample.written_bytes = child_.written_bytes;
  if (child_.terms > 0) put(What::sample, dice_.between(200ms, 400ms), child_.generation);
  send(Observed{child_.generation, sample});
}

void World::send(const Event& event, bool advanced) {
  ++events_;
  const Step step = core_->step(event, now_);
  trace_.add(event, step, *core_, now_);
  for (const Action& action : step.actions) {
    require(!std::holds_alternative<Launch>(action) || !child_.running,
            "one publisher over all lives", "Launch while a child of this stream lives");
  }
  recorder_->record(event, step, core_->status(), now_, WallTime{} + now_.time_since_epoch());
  rules_.check(event, step, *core_,
               {advanced, child_.starved || child_.hung, child_.said_permanent, child_.said_lost,
                child_.blames_source, child_.resists_kill},
               now_);
  for (const Notice& notice : step.notices) {
    if (std::holds_alternative<RestartedOnPurpose>(notice)) primary_free_since_ = now_;
  }
  for (const Action& action : step.actions) {
    std::visit([this](const auto& wanted) { perform(wanted); }, action);
  }
  const bool noted = journal_.would_note(step, core_->status(), now_);
  if (noted && !core_->status().ended && dice_.chance(scenario_.crash_at_note)) return die(true);
  dispatch_alerts(step);
  note(step);
}

}  // namespace simulation
