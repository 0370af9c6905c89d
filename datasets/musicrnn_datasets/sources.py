"""What a user names as DATA: a corpus of scores by name, or a folder of MIDI and ABC files."""

from __future__ import annotations

import difflib
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.training.data import Card, Piece
from musicrnn_datasets.corpora import CORPORA
from musicrnn_datasets.find import corpus_folder
from musicrnn_datasets.midi_folder import MidiFolder
from musicrnn_datasets.polyphonic import POLYPHONIC


def read_source(source: str, data: Path | None = None) -> tuple[Card, list[Piece]]:
    """The card and pieces of a corpus by name, or of a folder; ``data`` is where corpora lie.

    Raises:
        MusicRNNError: neither a corpus nor a folder, or it holds nothing.
    """
    if source in CORPORA:
        corpus = CORPORA[source]
        return corpus.card, list(corpus.pieces(corpus_folder(source, data)))
    if source in POLYPHONIC:
        raise MusicRNNError(
            f"{source} holds frames of pitches, not scores: it is for models of frames "
            f"(musicrnn train compose {source})"
        )
    check_source(source)
    folder = Path(source)
    own = MidiFolder(folder.resolve().name)
    return own.card, list(own.pieces(folder))


def check_source(source: str) -> None:
    """Raises:
    MusicRNNError: it is neither a folder nor a corpus of scores or frames; the message names its
        neighbours.
    """
    names = [*CORPORA, *POLYPHONIC]
    if source not in names and not Path(source).is_dir():
        near = difflib.get_close_matches(source, names, n=1)
        hint = f"did you mean {near[0]}?" if near else f"corpora are {', '.join(names)}"
        raise MusicRNNError(f"{source} is neither a folder nor a corpus of scores: {hint}")
