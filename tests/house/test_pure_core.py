"""The pure core has no clock and does no I/O: by its words, and by what its object files want of the libraries."""

import os
import re
import subprocess
import unittest

import cpp
import rooms
from tree import ROOT, Rule, files, line_of, read

BUILD = os.environ.get("FFSUPERVISOR_BUILD", "")

# The headers that the core may include beside the repository's own: nothing in them can wait or look outside, but for
# the functions that FORBIDDEN names.
HEADERS = set("""
    algorithm any array bit bitset cctype cerrno cfloat charconv chrono cinttypes climits cmath compare concepts
    csignal cstdarg cstddef cstdint cstdio cstdlib cstring ctime deque exception functional initializer_list iterator limits
    list map memory new numbers numeric optional queue random ranges ratio set span sstream stack stdexcept string
    string_view system_error tuple type_traits typeindex typeinfo unordered_map unordered_set utility variant vector
    arpa/inet.h netinet/in.h sys/types.h
    """.split())

# What those headers have of clocks, files, processes and chance.
FORBIDDEN = re.compile(
    r"::now\s*\(\s*\)|\brandom_device\b|\bgetenv\b"
    r"|\b(?:v?f?printf|v?dprintf|fopen|fdopen|freopen|fread|fwrite|fputs?|fgets?|puts|popen|system|tmpfile|remove|rename)"
    r"\s*\(|\bstd(?:in|out|err)\b|\bstd::(?:time|clock|rand)\s*\(|\bclock_gettime\b|\bgettimeofday\b|\blocaltime(?:_r)?\b"
    r"|\b(?:std::)?(?:thread|jthread|mutex|filesystem|ifstream|ofstream|fstream|cout|cerr)\b(?=\s*[({:;<]|\s+\w+\s*[;({])"
    r"|\b(?:boost|spdlog|YAML)::")

# C functions that only calculate, and what the compiler and its sanitizers put in.
SYMBOLS = re.compile(r"""
    (?: mem\w+ | str(?:n?len|n?cmp|n?cpy|r?chr|str|spn|cspn|pbrk|error_r|to(?:d|f|ld|u?ll?)) | v?snprintf
      | is(?:alnum|alpha|digit|xdigit|space|upper|lower|print|punct|cntrl|blank) | to(?:lower|upper)
      | (?: sqrt|cbrt|exp|exp2|expm1|log|log2|log10|log1p|pow|hypot|fmod|remainder|floor|ceil|trunc|l?l?round|l?l?rint
          | nearbyint|frexp|ldexp|modf|lgamma|tgamma|erfc?|sin|cos|tan|asin|acos|atan2? ) [fl]?
      | malloc | calloc | realloc | free | aligned_alloc | abort | qsort | gmtime_r | timegm | inet_(?:pton|ntop)
      | sigabbrev_np | __libc_current_sigrt(?:min|max)
      | __(?:mem\w+|str\w+|v?snprintf)_chk | __isoc\d+_strto\w+
      | __cxa_\w+ | __gxx_personality_v0 | _Unwind_\w+ | __stack_chk_fail | _GLOBAL_OFFSET_TABLE_ | __dso_handle
      | __assert_fail | __errno_location | __libc_single_threaded | __tls_get_addr | __\w+[dt]i\d
      | __(?:asan|ubsan|tsan|sanitizer|gcov|llvm)_\w+ )""", re.X)

# Of C++: what must be in no object file, wanted or inlined.
LIBRARIES = re.compile(
    r"\bstd::chrono::(?:_V2::)?\w+_clock::now\b"
    r"|\bstd::(?:j?thread|this_thread|filesystem|random_device|condition_variable\w*|mutex|basic_[io]?fstream"
    r"|basic_filebuf|cout|cerr|clog|cin|ios_base::Init|future|promise|async)\b"
    r"|\b(?:boost|spdlog|fmt|YAML)::")


def breaks(path, text):
    found = [f"{path}:{line}: includes <{name}>; the pure core includes only what HEADERS in test_pure_core.py allows"
             for line, name, is_quoted in cpp.includes(text) if not is_quoted and name not in HEADERS]
    bare = cpp.bare(text)
    return found + [f"{path}:{line_of(bare, each.start())}: {each[0].strip()}: the pure core has no clock, I/O, thread "
                    "or chance; the time is an argument, what is seen outside is an event"
                    for each in FORBIDDEN.finditer(bare)]


