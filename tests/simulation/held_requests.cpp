// What people ask of a held stream, of one of its outputs, and of its configuration.

#include <utility>

#include "tests/simulation/held_world.hpp"

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;

void HeldWorld::request() {
  requests_at_ = now_ + dice_.around(scenario_.mean_request);
  if (stream_.stopped_at) return;
  const double what = dice_.share();
  if (what < 0.5) return request_of_output();
  if (what < 0.8) return reload();
  request_of_stream();
}

// As HeldOutputs::control.
void HeldWorld::request_of_output() {
  if (!outputs_ || outputs_->publishers.empty()) return;
  HeldPublisher& publisher = *outputs_->publishers[dice_.next() % outputs_->publishers.size()];
  ++rules_.tally().output_requests;
  asked_at_ = now_;
  if (publisher.is_stopped) {
    publisher.is_stopped = false;
    return begin_publisher(publisher);
  }
  if (dice_.chance(0.4)) {
    publisher.is_stopped = true;
    return publisher.stop();
  }
  if (outputs_->may_begin) publisher.restart();
}

void HeldWorld::request_of_stream() {
  ++rules_.tally().stream_stops;
  asked_at_ = now_;
  if (dice_.chance(0.5)) return encoder_->wake(RestartRequested{}, true);
  if (!encoder_->core().status().ended) stream_.stopped_at = now_;
  if (dice_.chance(0.5)) return encoder_->wake(StopRequested{.shutdown = true}, true);
  starts_at_ = now_ + dice_.between(0s, 1min);
  encoder_->wake(StopRequested{}, true);
}

// One output changes, under its command or its limits; one leaves or comes; or the encoder does.
void HeldWorld::reload() {
  if (plans_.empty()) return;
  ++rules_.tally().reloads;
  asked_at_ = now_;
  HeldPlan& plan = plans_[dice_.next() % plans_.size()];
  bool is_other_encoder = false;
  const double what = dice_.share();
  if (what < 0.4) {
    ++plan.version;
  } else if (what < 0.6) {
    ++plan.other_limits;
  } else if (what < 0.7) {
    plan.required = !plan.required;
  } else if (what < 0.8 && plans_.size() > 1) {
    plans_.pop_back();
  } else if (what < 0.9 && plans_.size() < 4) {
    HeldPlan more = plans_.front();
    more.name = std::string(1, static_cast<char>(plans_.back().name[0] + 1));
    plans_.push_back(std::move(more));
  } else {
    is_other_encoder = true;
  }
  reconfigure_outputs();
  encoder_->reconfigure(encoder_setup(scenario_, plans_), is_other_encoder);
}

}  // namespace simulation
