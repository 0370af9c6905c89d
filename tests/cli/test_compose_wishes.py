"""musicrnn compose: chords with basses, the parts that play, the feel and the fills of drums."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from musicrnn.form.fills import fill_bars
from musicrnn.io.midi import read_midi, write_midi
from musicrnn.io.notes import read_piece
from musicrnn.pretrained import load_model
from musicrnn.score import Note, Track, make_score
from tests.cli.composing import compose
from tests.cli.conftest import untrained


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("parts") / "parts.safetensors"
    untrained("beat", parts=("PIANO", "MELODY"), canonical=True).save(path)
    return path


def test_a_bass_is_the_lowest_note_where_its_bar_begins(parts: Path, tmp_path: Path) -> None:
    path = tmp_path / "t.mid"
    said = compose("--model", parts, "--chords", "D/F# Am9 C/G", "--key", "D", "--bars", 6,
                   "--seed", 1, "-o", path)  # fmt: skip
    assert "Am9 is played as Am7" in said
    score = read_midi(path)
    (piano,) = (track for track in score.tracks if track.name == "PIANO")
    for bar, (start, _) in enumerate(score.bars()[:6]):
        found = [note.pitch % 12 for note in piano.notes if note.start == start]
        if bar % 3 != 1:
            assert found[0] == {0: 6, 2: 7}[bar % 3]


def test_the_first_chord_and_its_bass_belong_to_the_first_new_bar(models, tmp_path: Path) -> None:
    notes = tuple(Note(480 * i, 60 + i % 4, 480, 80) for i in range(12))
    write_midi(make_score(480, [Track(notes)]), tmp_path / "p.mid")
    said = compose("--model", models["beat"], "--primer", tmp_path / "p.mid", "--chords", "C/E F",
                   "--bars", 1, "-o", tmp_path / "t.mid")  # fmt: skip
    assert "2 chords are asked for, one a bar, and 1 bar: not all are played" in said
    score = read_midi(tmp_path / "t.mid")
    start = score.bars()[3][0]
    assert [(chord.tick, chord.name) for chord in score.chords] == [(start, "C:maj")]
    first = min(note for track in score.tracks for note in track.notes if note.start >= start)
    assert (first.start, first.pitch % 12) == (start, 4)


def test_only_the_parts_that_are_asked_for_play(parts: Path, tmp_path: Path) -> None:
    path = tmp_path / "t.mid"
    compose("--model", parts, "--parts", "melody", "--bars", 4, "--seed", 1, "-o", path)
    assert [track.name for track in read_midi(path).tracks] == ["MELODY"]
    compose("--model", parts, "--parts", "Piano, melody", "--bars", 8, "--seed", 1, "-o", path)
    assert {track.name for track in read_midi(path).tracks} == {"PIANO", "MELODY"}


def test_a_groove_has_the_feel_and_the_fills_that_are_asked_for(tmp_path: Path) -> None:
    said = compose("--style", "drums", "--feel", "Jazz", "--fill-every", 4, "--bars", 8, "--seed",
                   1, "--count", 12, "--json", "-o", tmp_path / "t.mid")  # fmt: skip
    assert [json.loads(line)["feel"] for line in said.splitlines()] == ["jazz"] * 12
    scores = [read_midi(path) for path in sorted(tmp_path.glob("*.mid"))]
    drums = {note.pitch for score in scores for track in score.tracks for note in track.notes}
    assert drums <= set(range(35, 82))
    fills = np.mean([np.resize(fill_bars(score), 8) for score in scores], axis=0)
    assert fills[[3, 7]].mean() > 2 * fills[[0, 1, 2, 4, 5, 6]].mean()


def test_grooves_are_as_dense_as_asked(tmp_path: Path) -> None:
    """A piece that is not is drawn again, a few times: without that it is two in five."""
    compose("--style", "drums", "--density", 2, "--bars", 8, "--seed", 1, "--count", 16, "-o",
            tmp_path / "t.mid")  # fmt: skip
    borders = load_model("drums").entry("tokenizer")["density_borders"]
    scores = [read_midi(path) for path in sorted(tmp_path.glob("*.mid"))]
    kept = [borders[0] <= score.note_count / 32 < borders[1] for score in scores]
    assert sum(kept) >= 11


@pytest.mark.parametrize(
    ("model", "words", "message"),
    [
        ("beat", ("--feel", "jazz"), "this model has learnt no feels, jazz was wished"),
        ("abc", ("--fill-every", "4"), "has learnt no fills, one every 4 bars was wished"),
        (
            "parts",
            ("--parts", "melody,flute"),
            "this model has no part 'flute': its parts are PIANO, MELODY",
        ),
        ("beat", ("--parts", "melody"), "tokens know no parts, melody was wished"),
        ("abc", ("--parts", "melody"), "ABC text knows no parts, melody was wished"),
        ("abc", ("--chords", "C/E"), "ABC text knows no basses of chords, C/E was wished"),
        ("drums", ("--chords", "C/E F"), "tell no pitches, C/E F was wished: leave the basses out"),
        ("performance", ("--chords", "C/E"), "cannot be asked for chords (C/E)"),
    ],
)
def test_what_a_model_cannot_do_gets_one_sentence(
    models, parts, tmp_path: Path, model: str, words: tuple[str, ...], message: str
) -> None:
    path = parts if model == "parts" else models[model]
    (said,) = compose("--model", path, *words, "-o", tmp_path / "t.mid", code=1).splitlines()
    assert message in said
    assert list(tmp_path.iterdir()) == []


def test_a_tune_has_the_form_the_key_and_the_tempo_that_are_asked(tmp_path: Path) -> None:
    """In every file: the text with repeat signs, tempo, key, and no bar of silence first."""
    for key, tonic in (("Em", (4, True)), ("Db", (1, False))):
        abc, midi = tmp_path / "t.abc", tmp_path / "t.mid"
        words = ("--style", "folk", "--form", "AABB", "--tempo", "97", "--seed", "5")
        compose(*words, "--key", key, "-o", abc, "-o", midi)
        text = abc.read_text()
        assert text.count("|:") == 2
        assert "\nQ:1/4=97\n" in text
        for score in (read_piece(abc), read_piece(midi)):
            assert (score.keys[0].tonic, score.keys[0].minor) == tonic
            assert score.tempos[0].bpm == pytest.approx(97, rel=1e-5)
            assert min(track.notes[0].start for track in score.tracks) == 0
            assert score.tracks[0].notes[-1].pitch % 12 == tonic[0]


def test_a_tune_without_chord_symbols(tmp_path: Path) -> None:
    words = ("--style", "folk", "--bars", "16", "--seed", "2", "-o", tmp_path / "t.abc")
    compose(*words)
    assert '"' in (tmp_path / "t.abc").read_text()
    compose(*words, "--no-chords")
    assert '"' not in (tmp_path / "t.abc").read_text()
    said = compose(*words, "--no-chords", "--chords", "G D", code=1)
    assert "chords were wished, G D, and no chord symbols" in said
    said = compose("--no-chords", "--bars", "2", "-o", tmp_path / "p.mid", code=1)
    assert "only the tunes of tokens such as tune have chord symbols" in said


def test_a_density_that_did_not_come_is_said(tmp_path: Path) -> None:
    """Jazz on the drums is sparse, whatever is asked."""
    words = [
        "--style",
        "drums",
        "--density",
        5,
        "--time-signature",
        "4/4",
        "-o",
        tmp_path / "t.mid",
    ]
    said = compose(*words, "--feel", "jazz", "--seed", 1)
    missed = r"density 5 was asked for: this piece came out at ([1-4]), the nearest of 5 attempts"
    reached = re.search(missed, said)
    assert reached is not None
    assert f"density {reached[1]}, " in said
    kept = compose(*words, "--feel", "funk", "--seed", 1, "--json")
    assert json.loads(kept)["density_reached"] == 5  # one line, nothing is said beside it
    many = compose(*words, "--feel", "jazz", "--seed", 1, "--count", 2)
    assert re.search(r"density 5 was asked for: [12] of 2 pieces came out at .*the nearest", many)


def test_what_changes_of_a_groove_as_a_primer_is_said(tmp_path: Path) -> None:
    strokes = tuple(Note(240 * i + i * i % 97, (36, 22)[i % 2], 60, 80) for i in range(32))
    write_midi(make_score(480, [Track(strokes, is_drum=True)]), tmp_path / "p.mid")
    path = tmp_path / "t.mid"
    words = ("--bars", 2, "--seed", 1, "-o", path)
    said = compose("--style", "drums", "--primer", tmp_path / "p.mid", *words)
    assert "the primer's drums 22 and 26, Roland's, are written as 42 and 46" in said
    assert "the primer keeps to no grid" in said
    assert "major" not in said
    drums = {note.pitch for track in read_midi(path).tracks for note in track.notes}
    assert 42 in drums
    assert 22 not in drums
