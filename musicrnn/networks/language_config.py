"""The sizes of a language model, as stored in a checkpoint. Needs no torch."""

from __future__ import annotations

from dataclasses import MISSING, dataclass

from musicrnn.bounds import share, whole
from musicrnn.context.fields import read_sizes
from musicrnn.errors import MusicRNNError
from musicrnn.networks.sizes import Sizes


@dataclass(frozen=True)
class LanguageSizes(Sizes):
    """What of a language model does not follow from the tokens; ``tied``: one matrix for the
    embedding and the output."""

    cell: str = "lstm"
    embedding: int = whole(192, 1, 2**14)
    hidden: int = whole(384, 1, 2**14)
    layers: int = whole(2, 1, 64)
    dropout: float = share(0.2)
    tied: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.tied and self.embedding != self.hidden:
            raise MusicRNNError(
                f"tied weights need embedding == hidden, got {self.embedding} and {self.hidden}"
            )


@dataclass(frozen=True)
class LanguageConfig(LanguageSizes):
    """The whole configuration; ``vocabulary`` comes from the tokenizer.

    ``context`` are the fields that are heard beside the last id and how many values each has
    (musicrnn.context.fields), such as "position=98,match=564"; "" for none.
    """

    vocabulary: int = whole(MISSING, 2, 2**20)
    context: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        read_sizes(self.context)

    @property
    def fields(self) -> dict[str, int]:
        """The sizes of the fields that are heard, in order."""
        return read_sizes(self.context)
