"""How dense a piece came out, and which of several attempts is kept."""

from musicrnn.pretrained import load_model
from musicrnn.sampling import compose as composing
from musicrnn.sampling.compose import compose
from musicrnn.sampling.density import off_density, usual_density
from musicrnn.sampling.filters import Settings
from musicrnn.score import Note, Score, Track, make_score
from musicrnn.tokens import Controls, tokenizer_from
from musicrnn.tokens.beat import BeatTokenizer

TOKENIZER = BeatTokenizer((128,), density_borders=(1.5, 2.5, 3.5, 4.5))


def strokes(a_quarter: int) -> Score:
    notes = tuple(Note(480 * n // a_quarter, 42, 60, 80) for n in range(16 * a_quarter))
    return make_score(480, [Track(notes, is_drum=True)])


def test_the_density_of_a_piece_is_that_of_most_bars() -> None:
    assert [usual_density(strokes(n), TOKENIZER) for n in (1, 2, 3, 4, 5)] == [1, 2, 3, 4, 5]
    assert [off_density(strokes(2), TOKENIZER, asked) for asked in (None, 1, 2, 5)] == [0, 1, 0, 3]
    assert usual_density(strokes(2), tokenizer_from({"name": "performance"})) == 0


def test_of_attempts_that_all_miss_the_nearest_is_kept(monkeypatch) -> None:
    """Attempts that are called 3, 1, 2, 2 and 3 off."""
    called = iter([3.0, 1.0, 2.0, 2.0, 3.0])
    drawn: list[Score] = []

    def off(score: Score, *_: object) -> float:
        drawn.append(score)
        return next(called)

    monkeypatch.setattr(composing, "off_density", off)
    controls = Controls(bars=2, density=5)
    (piece,) = compose(load_model("drums"), [1], controls=controls, settings=Settings())
    assert len(drawn) == piece.attempts == 5
    assert piece.score.tracks == drawn[1].tracks
