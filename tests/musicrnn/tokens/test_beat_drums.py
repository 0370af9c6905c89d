"""Bar-and-beat tokens of drums: every velocity, and hi-hats where General MIDI has them."""

from musicrnn.score import Note, Score, Track, make_score
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.tokens.incremental import decode_incrementally

OLD = BeatTokenizer((128,), chords=False)
FINE = BeatTokenizer((128,), velocity_bins=128, chords=False)


def strokes(*pairs: tuple[int, int], bars: int = 1) -> Score:
    """(drum, velocity), an eighth apart, in bars of 4/4."""
    notes = tuple(Note(240 * n, *pair[:1], 60, pair[1]) for n, pair in enumerate(pairs * bars))
    return make_score(480, [Track(notes, is_drum=True)])


def drums(score: Score) -> list[int]:
    return [note.pitch for track in score.tracks for note in track.notes]


def test_edges_of_the_hihat_are_written_as_general_midi() -> None:
    score = strokes((22, 90), (26, 80), (42, 70), (36, 60))
    assert drums(OLD.quantize(score)) == [42, 46, 42, 36]
    assert drums(OLD.decode(OLD.encode(score))) == [42, 46, 42, 36]


def test_what_an_old_model_writes_on_an_edge_sounds() -> None:
    """Its ids hold the edge itself."""
    words = "start density_3 bar time_4/4 position_0 tempo_120 drum_22 velocity_9 drum_42 "
    words += "velocity_11 position_6 drum_26 velocity_9 end"
    names = list(OLD.vocabulary)
    tempo = names[OLD.events.span["tempo"].start + 32]
    ids = [names.index(tempo if word == "tempo_120" else word) for word in words.split()]
    score = OLD.decode(ids)
    assert drums(score) == [42, 46]
    assert score.tracks[0].notes[0].velocity == 11 * 8 + 4  # of two on one hi-hat the louder
    played = [
        event.pitch
        for batch in decode_incrementally(iter(ids), OLD)
        for event in batch.events
        if event.velocity
    ]
    assert played == [42, 46]


def test_fine_velocities_are_those_that_were_played() -> None:
    score = strokes(*((38, velocity) for velocity in range(1, 128)))
    kept = FINE.decode(FINE.encode(score))
    assert [note.velocity for note in kept.tracks[0].notes] == list(range(1, 128))
    assert min(FINE.decode(FINE.encode(kept)).tracks[0].notes).velocity == 1


def test_drums_alone_are_learnt_with_every_velocity_a_little_louder_and_softer() -> None:
    suited = BeatTokenizer.suited([strokes((38, 90))])
    assert suited.velocity_bins == 128
    maps = suited.augmentation_maps()
    level = suited.events.id("velocity", 90)
    assert sorted({int(row[level]) - level for row in maps}) == [-4, -2, 0, 2, 4]
    loudest = suited.events.id("velocity", 127)
    assert set(maps[:, loudest].tolist()) == {loudest}
    assert len(OLD.augmentation_maps()) == 3  # tempos alone, as when old runs were begun


def test_density_borders_are_those_of_grooves_not_of_fills() -> None:
    grooves = [strokes(*[(42, 80)] * n + [(36, 80)] * (8 - n), bars=8) for n in (1, 2, 3)]
    sparse = [strokes((36, 80), bars=n) for n in range(33, 70)]
    fills = [strokes(*[(38, 80)] * 8) for _ in range(500)]
    assert BeatTokenizer.suited([*grooves, *sparse, *fills]).density_borders == (
        BeatTokenizer.suited([*grooves, *sparse]).density_borders
    )
