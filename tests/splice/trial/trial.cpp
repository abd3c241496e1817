// The splicer between real encoders and publishers, told what to do on stdin, line by line, words
// apart by tabs:
//
//   source NAME encoder|cover ARGV...   output NAME ARGV...   select NAME   signal NAME NUMBER
//   counts                              end
//
// Says on stderr, one JSON object a line, what happens. An output's publisher is started once the
// parameters are known, and again where it must reconnect or dies.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <list>
#include <sstream>

#include <poll.h>
#include <sys/uio.h>

#include "recovery/splice/splicer.hpp"
#include "tests/splice/trial/child.hpp"

namespace trial {
namespace {

using namespace recovery::splice;
using Clock = std::chrono::steady_clock;

struct FedSource {
  std::string name;
  SourceId id{};
  Child child;
};

struct FedOutput {
  std::string name;
  std::vector<std::string> argv;
  OutputId id{};
  Child child;  // none: not started yet
};

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream in(line);
  for (std::string word; std::getline(in, word, '\t');) words.push_back(word);
  return words;
}

class Trial {
 public:
  explicit Trial(const Options& options) : start_(Clock::now()), splicer_(options, start_) {}

  int run();

 private:
  double at() const { return monitor::seconds(Clock::now() - start_); }
  void say(const std::string& event, const std::string& more = "") const {
    std::fprintf(stderr, "{\"t\": %.3f, \"event\": \"%s\"%s}\n", at(), event.c_str(), more.c_str());
  }
  std::string name_of(SourceId id) const {
    for (const FedSource& each : sources_) {
      if (each.id == id) return each.name;
    }
    return "?";
  }
  void obey(const std::vector<std::string>& words);
  void read_commands();
  void read_source(FedSource& source);
  void write_output(FedOutput& output);
  void start_output(FedOutput& output);
  void end_output(FedOutput& output);
  void tell(Splicer::Events events);
  void tell(const Event& event);
  void say_counts();
  std::vector<pollfd> wait();

