"""What a user names as DATA: a corpus of scores by name, or a folder of MIDI and ABC files."""

from __future__ import annotations

import difflib
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.sources.find import corpus_folder
from musicrnn.sources.named import named
from musicrnn.sources.score_folder import ScoreFolder
from musicrnn.training.data import Card, Piece


def read_source(source: str, data: Path | None = None) -> tuple[Card, list[Piece]]:
    """The card and pieces of a corpus by name, or of a folder; ``data`` is where corpora lie.

    Raises:
        MusicRNNError: neither a corpus nor a folder, or it holds nothing.
    """
    if source in named().scores:
        corpus = named().scores[source]
        return corpus.card, list(corpus.pieces(corpus_folder(source, data)))
    if source in named().frames:
        raise MusicRNNError(
            f"{source} holds frames of pitches, not scores: it is for models of frames "
            f"(musicrnn train compose {source})"
        )
    check_source(source)
    folder = Path(source)
    own = ScoreFolder(folder.resolve().name)
    return own.card, list(own.pieces(folder))


def check_source(source: str) -> None:
    """Raises:
    MusicRNNError: it is neither a folder nor a corpus of scores or frames; the message names its
        neighbours.
    """
    names = [*named().scores, *named().frames]
    if source not in names and not Path(source).is_dir():
        near = difflib.get_close_matches(source, names, n=1)
        hint = f"did you mean {near[0]}?" if near else f"corpora are {', '.join(names)}"
        raise MusicRNNError(f"{source} is neither a folder nor a corpus of scores: {hint}")
