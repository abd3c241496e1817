#include "supervisor/hold/held_outputs.hpp"

#include <algorithm>
#include <utility>

#include "supervisor/hold/encoder_pipes.hpp"

namespace supervisor {

using monitor::OutputReport;
using monitor::OutputReports;

namespace {

bool is_same(const OutputReport& one, const OutputReport& other) {
  return one.output == other.output && one.state == other.state && one.cause == other.cause &&
         one.sentence == other.sentence && one.is_exhausted == other.is_exhausted &&
         one.awaits_media == other.awaits_media;
}

}  // namespace

std::shared_ptr<HeldOutputs> HeldOutputs::make(std::shared_ptr<const HeldParts> parts,
                                               Context context, std::vector<std::string> stopped) {
  std::shared_ptr<HeldOutputs> made(
      new HeldOutputs(std::move(parts), std::move(context), std::move(stopped)));
  made->begin();
  return made;
}

HeldOutputs::HeldOutputs(std::shared_ptr<const HeldParts> parts, Context context,
                         std::vector<std::string> stopped)
    : parts_(std::move(parts)), context_(std::move(context)), stopped_(std::move(stopped)) {
}

void HeldOutputs::begin() {
  const std::string stream =
      parts_->outputs.empty() ? std::string() : parts_->outputs.front().parts->config.name;
  titles_ = std::make_shared<IcecastTitles>(context_.services, stream);
  slates_ = make_slates(stream);
  picture_ = make_picture(stream);
  for (std::size_t pipe = 0; pipe < parts_->pipes; ++pipe) {
    pipes_.push_back({.relay = make_relay(pipe)});
    pipes_.back().relay->call([policy = parts_->cover](Relay& relay) { relay.cover(policy); });
  }
  slates_->configure(parts_->slate);
  picture_->configure(parts_->picture);
  for (const HeldPublisher& output : parts_->outputs) add(output);
  make_standby();
}

std::unique_ptr<ThreadBound<Relay>> HeldOutputs::make_relay(std::size_t pipe) {
  const Thread& thread = context_.services.relay_thread.thread();
  const auto call = [this](auto what) {
    return context_.services.loop.callback(weak_from_this(), std::move(what));
  };
  Relay::Reports reports{
      .on_parameters_known = call([pipe](HeldOutputs& self, bool is_complete) {
        self.on_parameters_known(pipe, is_complete);
      }),
      .on_idle = call([pipe](HeldOutputs& self, bool is_idle) { self.on_idle(pipe, is_idle); }),
      .on_reconnect_needed = call([pipe](HeldOutputs& self) { self.on_reconnect_needed(pipe); }),
      .on_fell_behind =
          call([](HeldOutputs& self, OutputNumber output) { self.on_fell_behind(output); }),
      .on_refused = call([](HeldOutputs& self, bool is_picture) { self.on_refused(is_picture); }),
      .on_cover =
          call([pipe](HeldOutputs& self, const RelayCover& cover) { self.on_cover(pipe, cover); }),
      .on_switch = call([](HeldOutputs& self, const RelaySwitch& to) {
        self.context_.on_switch({.to_cover = to.to_cover, .hole = to.hole});
      }),
      .on_picture = call([pipe](HeldOutputs& self, const RelayPicture& picture) {
        self.slates_->want(pipe, picture);
      }),
      .on_counts = call([](HeldOutputs& self, const std::vector<RelayCounts>& counts) {
        self.on_counts(counts);
      }),
      .on_finished = call([pipe](HeldOutputs& self) { self.on_finished(pipe); })};
  return std::make_unique<ThreadBound<Relay>>(
      thread,
      std::make_unique<Relay>(thread.executor(), recovery::splice::Options{}, std::move(reports)));
}

void HeldOutputs::add(const HeldPublisher& output) {
  const OutputNumber number = next_number_++;
  Publisher::Context context{
      .services = context_.services,
      .launch = context_.launch,
      .launches = context_.launches,
      .clock = context_.clock,
      .attach = [this, number](Descriptor write) { attach(number, std::move(write)); },
      .on_change = [this] { on_change(); }};
  outputs_.push_back({.number = number,
                      .pipe = output.pipe,
                      .buffer = output.buffer,
                      .required = output.required,
                      .publisher = std::make_unique<Publisher>(*output.parts, std::move(context))});
  if (is_stopped(outputs_.back())) outputs_.back().publisher->stop();
}

void HeldOutputs::attach(OutputNumber number, Descriptor write) {
  const Output* output = find(number);
  if (!output) return;
  pipes_[output->pipe].relay->call(
      [number, write = std::move(write), limits = output->buffer](Relay& relay) mutable {
        relay.attach(number, std::move(write), limits);
      });
}

void HeldOutputs::limit(Output& output, const recovery::splice::QueueLimits& buffer) {
  if (std::exchange(output.buffer, buffer) == buffer) return;
  pipes_[output.pipe].relay->call(
      [number = output.number, buffer](Relay& relay) { relay.limit(number, buffer); });
}

// ------------------------------------------------------------------------------- the encoder

std::shared_ptr<const PreparedCommand> HeldOutputs::connect(const PreparedCommand& encoder,
                                                            int& error_number) {
  auto piped = open_encoder_pipes(encoder, pipes_.size(), error_number);
  if (!piped) return nullptr;
  for (std::size_t number = 0; number < pipes_.size(); ++number) {
    pipes_[number].relay->call([read = std::move(piped->read[number])](Relay& relay) mutable {
      relay.begin_encoder(std::move(read));
    });
  }
  given_ = std::move(piped->write);
  return std::move(piped->command);
}

void HeldOutputs::retire_encoder() {
  for (Pipe& pipe : pipes_) {
    pipe.relay->call([](Relay& relay) { relay.retire_encoder(); });
  }
}

// ------------------------------------------------------------------------------- the relays

void HeldOutputs::on_parameters_known(std::size_t pipe, bool is_complete) {
  pipes_[pipe].may_begin = true;
  for (Output& output : outputs_) {
    if (output.pipe != pipe) continue;
    if (!is_complete) {
      context_.services.log.write(
          LogLevel::warning, "output_incomplete",
          {output.publisher->parts().config.name, output.publisher->output()},
          "A stream of the encoder has shown nothing for 10 s: the output is published without it "
          "until its publisher is launched again");
    }
    begin_publisher(output);
  }
}

void HeldOutputs::begin_publisher(Output& output) {
  if (is_stopped(output) || is_finishing_ || !pipes_[output.pipe].may_begin) return;
  output.publisher->set_idle(pipes_[output.pipe].is_idle);
  output.publisher->start();
}

void HeldOutputs::on_idle(std::size_t pipe, bool is_idle) {
  pipes_[pipe].is_idle = is_idle;
  for (Output& output : outputs_) {
    if (output.pipe == pipe) output.publisher->set_idle(is_idle);
  }
}

void HeldOutputs::on_reconnect_needed(std::size_t pipe) {
  for (Output& output : outputs_) {
    if (output.pipe == pipe && !is_stopped(output) && !is_finishing_) output.publisher->restart();
  }
}

void HeldOutputs::on_fell_behind(OutputNumber number) {
  const Output* output = find(number);
  if (!output) return;
  context_.services.log.write(
      LogLevel::warning, "output_behind",
      {output->publisher->parts().config.name, output->publisher->output()},
      "The output takes less than is put out: its queue is full, and it goes on at the newest key "
      "frame");
}

void HeldOutputs::on_finished(std::size_t pipe) {
  if (!drains_within_) return;
  for (Output& output : outputs_) {
    if (output.pipe == pipe) output.publisher->finish(*drains_within_);
  }
}

void HeldOutputs::on_counts(const std::vector<RelayCounts>& counts) {
  for (const RelayCounts& each : counts) {
    for (Output& output : outputs_) {
      if (output.number == each.output) output.dropped_bytes = each.dropped_bytes;
    }
  }
}

// ------------------------------------------------------------------------------- the stream

void HeldOutputs::finish(monitor::Duration within) {
  if (is_finishing_ && !drains_within_) return;
  is_finishing_ = true;
  drains_within_.reset();
  slates_->configure({});
  picture_->configure({});
  for (Pipe& pipe : pipes_) {
    pipe.relay->call([within](Relay& relay) { relay.finish(within); });
  }
  for (Output& output : outputs_) output.publisher->finish(within);
  if (standby_) standby_->finish(within);
  context_.services.loop.callback(weak_from_this(), [](HeldOutputs& self) { self.check_over(); })();
}

void HeldOutputs::drain(monitor::Duration within) {
  if (std::exchange(is_finishing_, true)) return;
  drains_within_ = within;
  slates_->configure({});
  picture_->configure({});
  for (Pipe& pipe : pipes_) {
    pipe.relay->call([within](Relay& relay) { relay.finish(within); });
  }
  for (Output& output : outputs_) output.publisher->drain();
  if (standby_) standby_->finish(within);
  context_.services.loop.callback(weak_from_this(), [](HeldOutputs& self) { self.check_over(); })();
}

void HeldOutputs::kill() {
  for (Output& output : outputs_) output.publisher->kill();
  for (Output& output : leaving_) output.publisher->kill();
  if (standby_) standby_->kill();
  if (leaving_standby_) leaving_standby_->kill();
}

void HeldOutputs::on_change() {
  const auto alive = shared_from_this();  // a report may end the stream
  OutputReports changed;
  for (const Output& output : outputs_) {
    OutputReport report = report_of(output);
    const auto known = std::ranges::find(reported_, report.output, &OutputReport::output);
    if (known != reported_.end() && is_same(*known, report)) continue;
    if (known == reported_.end()) {
      reported_.push_back(report);
    } else {
      *known = report;
    }
    changed.push_back(std::move(report));
  }
  if (!changed.empty()) context_.on_reports(std::move(changed));
  tell_cover();
  tell_titles();
  if (is_finishing_ || !leaving_.empty()) {
    // Not from within a publisher's own call.
    context_.services.loop.callback(weak_from_this(),
                                    [](HeldOutputs& self) { self.check_over(); })();
  }
}

bool HeldOutputs::is_stopped(const Output& output) const {
  return std::ranges::find(stopped_, output.publisher->output()) != stopped_.end();
}

void HeldOutputs::check_over() {
  std::erase_if(leaving_, [](const Output& output) { return output.publisher->is_over(); });
  const auto is_over = [](const Output& output) { return output.publisher->is_over(); };
  if (!is_finishing_ || is_over_ || !leaving_.empty()) return;
  if (!std::ranges::all_of(outputs_, is_over)) return;
  for (const auto* standby : {&standby_, &leaving_standby_}) {
    if (*standby && !(*standby)->is_over()) return;
  }
  is_over_ = true;
  context_.on_over();
}

void HeldOutputs::reconfigure(std::shared_ptr<const HeldParts> parts, monitor::Duration within) {
  parts_ = std::move(parts);
  for (Pipe& pipe : pipes_) {
    pipe.relay->call([policy = parts_->cover](Relay& relay) { relay.cover(policy); });
  }
  if (!is_finishing_) {
    slates_->configure(parts_->slate);
    picture_->configure(parts_->picture);
  }
  std::vector<Output> before = std::exchange(outputs_, {});
  for (const HeldPublisher& next : parts_->outputs) {
    const auto same = std::ranges::find_if(before, [&](const Output& output) {
      return output.publisher && output.publisher->output() == next.parts->output &&
             output.pipe == next.pipe;
    });
    const bool is_kept = same != before.end() && same->publisher->parts().primary->command.argv() ==
                                                     next.parts->primary->command.argv();
    const bool is_new = same == before.end();
    if (!is_kept)
      tell_change(*next.parts, is_new ? "is new" : "is published anew: its command is another");
    if (is_kept) {
      outputs_.push_back(std::move(*same));
      limit(outputs_.back(), next.buffer);
      outputs_.back().required = next.required;
      outputs_.back().publisher->reconfigure(*next.parts);
    } else {
      add(next);
      begin_publisher(outputs_.back());
    }
  }
  for (Output& output : before) {
    if (!output.publisher) continue;
    if (!find(output.publisher->output())) {
      tell_change(output.publisher->parts(), "is not in the configuration any more, and ends");
      std::erase(stopped_, output.publisher->output());
    }
    pipes_[output.pipe].relay->call(
        [number = output.number](Relay& relay) { relay.detach(number); });
    leaving_.push_back(std::move(output));
    leaving_.back().publisher->finish(within);
  }
  reconfigure_standby(within);
  on_change();
}

void HeldOutputs::tell_change(const StreamParts& parts, const std::string& what) {
  context_.services.log.write(LogLevel::info, "output_changed", {parts.config.name, parts.output},
                              "The output " + what);
}

HeldOutputs::Output* HeldOutputs::find(OutputNumber number) {
  const auto found = std::ranges::find(outputs_, number, &Output::number);
  return found == outputs_.end() ? nullptr : &*found;
}

HeldOutputs::Output* HeldOutputs::find(std::string_view name) {
  const auto found = std::ranges::find_if(
      outputs_, [name](const Output& output) { return output.publisher->output() == name; });
  return found == outputs_.end() ? nullptr : &*found;
}

http::Outcome HeldOutputs::control(std::string_view name, http::Control what) {
  Output* output = find(name);
  if (!output) return {404, "there is no such output"};
  const auto alive = shared_from_this();
  if (output->publisher->reading().status.ended) {
    return {409, "the output has ended for good; only another configuration helps"};
  }
  if (what == http::Control::restart && !pipes_[output->pipe].may_begin) {
    return {409, "nothing has come from the encoder yet"};
  }
  switch (what) {
    case http::Control::start:
      if (!is_stopped(*output)) return {409, "the output runs already"};
      std::erase(stopped_, name);
      begin_publisher(*output);
      return {202, "the output is being started"};
    case http::Control::stop:
      if (is_stopped(*output)) return {409, "the output is stopped already"};
      stopped_.emplace_back(name);
      output->publisher->stop();
      return {202, "the output is being stopped; it stays so until it is started"};
    case http::Control::restart:
      std::erase(stopped_, name);
      output->publisher->restart();
      return {202, "the output is being restarted"};
  }
  return {409, "nothing to be done"};
}

OutputReports HeldOutputs::reports() const {
  OutputReports all;
  for (const Output& output : outputs_) all.push_back(report_of(output));
  return all;
}

std::vector<HeldReading> HeldOutputs::readings() const {
  std::vector<HeldReading> readings;
  for (const Output& output : outputs_) {
    readings.push_back(
        {output.publisher->report(), output.publisher->reading(), output.dropped_bytes});
  }
  return readings;
}

}  // namespace supervisor
