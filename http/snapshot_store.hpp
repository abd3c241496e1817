#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "http/clock_reading.hpp"
#include "http/log_lines.hpp"
#include "http/samples.hpp"
#include "http/snapshot.hpp"

namespace http {

// The latest snapshots: the one place where the supervising loop and the HTTP thread meet.
// Thread-safe. The loop publishes, HTTP reads; neither waits for the other longer than it takes to
// copy a few pointers, or a sample of each stream.
class SnapshotStore {
 public:
  // With slots 0 … streams - 1, in this order.
  explicit SnapshotStore(std::size_t streams) {
    for (std::size_t number = 0; number < streams; ++number) {
      slots_.push_back({number, nullptr, {}});
      places_.emplace(number, number);
    }
  }

  // Sets the slots and their order; slots that stay keep their snapshot and samples. The number of
  // a removed slot must not be used again for another stream.
  void arrange(const std::vector<std::size_t>& numbers) {
    const std::scoped_lock lock(mutex_);
    std::vector<Slot> arranged;
    std::unordered_map<std::size_t, std::size_t> places;
    for (const std::size_t number : numbers) {
      Slot* known = find(number);
      places.emplace(number, arranged.size());
      arranged.push_back(known ? std::move(*known) : Slot{number, nullptr, {}});
    }
    slots_ = std::move(arranged);
    places_ = std::move(places);
    ++version_;
  }

  // A further slot behind the others.
  void append(std::size_t number) {
    const std::scoped_lock lock(mutex_);
    places_.emplace(number, slots_.size());
    slots_.push_back({number, nullptr, {}});
    ++version_;
  }

  // The stream of a slot; ignored where the slot was removed. A slot without a snapshot is not in
  // the view.
  void publish(std::size_t slot, std::shared_ptr<const StreamSnapshot> snapshot) {
    const std::scoped_lock lock(mutex_);
    if (Slot* known = find(slot)) known->snapshot.swap(snapshot);  // freed without the lock
    ++version_;
  }

  // One part of the program's values: publish(&Program::alerts, counts). Null withdraws it.
  template <class Part>
  void publish(Part Program::*part, std::type_identity_t<Part> value) {
    const std::scoped_lock lock(mutex_);
    std::swap(program_.*part, value);  // the old one is freed without the lock
    ++version_;
  }

  // Everything as of one moment.
  struct View {
    std::vector<std::shared_ptr<const StreamSnapshot>> streams;
    Program program;
    std::uint64_t version = 0;  // grows with each publish
  };
  View read() const {
    const std::scoped_lock lock(mutex_);
    View view{{}, program_, version_};
    view.streams.reserve(slots_.size());
    for (const Slot& slot : slots_) {
      if (slot.snapshot) view.streams.push_back(slot.snapshot);
    }
    return view;
  }

  // Whether something was published since a view was read, without the cost of reading one.
  std::uint64_t version() const { return version_.load(std::memory_order_acquire); }

  // Takes a sample of each stream for its charts. The loop calls it each
  // Samples::interval_seconds; a call that was missed is not made up for.
  void sample(const ClockReading& now);
  // Those of a stream, oldest first; empty: there is no such stream.
  std::optional<std::vector<Sample>> samples_of(std::string_view stream) const;

  LogLines log;  // of the whole program; has its own lock

 private:
  struct Slot {
    std::size_t number;
    std::shared_ptr<const StreamSnapshot> snapshot;
    Samples samples;
  };
  Slot* find(std::size_t number) {
    const auto place = places_.find(number);
    return place == places_.end() ? nullptr : &slots_[place->second];
  }

  mutable std::mutex mutex_;
  std::vector<Slot> slots_;
  std::unordered_map<std::size_t, std::size_t> places_;  // number → index of its slot
  Program program_;
  std::atomic<std::uint64_t> version_ = 0;  // changed under the lock
};

}  // namespace http
