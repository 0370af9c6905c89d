"""What a user names as DATA: a corpus of scores by name, or a folder of MIDI and ABC files."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.sources.find import folder_of
from musicrnn.sources.named import named
from musicrnn.sources.score_folder import read_folder
from musicrnn.sources.split_file import folder_and_split_file
from musicrnn.training.data import Card, Piece, Split


def read_source(
    source: str,
    data: Path | None = None,
    *,
    split_file: Path | None = None,
    by: str = "",
    known: Mapping[str, Split] | None = None,
) -> tuple[Card, list[Piece]]:
    """The card and pieces of a corpus by name, a folder, or a split file in its folder.

    Args:
        data: where corpora lie.
        split_file, by, known: how a folder is split, see :func:`read_folder`.

    Raises:
        MusicRNNError: neither a corpus nor a folder, it holds nothing, or a split file beside a
            corpus, which has a split of its own.
    """
    if split_file is not None and source in (*named().scores, *named().frames):
        raise MusicRNNError(
            f"{source} has a split of its own: leave out the split file {split_file}"
        )
    if source in named().scores:
        corpus = named().scores[source]
        return corpus.card, list(corpus.pieces(folder_of(corpus, data)))
    if source in named().frames:
        raise MusicRNNError(
            f"{source} holds frames of pitches, not scores: it is for models of frames "
            f"(musicrnn train compose {source})"
        )
    check_source(source)
    return read_folder(*folder_and_split_file(source, split_file), by=by, known=known)


def check_source(source: str) -> None:
    """Raises:
    MusicRNNError: it is neither a folder nor a corpus of scores or frames; the message names its
        neighbours.
    """
    names = [*named().scores, *named().frames]
    path, split_file = folder_and_split_file(source, None)
    there = path.is_dir() if split_file is None else split_file.is_file()
    if source not in names and not there:
        near = difflib.get_close_matches(source, names, n=1)
        hint = f"did you mean {near[0]}?" if near else f"corpora are {', '.join(names)}"
        raise MusicRNNError(f"{source} is neither a folder nor a corpus of scores: {hint}")
