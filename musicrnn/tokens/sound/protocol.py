"""What every tokenizer of sound can do.

Conventions. Sound is one channel at the tokenizer's ``rate``; nothing resamples or mixes unasked.
ids 0 and 1 are "start" and "end", the others say sound. Laws, tested for every member of
SOUND_TOKENIZERS: ``decode(encode(sound)) == quantize(sound)``, sample by sample; ``decode`` is
total: any ids whatever give a valid sound; encoded or decoded in pieces of any length, it is the
whole.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Ids, Samples
from musicrnn.context.sound import Framing
from musicrnn.errors import MusicRNNError
from musicrnn.waveform import Waveform

START, END = 0, 1
FIRST = 2  # id that says sound


class Encoder(Protocol):
    """Samples [N] in pieces of one sound -> the ids that they settle, without start and end."""

    def push(self, samples: Samples) -> Ids: ...

    def finish(self) -> Ids: ...


class Decoder(Protocol):
    """Ids in pieces -> the samples that they settle."""

    def push(self, ids: Ids) -> Samples: ...

    def finish(self) -> Samples: ...


class SoundTokenizer(ABC):
    """Waveform to ids and back; see the module's text for the laws.

    Attributes:
        name: the key in SOUND_TOKENIZERS, stored in checkpoints.
        rate: Hz of the sound.
        books: how many ids say a frame, one of each book: FIRST + book * codes + code.
        codes: how many there are of a book.
        delay: frames behind a sound that its last samples need.
        linear: of samples, how many linear prediction is fitted on at a time; else 0.
        keeps_waveform: whether what is decoded follows the samples, or sounds alike alone.
    """

    name: ClassVar[str]
    rate: int
    books: int = 1
    codes: int
    delay: int = 0
    linear: int = 0
    keeps_waveform: ClassVar[bool] = True

    @property
    @abstractmethod
    def vocabulary(self) -> tuple[str, ...]:
        """The token of every id; vocabulary[0] == "start", vocabulary[1] == "end"."""

    @property
    @abstractmethod
    def ids_a_second(self) -> float:
        """How many ids say a second of sound."""

    @property
    @abstractmethod
    def bits_a_second(self) -> float:
        """What they take where each is stored in as few bits as it needs."""

    @property
    def frame_seconds(self) -> float:
        """From one frame to the next."""
        return self.books / self.ids_a_second

    @property
    def framing(self) -> Framing:
        """How sound is cut into frames."""
        return Framing(self.frame_seconds, self.delay, self.codes, self.linear)

    @abstractmethod
    def configuration(self) -> dict[str, Any]:
        """What the constructor took, as JSON."""

    @abstractmethod
    def encoder(self) -> Encoder:
        """For one sound that comes in pieces."""

    @abstractmethod
    def decoder(self) -> Decoder:
        """For the ids of one sound, in pieces."""

    def encode(self, sound: Waveform) -> Ids:
        """ids [N], from start to end.

        Raises:
            MusicRNNError: another rate, several channels, or values that are not finite.
        """
        self.check(sound)
        encoder = self.encoder()
        said = encoder.push(sound.samples[0]), encoder.finish()
        return np.concatenate([[START], *said, [END]]).astype(np.int32)

    def decode(self, ids: Sequence[int] | Ids) -> Waveform:
        """The sound [1, N] of any ids; what says no sound is passed over.

        Raises:
            MusicRNNError: they are no whole numbers.
        """
        try:
            read = np.asarray(ids)
            if read.dtype == np.object_:  # numbers beyond 64 bits say no sound
                read = np.array([i if abs(int(i)) < 2**62 else -1 for i in read.flat], np.int64)
        except (TypeError, ValueError, OverflowError) as error:
            raise MusicRNNError(f"ids are whole numbers [N], got {str(ids)[:60]!r}") from error
        if read.size and read.dtype.kind not in "iub":
            raise MusicRNNError(f"ids are whole numbers [N], got {str(ids)[:60]!r}")
        decoder, read = self.decoder(), read.reshape(-1)
        most = FIRST + self.books * self.codes
        within = read[(read >= FIRST) & (read < most)].astype(np.int32)
        return Waveform(np.concatenate([decoder.push(within), decoder.finish()])[None], self.rate)

    def ids(self, codes: Any) -> Ids:
        """The ids of frames of codes [T, Q]."""
        first = FIRST + self.codes * np.arange(self.books, dtype=np.int32)
        return (first + np.asarray(codes, np.int32).reshape(-1, self.books)).reshape(-1)

    def frames(self, ids: Ids) -> NDArray[np.int16]:
        """The codes [T, Q] of whole frames of ids, without start and end: the inverse of
        :meth:`ids`."""
        first = FIRST + self.codes * np.arange(self.books, dtype=np.int32)
        return (ids.reshape(-1, self.books) - first).astype(np.int16)

    def quantize(self, sound: Waveform) -> Waveform:
        """The sound that the tokens say."""
        return self.decode(self.encode(sound))

    def check(self, sound: Waveform) -> None:
        """Raises MusicRNNError where a sound is not one that is encoded."""
        channels = sound.samples.shape[0]
        if channels != 1 or sound.rate != self.rate:
            raise MusicRNNError(
                f"the tokens {self.name} say one channel at {self.rate} Hz, got {channels} at "
                f"{sound.rate} Hz: use waveform.mono().resampled({self.rate})"
            )
        if not np.isfinite(sound.samples).all():
            raise MusicRNNError("samples must be finite to be encoded, got infinity or NaN")
