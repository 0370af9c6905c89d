"""What every tokenizer can do, and what a grammar is.

A tokenizer turns a Score into a sequence of integer ids and back. Its vocabulary follows from its
configuration alone, which travels in the checkpoint. Laws, tested for every member of TOKENIZERS:
``decode(encode(score)) == quantize(score)``; ``quantize`` is idempotent; ``decode`` is total: any
ids whatever give a valid score. ids 0 and 1 are always "start" and "end".
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from musicrnn.bounds import check_number
from musicrnn.context.readings import Readings
from musicrnn.errors import MusicRNNError, counted
from musicrnn.form.plan import Plan, bars_of, parse_plan, plan_text
from musicrnn.io.abc.chord import CANONICAL, NO_CHORD, chord_symbol
from musicrnn.io.written import MAX_BPM, MIN_BPM
from musicrnn.score import PITCH_CLASSES, Key, Score, TimeSignature
from musicrnn.tokens.active_notes import ActiveNotes

if TYPE_CHECKING:
    import torch

    from musicrnn.tokens.rules import Rules

START, END = 0, 1
BOUNDS = {  # lowest, highest, and what the number is
    "bars": (1, 4000, ""),
    "seconds": (0.01, 7200, ", two hours at most"),
    "tempo": (MIN_BPM, MAX_BPM, " quarters a minute, as files of notes hold it"),
    "density": (1, 5, ", from sparse to dense"),
    "fill_every": (2, 64, " bars"),
}

WHOLE = ("bars", "density", "fill_every")


@dataclass(frozen=True)
class Controls:
    """What a composer asks for; None leaves it to the model, which may grant less.

    ``bars`` and ``seconds`` bound the length; ``tempo`` in quarters a minute; ``key`` is (tonic
    0..11, minor); ``time_signature`` (numerator, denominator); ``chords`` (root, quality)
    pairs, one a bar and repeated from the start when they run out; ``density`` 1 (sparse) to 5
    (dense); ``form`` the sections and their bars, in all ``bars``, which need not be said then;
    ``basses`` the pitch class of each chord's lowest note, None where it is free; ``parts`` the
    names of those that play, () for all; ``feel`` what the rhythm is called, such as "funk";
    ``fill_every`` how many bars apart drum fills are, the last of each being one; ``symbols``
    whether chord symbols stand above the notes; ``label`` what a sound is called.

    Raises:
        MusicRNNError: a number outside BOUNDS, a key, metre, chord or bass that there is not, a
            bass without its chord, or a form of another length.
    """

    bars: int | None = None
    seconds: float | None = None
    tempo: float | None = None
    key: tuple[int, bool] | None = None
    time_signature: tuple[int, int] | None = None
    chords: tuple[tuple[int, str], ...] = ()
    density: int | None = None
    form: Plan = ()
    basses: tuple[int | None, ...] = ()
    parts: tuple[str, ...] = ()
    symbols: bool | None = None
    feel: str | None = None
    fill_every: int | None = None
    label: str | None = None

    def __post_init__(self) -> None:
        if self.form:
            self._fit_form()
        for name, (low, high, meaning) in BOUNDS.items():
            value = getattr(self, name)
            if value is None:
                continue
            check_number(name, value)
            if not low <= value <= high:
                raise MusicRNNError(f"{name} must be in {low}..{high}{meaning}, got {value}")
            check_number(name, value, whole=name in WHOLE)
        if self.key is not None and self.key[0] not in range(12):
            raise MusicRNNError(f"a key's tonic must be in 0..11, from C to B, got {self.key[0]}")
        if self.time_signature is not None:
            TimeSignature(0, *self.time_signature)  # refuses what no file of notes can hold
        for root, quality in self.chords:
            if (root, quality) != NO_CHORD and not (root in range(12) and quality in CANONICAL):
                raise MusicRNNError(
                    f"a chord is a root in 0..11, from C to B, and one of {', '.join(CANONICAL)}, "
                    f"got root {root} and {quality!r}"
                )
        if self.basses and len(self.basses) != len(self.chords):
            raise MusicRNNError(
                f"basses are those of the chords, as many or none, got {len(self.basses)} for "
                f"{counted(len(self.chords), 'chord')}"
            )
        if not any(bass is not None for bass in self.basses):
            object.__setattr__(self, "basses", ())
        for bass in self.basses:
            if bass is not None and bass not in range(12):
                raise MusicRNNError(f"a bass must be in 0..11, from C to B, got {bass}")

    def _fit_form(self) -> None:
        parse_plan(plan_text(self.form), bars=self.bars)
        if self.seconds is not None:
            raise MusicRNNError(
                f"a form has bars, not seconds, got {plan_text(self.form)} and {self.seconds:g} "
                "seconds: leave one of them out"
            )
        object.__setattr__(self, "bars", bars_of(self.form))

    def given(self) -> dict[str, str]:
        """What is wished, by name, each in a musician's words: ``"key": "F# major"``."""
        numbers = {name.replace("_", " "): getattr(self, name) for name in BOUNDS}
        said = {name: f"{value:g}" for name, value in numbers.items() if value is not None}
        if self.key is not None:
            said["key"] = Key(0, *self.key).name
        if self.time_signature is not None:
            said["time signature"] = TimeSignature(0, *self.time_signature).name
        if self.chords:
            basses = self.basses or (None,) * len(self.chords)
            slashes = ["" if bass is None else f"/{PITCH_CLASSES[bass]}" for bass in basses]
            symbols = [chord_symbol(*chord) for chord in self.chords]
            said["chords"] = " ".join(map("".join, zip(symbols, slashes, strict=True)))
        if self.form:
            said["form"] = plan_text(self.form)
        if self.parts:
            said["parts"] = ", ".join(self.parts)
        if self.symbols is not None:
            said["chord symbols"] = "yes" if self.symbols else "none"
        words = {"feel": self.feel, "label": self.label}
        return said | {name: word for name, word in words.items() if word is not None}


