"""Sizes of a codec's network, as stored in a checkpoint. Needs no torch."""

from __future__ import annotations

from dataclasses import MISSING, dataclass

from musicrnn.bounds import whole
from musicrnn.errors import MusicRNNError
from musicrnn.networks.sizes import Sizes


@dataclass(frozen=True)
class CodecSizes(Sizes):
    """What of the network does not follow from the frames: ``hidden`` and ``layers`` are those of
    the decoder, ``heard`` the units of the encoder, ``latent`` the numbers that the ``books`` of
    ``codes`` vectors each say of a frame."""

    cell: str = "gru"
    heard: int = whole(256, 1, 4096)
    latent: int = whole(48, 1, 1024)
    books: int = whole(4, 1, 32)
    codes: int = whole(256, 2, 4096)
    hidden: int = whole(384, 1, 4096)
    layers: int = whole(2, 1, 16)


@dataclass(frozen=True)
class CodecConfig(CodecSizes):
    """The whole configuration: ``bands`` of the frames that are heard, and the windows ``n_fft``
    and steps ``hop``, in samples, of the frames that are made."""

    bands: int = whole(MISSING, 8, 1024)
    n_fft: int = whole(MISSING, 16, 65_536)
    hop: int = whole(MISSING, 4, 65_536)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.n_fft % self.hop or self.n_fft // self.hop < 3:
            raise MusicRNNError(
                "a window must be three steps long or more, and a multiple of them, got "
                f"n_fft {self.n_fft} and hop {self.hop}"
            )

    @property
    def bins(self) -> int:
        """Frequencies of a spectrum."""
        return self.n_fft // 2 + 1
