"""What a model learns from or is measured on: folders of one's own files, or corpora by name."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.score import Score
from musicrnn.sources.named import named
from musicrnn.sources.scores import read_source
from musicrnn.training.data import SPLITS, DataRequest, Piece, Split


def data(
    *sources: str | Path,
    folder: str | Path | None = None,
    tokens: str | None = None,
    mix: Sequence[float] | None = None,
    split_file: str | Path | None = None,
    backgrounds: str | Path | None = None,
    convert: bool | None = None,
    none_of_these: bool | None = None,
) -> Data:
    """Folders of your own files, or corpora by name (see :func:`musicrnn.corpora`).

    Nothing is read before it is needed. What a model of one kind has no use for, it refuses.

    Args:
        folder: where corpora are looked for first, before $MUSICRNN_DATA.
        tokens: the tokenizer, in place of the one that suits the music.
        mix: how often each source is read, beside the others.
        split_file: a CSV with the columns file and split, to classify also label.
        backgrounds: a folder of sounds without words, to be put under words.
        convert: the system's ffmpeg may decode sound of kinds that are not read, such as m4a.
        none_of_these: learn also what is none of the labels, from speech and sounds made by code;
            by default beside a corpus of music by name alone.

    Raises:
        MusicRNNError: no source, or one that is neither a folder nor a corpus.

    Example:
        >>> import musicrnn as mr
        >>> mr.data("my-midi")
        <Data of my-midi>
    """
    if not sources:
        raise MusicRNNError('say what to read: a folder or a corpus, such as data("my-midi")')
    for source in sources:
        _check(source)
    for given in (folder, backgrounds):
        if given is not None and not Path(given).is_dir():
            raise MusicRNNError(f"there is no folder {given}")
    if isinstance(mix, str):
        text: str = mix
        raise MusicRNNError(f"mix reads like [2, 1], got {text!r}")
    names = tuple(str(source) for source in sources)
    return Data(
        DataRequest(
            names,
            _path(folder),
            tokens,
            None if mix is None else tuple(map(float, mix)),
            _path(split_file),
            _path(backgrounds),
            convert=convert or None,
            none_of_these=none_of_these,
        )
    )


@dataclass(frozen=True)
class Data:
    """Three parts: to learn from, to choose the best network on, and to measure it once.

    Of pieces of notes each part can be iterated over. Where nothing is left to validate on,
    training takes a piece of another part for that.
    """

    request: DataRequest

    def __repr__(self) -> str:
        return f"<Data of {', '.join(self.request.sources)}>"

    @property
    def train(self) -> Part:
        """The pieces to learn from."""
        return Part(self, "train")

    @property
    def valid(self) -> Part:
        """The pieces on which the best network is chosen."""
        return Part(self, "valid")

    @property
    def test(self) -> Part:
        """The pieces to measure a model on, once."""
        return Part(self, "test")

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """All pieces of notes: ``piece.name``, ``piece.split``, ``piece.read()`` and, where the
        source is ABC, ``piece.abc``. A file that cannot be read says so when it is.

        Raises:
            MusicRNNError: the data hold no files of notes.
        """
        request = self.request
        read = partial(read_source, data=request.folder, split_file=request.split_file)
        found = (piece for name in request.sources for piece in read(name)[1])
        return tuple(replace(piece, read=partial(_named, piece)) for piece in found)


@dataclass(frozen=True)
class Part:
    """The pieces of one split, in order."""

    data: Data
    split: Split

    def __repr__(self) -> str:
        return f"<{self.split} part of {', '.join(self.data.request.sources)}>"

    def __iter__(self) -> Iterator[Piece]:
        return (piece for piece in self.data.pieces if piece.split == self.split)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def part_of(given: Data | Part | str | Path, split: str | None = None) -> Part:
    """The part that is meant; the test part of data as a whole.

    Raises:
        MusicRNNError: no such split, no such source, or another split than the part's.
    """
    if split is not None and split not in SPLITS:
        raise MusicRNNError(f"split must be one of {', '.join(SPLITS)}, got {split!r}")
    if isinstance(given, Part):
        if split not in (None, given.split):
            raise MusicRNNError(f"the part given is {given.split}, got split {split!r} beside it")
        return given
    whole = given if isinstance(given, Data) else data(given)
    return Part(whole, split or "test")


def _named(piece: Piece) -> Score:
    try:
        return piece.read()
    except MusicRNNError as error:
        raise MusicRNNError(f"{piece.name}: {error}") from error


def _check(source: object) -> None:
    names = [name for table in named().tables() for name in table]
    if not isinstance(source, str | Path) or not str(source):
        raise MusicRNNError(f"a source is the name of a folder or of a corpus, got {source!r}")
    source = str(source)
    if source not in names and not Path(source).exists():
        near = difflib.get_close_matches(source, names, n=1)
        hint = f"did you mean {near[0]}?" if near else f"corpora are {', '.join(names)}"
        raise MusicRNNError(f"{source} is neither a folder nor a corpus: {hint}")


def _path(path: str | Path | None) -> Path | None:
    return None if path is None else Path(path)
