"""Modulators: the curves of the specification, and a SoundFont that has some.

The values are those of sections 8.4.1 and 9.5.3 of the SoundFont Technical Specification 2.04.
"""

import numpy as np
import pytest

from musicrnn.score import Note, Track, make_score
from musicrnn.synth.modulator import DEFAULTS, Modulator, moved
from musicrnn.synth.region import ATTENUATION, CUTOFF, RELEASE, struck
from musicrnn.synth.render import render
from musicrnn.synth.soundfont import read_soundfont
from musicrnn.synth.soundfonts import default_soundfont

VELOCITY, KEY, NEGATIVE, BIPOLAR, CONTROLLER = 2, 3, 0x100, 0x200, 0x80
CONCAVE, CONVEX, SWITCH = 1 << 10, 2 << 10, 3 << 10


def added(source, amount=960, amount_source=0, transform=0, key=60, velocity=100):
    amounts = {Modulator(source, CUTOFF, amount_source, transform): amount}
    return moved(amounts, key=key, velocity=velocity).get(CUTOFF, 0.0)


@pytest.mark.parametrize("velocity", [1, 30, 64, 127])
def test_velocity_to_attenuation_is_a_square(velocity):
    """8.4.1: concave, negative, 960 cB, which is 40 log of the velocity over 127."""
    wanted = -400 * np.log10(velocity / 127)
    assert added(VELOCITY | NEGATIVE | CONCAVE, velocity=velocity) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        (KEY, 60 / 127),
        (KEY | NEGATIVE, 67 / 127),
        (KEY | BIPOLAR, 120 / 127 - 1),
        (KEY | BIPOLAR | NEGATIVE, 1 - 120 / 127),
        (VELOCITY | SWITCH, 1),
        (KEY | SWITCH, 0),
        (KEY | SWITCH | BIPOLAR, -1),
        (KEY | CONVEX, 1 + 400 / 960 * np.log10(60 / 127)),
        (VELOCITY | BIPOLAR | CONCAVE, -400 / 960 * np.log10(1 - (200 / 127 - 1))),
        (CONTROLLER | 7, 100 / 127),
        (CONTROLLER | 10 | BIPOLAR, 0),
        (CONTROLLER | 1, 0),
        (14, 0),  # the bend
        (127, 0),
    ],
)
def test_a_source_is_what_its_bits_say(source, wanted):
    assert added(source) == pytest.approx(960 * wanted)


def test_two_sources_and_a_transform():
    assert added(KEY, -900, VELOCITY) == pytest.approx(-900 * 60 / 127 * 100 / 127)
    assert added(KEY, -900, transform=2) == pytest.approx(900 * 60 / 127)


def with_modulators(path, rows):
    """TimGM6mb with these modulators in every zone of every instrument: (source, generator, amount,
    amount source, transform). Its chunks imod and ibag are written anew, and the sizes around."""
    content = default_soundfont().read_bytes()
    table = np.dtype("<u2, <u2, <i2, <u2, <u2")
    at = content.index(b"ibag")
    size = int.from_bytes(content[at + 4 : at + 8], "little")
    bags = np.frombuffer(content[at + 8 : at + 8 + size], np.uint16).reshape(-1, 2).copy()
    bags[:, 1] = np.arange(len(bags)) * len(rows)
    added = np.array([*rows * (len(bags) - 1), (0, 0, 0, 0, 0)], table).tobytes()
    content = content[: at + 8] + bags.tobytes() + content[at + 8 + size :]
    at = content.index(b"imod")
    size = int.from_bytes(content[at + 4 : at + 8], "little")
    more = len(added) - size
    content = (
        content[: at + 4] + len(added).to_bytes(4, "little") + added + content[at + 8 + size :]
    )
    content = bytearray(content)
    for place in (4, content.index(b"pdta") - 4):
        whole = int.from_bytes(content[place : place + 4], "little")
        content[place : place + 4] = (whole + more).to_bytes(4, "little")
    path.write_bytes(content)
    return path


def test_they_are_read_and_replace_the_default(tmp_path):
    rows = [
        (VELOCITY | NEGATIVE | CONCAVE, ATTENUATION, 480, 0, 0),
        (VELOCITY | NEGATIVE, CUTOFF, -2400, 0, 0),
        (KEY, RELEASE, 1200, 0, 0),
    ]
    font = read_soundfont(with_modulators(tmp_path / "a.sf2", rows))
    (plain, *_), (region, *_) = (f.regions(0) for f in (read_soundfont(default_soundfont()), font))
    assert plain.zone.amounts == DEFAULTS
    assert struck(plain, 60, 50) == (plain, pytest.approx(plain.gain * (50 / 127) ** 2))
    heard, gain = struck(region, 60, 50)
    assert gain == pytest.approx(region.gain * (50 / 127))
    assert heard.release == pytest.approx(region.release * 2 ** (60 / 127), rel=1e-3)
    assert heard.cutoff == pytest.approx(region.cutoff * 2 ** (-2 * 77 / 127), rel=1e-3)


def test_a_soft_note_is_darker_where_the_font_says_so(tmp_path):
    font = with_modulators(tmp_path / "a.sf2", [(VELOCITY | NEGATIVE, CUTOFF, -6000, 0, 0)])

    def centroid(velocity, soundfont):
        score = make_score(480, [Track((Note(0, 60, 960, velocity),))])
        sound = render(score, soundfont=soundfont, loudness=None).samples[0, :22_050]
        power = np.abs(np.fft.rfft(sound)) ** 2
        return (power * np.fft.rfftfreq(22_050, 1 / 44_100)).sum() / power.sum()

    assert centroid(30, None) == pytest.approx(centroid(120, None), rel=0.05)
    assert centroid(30, font) < 0.8 * centroid(120, font)
