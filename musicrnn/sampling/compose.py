"""A new piece from a model file: the one call behind ``musicrnn compose``."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError, counted
from musicrnn.form.plan import Plan, bars_of, plan_text
from musicrnn.io.abc.fields import with_tempo
from musicrnn.metrics.notes import NoteArrays
from musicrnn.metrics.repetition import longest_bar_run, longest_note_run
from musicrnn.presentable import Presentable
from musicrnn.sampling.controls import primed
from musicrnn.sampling.density import off_density, usual_density
from musicrnn.sampling.ends import doubt
from musicrnn.sampling.engine import CPUEngine, check_sampled
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.loudness import louder
from musicrnn.sampling.planning import Planner
from musicrnn.sampling.primer import Primer
from musicrnn.sampling.ranking import best_of
from musicrnn.sampling.sample_function import SamplingBudget, SamplingRequest, sample_function
from musicrnn.sampling.sampler import FinishedSequence, Seed
from musicrnn.sampling.velocities import with_own_velocities
from musicrnn.score import Score, Section, Tempo
from musicrnn.tokens import Controls, Tokenizer, tokenizer_from
from musicrnn.waveform import Waveform

MAX_BAR_RUN = 6  # a piece that says one bar more often running is stuck
MAX_NOTE_RUN = 16
MAX_ATTEMPTS = 5


@dataclass(frozen=True)
class Request:
    """What is asked of a piece, how it is drawn, and what it goes on from: a piece, or a ``sound``
    where the model composes sound."""

    controls: Controls = field(default_factory=Controls)
    settings: Settings = field(default_factory=Settings)
    primer: Score | None = None
    budget: SamplingBudget = field(default_factory=SamplingBudget)
    sound: Waveform | None = None


@dataclass(frozen=True, repr=False)
class Composition(Presentable):
    """A piece as it came out of the sampler."""

    score: Score
    ids: Sequence[int]
    text: str | None  # the piece's own text, where the tokens are characters
    bars: int  # as played, without a pick-up
    seed: int
    attempts: int  # draws until the piece was not stuck
    sampling_seconds: float  # its share of the time
    number: int = 0  # of its seed among the seeds
    style: str = ""  # the name of the model that composed it
    form: Plan = ()  # the plan of what comes after the primer
    feel: str = ""  # what its rhythm is called, of a model that has learnt feels
    density: int = 0  # 1 to 5, which most of its bars have; 0 where the tokens know none

    def facts(self) -> dict[str, Any]:
        """What ``--json`` prints of it; ``density_reached`` is null where the model knows none."""
        score = self.score
        return {
            "key": score.keys[0].name if score.keys else None,
            "tempo": round(score.tempos[0].bpm, 2),
            "time_signature": score.metre.name,
            "bars": self.bars,
            "form": plan_text(self.form) or None,
            "feel": self.feel or None,
            "density_reached": self.density or None,
            "notes": score.note_count,
            "tokens": len(self.ids),
            "seconds": round(score.seconds, 2),
            "sampling_seconds": round(self.sampling_seconds, 4),
            "attempts": self.attempts,
        }

    def __repr__(self) -> str:
        bars, notes = counted(self.bars, "bar"), counted(self.score.note_count, "note")
        return f"<Composition {self.style!r}, seed {self.seed}: {bars}, {notes}>"


def compose(
    checkpoint: Checkpoint,
    seeds: Sequence[int],
    *,
    controls: Controls,
    settings: Settings,
    primer: Score | None = None,
    budget: SamplingBudget | None = None,
) -> list[Composition]:
    """The pieces of :func:`compose_each`, all of them, in the order of their seeds."""
    request = Request(controls, settings, primer, budget or SamplingBudget())
    return sorted(compose_each(checkpoint, seeds, request), key=lambda piece: piece.number)


def compose_each(
    checkpoint: Checkpoint, seeds: Sequence[int], request: Request
) -> Iterator[Composition]:
    """One piece a seed, as they are finished; the same seed gives the same piece, whatever else.

    A piece that is silent, repeats one bar more than 6 times in a row or one note more than 16
    times is sampled again from the same seed, up to 5 times; so is one that is not as dense as was
    asked, of a model that hears a density throughout, and a chorale that its network would have
    gone on with. Where none of the 5 is as it should be, the nearest is kept. ``controls.bars`` and
    ``controls.seconds`` count what comes after the primer.

    Raises:
        MusicRNNError: the model cannot compose, or a control, setting or primer does not fit it.
    """
    started = time.perf_counter()
    budget = request.budget
    tokenizer = fitting_tokenizer(checkpoint)
    primer = None if request.primer is None else Primer(request.primer, tokenizer)
    heard = None if primer is None else primer.heard
    start, controls = primed(checkpoint, tokenizer, heard, request.controls)
    tempo = tempo_of(tokenizer, controls, heard)
    before = tokenizer.played_bars(start)
    form = request.controls.form
    planner = Planner(checkpoint, tokenizer, controls, form=form, primer_bars=before)
    sampled = SamplingRequest(tokenizer, controls, request.settings, start, planner.foresight)
    heard_density = planner.plans is not None and controls.density is not None
    hearing = louder(checkpoint, controls, form)
    hearing = with_own_velocities(hearing, tokenizer, request.settings)
    draw = sample_function(hearing, sampled, budget, len(seeds) * budget.candidates)
    ends = CPUEngine(hearing) if tokenizer.closes and primer is None else None
    waiting, attempt, drawn = list(range(len(seeds))), 0, 0
    nearest: dict[int, tuple[tuple[bool, float], Composition]] = {}  # what is wrong, of each piece
    while waiting:
        again: list[int] = []
        takes = [
            [seeds[number], attempt, *([take] if take else [])]
            for number in waiting
            for take in range(budget.candidates)
        ]
        for place, candidates in _grouped(draw(takes), budget.candidates):
            tokens = sum(len(sequence.ids) for sequence in candidates)
            drawn += tokens
            sequence, score = best_of(candidates, tokenizer)
            number = waiting[place]
            drawn_from = takes[place * budget.candidates + candidates.index(sequence)]
            piece = composition(
                tokenizer,
                sequence.ids,
                begun_at(score, tempo),
                seed=seeds[number],
                number=number,
                seconds=(time.perf_counter() - started) * tokens / drawn,
            )
            piece = piece if primer is None else behind(primer, start, piece)
            piece = as_planned(piece, planner, drawn_from)
            off = off_density(score, tokenizer, controls.density) if heard_density else 0.0
            if ends is not None:
                unsure = doubt(ends, sequence.ids, tokenizer, controls, planner.outlook(drawn_from))
                off += unsure if unsure > 1 else 0.0
            wrong = (primer is None and is_stuck(score), off)
            if number not in nearest or wrong <= nearest[number][0]:
                nearest[number] = wrong, piece
            if any(wrong) and attempt + 1 < MAX_ATTEMPTS:
                again.append(number)
            else:
                yield replace(nearest.pop(number)[1], attempts=attempt + 1)
        waiting, attempt = sorted(again), attempt + 1


def fitting_tokenizer(checkpoint: Checkpoint) -> Tokenizer:
    """The tokenizer of a model.

    Raises:
        MusicRNNError: the model composes no tokens, or its vocabulary is another one.
    """
    check_sampled(checkpoint)
    tokenizer = tokenizer_from(checkpoint.entry("tokenizer"))
    size = checkpoint.entry("model").get("vocabulary")
    if len(tokenizer.vocabulary) != size:
        raise MusicRNNError(
            f"the tokenizer has {counted(len(tokenizer.vocabulary), 'token')}, the model {size}: "
            "the file was put together wrongly"
        )
    return tokenizer


def _grouped(
    sequences: Iterator[FinishedSequence], size: int
) -> Iterator[tuple[int, list[FinishedSequence]]]:
    """The candidates of each piece, in their order, once all of them are there."""
    groups: dict[int, list[FinishedSequence]] = {}
    for sequence in sequences:
        place = sequence.number // size
        group = groups.setdefault(place, [])
        group.append(sequence)
        if len(group) == size:
            yield place, sorted(groups.pop(place), key=lambda sequence: sequence.number)


def tempo_of(tokenizer: Tokenizer, controls: Controls, primer: Score | None) -> Tempo | None:
    """The tempo at which a piece begins, exactly: as asked for, or the primer's where that has but
    one.

    None leaves it to the tokens; performance events count seconds, whatever the primer's tempo.
    """
    if controls.tempo is not None:
        return Tempo.from_bpm(0, controls.tempo)
    if primer is not None and len(primer.tempos) == 1 and tokenizer.has_bars:
        return primer.tempos[0]
    return None


def begun_at(score: Score, tempo: Tempo | None) -> Score:
    """The score with this tempo at its beginning, rather than the nearest token's."""
    return score if tempo is None else replace(score, tempos=(tempo, *score.tempos[1:]))


