"""What is not opened: pipes, sockets and devices, which give no end, or nothing at all."""

from __future__ import annotations

import stat
from pathlib import Path

MISSING = "does not exist"
KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def irregular(path: Path) -> str:
    """Why a path is no file to be read, as what goes on after its name; "" where it is one.

    It is not opened: to open a pipe is to wait for who writes into it.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "is a link to nothing" if path.is_symlink() else MISSING
    except (OSError, ValueError) as error:  # a link in a circle, a name that cannot be
        return f"cannot be opened: {getattr(error, 'strerror', None) or error}"
    if stat.S_ISREG(mode):
        return ""
    kind = KINDS.get(stat.S_IFMT(mode), "something else than a file")
    return f"is {'a link to ' if path.is_symlink() else ''}{kind}"
