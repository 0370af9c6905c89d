"""What ``musicrnn compose`` refuses: each in one sentence, and nothing is left behind."""

import re
from pathlib import Path

import pytest

from musicrnn.io.midi import read_midi, write_midi
from musicrnn.pretrained import FOLDER, STYLES
from musicrnn.score import Note, Track, make_score
from tests.cli.composing import compose

CHARACTERS = Path(__file__).parents[1] / "golden/folk-of-november.safetensors"
OF_VOICES = CHARACTERS.with_name("chorale-of-november.safetensors")
KNOWN = f"the styles are {', '.join(STYLES)}"
GENRE = "this model classifies songs and sounds"
CANNOT = "it cannot compose, a network that reads its whole input has no next step to sample"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--style", "drums", "--chords", "C G"), "tokens tell no chords, C G was wished"),
        (("--style", "drums", "--key", "F#"), "tokens tell no key, F# major was wished"),
        (("--style", "drums", "--key", "D", "--chords", "Am"), "tokens tell no key, D major"),
        (("--style", "folk", "--density", 3), "no word for density, got 3: take --style pop"),
        (("--style", "folk", "--chords", "C/E"), "behind the slash, or take --style pop"),
        (("--style", "folk", "--time-signature", "5/16"), "5/16 is foreign to this model"),
        (("--model", CHARACTERS, "--key", "Ebm"), "the key Eb minor is foreign to this model"),
        (("--model", CHARACTERS, "--chords", "Ebm"), "the chords' key Eb minor is foreign"),
        (("--style", "pop", "--primer", "p.mid", "--key", "F#"), "key, F# major was wished beside"),
        (("--style", "pop", "--primer", "p.mid", "--time-signature", "3/4"), "3/4 was wished"),
        (
            ("--style", "pop", "--primer", "p.mid", "--bars", 4000),
            "primer's own, bars must",
        ),
        (("--style", "pop", "--primer", "p.mid", "--seconds", 7200), "primer's own, seconds must"),
        (("--style", "chorale", "--chords", "C"), "a chorale has no ids for chords"),
        (("--style", "chorale", "--time-signature", "5/8"), "5/8 is foreign to this model"),
        (("--model", OF_VOICES, "--chords", "C"), "not by chords"),
        (("--model", OF_VOICES, "--time-signature", "3/4"), "composed in 4/4, got 3/4"),
        (("--style", "jsb", "--time-signature", "3/4"), "not by time signature"),
    ],
)
def test_a_wish_is_refused_in_the_words_it_was_made(
    tmp_path: Path, monkeypatch, words, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_midi(make_score(480, [Track((Note(0, 64, 1920, 80),))]), tmp_path / "p.mid")
    (said,) = compose(*words, "-o", "t.mid", code=1).splitlines()
    assert message in said
    assert not re.search(r"[\[(]['\d-]+,", said)  # a tuple or list of Python's
    assert [path.name for path in tmp_path.iterdir()] == ["p.mid"]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--top-p", 1.4), 1, "top_p must be in (0, 1], got 1.4"),
        (("--temperature", 0), 1, "temperature must be in [1e-6, 100], got 0"),
        (("--bars", 0), 1, "bars must be in 1..4000, got 0"),
        (("--bars", 4, "--seconds", 3), 2, "not both"),
        (("--key", "H"), 2, "a key reads like"),
        (("--key", "D dorian"), 2, "only major and minor keys can be asked for"),
        (("--chords", "C Xyz"), 2, "a chord reads like"),
        (("--time-signature", "3/7"), 2, "a time signature reads like"),
        (("--time-signature", "16/2"), 1, "no token for the time signature 16/2"),
        (("--bars", 5000), 1, "bars must be in 1..4000, got 5000"),
        (("--seconds", "inf"), 2, "it must be a finite number, got inf"),
        (("-o", "nowhere/t.mid"), 1, "no folder nowhere"),
        (("-o", "t.docx"), 1, "suffix must be one of"),
        (("--primer", "missing.mid"), 1, "missing.mid"),
        (("--device", "tpu"), 1, "auto, cpu or cuda"),
        (("--store", "int4"), 1, "weights must be one of float32, bfloat16, int8, got 'int4'"),
        (("--device", "cuda", "--store", "int8"), 1, "int8 weights are for the CPU"),
        (("--best-of", 0), 1, "the best of 1 to 1000 can be taken, got 0"),
    ],
)
def test_wrong_values_get_one_sentence(models, tmp_path, monkeypatch, words, code, message) -> None:
    monkeypatch.chdir(tmp_path)
    said = compose("--model", models["beat"], *words, code=code)
    assert message in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--style", "popp"), f"there is no style 'popp': {KNOWN}; did you mean pop?"),
        (("--style", "jazz"), f"there is no style 'jazz': {KNOWN}"),
        (("--style", "genre"), f"genre is no style, it classifies songs and sounds: {KNOWN}"),
        (("--style", "commands"), f"commands is no style, it hears spoken words: {KNOWN}"),
        (
            ("--model", FOLDER / "genre.safetensors"),
            f"{GENRE}: {CANNOT}",
        ),
        (("--model", "commands-micro"), f"this model hears spoken words: {CANNOT}"),
        (("--model", "genre", "--play"), f"{GENRE}: {CANNOT}"),
    ],
)
def test_what_does_not_compose(tmp_path: Path, monkeypatch, words, message: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert compose(*words, code=1) == f"musicrnn: {message}\n"
    assert list(tmp_path.iterdir()) == []


def test_what_the_primer_settles_cannot_be_wished(models, tmp_path: Path) -> None:
    primer = tmp_path / "p.mid"
    compose("--model", models["beat"], "--bars", 3, "--time-signature", "4/4", "-o", primer)
    said = compose("--model", models["beat"], "--primer", primer, "--tempo", 60, code=1)
    assert "the primer settles the tempo, 60 was wished" in said
    more = tmp_path / "more.mid"
    compose("--model", models["beat"], "--primer", primer, "--bars", 2, "--chords", "C Dm",
            "-o", more)  # fmt: skip
    score = read_midi(more)
    new = [chord.name for chord in score.chords if chord.tick >= score.bars()[3][0]]
    assert new == ["C:maj", "D:min"]


def test_what_can_be_written_stays_when_the_sound_cannot_be_made(
    models, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr("musicrnn.synth.render.MAX_NOTES_AT_ONCE", 0)
    outputs = [word for end in ("wav", "png", "mid") for word in ("-o", tmp_path / f"t.{end}")]
    said = compose("--model", models["beat"], "--seed", 1, "--bars", 2, *outputs, code=1)
    assert all(f"{name} is written, the rest is not" in said for name in ("t.mid", "t.png"))
    assert "0 notes may sound together" in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.mid", "t.png"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--bars", 4000, "--tempo", 4, "-o", "t.wav"), "with bars 4000 and tempo 4 it would last"),
        (("--bars", 500, "--tempo", 4, "--time-signature", "4/4", "-o", "t.mid", "-o", "t.html"),
         "30000 s or more: ask for less, or for notes alone in place of t.html"),
        (("--bars", 1, "--primer", "../long.mid", "-o", "t.mp3"),
         "sound may last 24345 s, with bars 1 it would last 24960 s or more"),
        (("--bars", 1, "--soundfont", "../long.mid", "-o", "t.mid"), "long.mid is not a SoundFont"),
    ],
)  # fmt: skip
def test_a_length_that_cannot_sound_is_refused_first(
    models, tmp_path: Path, monkeypatch, words, message: str
) -> None:
    notes = tuple(Note(1920 * 26 * i, 64, 1920 * 26, 80) for i in range(480))
    write_midi(make_score(480, [Track(notes)]), tmp_path / "long.mid")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert message in compose("--model", models["beat"], *words, code=1)
    assert list((tmp_path / "here").iterdir()) == []
