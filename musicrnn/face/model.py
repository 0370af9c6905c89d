"""A model file in Python: it composes, harmonizes, classifies, listens, and can be looked into.

Conventions. A Model is always in evaluation mode. What its kind cannot do raises MusicRNNError with
the sentence that the command line prints. Pieces are given as a Score or as a file of notes; keys,
metres and chords as musicians write them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import checked_ids
from musicrnn.checkpoint import Checkpoint
from musicrnn.face.asking import checked_bars, checked_path, drawn_seed, request_of, with_style
from musicrnn.face.reading import PieceLike, going_on, score_given, sound_given
from musicrnn.face.tokens import tokenizer_of
from musicrnn.face.words import in_python
from musicrnn.pretrained import Style
from musicrnn.sampling.engine import EngineSettings
from musicrnn.sampling.sample_function import SamplingBudget
from musicrnn.tokens.sound import SoundTokenizer
from musicrnn.training.machine import check_output
from musicrnn.training.task import task_of

if TYPE_CHECKING:
    from musicrnn.face.data import Data, Part
    from musicrnn.listening.answer import Answer
    from musicrnn.listening.word_stream import WordStream
    from musicrnn.sampling.written import Written
    from musicrnn.training.protocol import Figures

Values = NDArray[np.floating]
States = dict[str, Values]


class Model:
    """A model of any kind; ``name`` is that of its file, ``metadata`` its header."""

    def __init__(self, checkpoint: Checkpoint, name: str, device: str, style: Style) -> None:
        self.checkpoint, self.name, self.device, self.style = checkpoint, name, device, style
        self._task = task_of(checkpoint)

    def __repr__(self) -> str:
        return f"<Model {self.name!r}: it {self._task.does}>"

    @property
    def kind(self) -> str:
        """One of the kinds of model: compose, sound, classify, words ..."""
        return self._task.name

    @property
    def metadata(self) -> dict[str, Any]:
        """What its file says: sizes, data and their terms, figures, the command that made it."""
        return self.checkpoint.metadata

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write it as a model file, .safetensors; raises MusicRNNError where that cannot be, or
        would replace a file unasked."""
        with in_python():
            check_output(Path(path), overwrite=overwrite)
        with_style(self.checkpoint, self.name).save(path)

    def compose(
        self,
        seed: int | None = None,
        *,
        bars: int | None = None,
        seconds: float | None = None,
        key: str | None = None,
        tempo: float | None = None,
        time_signature: str | None = None,
        chords: str | list[str] | None = None,
        density: int | None = None,
        form: str | None = None,
        parts: str | list[str] | None = None,
        symbols: bool | None = None,
        label: str | None = None,
        primer: PieceLike | None = None,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        min_p: float | None = None,
        repetition_penalty: float | None = None,
        best_of: int = 1,
    ) -> Any:
        """A new piece: a Composition, of a model of sound a SoundComposition. What is left out is
        left to the model.

        Args:
            seed: the same seed gives the same piece; one is drawn if not given.
            bars, seconds: the length, after the primer: one of the two.
            key: such as "C", "F# minor", "Bbm".
            tempo: quarter notes a minute.
            time_signature: such as "3/4".
            chords: one a bar, such as "C/E Am7 F G7", or a list; a bass after a slash is played.
            density: 1 (sparse) to 5 (dense); ``piece.density`` says what came of it.
            form: sections and their bars, such as "i4 A8 A8 B8 A8 o4".
            parts: those that play, of a model with named parts, such as "melody, piano".
            symbols: whether a tune has chord symbols above its notes.
            label: what to make, of a model of sound: ``piece.sound`` is what it made.
            primer: music to go on from; of a model of sound a Waveform or a sound file.
            temperature: above 1 wilder, below 1 tamer.
            top_k, top_p, min_p: the likeliest tokens alone: how many, their mass, the least share.
            repetition_penalty: above 1 repeats less.
            best_of: draw as many, keep the best.

        Raises:
            MusicRNNError: the model cannot compose, or not what is asked.

        Example:
            >>> import musicrnn as mr
            >>> mr.load("pop").compose(seed=3, bars=2, key="D").bars
            2
        """
        wishes = {
            "bars": bars, "seconds": seconds, "key": key, "tempo": tempo, "chords": chords,
            "time_signature": time_signature, "density": density, "temperature": temperature,
            "top_k": top_k, "top_p": top_p, "min_p": min_p, "form": form,
            "repetition_penalty": repetition_penalty, "parts": parts, "symbols": symbols,
            "label": label,
        }  # fmt: skip
        return next(self.compose_many([drawn_seed(seed)], wishes, primer=primer, best_of=best_of))

    def compose_many(
        self,
        seeds: Iterable[int],
        wishes: Mapping[str, Any] | None = None,
        *,
        primer: PieceLike | None = None,
        best_of: int = 1,
    ) -> Iterator[Any]:
        """One piece a seed, drawn side by side, as they are finished: ``piece.number`` is the place
        of its seed. Each is the one that :meth:`compose` gives for the same seed and wishes.

        Args:
            wishes: what :meth:`compose` takes, by name, such as {"bars": 8, "key": "D"}.

        Raises:
            MusicRNNError: the model cannot compose, or not what is wished.
        """
        budget = SamplingBudget(EngineSettings(self.device), best_of)
        request = request_of(self.style, wishes or {}, budget=budget)
        request = going_on(request, primer, sound=self._task.makes_sound)
        composer = self._task.composer(self.checkpoint)
        request = composer.completed(request, self.style.bars)
        for piece in composer.compose([drawn_seed(seed) for seed in seeds], request):
            yield replace(piece, style=self.name)

    def harmonize(
        self,
        piece: PieceLike,
        *,
        keep: str | Sequence[str] = "soprano",
        track: str | int | None = None,
        top_line: bool = False,
        temperature: float | None = None,
        seed: int | None = None,
    ) -> Written:
        """The voices that are missing around those that the piece gives.

        Args:
            keep: the voices that it gives, such as "soprano, bass".
            track: the name, or the number from 1, of the track that is the one voice kept.
            top_line: take the highest notes alone of a voice that has chords.

        Raises:
            MusicRNNError: no model of voices, or a piece that it cannot read.
        """
        from musicrnn.face.voices import as_lines, given_voices

        writer, score = self._task.writer(self.checkpoint), score_given(piece)
        kept = given_voices(score, writer.names, keep, track)
        given, _ = as_lines(score, kept, top=top_line)
        drawing = writer.drawing(self.style.settings, temperature)
        return writer.harmonize(score, given, drawing, drawn_seed(seed))

    def vary(
        self,
        piece: PieceLike,
        bars: tuple[int, int],
        *,
        voices: str | Sequence[str] | None = None,
        temperature: float | None = None,
        seed: int | None = None,
    ) -> Written:
        """The piece with some bars of some voices written anew; the first bar is 1.

        Raises:
            MusicRNNError: no model of voices, no such bars or voices, or as for harmonizing.
        """
        from musicrnn.face.voices import named_voices
        from musicrnn.tokens.parts import voice_tracks

        writer, score = self._task.writer(self.checkpoint), score_given(piece)
        return writer.vary(
            score,
            voice_tracks(score, writer.names, writer.names),
            writer.drawing(self.style.settings, temperature),
            drawn_seed(seed),
            bars=checked_bars(bars),
            voices=named_voices(writer.names if voices is None else voices, writer.names),
        )

    # Listening.

    def classify(self, path: str | Path, *, convert: bool = False) -> Answer:
        """The label of a file, with the probabilities of all labels. ``answer.likely`` is False
        where no label is; then ``answer.label`` is only the best guess. ``convert``: the system's
        ffmpeg may decode sound that is not read; ``answer.said`` tells it.

        Raises:
            MusicRNNError: no classifier, or a file that it cannot read.
        """
        return self._labeller.classify_file(checked_path(path), convert=convert)

    @cached_property
    def _labeller(self) -> Any:
        return self._task.labeller(self.checkpoint, self.device)

    def stream(
        self, threshold: float | None = None, *, false_accepts: float | None = None
    ) -> WordStream:
        """What hears words in blocks of any length: ``push(samples)`` gives those detected.

        Samples are float32 [N], full scale +-1, at ``stream.recipe.rate`` Hz. ``false_accepts`` an
        hour choose the threshold; ``stream.chosen`` says what it is and what to expect of it.
        Raises MusicRNNError: no model for that, neither 0.01..1 nor 0.01..1000 an hour, or both.
        """
        return self._task.listener(self.checkpoint, threshold, false_accepts)

    # Looking inside.

    def evaluate(
        self,
        data: Data | Part | str | Path,
        *,
        split: str | None = None,
        against: Model | str | Path | None = None,
    ) -> Figures:
        """Its figures on held-out data beside trivial baselines: ``as_text()`` or ``as_json()``.

        Args:
            data: a :class:`Data`, one of its parts, a folder, or a corpus by name.
            split: "test" (unless the part says another), "valid" or "train".
            against: a second model of its kind, or the name of one, on the same pieces.

        Raises:
            MusicRNNError: no such data or model, or nothing in the data that it can read.
        """
        from musicrnn.face.evaluating import evaluated

        other = (against.name, against.checkpoint) if isinstance(against, Model) else against
        return evaluated((self.name, self.checkpoint), data, split, other)

    @cached_property
    def network(self) -> Any:
        """The network as a torch module, in evaluation mode."""
        return self._task.load(self.checkpoint)

    @cached_property
    def tokenizer(self) -> Any:
        """What makes the ids that it reads: a Tokenizer, of sound a SoundTokenizer; raises
        MusicRNNError where it reads none."""
        if (found := tokenizer_of(self.checkpoint)) is None:
            self._task.cannot("encode or decode a piece", "it reads no tokens")
        return found

    def encode(self, piece: PieceLike) -> NDArray[np.int32]:
        """A piece as the ids that the network reads, [T]; a sound in one channel, at its rate."""
        if isinstance(self.tokenizer, SoundTokenizer):
            return self.tokenizer.encode(sound_given(piece).mono().resampled(self.tokenizer.rate))
        return self.tokenizer.encode(score_given(piece))

    def decode(self, ids: Sequence[int]) -> Any:
        """The piece of any ids of the vocabulary, [T]: a Score, or a Waveform."""
        return self.tokenizer.decode(checked_ids(ids, len(self.tokenizer.vocabulary)).tolist())

    @overload
    def __call__(self, ids: Any, *, return_states: Literal[False] = False) -> Values: ...

    @overload
    def __call__(self, ids: Any, *, return_states: Literal[True]) -> tuple[Values, States]: ...

    def __call__(self, ids: Any, *, return_states: bool = False) -> Values | tuple[Values, States]:
        """The network's logits for a sequence of ids: [T, V], row t for the id after the t-th.

        With ``return_states`` also its states after each id, by name, [layers, T, units].

        Raises:
            MusicRNNError: ids out of the vocabulary, or a kind of model without logits.
        """
        logits = self._task.logits(self.network, ids)
        return (logits, self._task.states(self.network, ids)) if return_states else logits