  Instant start_;
  Splicer splicer_;
  std::list<FedSource> sources_;
  std::list<FedOutput> outputs_;
  std::string commands_;
  bool parameters_known_ = false;
  bool ends_ = false;
};

int Trial::run() {
  signal(SIGPIPE, SIG_IGN);
  fcntl(0, F_SETFL, O_NONBLOCK);
  while (!ends_) {
    std::size_t at = 0;
    const auto ready = wait();
    if (ready[at++].revents != 0) read_commands();
    for (FedSource& each : sources_) {
      if (at < ready.size() && ready[at++].revents != 0 && each.child.fd >= 0) read_source(each);
    }
    tell(splicer_.tick(Clock::now()));
    for (FedOutput& each : outputs_) write_output(each);
  }
  for (FedOutput& each : outputs_) end_output(each);
  for (FedSource& each : sources_) kill(each.child.pid, SIGKILL);
  return 0;
}

std::vector<pollfd> Trial::wait() {
  const Instant now = Clock::now();
  Instant until = std::min(splicer_.next_deadline(), now + std::chrono::seconds(1));
  std::vector<pollfd> wanted = {{0, POLLIN, 0}};
  for (const FedSource& each : sources_) {
    const Instant read_after = splicer_.read_after(each.id, now);
    if (read_after > now) until = std::min(until, read_after);
    wanted.push_back({read_after > now ? -1 : each.child.fd, POLLIN, 0});
  }
  std::array<Bytes, 1> piece;
  for (const FedOutput& each : outputs_) {
    if (each.child.fd < 0) continue;
    const bool has_more = splicer_.gather(each.id, piece) > 0;
    wanted.push_back({each.child.fd, static_cast<short>(has_more ? POLLOUT : 0), 0});
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now).count();
  poll(wanted.data(), wanted.size(), static_cast<int>(std::max<std::int64_t>(0, left)));
  return wanted;
}

void Trial::read_commands() {
  char buffer[4096];
  const ssize_t count = read(0, buffer, sizeof buffer);
  if (count == 0) ends_ = true;
  if (count <= 0) return;
  commands_.append(buffer, static_cast<std::size_t>(count));
  for (auto end = commands_.find('\n'); end != std::string::npos; end = commands_.find('\n')) {
    const auto words = words_of(commands_.substr(0, end));
    commands_.erase(0, end + 1);
    if (!words.empty()) obey(words);
  }
}

void Trial::obey(const std::vector<std::string>& words) {
  const std::string& what = words[0];
  if (what == "end") ends_ = true;
  if (what == "counts") say_counts();
  if (words.size() < 2) return;
  if (what == "source") {
    const SourceId id = splicer_.add(words[2] == "cover" ? Role::cover : Role::encoder);
    sources_.push_back(
        {words[1], id, start({words.begin() + 3, words.end()}, End::stdout_of_child)});
  }
  if (what == "output") {
    outputs_.push_back({words[1], {words.begin() + 2, words.end()}, {}, {}});
    if (parameters_known_) start_output(outputs_.back());
  }
  for (const FedSource& each : sources_) {
    if (each.name != words[1]) continue;
    if (what == "select") splicer_.select(each.id);
    if (what == "signal") kill(-each.child.pid, std::atoi(words[2].c_str()));
  }
  say(what, ", \"name\": \"" + words[1] + "\"");
}

void Trial::read_source(FedSource& source) {
  std::array<std::uint8_t, 65536> buffer;
  const ssize_t count = read(source.child.fd, buffer.data(), buffer.size());
  if (count < 0) return;
  const Instant now = Clock::now();
  if (count > 0) {
    tell(splicer_.feed(source.id, Bytes(buffer).first(static_cast<std::size_t>(count)), now));
    return;
  }
  tell(splicer_.end(source.id, now));
  close(source.child.fd);
  source.child.fd = -1;
  waitpid(source.child.pid, nullptr, 0);
  say("ended", ", \"name\": \"" + source.name + "\"");
}

void Trial::start_output(FedOutput& output) {
  output.id = splicer_.attach();
  output.child = start(output.argv, End::stdin_of_child);
  say("publisher_started", ", \"name\": \"" + output.name + "\"");
}

void Trial::end_output(FedOutput& output) {
  if (output.child.fd < 0) return;
  close(output.child.fd);
  output.child.fd = -1;
  waitpid(output.child.pid, nullptr, 0);
  splicer_.detach(output.id);
  say("publisher_ended", ", \"name\": \"" + output.name + "\"");
}

void Trial::write_output(FedOutput& output) {
  if (output.child.fd < 0) return;
  std::array<Bytes, 16> pieces;
  std::array<iovec, 16> vectors;
  while (const std::size_t count = splicer_.gather(output.id, pieces)) {
    for (std::size_t i = 0; i < count; ++i) {
      vectors[i] = {const_cast<std::uint8_t*>(pieces[i].data()), pieces[i].size()};
    }
    const ssize_t written = writev(output.child.fd, vectors.data(), static_cast<int>(count));
    if (written > 0) {
      splicer_.written(output.id, static_cast<std::size_t>(written));
      continue;
    }
    if (errno == EAGAIN) return;
    end_output(output);
    start_output(output);
    return;
  }
  if (!splicer_.state(output.id).is_over) return;
  end_output(output);
  if (parameters_known_) start_output(output);
}

void Trial::tell(Splicer::Events events) {
  for (const Event& each : events) tell(each);
}

void Trial::tell(const Event& event) {
  const auto named = [this](const char* what, SourceId id, const std::string& more = "") {
    say(what, ", \"name\": \"" + name_of(id) + "\"" + more);
  };
  const auto stream = [](const StreamName& name) {
    const char* const kinds[] = {"video", "audio", "data"};
    return std::string(", \"stream\": \"") + kinds[static_cast<int>(name.kind)] + "\"";
  };
  if (const auto* first = std::get_if<FirstFrame>(&event)) named("first_frame", first->source);
  if (const auto* key = std::get_if<FirstKeyFrame>(&event)) named("first_key_frame", key->source);
  if (const auto* silent = std::get_if<StreamSilent>(&event)) {
    named("silent", silent->source, stream(silent->stream));
  }
  if (const auto* back = std::get_if<StreamBack>(&event)) {
    named("back", back->source, stream(back->stream));
  }
  if (const auto* to = std::get_if<Switched>(&event)) {
    named("switched", to->to,
          stream(to->stream) + ", \"hole\": " + std::to_string(monitor::seconds(to->hole)));
  }
  if (const auto* refused = std::get_if<Refused>(&event)) named("refused", refused->source);
  if (std::holds_alternative<OutputFellBehind>(event)) say("fell_behind");
  if (std::holds_alternative<ReconnectNeeded>(event)) {
    parameters_known_ = false;
    say("reconnect_needed");
  }
  if (const auto* known = std::get_if<ParametersKnown>(&event)) {
    say("parameters_known", known->is_complete ? ", \"complete\": true" : ", \"complete\": false");
    parameters_known_ = true;
    for (FedOutput& each : outputs_) {
      if (each.child.fd < 0) start_output(each);
    }
  }
}

void Trial::say_counts() {
  const SplicerCounts counts = splicer_.counts();
  std::string more = ", \"frames\": " + std::to_string(counts.frames) +
                     ", \"late\": " + std::to_string(counts.late_frames) +
                     ", \"unused\": " + std::to_string(counts.unused_frames) +
                     ", \"anchored_anew\": " + std::to_string(counts.anchored_anew);
  for (const FedOutput& each : outputs_) {
    const OutputState state = splicer_.state(each.id);
    more += ", \"dropped_" + each.name + "\": " + std::to_string(state.dropped_bytes);
  }
  for (const FedSource& each : sources_) {
    const Source* const source = splicer_.find(each.id);
    more += ", \"bad_" + each.name +
            "\": " + std::to_string(source->bad_frames() + source->counts().dropped_pes);
  }
  say("counts", more);
}

}  // namespace
}  // namespace trial

// trial [SECONDS]: where the programme's clock begins.
int main(int argc, char** argv) {
  recovery::splice::Options options;
  if (argc > 1) {
    options.origin = static_cast<recovery::splice::Ticks>(
        std::atof(argv[1]) * static_cast<double>(recovery::splice::ticks_per_second));
  }
  return trial::Trial(options).run();
}
