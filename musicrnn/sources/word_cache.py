"""Words read once and kept: every clip decoded, brought to one rate and length, mapped from disk.

Conventions. Clips are int16 [n, N]. They are kept (musicrnn.sources.kept) by the content of their
files where it is known, else by the files' places, sizes and times; reading them again costs no
memory but what is looked at. The list beside them says which clips could not be read, and why, and
what is to be known of the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicrnn.augmentation.codec import RATES, through_codec
from musicrnn.listening.one_word import one_word
from musicrnn.sources.corpus import LabelledFile
from musicrnn.sources.kept import Kept, kept, key_of, states
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
    strange = states(clip.path for clip in clips if not clip.digest)
    names = [(clip.name, str(clip.path), clip.digest) for clip in clips]  # reasons name the path

    def read() -> Kept:
        return _decoded(clips, rate=rate, samples=samples, convert=convert)

    found = kept("words", key_of(rate, samples, convert, names, strange), read)
    reasons, said = found.listed
    refused = [SkippedFile(name, reason) for name, reason in reasons.items()]
    left = [clip for clip in clips if clip.name not in reasons]
    return Decoded(found.samples, left, refused, said)


def coded(clips: NDArray[np.int16], rate: int) -> NDArray[np.int16] | None:
    """Clips [n, N] sent through a codec, once; None where it has no such rate.

    Raises:
        MusicRNNError: the cache folder cannot be written to.
    """
    if rate not in RATES or not len(clips):
        return None
    digest = hashlib.sha256(np.ascontiguousarray(clips).data).hexdigest()
    key = key_of("coded", clips.shape, digest, rate)
    return kept("words", key, lambda: Kept(through_codec(clips, rate), None)).samples


def _decoded(clips: Sequence[LabelledFile], *, rate: int, samples: int, convert: bool) -> Kept:
    refused, said = list[SkippedFile](), list[str]()
    sounds = np.empty((len(clips), samples), np.int16)
    row = 0
    for clip in clips:
        with skipping(clip.name, refused):
            word = one_word(clip.path, rate=rate, samples=samples, convert=convert)
            sounds[row] = word.clip
            row += 1
            said += [f"{clip.name}: {sentence}" for sentence in word.said]
    return Kept(sounds[:row], ({file.name: file.reason for file in refused}, said))
