"""The rooms of the product: the one table of what may include what. Change it here when a room moves."""

# A room includes itself and the rooms to its left.
ORDER = ("monitor", "recovery", "http", "supervisor")

# The pure core is these rooms, without their folders that do I/O; nothing of the core includes those.
PURE = ("monitor", "recovery")
WITH_IO = ("monitor/probes", "recovery/alerts")

# Folders of the core that stand alone: beside themselves they include only these files of the product.
ALONE = {"recovery/splice": ("monitor/time.hpp",)}

# Folders of the root whose C++ is no part of the product.
NO_ROOMS = ("tests",)


def lies_in(path, folder):
    return path == folder or path.startswith(folder + "/")


def room_of(path):
    """None: in no room."""
    return next((room for room in ORDER if lies_in(path, room)), None)


def alone_in(path):
    """The folder that stands alone in which the file lies; None: in none."""
    return next((folder for folder in ALONE if lies_in(path, folder)), None)


def does_io(path):
    return any(lies_in(path, folder) for folder in WITH_IO)


def is_core(path):
    return any(lies_in(path, room) for room in PURE) and not does_io(path)
