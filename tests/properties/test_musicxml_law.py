"""read(write(q)) == q for every score on the grid of written music, and for no other less."""

from hypothesis import assume, given, settings

from musicrnn.io.musicxml import musicxml_bytes, quantize_musicxml, score_from_musicxml
from musicrnn.io.written import MAX_QUARTERS, MAX_VOICE_BARS
from musicrnn.score import Score
from tests.properties.scores import scores


@settings(max_examples=100, deadline=None)
@given(scores())
def test_a_score_on_the_grid_returns_from_a_file(score: Score) -> None:
    quarters = score.end / score.ticks_per_quarter
    assume(quarters <= MAX_QUARTERS and len(score.bars()) * len(score.tracks) <= MAX_VOICE_BARS / 4)
    quantized = quantize_musicxml(score)
    assert quantize_musicxml(quantized) == quantized
    assert score_from_musicxml(musicxml_bytes(quantized)) == quantized
    assert musicxml_bytes(score) == musicxml_bytes(quantized)
