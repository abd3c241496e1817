#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace monitor {

// What a stretch of time has brought, oldest first: values come at the end and go at the front.
// Takes no memory while it is empty, and little more than it holds (libstdc++'s deque takes 576
// bytes, and a stream has a dozen windows). References and iterators are valid until the next
// change.
template <class Value>
class Window {
 public:
  using value_type = Value;
  using iterator = typename std::vector<Value>::iterator;
  using const_iterator = typename std::vector<Value>::const_iterator;

  void push_back(Value value) {
    make_room();
    values_.push_back(std::move(value));
  }
  // Requires: not empty.
  void pop_front() {
    ++gone_;
    if (empty()) clear();
  }
  void pop_back() {
    values_.pop_back();
    if (empty()) clear();
  }
  void clear() {
    values_.clear();
    gone_ = 0;
  }

  bool empty() const { return gone_ == values_.size(); }
  std::size_t size() const { return values_.size() - gone_; }
  Value& front() { return values_[gone_]; }
  const Value& front() const { return values_[gone_]; }
  Value& back() { return values_.back(); }
  const Value& back() const { return values_.back(); }
  Value& operator[](std::size_t i) { return values_[gone_ + i]; }
  const Value& operator[](std::size_t i) const { return values_[gone_ + i]; }

  iterator begin() { return values_.begin() + offset(); }
  iterator end() { return values_.end(); }
  const_iterator begin() const { return values_.begin() + offset(); }
  const_iterator end() const { return values_.end(); }

 private:
  std::ptrdiff_t offset() const { return static_cast<std::ptrdiff_t>(gone_); }

  // A window that neither grows nor shrinks moves its values once in a while, and never allocates.
  void make_room() {
    if (values_.size() < values_.capacity()) return;
    if (gone_ > values_.size() / 4) {
      values_.erase(values_.begin(), begin());
      gone_ = 0;
    } else {
      values_.reserve(values_.size() + values_.size() / 2 + 4);
    }
  }

  std::vector<Value> values_;
  std::size_t gone_ = 0;  // of them, at the front
};

}  // namespace monitor
