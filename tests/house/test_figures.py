"""What figures.py counts, on a text where each figure can be counted by hand."""

import os
import subprocess
import sys
import tempfile
import unittest

import figures

HEADER = """#pragma once
#include <optional>
namespace a {
class Inner {
 public:
  explicit Inner(int one) : one_{one}, two_(2) {
  }
  int sum() const { return one_ + two_; }
  bool operator==(const Inner&) const = default;

 private:
  static constexpr int none = 0;
  int one_, two_ = 2;
};
struct Policy {
  int x = 1;
  int y{2};
};
namespace b {
using Word = Inner;
struct Base { bool flag; };
class Outer final : public Base {
  enum class Kind { one, two };
  struct Part { std::array<int, 3> numbers = {1, 2, 3}; };
  friend class Other;
  void run(int a = f({1}));  // int not_one;
  std::optional<Word> word_;
  std::function<void(int)> call_ = [](int) { return; };
  std::vector<Inner> many_;
  std::unique_ptr<Inner> owned_;
  Part part_;
  Policy policy_;
  bool is_open_ = false;
  int (*hook_)(int);
};
}  // namespace b
}  // namespace a
"""
SOURCE = """namespace a::b {
namespace {
const Row rows[] = {
    {"x", [](int x) { return x; }},
};
template <class T>
T twice(T x) {
  const auto more = [&] {
    return x;
  };
  return x + more();
}
}  // namespace
void Outer::run(int a) {
  if (a) { return; }
  const char* text = "{ // no comment";
}
}
"""


class Figures(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name
        for path, text in {"CMakeLists.txt": "", "a/a.hpp": HEADER, "a/a.cpp": SOURCE, "tests/a_test.cpp": "\n"}.items():
            os.makedirs(os.path.dirname(os.path.join(self.root, path)), exist_ok=True)
            with open(os.path.join(self.root, path), "w", encoding="utf-8") as file:
                file.write(text)
        self.part = figures.Part(self.root, ["a/a.hpp", "a/a.cpp"])

    def test_functions_and_their_lengths(self):
        self.assertEqual(sorted((name, lines) for lines, _, name in self.part.functions),
                         [("Inner", 2), ("run", 4), ("sum", 1), ("twice", 7)])

    def test_members_direct_and_through_values(self):
        members = figures.Members(self.part.classes, self.part.aliases)
        outer, = members.named("Outer")
        self.assertEqual([member.name for member in outer.members],
                         ["word_", "call_", "many_", "owned_", "part_", "policy_", "is_open_", "hook_"])
        # flag; word_ 2, call_, many_, owned_, numbers, policy_ 2, is_open_, hook_
        self.assertEqual(members.through(outer), 1 + 2 + 1 + 1 + 1 + 1 + 2 + 1 + 1)
        self.assertEqual(figures.Members(self.part.classes, self.part.aliases, ("Policy",)).through(outer), 10)

    def test_a_checkout_is_printed(self):
        printed = subprocess.run([sys.executable, "-B", figures.__file__, self.root, "--class", "b::Outer", "--class", "C"],
                                 capture_output=True, text=True, check=True, timeout=60).stdout
        self.assertIn(f"| lines | {HEADER.count(chr(10)) + SOURCE.count(chr(10))} | 1 |", printed)
        self.assertIn("| a | 2 | ", printed)
        self.assertIn("| a::b::Outer | 8 | 1 | 11 | 10 |", printed)
        self.assertIn("| C | not found |", printed)


if __name__ == "__main__":
    unittest.main()
