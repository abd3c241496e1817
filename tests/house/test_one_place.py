"""What every program needs once is written once: text helpers stand in monitor/text/ and nowhere else."""

import re
import unittest

import cpp
import cpp_shape
import rooms
from tree import Rule, files, line_of, read

PLACE = "monitor/text"

# By name, as a whole: trimming, case, percent coding, UTF-8, Base64, RFC 3339. A helper under another name is not found.
NAMES = re.compile(
    r"trim(?:med)?|(?:to_)?(?:lower|upper)(?:ed|_case)?|(?:url_|percent_)(?:en|de)code[dr]?|base64_(?:en|de)coded?"
    r"|(?:de|en)code_utf8|(?:valid_)?utf8(?:_\w+)?|hex_(?:value|digit)|(?:to_)?rfc3339|iso8601")
# auto trimmed = [](…) {…}
LAMBDA = re.compile(r"\bauto\s*&?\s*(\w+)\s*=\s*\[[^\]]*\]\s*[({]")


def breaks(path, text):
    bare = cpp.bare(text)
    defined = [(each.line, each.name) for each in cpp_shape.read(text)[0]]
    defined += [(line_of(bare, each.start()), each[1]) for each in LAMBDA.finditer(bare)]
    return [f"{path}:{line}: defines {name}; expected the one of {PLACE}/ to be used"
            for line, name in sorted(defined) if NAMES.fullmatch(name)]


class OnePlace(Rule):
    def test_text_helpers_are_defined_in_one_place(self):
        self.assertGreater(len(files(*cpp.ENDINGS, under=PLACE)), 2)
        self.holds([each for path in files(*cpp.ENDINGS)
                    if rooms.room_of(path) and not rooms.lies_in(path, PLACE)
                    for each in breaks(path, read(path))])

    def test_a_second_one_is_found(self):
        text = ("std::string trimmed(std::string_view text);\nnamespace {\nstd::string\nlowered(std::string text) {\n"
                "  return text;\n}\n}\nvoid f() {\n  const auto trim = [&](int x) { return x; };\n  to_lower(trim(1));\n}\n"
                "void trimmed_lines() {}\n")
        self.assertEqual([each.split(";")[0] for each in breaks("a.cpp", text)],
                         ["a.cpp:3: defines lowered", "a.cpp:9: defines trim"])


if __name__ == "__main__":
    unittest.main()
