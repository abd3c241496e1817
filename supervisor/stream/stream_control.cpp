// Requests of users: what can be done in which state, and what they are answered.

#include <string>

#include "supervisor/stream/stream_state.hpp"

namespace supervisor {

namespace {

using http::Control;
using http::Outcome;
using recovery::State;

bool is_launched(const recovery::Status& status) {
  const bool lives = status.state == State::starting || status.state == State::on_air;
  return lives && status.role == recovery::Role::primary;
}

// Empty: it can be done.
std::string objection(Control what, const recovery::Status& status) {
  if (status.ended) return "the stream has ended for good; only another configuration helps";
  if (what == Control::start && is_launched(status)) return "the stream runs already";
  if (what == Control::stop && status.state == State::stopped)
    return "the stream is stopped already";
  return {};
}

}  // namespace

Outcome StreamDriver::control(Control what) {
  if (const std::string problem = objection(what, state_->status()); !problem.empty()) {
    return {409, problem};
  }
  switch (what) {
    case Control::start:
      state_->wake(recovery::StartRequested{});
      return {202, "the stream is being started"};
    case Control::stop:
      state_->wake(recovery::StopRequested{});
      return {202, "the stream is being stopped; it stays so until it is started"};
    case Control::restart:
      state_->wake(recovery::RestartRequested{});
      return {202, "the stream is being restarted"};
  }
  return {409, "nothing to be done"};
}

Outcome StreamDriver::control_output(std::string_view output, Control what) {
  return state_->control_output(output, what);
}

}  // namespace supervisor
