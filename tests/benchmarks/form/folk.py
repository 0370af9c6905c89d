"""Whether tunes close, return and are in their key; by the default command with wishes.

    python tests/benchmarks/form/folk.py [--model folk] [--count 100] [--keys 10] [--split test]

Composes COUNT tunes from seed 1, and KEYS in each of the 24 keys, reads the files back and prints
what came true beside the held-out tunes of Nottingham. A section is what stands between repeat
signs or double bars; returns as written are those of a tune without its repeats.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from click.testing import CliRunner

from musicrnn.form.plan import written_sections
from musicrnn.io.abc import parse_abc, read_abc_tunes
from musicrnn.metrics.ends import ends
from musicrnn.metrics.form import form
from musicrnn.metrics.notes import NoteArrays
from musicrnn.metrics.obedience import key_of
from musicrnn.metrics.tables import number, table
from musicrnn.metrics.tonality import key_heard
from musicrnn.score import PITCH_CLASSES, Key, Score
from musicrnn.sources.scores import read_source
from musicrnn.tokens import TuneTokenizer
from musicrnn_cli.main import main as musicrnn

TUNE = TuneTokenizer()


def composed(model: str, count: int, *wishes: str) -> list[str]:
    """The texts of as many tunes from seed 1 on."""
    with tempfile.TemporaryDirectory() as place:
        by = "--model" if model.endswith(".safetensors") else "--style"
        words = ["compose", by, model, "--count", str(count), "--seed", "1", "--jobs", "1"]
        done = CliRunner().invoke(musicrnn, [*words, *wishes, "-o", str(Path(place) / "p.abc")])
        assert done.exit_code == 0, done.output
        return [read_abc_tunes(path)[0][1] for path in sorted(Path(place).glob("*.abc"))]


def held_out(split: str) -> list[str]:
    _, pieces = read_source("nottingham", None)
    return [piece.abc for piece in pieces if piece.split == split and piece.abc]


def without_repeats(text: str) -> str:
    """The tune as it is written, played once through."""
    head, _, body = text.partition("\nK:")
    key, _, music = body.partition("\n")
    music = re.sub(r":\|\s*\[?2|\|\s*\[?1", "|", music)
    return f"{head}\nK:{key}\n" + re.sub(r":?\|+:|:\|+|::", "|", music)


@dataclass(frozen=True)
class Tune:
    """0 or 1 for what is so or not; NaN for what it cannot have."""

    ends_on_tonic: float
    tonic_chord: float
    heard: float
    two_eights: float
    one_sixteen: float
    returns: float
    brackets: float
    irregular: float
    begins_late: float


def judged(text: str) -> Tune:
    score = parse_abc(text)
    notes = NoteArrays.of(score)
    key = key_of(score, notes)
    ids = TUNE.encode_source(score, text)
    plan = TUNE.own_form(ids).plan
    sections = [(each.bars, each.repeated) for each in written_sections(plan)]
    once = form(NoteArrays.of(parse_abc(without_repeats(text))))
    heard = key_heard(notes)
    asked = key is not None and replace(key, tick=0)
    music = text.partition("\nK:")[2]
    return Tune(
        ends_on_tonic=ends(notes, key).top_ends_on_tonic,
        tonic_chord=_tonic_chord(score),
        heard=float(heard == asked),
        two_eights=float(sections == [(8, True)] * 2),
        one_sixteen=float(sections == [(16, True)]),
        returns=once.has_return,
        brackets=float(bool(re.search(r"\[[\^_=]*[A-Ga-g]", music))),
        irregular=float(_irregular(score)),
        begins_late=float(score.tracks[0].notes[0].start > 0),
    )


def _tonic_chord(score: Score) -> float:
    """Whether the tonic's chord holds where the last note begins; NaN without chord symbols."""
    start = score.tracks[0].notes[-1].start
    holds = [chord for chord in score.chords if chord.tick <= start]
    if not holds or not score.keys:
        return float("nan")
    tonic = score.keys[0].tonic, "min" if score.keys[0].minor else "maj"
    return float((holds[-1].root, holds[-1].quality) == tonic)


def _irregular(score: Score) -> bool:
    """Whether a bar behind an upbeat is of another length than the metre's."""
    upbeat = score.metre is not score.time_signatures[0]
    return len(score.time_signatures) > 1 + upbeat


def rows(name: str, texts: Sequence[str]) -> list[str]:
    tunes = [judged(text) for text in texts]
    means = [
        number(float(np.nanmean([getattr(tune, field) for tune in tunes])))
        for field in Tune.__dataclass_fields__
    ]
    return [name, str(len(tunes)), *means]


def keys_heard(model: str, each: int) -> list[list[str]]:
    found: list[list[str]] = []
    for minor in (False, True):
        heard: list[bool] = []
        for tonic in range(12):
            name = PITCH_CLASSES[tonic] + ("m" if minor else "")
            for text in composed(model, each, "--key", name):
                key = key_heard(NoteArrays.of(parse_abc(text)))
                heard.append(key == Key(0, tonic, minor))
        found.append(["minor" if minor else "major", str(len(heard)), number(np.mean(heard))])
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="folk")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--keys", type=int, default=10)
    parser.add_argument("--split", default="test")
    options = parser.parse_args()
    header = ["", "n", *(name.replace("_", " ") for name in Tune.__dataclass_fields__)]
    texts = composed(options.model, options.count)
    print(table(header, [rows("composed", texts), rows("people", held_out(options.split))]))
    if options.keys:
        print(table(["--key heard", "n", ""], keys_heard(options.model, options.keys)))
