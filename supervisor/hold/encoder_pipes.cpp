#include "supervisor/hold/encoder_pipes.hpp"

#include <cerrno>
#include <utility>

#include "supervisor/hold/held_parts.hpp"

namespace supervisor {

namespace {

constexpr int lowest_pipe_descriptor = 20;  // behind the numbers that commands name

}  // namespace

std::optional<PipedCommand> open_encoder_pipes(const PreparedCommand& encoder, std::size_t count,
                                               int& error_number) {
  PipedCommand piped;
  std::vector<int> numbers;
  for (std::size_t i = 0; i < count; ++i) {
    Pipe pipe;
    if (!open_pipe(lowest_pipe_descriptor, pipe)) {
      error_number = errno;
      return {};
    }
    numbers.push_back(pipe.write.get());
    piped.read.push_back(std::move(pipe.read));
    piped.write.push_back(std::move(pipe.write));
  }
  auto command = std::make_shared<PreparedCommand>(encoder);
  ChildSpec& spec = command->spec;
  spec.argv = with_descriptors(std::move(spec.argv), numbers);
  spec.inherited.insert(spec.inherited.end(), numbers.begin(), numbers.end());
  piped.command = std::move(command);
  return piped;
}

}  // namespace supervisor
