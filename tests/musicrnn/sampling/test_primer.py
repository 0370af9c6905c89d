"""Primers: the last bars are heard, all of it is written, and the new music stands behind."""

from dataclasses import replace

import pytest

from musicrnn.drum_kit import EDGES
from musicrnn.pretrained import STYLES, load_model
from musicrnn.sampling.compose import Composition, compose
from musicrnn.sampling.primer import HEARD_BARS, Primer
from musicrnn.score import Key, Note, Score, Tempo, Track, make_score
from musicrnn.tokens import TOKENIZERS, BeatTokenizer, Controls

QUARTER = 100  # ticks that the tokens' 12 do not divide
DRUMS = Track(tuple(Note(QUARTER * i, 36, 10, 90) for i in range(400)), is_drum=True, name="Kit")


def piano(bars: int, name: str = "", *, first: int = 0) -> Track:
    """Quarters from the bar ``first`` on, a tick late each."""
    beats = range(4 * first, 4 * (first + bars))
    return Track(tuple(Note(QUARTER * i + 1, 60 + i % 7, 90, 71) for i in beats), name=name)


def gone_on(primer: Score, style: str = "pop", bars: int = 2) -> Composition:
    settings = STYLES[style].settings
    controls = Controls(bars=bars)
    return compose(load_model(style), [5], controls=controls, settings=settings, primer=primer)[0]


@pytest.mark.parametrize("tempo", [60, 93.3])
def test_the_primer_is_written_as_it_is_and_the_new_bars_behind_it(tempo: float) -> None:
    primer = make_score(QUARTER, [piano(3)], tempos=[Tempo.from_bpm(0, tempo)], title="mine")
    made = gone_on(primer)
    assert (made.bars, made.score.title, made.score.tempos) == (5, "mine", primer.tempos)
    assert made.score.ticks_per_quarter == 3 * QUARTER  # both grids exactly
    track, *_ = made.score.tracks
    old = [Note(3 * n.start, n.pitch, 3 * n.duration, 71) for n in primer.tracks[0].notes]
    assert list(track.notes[:12]) == old
    new = sorted(note for track in made.score.tracks for note in track.notes if note not in old)
    assert any(note.start >= 12 * 3 * QUARTER for note in new)
    # the primer's last bar may be filled up behind its last note
    assert all(note.start >= 11 * 3 * QUARTER and note.start % 25 == 0 for note in new)
    assert made.score.end <= 20 * 3 * QUARTER


def test_tracks_that_are_not_heard_are_kept_and_the_new_music_comes_behind_them() -> None:
    primer = make_score(QUARTER, [DRUMS, piano(4, "Piano", first=2), Track(name="empty")])
    made = gone_on(primer)
    kit, left, empty, *more = made.score.tracks
    assert kit == replace(DRUMS, notes=tuple(
        Note(3 * n.start, 36, 30, 90) for n in DRUMS.notes))  # fmt: skip
    assert empty.name == "empty"
    assert {track.name for track in more} <= {"MELODY", "BRIDGE"}
    new = [*left.notes[16:], *(note for track in more for note in track.notes)]
    assert left.notes[16:]
    assert min(note.start for note in new) >= 3 * QUARTER * 400 - QUARTER * 3
    assert made.bars == 102


@pytest.mark.parametrize("style", ["pop", "drums"])
def test_of_a_long_primer_the_last_bars_are_heard(style: str) -> None:
    tracks = [piano(100), DRUMS]
    made = gone_on(make_score(QUARTER, tracks), style)
    short = Primer(make_score(QUARTER, tracks), BeatTokenizer((128,) if style == "drums" else (0,)))
    assert (short.bars, short.is_long) == (100 - HEARD_BARS, True)
    assert short.heard.tracks[1].notes[0] == DRUMS.notes[0]
    assert made.bars == 102
    assert made.score.note_count > 800
    again = gone_on(short.heard, style)
    assert list(again.ids) == list(made.ids)
    assert again.score.note_count + 8 * short.bars == made.score.note_count


@pytest.mark.parametrize("name", TOKENIZERS)
def test_a_prompt_alone_gives_the_primer_back(name: str) -> None:
    tokenizer = TOKENIZERS[name]()
    whole = make_score(QUARTER, [piano(90), DRUMS])
    primer = Primer(whole, tokenizer)
    prompt = tokenizer.prompt(tokenizer.encode(primer.heard))
    joined, _ = primer.joined(prompt, tokenizer.decode(prompt))
    assert joined.note_count == whole.note_count
    assert joined.seconds == pytest.approx(whole.seconds)


def test_a_groove_is_written_with_the_drums_of_general_midi_and_has_no_key() -> None:
    """Of two strokes on one hi-hat at once the louder stays."""
    pitches = (22, 26, 42, 36)
    notes = [Note(QUARTER * i, pitches[i % 4], 10, 90) for i in range(16)]
    notes.append(Note(0, 42, 10, 40))
    primer = make_score(
        QUARTER, [Track(tuple(sorted(notes)), is_drum=True)], keys=[Key(0, 0, minor=False)]
    )
    made = gone_on(primer, "drums").score
    assert made.keys == ()
    found = [(n.pitch, n.velocity) for n in made.tracks[0].notes[:16]]
    assert found == [(pitch, 90) for pitch in (42, 46, 42, 36) * 4]
    assert not any(note.pitch in EDGES for track in made.tracks for note in track.notes)
    assert gone_on(make_score(QUARTER, [piano(2)], keys=[Key(0, 2, minor=False)])).score.keys
