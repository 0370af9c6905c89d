"""What is used of numba beyond its public face, its store of machine code: here and nowhere else.

Conventions. Held to numba 0.60 to 0.68. Where numba has not what is wanted, its own store does as
it is: that reads slower, and does not know the parts that functions share.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

try:
    from numba.core.runtime.nrt import rtsys
except ImportError:
    rtsys = None

WANTED = ("_load_overload", "_guard_against_spurious_io_errors", "_cache_file")


class EarlyStore:
    """A function's machine code on disk, read before numba gets ready to compile.

    Numba itself gets ready first: it imports all that it can compile, and scipy.linalg, a quarter
    of the time that a short piece takes. What is kept needs numba's runtime alone; where nothing is
    kept, the compiler gets ready by itself. No function that is kept may have a set or a dictionary
    in it, whose hash functions come with the compiler.
    """

    def __init__(self, store: Any, runtime: Any) -> None:
        self._store, self._runtime = store, runtime

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def load_overload(self, signature: Any, target: Any) -> Any:
        """What is kept for a signature, or None."""
        self._runtime.initialize(target)
        with self._store._guard_against_spurious_io_errors():
            return self._store._load_overload(signature, target)


def kept(dispatcher: Any, parts: Sequence[Path] = ()) -> Any:
    """What ``njit`` made, its machine code kept on disk.

    It is compiled anew where the function's own file has changed, or one of ``parts``.
    """
    if not hasattr(dispatcher, "enable_caching"):  # where NUMBA_DISABLE_JIT is set
        return dispatcher
    dispatcher.enable_caching()
    store: Any = getattr(dispatcher, "_cache", None)
    if rtsys is not None and all(hasattr(store, name) for name in WANTED):
        stats = [path.stat() for path in parts]
        file: Any = store._cache_file
        file._source_stamp = (file._source_stamp, *((s.st_mtime, s.st_size) for s in stats))
        dispatcher._cache = EarlyStore(store, rtsys)
    return dispatcher
