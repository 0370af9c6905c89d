"""The bundled tunes: whole bars, the notes of the MIDI files that they were made from."""

from collections import Counter
from pathlib import Path

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.abc import TICKS_PER_QUARTER, parse_abc
from musicrnn.sources.scores import read_source
from musicrnn_datasets.tunes import TUNES
from tests.golden.tunes import EIGHTH, chosen, collection, folded, title_of

PIECES = list(TUNES.pieces(TUNES.bundled))


def test_the_tunes_are_there_without_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MUSICRNN_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    for data in (None, tmp_path):
        card, pieces = read_source("irish-tunes", data)
        assert (card.name, len(pieces)) == ("irish-tunes", 200)
    assert Counter(piece.split for piece in PIECES) == {"train": 159, "valid": 22, "test": 19}
    assert len({piece.name for piece in PIECES}) == 200


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MusicRNNError, match=r"cannot read .*tunes\.abc"):
        list(TUNES.pieces(tmp_path))
    (tmp_path / "tunes.abc").write_text("nothing")
    with pytest.raises(MusicRNNError, match="holds no tune"):
        list(TUNES.pieces(tmp_path))


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.name)
def test_a_tune_is_abc_of_whole_bars(piece) -> None:
    assert piece.abc is not None
    score = parse_abc(piece.abc, strict=True)
    *upbeat, metre = score.time_signatures
    assert not upbeat or score.metre is metre
    assert len(score.tracks) == 1
    bars, over = divmod(score.end, metre.bar_ticks(TICKS_PER_QUARTER))
    assert over == 0
    assert bars > 8
    assert bars % 8 == 0
    for line in piece.abc.splitlines():
        assert line.isascii()
        assert len(line) <= 100


def test_the_file_is_what_the_midi_files_give(corpora: Path) -> None:
    tunes = chosen(corpora / "ceol-rince")
    assert collection(tunes) == (TUNES.bundled / "tunes.abc").read_text(encoding="utf-8")
    scale = TICKS_PER_QUARTER // (2 * EIGHTH)
    for tune, piece in zip(tunes, PIECES, strict=True):
        read, midi = piece.read().tracks[0].notes, tune.score.tracks[0].notes
        assert [note.pitch for note in read] == [note.pitch for note in midi], tune.title
        silence = read[0].start - midi[0].start * scale
        for ours, theirs in zip(read, midi, strict=True):
            assert abs(ours.start - silence - theirs.start * scale) <= 2 * scale, tune.title
            assert abs(ours.duration - theirs.duration * scale) <= 2 * scale, tune.title


def test_what_comes_twice_is_folded() -> None:
    a, b, c = (((0, EIGHTH, pitch),) for pitch in (60, 62, 64))
    assert folded([a, a, b, b]) == [([a], True), ([b], True)]
    assert folded([a, b, a, b, c]) == [([a, b], True), ([c], False)]
    assert folded([a, b, a]) == [([a], False), ([b], False), ([a], False)]


def test_titles_as_they_are_said() -> None:
    assert title_of("Plains of Boyle (hornpipe), The ") == "The Plains of Boyle"
    assert title_of("Fall of Snow*, The") == "The Fall of Snow"
    assert title_of("Pigeon, Wren") == "Pigeon"
