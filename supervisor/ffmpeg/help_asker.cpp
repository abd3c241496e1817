#include "supervisor/ffmpeg/help_asker.hpp"

#include <system_error>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <signal.h>

namespace supervisor {

struct HelpAsker::State : std::enable_shared_from_this<State> {
  State(const boost::asio::any_io_executor& executor_in, ChildLauncher launch_in,
        std::vector<std::string> program_in, std::vector<HelpQuestion> questions_in, Done done_in,
        Limits limits_in)
      : executor(executor_in),
        launch(std::move(launch_in)),
        program(std::move(program_in)),
        questions(std::move(questions_in)),
        done(std::move(done_in)),
        limits(limits_in),
        timer(executor_in) {}

  void begin() {
    timer.expires_after(limits.timeout);
    timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      if (const auto state = weak.lock(); state && !error)
        state->finish("it gave no answer in time");
    });
    later([](State& state) { state.ask(); });
  }

  // Not from within a call-back of the child's, which dies in there.
  template <class Call>
  void later(Call call) {
    boost::asio::post(executor, [weak = weak_from_this(), call] {
      if (const auto state = weak.lock()) call(*state);
    });
  }

  void ask() {
    if (next == questions.size()) return finish({});
    ChildSpec spec;
    spec.argv = program;
    const std::vector<std::string> words = words_of(questions[next]);
    spec.argv.insert(spec.argv.end(), words.begin(), words.end());
    spec.join_output = true;
    spec.capture_progress = false;
    answer.clear();
    int error_number = 0;
    child = launch(spec,
                   {.on_executed = [this](int number) { on_executed(number); },
                    .on_stderr = [this](std::string_view bytes) { on_bytes(bytes); },
                    .on_exit = [this](monitor::ExitStatus) { on_exit(); }},
                   error_number);
    if (!child) finish(std::generic_category().message(error_number));
  }

  void on_executed(int error_number) {
    if (error_number == 0) return;
    later([error_number](State& state) {
      state.child.reset();
      state.finish(std::generic_category().message(error_number));
    });
  }

  void on_bytes(std::string_view bytes) {
    if (answer.size() + bytes.size() <= limits.answer_bytes) answer += bytes;
  }

  void on_exit() {
    later([](State& state) {
      state.child.reset();
      if (!state.done) return;
      read_answer(state.questions[state.next++], state.answer, state.help);
      state.ask();
    });
  }

  // A child that is under way is killed, and left to its exit: one that hangs in the kernel would
  // hold up whoever destroys it.
  void finish(const std::string& error) {
    if (!done) return;
    timer.cancel();
    if (child) child->signal(SIGKILL);
    const Done call = std::exchange(done, nullptr);
    call(std::move(help),
         error.empty() ? "" : program.back() + " was asked for its options: " + error);
  }

  boost::asio::any_io_executor executor;
  const ChildLauncher launch;
  const std::vector<std::string> program;
  const std::vector<HelpQuestion> questions;
  Done done;  // empty once called
  const Limits limits;
  boost::asio::steady_timer timer;
  std::size_t next = 0;
  std::string answer;
  FfmpegHelp help;
  std::unique_ptr<Child> child;
};

HelpAsker::HelpAsker(boost::asio::any_io_executor executor, ChildLauncher launch,
                     std::vector<std::string> program, std::vector<HelpQuestion> questions,
                     Done done)
    : HelpAsker(std::move(executor), std::move(launch), std::move(program), std::move(questions),
                std::move(done), Limits()) {
}

HelpAsker::HelpAsker(boost::asio::any_io_executor executor, ChildLauncher launch,
                     std::vector<std::string> program, std::vector<HelpQuestion> questions,
                     Done done, Limits limits)
    : state_(std::make_shared<State>(executor, std::move(launch), std::move(program),
                                     std::move(questions), std::move(done), limits)) {
  state_->begin();
}

HelpAsker::~HelpAsker() = default;

}  // namespace supervisor
