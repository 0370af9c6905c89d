"""Irish dance tunes as ABC, the corpus that comes with the package, to learn from at once.

Conventions. ``tunes.abc`` lies beside this file; ``tests/golden/tunes.py`` made it and says which
tunes were taken, all from Breathnach's Ceol Rince na hEireann, transcribed by Bill Black. A piece
is a tune, named by its title (``the-belfast-boat``); ``abc`` is its own text. One melody without
chords, whole bars, metres 4/4, 6/8 and 9/8. Split by tune: no two share a title or 16 intervals in
a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.io.abc import parse_abc, read_abc_tunes
from musicrnn.sources.corpus import split_by_hash
from musicrnn.training.data import Card, Piece


class Tunes:
    """The corpus; ``folder`` holds ``tunes.abc``."""

    bundled = Path(__file__).parent
    card = Card(
        name="irish-tunes",
        title="200 Irish dance tunes in ABC, bundled with the package",
        holds="scores",
        source="https://github.com/polifonia-project/folk_ngram_analysis",
        licence="public domain",
        get="it comes with the package",
        split="by tune, sha256 of the title, 80/10/10",
    )

    def pieces(self, folder: Path) -> Iterator[Piece]:
        """In the order of the file.

        Raises:
            MusicRNNError: there is no such file, or no tune is in it.
        """
        path = folder / "tunes.abc"
        tunes = read_abc_tunes(path)
        if not tunes:
            raise MusicRNNError(f"{path} holds no tune, so it is another file")
        for title, text in tunes:
            name = re.sub(r"[^a-z0-9]+", "-", title.lower().replace("'", "")).strip("-")
            yield Piece(name, split_by_hash(title), partial(parse_abc, text), text)


TUNES = Tunes()
