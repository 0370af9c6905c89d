"""The one exception that musicrnn raises on purpose, and how its sentences count.

A message is one sentence with the value, the bound and the likely cause:
``top_p must be in (0, 1], got 1.4``. The command line prints it and exits with 1.
"""


class MusicRNNError(Exception):
    """Something that the caller can put right: a bad file, value or combination."""


def counted(count: int, one: str, many: str = "") -> str:
    """``1 bar``, ``2 bars``; ``many`` where an s at the end will not do: ``2 tracks are``."""
    return f"{count} {one if count == 1 else many or one + 's'}"