def composition(
    tokenizer: Tokenizer,
    ids: Sequence[int],
    score: Score,
    *,
    seed: int,
    seconds: float,
    number: int = 0,
) -> Composition:
    """The piece of these ids, whose score is ``score``; its own text says the score's tempo."""
    text = tokenizer.text(ids)
    return Composition(
        score,
        ids,
        None if text is None else with_tempo(text, score.tempos[0].bpm),
        tokenizer.played_bars(ids) or len(score.bars()),
        seed,
        1,
        seconds,
        number,
    )


def behind(primer: Primer, prompt: Sequence[int], piece: Composition) -> Composition:
    """The piece behind the whole primer. Its own text stays where that holds all of the primer, in
    the metres that it has."""
    score, bars = primer.joined(prompt, piece.score)
    whole = not primer.is_long and len(primer.whole.tracks) == 1
    whole = whole and primer.keeps_metres(prompt)
    text = piece.text if whole else None
    return replace(piece, score=score, bars=piece.bars + bars, text=text)


def as_planned(piece: Composition, planner: Planner, drawn_from: Seed) -> Composition:
    """The piece with its feel, the density that came of it, and the sections of its form."""
    feel, density = planner.feel(drawn_from), usual_density(piece.score, planner.tokenizer)
    return _with_form(replace(piece, feel=feel, density=density), planner.plan(drawn_from))


def _with_form(piece: Composition, form: Plan) -> Composition:
    """The piece with the sections of a form, which are its last bars."""
    if not form:
        return piece
    lines = piece.score.bar_lines()
    bar = max(0, len(lines) - 1 - bars_of(form))
    sections = [each for each in piece.score.sections if each.tick < lines[bar]]
    for name, bars in form:
        if bar < len(lines) - 1:
            sections.append(Section(lines[bar], name))
        bar += bars
    return replace(piece, score=replace(piece.score, sections=tuple(sections)), form=form)


def is_stuck(score: Score) -> bool:
    """Silent, one bar more than 6 times in a row, or one note more than 16 times."""
    notes = NoteArrays.of(score)
    return (
        score.note_count == 0
        or longest_bar_run(notes) > MAX_BAR_RUN
        or longest_note_run(notes) > MAX_NOTE_RUN
    )
