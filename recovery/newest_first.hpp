#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace recovery {

// A bounded list, newest first, that hands out immutable copies of itself. Copies are made when
// they are asked for after a change, not at each change: a crash loop changes often, readers come
// seldom. For one thread; the copies may go to any.
template <class Entry>
class NewestFirst {
 public:
  explicit NewestFirst(std::size_t limit) : limit_(limit) {}

  void add(Entry entry) {
    copy_.reset();
    entries_.push_front(std::move(entry));
    if (entries_.size() > limit_) entries_.pop_back();
  }

  // The newest entry that `matches`, to be changed; null if there is none.
  template <class Matches>
  Entry* find(Matches matches) {
    for (Entry& entry : entries_) {
      if (!matches(entry)) continue;
      copy_.reset();
      return &entry;
    }
    return nullptr;
  }

  // Never null.
  std::shared_ptr<const std::vector<Entry>> copy() const {
    if (!copy_) copy_ = std::make_shared<std::vector<Entry>>(entries_.begin(), entries_.end());
    return copy_;
  }

 private:
  std::size_t limit_;
  std::deque<Entry> entries_;
  mutable std::shared_ptr<const std::vector<Entry>> copy_;
};

}  // namespace recovery
