"""Every corpus of scores: its card, its split, its first pieces."""

import json
from collections import Counter
from dataclasses import fields
from itertools import islice
from pathlib import Path

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.sources.find import cache_folder, corpus_folder, folder_of
from musicrnn_datasets.corpora import CORPORA
from musicrnn_datasets.jsb import JSB_CHORALES, chorale

SPLITS = {
    "groove": {"train": 897, "valid": 124, "test": 129},
    "jsb-chorales": {"train": 229, "valid": 76, "test": 77},
    "pop909": {"train": 705, "valid": 97, "test": 107},
    "vgmidi": {"train": 183, "valid": 7, "test": 14},
}
every = pytest.mark.parametrize("name", CORPORA)


@every
def test_the_card_is_filled_in(name: str) -> None:
    card = CORPORA[name].card
    assert card.name == name
    assert card.holds == "scores"
    words = [f.name for f in fields(card) if f.type == "str" and f.name != "language"]
    assert all(getattr(card, word) for word in words)


@every
def test_pieces(name: str, corpora: Path) -> None:
    pieces = list(CORPORA[name].pieces(folder_of(CORPORA[name], corpora)))
    names = [piece.name for piece in pieces]
    assert len(set(names)) == len(names)
    if name in SPLITS:
        assert Counter(piece.split for piece in pieces) == SPLITS[name]
    for piece in islice(pieces, 0, None, len(pieces) // 5):
        score = piece.read()
        assert score.note_count > 0
        if name == "groove":
            assert all(track.is_drum for track in score.tracks)


def test_a_chorale_holds_what_goes_on() -> None:
    score = chorale([[70, 65, 60, 50], [70, 66, -1, 50], [70, 66, 60, 50]])
    found = [[(n.start, n.pitch, n.duration) for n in track.notes] for track in score.tracks]
    assert found == [
        [(0, 70, 3)],
        [(0, 65, 1), (1, 66, 2)],
        [(0, 60, 1), (2, 60, 1)],
        [(0, 50, 3)],
    ]


def test_chorales_have_the_bars_and_phrases_of_the_scores(corpora: Path) -> None:
    folder = folder_of(JSB_CHORALES, corpora)
    scores = {piece.name: piece.read() for piece in JSB_CHORALES.pieces(folder)}
    metres = Counter(score.metre.name for score in scores.values())
    assert metres == {"4/4": 344, "3/4": 37, "3/2": 1}
    score = scores["test-008"]  # of the St John Passion
    assert [key.name for key in score.keys] == ["F minor"]
    assert [(s.tick, s.name) for s in score.sections][:3] == [(0, "A"), (32, "A"), (64, "B")]
    upbeats = Counter(score.time_signatures[0].name for score in scores.values())
    assert upbeats["1/4"] > 230
    assert sum(bool(score.sections) for score in scores.values()) == 345


def test_a_broken_chorale_file(tmp_path: Path) -> None:
    (tmp_path / "Jsb16thSeparated.json").write_text("{")
    with pytest.raises(MusicRNNError, match=r"cannot read .*Jsb16thSeparated\.json"):
        list(JSB_CHORALES.pieces(tmp_path))
    (tmp_path / "Jsb16thSeparated.json").write_text(json.dumps({"train": []}))
    with pytest.raises(MusicRNNError, match="has no split valid"):
        list(JSB_CHORALES.pieces(tmp_path))


def test_where_a_corpus_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given, environment = tmp_path / "given", tmp_path / "environment"
    monkeypatch.setenv("MUSICRNN_DATA", str(environment))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with pytest.raises(MusicRNNError) as error:
        corpus_folder("pop909", given)
    for place in (given, environment, cache_folder()):
        assert str(place / "pop909") in str(error.value)
    for place in (cache_folder(), environment, given):
        (place / "pop909").mkdir(parents=True)
        assert corpus_folder("pop909", given) == place / "pop909"
    assert corpus_folder("pop909", given / "pop909") == given / "pop909"
