"""The corpora that can be named."""

from __future__ import annotations

from pathlib import Path

from musicrnn.sources.catalogue import catalogue


def corpora(folder: str | Path | None = None) -> dict[str, str]:
    """What each corpus is, on what terms, and where it lies on this computer.

    Args:
        folder: where corpora are looked for first, before $MUSICRNN_DATA.

    Example:
        >>> import musicrnn as mr
        >>> print(mr.corpora()["vgmidi"])  # doctest: +ELLIPSIS
        VGMIDI: video-game music for piano (terms: not stated); ...
    """
    entries = catalogue(None if folder is None else Path(folder))
    return {
        entry["name"]: f"{entry['title']} (terms: {entry['licence']}); "
        f"{entry['folder'] or 'not on this computer'}"
        for entry in entries
    }
