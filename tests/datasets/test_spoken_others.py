"""Speech that is no keyword, and hours in which none of a model's words is spoken."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import soundfile

from musicrnn.errors import MusicRNNError
from musicrnn.networks.detector import DetectorSettings
from musicrnn.sources.corpus import SOUND_RATE
from musicrnn.sources.find import corpus_folder
from musicrnn_datasets import wordless as module
from musicrnn_datasets.corpora import SOUNDS
from musicrnn_datasets.voices import GCOMPRIS
from musicrnn_datasets.wordless import KINDS, false_accepts, wordless

every = pytest.mark.parametrize("name", SOUNDS)


def write_voices(folder: Path, languages: tuple[str, ...]) -> Path:
    """A second of words and two of sentences of each language, whose samples count up."""
    folder.mkdir(parents=True)
    lines = ["file\tclip\tstart\tsamples"]
    for number, language in enumerate(languages):
        samples = np.full(3 * SOUND_RATE, 1000 * (number + 1), np.int16)
        soundfile.write(str(folder / f"{language}.opus"), samples, SOUND_RATE, format="WAV")
        for clip, start, seconds in (("words/a", 0, 1), ("intro/b", 1, 1), ("intro/c", 2, 1)):
            place = f"{start * SOUND_RATE}\t{seconds * SOUND_RATE}"
            lines.append(f"{language}.opus\t{language}/{clip}.ogg\t{place}")
    (folder / "index.tsv").write_text("\n".join(lines), encoding="utf-8")
    return folder


@every
def test_the_card_is_filled_in(name: str) -> None:
    card = SOUNDS[name].card
    assert (card.name, card.holds) == (name, "sounds")
    words = [f.name for f in fields(card) if f.type == "str" and f.name != "language"]
    assert all(getattr(card, word) for word in words)


def test_clips_as_they_are_downloaded(tmp_path: Path) -> None:
    for name, seconds in (("fr/words/a.wav", 1), ("fr/intro/b.wav", 2), ("de/words/c.wav", 1)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        sound = np.full(seconds * SOUND_RATE // 2, 0.25, np.float32)  # at half the rate
        soundfile.write(str(tmp_path / name), sound, SOUND_RATE // 2)
    (tmp_path / "fr/words/broken.ogg").write_bytes(b"none")
    found = {
        split: {(s.language, s.kind): len(s.samples) for s in GCOMPRIS.sounds(tmp_path, split)}
        for split in ("train", "valid", "test")
    }
    train = {("fr", "sentences"): 2 * SOUND_RATE, ("fr", "words"): SOUND_RATE}
    assert found == {"train": train, "valid": {}, "test": {("de", "words"): SOUND_RATE}}
    loud = next(GCOMPRIS.sounds(tmp_path, "train")).samples
    assert np.median(loud) == pytest.approx(32_767 / 4, abs=20)


@every
def test_no_language_is_in_two_splits(name: str, corpora: Path) -> None:
    try:
        folder = corpus_folder(name, corpora)
    except MusicRNNError:
        pytest.skip(f"needs {name}")
    found = {
        split: [(s.language, s.kind, len(s.samples)) for s in SOUNDS[name].sounds(folder, split)]
        for split in ("train", "valid", "test")
    }
    languages = [{language for language, *_ in found[split]} for split in found]
    assert not languages[0] & (languages[1] | languages[2])
    assert not languages[1] & languages[2]
    hours = sum(n for split in found.values() for *_, n in split) / SOUND_RATE / 3600
    assert hours == pytest.approx(
        {"gcompris-voices": 6.63, "asterisk-prompts": 2.11, "precise-community": 0.52}[name],
        abs=0.02,
    )
    assert {kind for split in found.values() for _, kind, _ in split} <= {"sentences", "words"}


def test_clips_of_a_kind_follow_one_another(tmp_path: Path) -> None:
    folder = write_voices(tmp_path / "gcompris-voices", ("de", "fr", "it"))
    (words, sentences) = sorted(GCOMPRIS.sounds(folder, "test"), key=lambda s: len(s.samples))
    assert (words.language, words.kind, len(words.samples)) == ("de", "words", SOUND_RATE)
    assert (sentences.kind, len(sentences.samples)) == ("sentences", 2 * SOUND_RATE)
    assert [s.language for s in GCOMPRIS.sounds(folder, "train")] == ["fr", "fr"]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("file\tclip\nx\ty", "a table of clips"),
        ("file\tclip\tstart\tsamples\nde.opus\tde/words/a\t0\t99999999", "does not fit de.opus"),
        ("file\tclip\tstart\tsamples\nzh_TW.opus\tzh/words/a\t0\t9", "cannot read"),
    ],
)
def test_what_is_damaged_is_named(tmp_path: Path, damage: str, said: str) -> None:
    folder = write_voices(tmp_path / "gcompris-voices", ("de",))
    (folder / "index.tsv").write_text(damage, encoding="utf-8")
    with pytest.raises(MusicRNNError, match=said):
        list(GCOMPRIS.sounds(folder, "test"))


def test_hours_without_words_are_there_without_corpora(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MUSICRNN_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(module, "COMPOSED", ("folk",))
    found = wordless("test", tmp_path, hours=0.02)
    assert list(found) == ["music", "noise", "silence"]
    assert len(found["music"]) == round(0.02 * 3600) * SOUND_RATE
    assert len(found["noise"]) == len(found["silence"]) == 12 * SOUND_RATE
    assert np.abs(found["music"]).max() == module.PEAK
    assert found["noise"].std() > 10
    assert not found["silence"].any()
    again = wordless("test", tmp_path, hours=0.02)
    assert all((found[kind] == again[kind]).all() for kind in found)
    write_voices(tmp_path / "gcompris-voices", ("de", "fr"))
    with_speech = wordless("test", tmp_path, hours=0.02)
    assert list(with_speech) == list(KINDS)
    assert len(with_speech["sentences"]) == 2 * len(with_speech["other words"])


def test_what_fires_is_counted_by_word_and_hour() -> None:
    quiet = np.zeros((1000, 3), np.float32)
    quiet[:, 2] = 1
    loud = quiet.copy()
    for at, word in ((100, 0), (300, 1), (500, 0)):
        loud[at : at + 20] = np.eye(3, dtype=np.float32)[word]
    settings = DetectorSettings(threshold=0.5, smoothing=0.1, refractory=0.5)
    found = false_accepts([quiet, loud], settings, ("go", "stop", "_unknown_"), 0.036)
    assert found.words == {"go": 2, "stop": 1}
    assert found.hours == pytest.approx(0.02)
    assert found.an_hour == pytest.approx(150)
    low, high = found.interval
    assert (low * 0.02, high * 0.02) == pytest.approx((0.6187, 8.7673), abs=1e-3)
    none = false_accepts([quiet], settings, ("go", "stop", "_unknown_"), 0.036)
    assert (none.an_hour, none.interval[0]) == (0, 0)
    assert none.interval[1] * 0.01 == pytest.approx(3.6889, abs=1e-3)
