"""Include order: a room includes itself and the rooms to its left, and the core nothing that does I/O."""

import os
import unittest

import cpp
import rooms
from tree import ROOT, Rule, files, read


def breaks(path, text, exists):
    """What is wrong with the includes of one file of the product."""
    found = []
    room = rooms.room_of(path)
    left = rooms.ORDER[:rooms.ORDER.index(room) + 1]
    alone = rooms.alone_in(path)
    for line, name, is_quoted in cpp.includes(text):
        at = f"{path}:{line}: includes {name}"
        if not is_quoted:
            if rooms.room_of(name):
                found.append(f'{at} in <>; write "{name}"')
            continue
        if not exists(name):
            found.append(f"{at}, which is no file from the root of the repository; write the whole path")
        elif rooms.room_of(name) not in left:
            found.append(f"{at}; {room}/ includes only {', '.join(left)}")
        elif rooms.is_core(path) and rooms.does_io(name):
            found.append(f"{at}, which does I/O; the pure core includes nothing of {', '.join(rooms.WITH_IO)}")
        elif alone and not rooms.lies_in(name, alone) and name not in rooms.ALONE[alone]:
            found.append(f"{at}; {alone}/ includes only itself and {', '.join(rooms.ALONE[alone])}")
    return found


class IncludeOrder(Rule):
    def test_each_folder_with_cpp_is_a_room_of_the_order(self):
        folders = {path.split("/")[0] for path in files(*cpp.ENDINGS)}
        self.holds([f"{folder}/: holds C++ and has no place in the include order of tests/house/rooms.py"
                    for folder in sorted(folders - {*rooms.ORDER, *rooms.NO_ROOMS})])
        for folder in (*rooms.ORDER, *rooms.WITH_IO, *rooms.ALONE):
            self.assertTrue(os.path.isdir(os.path.join(ROOT, folder)), f"rooms.py names {folder}, which is not there")

    def test_no_include_runs_to_the_right_or_from_the_core_to_io(self):
        def exists(name):
            return os.path.isfile(os.path.join(ROOT, name))
        found = []
        for path in files(*cpp.ENDINGS):
            if rooms.room_of(path):
                found += breaks(path, read(path), exists)
        self.holds(found)

    def test_what_breaks_the_order_is_found(self):
        def found(path, include):
            return len(breaks(path, f"// #include \"a\"\n#include {include}\n", lambda name: "/" in name))
        self.assertEqual(found("recovery/a.cpp", '"monitor/cause.hpp"'), 0)
        self.assertEqual(found("recovery/a.cpp", "<vector>"), 0)
        self.assertEqual(found("recovery/a.cpp", '"http/server.hpp"'), 1)
        self.assertEqual(found("http/a.cpp", "<http/server.hpp>"), 1)
        self.assertEqual(found("http/a.cpp", '"tests/live/a.hpp"'), 1)
        self.assertEqual(found("http/a.cpp", '"server.hpp"'), 1)
        self.assertEqual(found("recovery/a.cpp", '"monitor/probes/url.hpp"'), 1)
        self.assertEqual(found("recovery/splice/a.cpp", '"monitor/time.hpp"'), 0)
        self.assertEqual(found("recovery/splice/a.cpp", '"recovery/splice/b.hpp"'), 0)
        self.assertEqual(found("recovery/splice/a.cpp", '"monitor/cause.hpp"'), 1)
        self.assertEqual(found("recovery/splice/a.cpp", '"recovery/event.hpp"'), 1)
        self.assertEqual(found("recovery/alerts/a.cpp", '"monitor/probes/url.hpp"'), 0)


if __name__ == "__main__":
    unittest.main()
