"""Sound as codes of a learnt codec: frames of 16 ms, four ids each, 2 kbit a second.

Conventions. A frame is one code of each book, in order: id FIRST + book * codes + code. It hears
the window before its end, and is made where it was heard: n_fft - hop samples later all of a sample
is there. So a sound ends with as many frames of silence as its last sample needs. Decoding takes
ids as they come: one of the first book begins a frame, one of a book that is not due is passed
over, and a frame whose last books are missing is said by the others. What the tokens say is not
what they say of that again: a codec hears its own sound as another.

See musicrnn.networks.codec for the network and its sources.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from musicrnn.arrays import Ids, Samples
from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.features.causal_logmel import CausalLogMel, causal_logmel_from
from musicrnn.networks.codec_array import CodecDecoder, CodecEncoder, CodecWeights
from musicrnn.networks.codec_config import CodecConfig
from musicrnn.tokens.sound.protocol import FIRST, Decoder, Encoder, SoundTokenizer

BUNDLED = "codec"
FOLDER = Path(__file__).parents[2] / "pretrained"
DIGITS = 16  # of a sha256


@dataclass(frozen=True, eq=False)
class LearntCodec:
    """A codec's weights, how it hears, and which weights they are."""

    weights: CodecWeights
    recipe: CausalLogMel
    digest: str

    @staticmethod
    def from_checkpoint(checkpoint: Checkpoint) -> LearntCodec:
        """Raises MusicRNNError: it is none of a codec, or damaged."""
        if checkpoint.metadata.get("task") != CodecTokenizer.name:
            raise MusicRNNError(
                "it is no codec, which musicrnn train tokenize makes: its task is "
                f"{checkpoint.metadata.get('task')!r}"
            )
        config = CodecConfig.from_json(checkpoint.entry("model"))
        recipe = causal_logmel_from(checkpoint.entry("features"))
        if (config.bands, config.n_fft, config.hop) != (recipe.n_mels, recipe.n_fft, recipe.hop):
            raise MusicRNNError("the model file is damaged: its frames do not fit its network")
        digest = hashlib.sha256()
        for name in sorted(checkpoint.arrays):
            array = np.ascontiguousarray(checkpoint.arrays[name])
            digest.update(f"{name} {array.shape}".encode() + array.tobytes())
        weights = CodecWeights(config, checkpoint.arrays)
        return LearntCodec(weights, recipe, digest.hexdigest()[:DIGITS])


class CodecTokenizer(SoundTokenizer):
    """``model`` is the bundled codec, the file of one, or one that is loaded; ``digest``, where it
    is given, says which weights it must have.

    Raises:
        MusicRNNError: there is no such file, it is none of a codec, or has other weights.
    """

    name: ClassVar[str] = "codec"
    keeps_waveform: ClassVar[bool] = False

    def __init__(self, model: str | LearntCodec = BUNDLED, digest: str | None = None) -> None:
        codec = model if isinstance(model, LearntCodec) else _loaded(model)
        self.model = model if isinstance(model, str) else ""
        self.weights, self.recipe, self.digest = codec.weights, codec.recipe, codec.digest
        if digest is not None and digest != self.digest:
            raise MusicRNNError(
                f"these are the tokens of another codec than {self.model or 'this one'}: its "
                f"weights are {self.digest}, wanted are {digest}"
            )
        self.rate = self.recipe.rate
        self.books, self.codes = self.weights.config.books, self.weights.config.codes
        self.delay = self.recipe.n_fft // self.recipe.hop - 1

    @property
    def vocabulary(self) -> tuple[str, ...]:
        books, codes = range(1, self.books + 1), range(self.codes)
        return ("start", "end", *(f"book {book} code {code}" for book in books for code in codes))

    @property
    def ids_a_second(self) -> float:
        return self.books * self.rate / self.recipe.hop

    @property
    def bits_a_second(self) -> float:
        return self.ids_a_second * int(np.ceil(np.log2(self.codes)))

    def configuration(self) -> dict[str, Any]:
        return {"model": self.model, "digest": self.digest}

    def encoder(self) -> Encoder:
        return _Encoder(self)

    def decoder(self) -> Decoder:
        return _Decoder(self)


class _Encoder:
    def __init__(self, tokenizer: CodecTokenizer) -> None:
        self.recipe, self.codec = tokenizer.recipe, CodecEncoder(tokenizer.weights)
        self.tokenizer = tokenizer
        self.past = self.recipe.n_fft - self.recipe.hop
        self.waiting = np.zeros(self.past, np.float32)
        self.heard = 0

    def push(self, samples: Samples) -> Ids:
        self.heard += len(samples)
        heard, start, found = np.concatenate([self.waiting, samples]), 0, list[list[int]]()
        while start + self.recipe.n_fft <= len(heard):
            frame = self.recipe.continued(heard[start : start + self.recipe.n_fft])[0]
            found.append(self.codec.step(frame))
            start += self.recipe.hop
        self.waiting = heard[start:]
        return self.tokenizer.ids(found)

    def finish(self) -> Ids:
        if not self.heard:
            return np.zeros(0, np.int32)
        return self.push(np.zeros(-self.heard % self.recipe.hop + self.past, np.float32))


class _Decoder:
    def __init__(self, tokenizer: CodecTokenizer) -> None:
        self.codec, self.codes = CodecDecoder(tokenizer.weights), tokenizer.codes
        self.books, self.hop = tokenizer.books, tokenizer.recipe.hop
        size = tokenizer.recipe.n_fft
        self.sum, self.early = np.zeros(size, np.float32), size - self.hop
        self.frame = list[int]()

    def push(self, ids: Ids) -> Samples:
        made = list[Samples]()
        for said in ids:
            book, code = divmod(int(said) - FIRST, self.codes)
            if book == 0 and self.frame:
                made.append(self._step())
            if book == len(self.frame):
                self.frame.append(code)
            if len(self.frame) == self.books:
                made.append(self._step())
        return np.concatenate([np.zeros(0, np.float32), *made])

    def finish(self) -> Samples:
        return self._step() if self.frame else np.zeros(0, np.float32)

    def _step(self) -> Samples:
        """The samples that the frame settles: none of those before the sound's beginning."""
        self.sum += self.codec.step(self.frame)
        self.frame = []
        settled = self.sum[: self.hop].copy()
        self.sum = np.concatenate([self.sum[self.hop :], np.zeros(self.hop, np.float32)])
        before = min(self.hop, self.early)
        self.early -= before
        return settled[before:]


def _loaded(model: str) -> LearntCodec:
    """Raises MusicRNNError: there is no such file, or it is none of a codec."""
    path = FOLDER / f"{model}.safetensors" if model == BUNDLED else Path(model)
    try:
        state = path.stat()
    except OSError as error:
        raise MusicRNNError(f"cannot read the codec {path}: {error.strerror}") from error
    return _read(path, state.st_mtime_ns, state.st_size)


@lru_cache(4)
def _read(path: Path, time: int, size: int) -> LearntCodec:
    """Read once for each state of the file."""
    del time, size
    checkpoint = Checkpoint.load(path)
    try:
        return LearntCodec.from_checkpoint(checkpoint)
    except MusicRNNError as error:
        raise MusicRNNError(f"{path}: {error}") from error