@dataclass(frozen=True, eq=False)
class OwnForm:
    """What the ids of a whole piece say of its form: the plan of its played bars, how alike these
    are [bars, bars], and whether chord symbols stand above the notes."""

    plan: Plan
    alike: NDArray[np.float64]
    symbols: bool


class Constraint(Protocol):
    """The grammar of one piece while it is sampled: it follows the ids and gives the mask of those
    that may come next.

    What is pushed before :meth:`allowed` is first called is a primer, and accepted as it is.
    """

    def allowed(self) -> NDArray[np.bool_]:
        """[V], which ids may follow now; at least one is True until the end was pushed."""
        ...

    def push(self, token: int) -> None:
        """Take note of the id that was chosen."""
        ...

    def closing(self) -> int:
        """The id whose probability the end takes over now, as no more of it may come; or -1."""
        ...


class IncrementalDecoder(Protocol):
    """Reads the ids of one piece; ``active`` emits the events that they have settled.

    ``programs`` are those of its instruments by their numbers, where these are no programs.
    """

    ticks_per_quarter: int
    active: ActiveNotes
    programs: dict[int, int]

    def read(self, token: int) -> None:
        """Take note of an id."""
        ...

    def finish(self) -> None:
        """There are no more ids."""
        ...


class Tokenizer(ABC):
    """Score to ids and back; see the module's text for the laws.

    Attributes:
        name: the key in TOKENIZERS, stored in checkpoints.
        has_bars: whether a length may be counted in bars; otherwise in seconds alone.
        follows_form: whether the grammar keeps a piece to the form in its Controls.
        any_key: whether a piece has the same ids in every key of its mode, but for that of the key.
        counts_upbeat: whether a short first bar is a bar of the piece, or none.
        closes: whether a piece that its network would go on with is drawn again.
        has_symbols: whether chord symbols may stand above the notes, or not.
        loops: whether its music goes round, so that bars come back in sections that are new.
    """

    name: ClassVar[str]
    has_bars: ClassVar[bool] = True
    follows_form: ClassVar[bool] = False
    any_key: ClassVar[bool] = False
    counts_upbeat: ClassVar[bool] = True
    closes: ClassVar[bool] = False
    has_symbols: ClassVar[bool] = False

    @property
    def loops(self) -> bool:
        return False

    @classmethod
    def suited(cls, scores: Sequence[Score]) -> Self:
        """The tokenizer with the settings that suit these scores, one of which has a note."""
        return cls()

    @property
    @abstractmethod
    def vocabulary(self) -> tuple[str, ...]:
        """The token of every id; vocabulary[0] == "start", vocabulary[1] == "end"."""

    @abstractmethod
    def configuration(self) -> dict[str, Any]:
        """What the constructor took, as JSON."""

    @abstractmethod
    def encode(self, score: Score) -> NDArray[np.int32]:
        """ids [N], from start to end. Raises MusicRNNError for a score it cannot hold."""

    def encode_source(self, score: Score, abc: str | None) -> NDArray[np.int32]:
        """ids of a score that was read from the ABC text ``abc``, where it was."""
        return self.encode(score)

    @abstractmethod
    def decode(self, ids: Sequence[int] | NDArray[np.int32]) -> Score:
        """A valid score from any ids."""

    def text(self, ids: Sequence[int] | NDArray[np.int32]) -> str | None:
        """The piece's own text, where the tokens are characters."""
        return None

    def incremental_decoder(self) -> IncrementalDecoder | None:
        """Decodes a piece while it is sampled; None where no event is final before the end."""
        return None

    @abstractmethod
    def quantize(self, score: Score) -> Score:
        """The nearest score that the tokens can express exactly."""

    @abstractmethod
    def constraint(self, controls: Controls) -> Constraint:
        """The grammar of a new piece. Raises MusicRNNError for a control the tokens cannot
        express."""

    def rules(self, controls: Controls, device: torch.device) -> Rules | None:
        """The same for many pieces at once, on a GPU; None where there is no such thing."""
        return None

    def readings(self) -> Readings | None:
        """What each id says of place and time (musicrnn.context.readings); None where models of
        these tokens hear no context."""
        return None

    def own_form(self, ids: NDArray[np.int32]) -> OwnForm | None:
        """The form that ids say themselves, with repeat signs; None where it must be found in the
        notes."""
        return None

    def densities(self, score: Score) -> NDArray[np.int64]:
        """How dense each bar of a quantized score is with what is around it, 1 to 5; 0 where the
        tokens know no densities."""
        return np.zeros(len(score.bars()), np.int64)

    def augmentation_maps(self) -> NDArray[np.int32]:
        """[A, V] maps of ids for data augmentation: the piece transposed, or at another tempo.

        -1 where an id has no counterpart; row 0 is the identity.
        """
        return np.arange(len(self.vocabulary), dtype=np.int32)[None]

    @abstractmethod
    def count_notes(self, ids: Sequence[int] | NDArray[np.int32]) -> int:
        """How many notes the ids write."""

    def count_bars(self, ids: Sequence[int] | NDArray[np.int32]) -> int:
        """How many bars the ids write; 0 where the tokens have no bars."""
        return 0

    def played_bars(self, ids: Sequence[int] | NDArray[np.int32]) -> int:
        """How many bars of ``Controls.bars`` the ids use up: as :meth:`constraint` counts them."""
        return self.count_bars(ids)

    def prompt(self, ids: Sequence[int] | NDArray[np.int32]) -> list[int]:
        """The ids of a whole piece without its end: what another piece may continue."""
        return [int(token) for token in ids if token != END]
