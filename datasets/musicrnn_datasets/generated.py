"""Evaluate a folder of generated pieces against the held-out split of a corpus or folder.

Conventions. ``data`` is the name of a corpus or a folder of MIDI and ABC files, ``found`` a folder
where corpora lie. Generated pieces are compared with ``split`` and looked up in the train split.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from musicrnn.errors import MusicRNNError, counted
from musicrnn.io.notes import read_piece
from musicrnn.metrics.report import Report, compare_sets
from musicrnn.score import Score
from musicrnn.sources.score_folder import score_files
from musicrnn.sources.scores import read_source
from musicrnn.training.data import SkippedFile, Split, read_all, skipping
from musicrnn_datasets.voice_leading import LeadingComparison, compare_voice_leading


@dataclass(frozen=True)
class FolderEvaluation:
    """The report on a folder, and the files of it and of the data that could not be read.

    ``leading`` compares the voice leading, where pieces on both sides have four voices."""

    report: Report
    refused: tuple[SkippedFile, ...]
    data_refused: tuple[SkippedFile, ...]
    leading: LeadingComparison | None = None


def evaluate_folder(
    folder: Path, data: str, *, split: Split = "test", found: Path | None = None
) -> FolderEvaluation:
    """Compare the pieces of a folder with the split, and look them up in the train split.

    Files without a note count as silent pieces; two equal files are two pieces.

    Raises:
        MusicRNNError: no readable piece on one of the sides.
    """
    if split == "train":
        raise MusicRNNError("generated pieces are compared with pieces held out, got split train")
    generated, refused = _read_generated(folder)
    _, pieces = read_source(data, found)
    held_out, data_refused = read_all(
        (piece for piece in pieces if piece.split == split), lambda piece: piece.read()
    )
    if not held_out:
        other = "valid" if split == "test" else "test"
        there = any(piece.split == other for piece in pieces)
        hint = f"; ask for another with --split {other}" if there else ""
        raise MusicRNNError(
            f"the {split} split of {data} has no piece that can be read: "
            f"{counted(len(pieces), 'piece')} in all its splits{hint}"
        )

    def training() -> Iterator[tuple[str, Score]]:
        for piece in pieces:
            if piece.split == "train":
                with skipping(piece.name, data_refused):
                    yield piece.name, piece.read()

    human = {read.piece.name: read.content for read in held_out}
    report = compare_sets(generated, human, training())
    leading = compare_voice_leading(generated, human, (score for _, score in training()))
    if leading is not None:
        refused += leading.refused
    return FolderEvaluation(report, tuple(refused), tuple(data_refused), leading)


def _read_generated(folder: Path) -> tuple[dict[str, Score], list[SkippedFile]]:
    paths = score_files(folder)
    generated: dict[str, Score] = {}
    refused: list[SkippedFile] = []
    for path in paths:
        name = path.relative_to(folder).as_posix()
        with skipping(name, refused):
            generated[name] = read_piece(path)
    if not generated:
        reason = f", the first refused because: {refused[0].reason}" if refused else ""
        raise MusicRNNError(
            f"{folder} holds no MIDI, ABC or MusicXML file that can be read: {len(paths)} "
            f"found{reason}"
        )
    return generated, refused