def wanted(line):
    """What is wrong with one line of `nm -C -A`, or None."""
    symbol = re.fullmatch(r".*?\.o: *[0-9a-f]* ([A-Za-z]) (.*)", line)
    if not symbol:
        return None
    kind, name = symbol.groups()
    is_of_c = re.fullmatch(r"\w+", name) is not None
    if kind in "Uw" and is_of_c and not SYMBOLS.fullmatch(name):
        return name
    return name if LIBRARIES.search(re.sub(r"\(.*", "", name)) else None


def compiled_in(folder, name, source):
    """The sources of an object file: its own, or those that a file of a unity build includes."""
    if not name.startswith("unity_"):
        return [source] if os.path.isfile(os.path.join(ROOT, source)) else []
    with open(os.path.join(folder, name.removesuffix(".o")), encoding="utf-8") as file:
        return [os.path.relpath(included, ROOT) for _, included, _ in cpp.includes(file.read())]


def objects():
    """object file → sources, of the core's that are built."""
    found = {}
    for folder, _, names in os.walk(BUILD):
        inside = re.fullmatch(r"(.*)/CMakeFiles/[^/]+\.dir((?:/.*)?)", os.path.relpath(folder, BUILD))
        if not inside:
            continue
        for name in names:
            source = "".join(inside.groups()) + "/" + name.removesuffix(".o")
            if not name.endswith((".cpp.o", ".cxx.o")):
                continue
            core = [each for each in compiled_in(folder, name, source) if rooms.is_core(each)]
            if core:
                found[os.path.join(folder, name)] = core
    return found


class PureCore(Rule):
    def test_it_names_no_clock_and_no_io(self):
        paths = [path for path in files(*cpp.ENDINGS) if rooms.is_core(path)]
        self.assertGreater(len(paths), 100)
        self.holds([each for path in paths for each in breaks(path, read(path))])

    def test_what_breaks_the_rule_is_found(self):
        for text in ("#include <thread>", "#include <boost/json.hpp>", "#include <unistd.h>", "auto a = Clock::now();",
                     "x = std::time(nullptr);", "const char* a = std::getenv(\"A\");", "printf(\"a\");",
                     "std::fprintf(stderr, \"a\");", "std::mutex lock;", "std::thread a([] {});",
                     "namespace fs = std::filesystem;", "boost::json::value a;", "std::ofstream(\"a\") << 1;"):
            with self.subTest(text):
                self.assertNotEqual(breaks("a.cpp", text), [])
        for text in ("#include <vector>", "// steady_clock::now()", "puts_ = 1;", "\"boost::\"", "double Clock::now(WallClock wall)",
                     "std::snprintf(a, 1, \"\")", "remove_first(a);", "play.time(\"a\")", "using std::chrono::hours;"):
            with self.subTest(text):
                self.assertEqual(breaks("a.cpp", text), [])

    @unittest.skipUnless(BUILD, "needs the object files: FFSUPERVISOR_BUILD=FOLDER")
    def test_its_object_files_want_no_clock_and_no_io_of_the_libraries(self):
        built = objects()
        sources = [path for path in files(".cpp") if rooms.is_core(path)]
        self.assertEqual(sorted(set(sources) - set(sum(built.values(), []))), [], f"have no object file below {BUILD}")
        done = subprocess.run(["nm", "-C", "-A", *built], capture_output=True, text=True, check=True, timeout=60)
        found = set()
        for line in done.stdout.splitlines():
            name = wanted(line)
            if name:
                compiled = built[line.split(".o:")[0] + ".o"]
                place = compiled[0] if len(compiled) == 1 else os.path.dirname(compiled[0]) + "/*.cpp"
                found.add(f"{place}: uses {name}; the pure core has no clock, I/O or thread "
                          "(a function that only calculates: add it to SYMBOLS in test_pure_core.py)")
        self.holds(sorted(found))

    def test_a_symbol_that_waits_or_looks_outside_is_found(self):
        head = "a/b.cpp.o:"
        for symbol in ("                 U clock_gettime", "                 U open", "                 U write",
                       "                 w pthread_create", "                 U std::chrono::_V2::steady_clock::now()",
                       "0000000000000000 W std::thread::thread<f()::{lambda()#1}>()",
                       "0000000000000000 W void boost::asio::post<int>(int)"):
            self.assertIsNotNone(wanted(head + symbol), symbol)
        for symbol in ("                 U memcpy", "0000000000000000 T monitor::open(std::thread)",
                       "                 U std::__throw_length_error(char const*)", "0000000000000000 t write"):
            self.assertIsNone(wanted(head + symbol), symbol)


if __name__ == "__main__":
    unittest.main()
