#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace recovery {

// An immutable list, newest first. Its entries are shared with the lists before and after it, so
// that another list costs a pointer for each, whatever an entry holds. May go to any thread.
template <class Entry>
class EntryList {
 public:
  using Entries = std::vector<std::shared_ptr<const Entry>>;

  explicit EntryList(Entries entries) : entries_(std::move(entries)) {}
  explicit EntryList(const std::vector<Entry>& entries) {
    for (const Entry& entry : entries) entries_.push_back(std::make_shared<const Entry>(entry));
  }

  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Entry;
    using difference_type = std::ptrdiff_t;
    using pointer = const Entry*;
    using reference = const Entry&;

    Iterator() = default;
    explicit Iterator(typename Entries::const_iterator at) : at_(at) {}
    reference operator*() const { return **at_; }
    pointer operator->() const { return at_->get(); }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) { return Iterator(at_++); }
    bool operator==(const Iterator&) const = default;

   private:
    typename Entries::const_iterator at_;
  };

  Iterator begin() const { return Iterator(entries_.begin()); }
  Iterator end() const { return Iterator(entries_.end()); }
  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  const Entry& front() const { return *entries_.front(); }
  const Entry& operator[](std::size_t i) const { return *entries_[i]; }

 private:
  Entries entries_;
};

// A bounded list, newest first, that hands out immutable copies of itself. Copies are made when
// they are asked for after a change, not at each change: a crash loop changes often, readers come
// seldom. For one thread; the copies may go to any.
template <class Entry>
class NewestFirst {
 public:
  explicit NewestFirst(std::size_t limit) : limit_(limit) {}

  void add(Entry entry) {
    copy_.reset();
    entries_.insert(entries_.begin(), std::make_shared<Entry>(std::move(entry)));
    if (entries_.size() > limit_) entries_.pop_back();
  }

  // The newest entry that `matches`, to be changed; null if there is none. Copies keep it as it
  // was.
  template <class Matches>
  Entry* find(Matches matches) {
    for (std::shared_ptr<Entry>& entry : entries_) {
      if (!matches(*entry)) continue;
      copy_.reset();
      entry = std::make_shared<Entry>(*entry);
      return entry.get();
    }
    return nullptr;
  }

  // Never null.
  std::shared_ptr<const EntryList<Entry>> copy() const {
    using Entries = typename EntryList<Entry>::Entries;
    if (!copy_)
      copy_ = std::make_shared<EntryList<Entry>>(Entries(entries_.begin(), entries_.end()));
    return copy_;
  }

 private:
  std::size_t limit_;
  std::vector<std::shared_ptr<Entry>> entries_;  // a deque takes 576 bytes even when empty
  mutable std::shared_ptr<const EntryList<Entry>> copy_;
};

}  // namespace recovery
