"""Pieces as sound, and all other sound on this computer, decoded once."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from musicrnn.score import Note, Track, make_score
from musicrnn.sources.corpus import SOUND_RATE, OtherSound
from musicrnn.sources.other_sounds import SoundsAtHand
from musicrnn.training.data import Card, Piece
from musicrnn_datasets.corpora import SOUNDS
from musicrnn_datasets.pop909 import POP909
from musicrnn_datasets.rendered import PEAK, RENDERED, RenderedMusic


class Three:
    """A corpus of three pieces of a note each, two of them to learn from."""

    card = Card("three", "Three notes", "scores", "made here", "none", "by number")

    def pieces(self, folder: Path) -> Iterator[Piece]:
        for number, split in enumerate(("train", "test", "train")):
            note = Note(0, 60 + number, 480 * (1 + number), 90)
            score = make_score(480, [Track((note,))])
            yield Piece(str(number), split, lambda score=score: score)


def test_a_piece_is_as_loud_as_the_others_and_stays_in_its_split(tmp_path: Path) -> None:
    found = list(RenderedMusic(Three()).sounds(tmp_path, "train"))
    assert {(sound.language, sound.kind) for sound in found} == {("", "music")}
    assert len({len(sound.samples) for sound in found}) == 2  # of two lengths
    for sound in found:
        assert sound.samples.dtype == np.int16
        assert np.abs(sound.samples).max() == pytest.approx(PEAK, abs=1)
    assert len(list(RenderedMusic(Three()).sounds(tmp_path, "test"))) == 1


def test_the_cards_are_those_of_the_pieces() -> None:
    card = RENDERED[0].card
    assert (card.name, card.holds) == ("pop909-rendered", "sounds")
    assert card.licence == POP909.card.licence
    assert all(corpus.card.name in SOUNDS for corpus in RENDERED)


class Counting:
    """A corpus of sound that counts how often it is read."""

    kinds = ("words", "sentences")
    card = Card("counted", "Counted", "sounds", "made here", "none", "by language")
    read = 0

    def sounds(self, folder: Path, split: str) -> Iterator[OtherSound]:
        self.read += 1
        for kind, length in (("words", 3), ("sentences", 2)):
            samples = np.arange(length * SOUND_RATE).astype(np.int16)
            yield OtherSound("fr", kind, samples)


def test_sounds_are_decoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "fr.opus").write_bytes(b"1")
    corpus = Counting()
    at_hand = SoundsAtHand([(corpus, tmp_path / "data")])
    first, second = at_hand.read("train"), at_hand.read("train")
    assert corpus.read == 1
    for sounds in (first, second):
        assert [(s.language, s.kind) for s in sounds] == [("fr", "words"), ("fr", "sentences")]
        np.testing.assert_array_equal(sounds[1].samples, np.arange(2 * SOUND_RATE).astype(np.int16))
    at_hand.read("valid")
    (tmp_path / "data" / "fr.opus").write_bytes(b"12")  # another file, another reading
    at_hand.read("train")
    assert corpus.read == 3
    assert SoundsAtHand([]).read("train") == []
