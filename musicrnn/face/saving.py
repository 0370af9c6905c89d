"""Scores, compositions and sounds into files: the suffix says the format."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.io.atomic import write_whole
from musicrnn.io.audio import check_writable, write_audio
from musicrnn.io.save import NOTES, PICTURES, check_saved, save_pieces
from musicrnn.presentable import Presentable
from musicrnn.sampling.compose import Composition
from musicrnn.sampling.composed_sound import SoundComposition
from musicrnn.score import Score
from musicrnn.waveform import Waveform


class HalfSaved(MusicRNNError):
    """Some files could not be written; ``written`` are there."""

    def __init__(self, reason: str, written: Sequence[Path]) -> None:
        super().__init__(reason)
        self.written = tuple(written)


def save(
    thing: Presentable, paths: Sequence[str | Path], soundfont: str | Path | None = None
) -> None:
    """See :meth:`Presentable.save`. What other programs may play otherwise is a warning.

    Raises:
        MusicRNNError: no path, a suffix that cannot be written, or a file that cannot be.
        HalfSaved: some files of a composition are written, others cannot be.
    """
    wanted = [Path(path) for path in paths]
    if not wanted:
        raise MusicRNNError('say where to save it, such as save("tune.mid", "tune.wav")')
    sound = thing.sound if isinstance(thing, SoundComposition) else thing
    if isinstance(sound, Waveform):
        for path in wanted:
            check_writable(path)
        for path in wanted:
            write_audio(sound, path, overload="scale" if sound is not thing else "error")
        return
    for path in wanted:
        check_saved(path)
    if isinstance(thing, Composition):
        _save_composition(thing, wanted, soundfont)
    else:
        score = score_of(thing)
        _warn(save_pieces(score, wanted, soundfont=soundfont, accompany=is_lead_sheet(score)))


def is_lead_sheet(score: Score) -> bool:
    """One melody with chord symbols: the symbols are played too, or no one hears them."""
    if not score.chords or len(score.tracks) != 1:
        return False
    notes = score.tracks[0].notes
    return all(before.start + before.duration <= after.start for before, after in pairwise(notes))


def score_of(thing: Presentable) -> Score:
    """The score itself, or the one that is held.

    Raises:
        MusicRNNError: it holds none.
    """
    score = thing if isinstance(thing, Score) else getattr(thing, "score", None)
    if not isinstance(score, Score):
        raise MusicRNNError(f"a piece of notes is needed, got {thing!r}")
    return score


def caption_of(piece: Composition) -> str:
    """What stands under the title of a page or a picture."""
    return f"{piece.style}, seed {piece.seed}" if piece.style else f"seed {piece.seed}"


def _save_composition(
    piece: Composition, paths: Sequence[Path], soundfont: str | Path | None
) -> None:
    """Notes, pictures, sound and pages: where one kind cannot be made, the others are there."""
    texts = [path for path in paths if path.suffix.lower() == ".abc" and piece.text]
    notes = [path for path in paths if path.suffix.lower() in NOTES and path not in texts]
    pictures = [path for path in paths if path.suffix.lower() in PICTURES]
    others = [path for path in paths if path not in (*texts, *notes, *pictures)]
    for path in texts:  # the tune as the model wrote it, with its repeats
        write_whole(path, f"X:1\nT:{piece.style} {piece.seed}\n{piece.text}\n".encode())
    written, failed = texts, None
    for group in (notes, pictures, others):
        try:
            said = save_pieces(
                piece.score,
                group,
                soundfont=soundfont,
                caption=caption_of(piece),
                accompany=piece.text is not None,
            )
        except MusicRNNError as error:
            failed = failed or error
        else:
            _warn(said)
            written = written + group
    if failed is not None:
        raise HalfSaved(str(failed), written) if written else failed


def _warn(said: Sequence[str]) -> None:
    for sentence in said:
        warnings.warn(sentence, stacklevel=4)
