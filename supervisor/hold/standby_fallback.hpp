#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "recovery/status.hpp"
#include "supervisor/child/descriptor.hpp"
#include "supervisor/hold/supervised_child.hpp"

namespace supervisor {

// The fallback of a held stream that lives beside the encoder and writes to the relays, which use
// it where the encoder gives nothing. For the loop's thread.
class StandbyFallback {
 public:
  struct Context {
    const Services& services;
    ChildLauncher launch;
    LaunchQueue* launches;
    const Clock& clock;
    // Before each launch: the read ends of the pipes that it will write to.
    std::function<void(std::vector<Descriptor> read)> begin;
    // It is about to be told to end.
    std::function<void()> retire;
    // From within the calls below, too.
    std::function<void()> on_change;
  };

  // `pipes`: that its command writes to. Everything in the context must outlive it.
  StandbyFallback(StreamParts parts, std::size_t pipes, Context context);

  // Nothing for one that was refused.
  void start();
  void stop();
  // The relays cannot use what it gives: it ends, until its command is another one.
  void refuse();
  // Left for good: nothing is launched any more; what lives is given `within`.
  void finish(monitor::Duration within);
  void kill();
  void reconfigure(StreamParts parts);

  // It was started, and can be used as far as is known.
  bool is_there() const;
  bool is_over() const { return child_.is_over(); }
  recovery::Status status() const { return child_.status(); }

 private:
  std::shared_ptr<const PreparedCommand> connect(const PreparedCommand& command, int& error_number);
  void on_signal();
  void on_change();

  const std::size_t pipes_;
  const Context context_;
  std::vector<Descriptor> given_;  // to the one that is being launched
  bool is_wanted_ = false;
  bool is_refused_ = false;
  bool is_leaving_ = false;
  bool has_failed_ = false;  // told, once
  SupervisedChild child_;
};

}  // namespace supervisor
