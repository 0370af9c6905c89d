"""MusicXML files as musicrnn and as music21 read them, note for note.

    python tests/benchmarks/notation/musicxml_read.py FOLDER > differences.txt

A file is read alike where every note has the same beginning, pitch and length, repeats played out;
grace notes, which last nothing in music21, may be more here. What differs, what either refuses and
what music21 cannot play out is listed, a line a file, with the first notes that one has alone.
"""

from __future__ import annotations

import argparse
from collections import Counter
from fractions import Fraction
from pathlib import Path

from others import by_music21, ours  # pyright: ignore[reportMissingImports]

from musicrnn.errors import MusicRNNError
from musicrnn.io.musicxml import read_musicxml
from musicrnn.io.musicxml.measure import GRACE

SHOWN = 3


def compared(path: Path) -> tuple[str, str]:
    """A word for what came out, and what is to be said of it."""
    try:
        own = ours(read_musicxml(path))
    except MusicRNNError as error:
        return "refused", str(error)
    try:
        other, graces = by_music21(path)
    except Exception as error:  # whatever music21 says of a file that it cannot read or play out
        return "not read by music21", f"{type(error).__name__}: {error}"[:200]
    more, less = own - other, other - own
    quick = sum(count for (_, _, length), count in more.items() if length == GRACE)
    if not less and sum(more.values()) <= min(quick, graces):
        return "alike", ""
    return "different", f"only here {_some(more)}; only there {_some(less)}"


def _some(notes: Counter[tuple[Fraction, int, Fraction]]) -> str:
    first = ", ".join(f"{start} {pitch} {length}" for start, pitch, length in sorted(notes)[:SHOWN])
    return f"{sum(notes.values())} ({first})"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    files = [p for p in folder.rglob("*") if p.suffix in (".xml", ".mxl", ".musicxml")]
    told = Counter[str]()
    for path in sorted(files, key=lambda path: path.stat().st_size):
        word, said = compared(path)
        told[word] += 1
        if word != "alike":
            print(f"{path.relative_to(folder)}: {word}: {said}", flush=True)
    print(f"{len(files)} files: {dict(told)}")


if __name__ == "__main__":
    main()
