"""Words read once and kept: every clip decoded, brought to one rate and length, mapped from disk.

Conventions. Clips are int16 [n, N] in a ``.npy`` file of the user's cache folder, named by a hash
of what went in (names, sizes and times of the files, rate and length); reading them again costs no
memory but what is looked at. Beside the file stands which clips could not be read, and why, and
what is to be known of the others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicrnn.augmentation.codec import RATES, through_codec
from musicrnn.errors import MusicRNNError
from musicrnn.io.atomic import whole_file
from musicrnn.listening.one_word import one_word
from musicrnn.sources.corpus import LabelledFile
from musicrnn.sources.find import sounds_kept
from musicrnn.training.data import SkippedFile, skipping


@dataclass(frozen=True, eq=False)
class Decoded:
    """Sounds int16 [n, N] of the clips that could be read, in their order, and the others; ``said``
    is what is to be known of their files."""

    sounds: NDArray[np.int16]
    clips: list[LabelledFile]
    refused: list[SkippedFile]
    said: list[str]


def decoded(
    clips: Sequence[LabelledFile], *, rate: int, samples: int, convert: bool = False
) -> Decoded:
    """The clips as they are learnt from.

    Raises:
        MusicRNNError: the cache folder cannot be written to.
    """
    path = sounds_kept("words") / f"{_key(clips, rate, samples, convert)}.npy"
    listed = path.with_suffix(".json")
    if not (path.is_file() and listed.is_file()):
        _write(clips, path, rate=rate, samples=samples, convert=convert)
    reasons, said = json.loads(listed.read_text(encoding="utf-8"))
    refused = [SkippedFile(name, reason) for name, reason in reasons.items()]
    kept = [clip for clip in clips if clip.name not in reasons]
    if not kept:
        return Decoded(np.zeros((0, samples), np.int16), [], refused, said)
    sounds = np.load(path, mmap_mode="r", allow_pickle=False)
    if sounds.shape != (len(kept), samples) or sounds.dtype != np.int16:
        raise MusicRNNError(f"{path} is damaged: delete it, and the sounds are read again")
    return Decoded(sounds, kept, refused, said)


def coded(clips: NDArray[np.int16], rate: int) -> NDArray[np.int16] | None:
    """Clips [n, N] sent through a codec, once; None where it has no such rate.

    Raises:
        MusicRNNError: the cache folder cannot be written to, or what is kept is damaged.
    """
    if rate not in RATES or not len(clips):
        return None
    digest = hashlib.sha256(np.ascontiguousarray(clips).data).hexdigest()[:32]
    path = sounds_kept("words") / f"{digest}-{rate}-coded.npy"
    if not path.is_file():
        with whole_file(path) as temporary:
            np.save(temporary, through_codec(clips, rate))
    found = np.load(path, mmap_mode="r", allow_pickle=False)
    if found.shape != clips.shape or found.dtype != np.int16:
        raise MusicRNNError(f"{path} is damaged: delete it, and the sounds are coded again")
    return found


def _write(
    clips: Sequence[LabelledFile], path: Path, *, rate: int, samples: int, convert: bool
) -> None:
    refused, said = list[SkippedFile](), list[str]()
    sounds = np.empty((len(clips), samples), np.int16)
    row = 0
    for clip in clips:
        with skipping(clip.name, refused):
            word = one_word(clip.path, rate=rate, samples=samples, convert=convert)
            sounds[row] = word.clip
            row += 1
            said += [f"{clip.name}: {sentence}" for sentence in word.said]
    with whole_file(path) as temporary:
        np.save(temporary, sounds[:row])
    with whole_file(path.with_suffix(".json")) as temporary:
        reasons = {file.name: file.reason for file in refused}
        temporary.write_text(json.dumps((reasons, said)), encoding="utf-8")


def _key(clips: Sequence[LabelledFile], rate: int, samples: int, convert: bool) -> str:
    digest = hashlib.sha256(f"3 {rate} {samples}{' converted' if convert else ''}".encode())
    for clip in clips:
        try:
            state = clip.path.stat()
            known = f"{clip.name} {clip.path} {state.st_size} {state.st_mtime_ns}"
        except OSError:
            known = f"{clip.name} {clip.path} missing"
        digest.update(known.encode())
    return digest.hexdigest()[:32]
