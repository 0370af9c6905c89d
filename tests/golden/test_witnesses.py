"""What musicrnn 0.1.0 wrote is read by every later version, and gives the figures that it gave.

The witnesses were made by witnesses.py, which says how. A figure may differ by as much as another
processor rounds otherwise; pieces may not differ in a note, those of pop, folk and drums not in a
byte. Since then files of MIDI have 480 ticks a quarter or more: the bytes of pop and drums were
told anew, every note is the one it was. Strokes of the drums on the edges of Roland's hi-hat are
written as General MIDI has them since: both pieces of drums were told anew, the longer with the
same strokes, the shorter, whose hi-hat then repeats too often, as it is drawn again. A pick-up
begins at once since: the piece of folk was told anew, every note a constant earlier. Keys are
named by their usual signatures since, G# minor for Ab minor: the names were told anew. An object of
JSON may hold more than it did, such as intervals and the values of every piece; what it held it
must hold.
"""

import contextlib
import json
import math
import shutil
import tarfile
from pathlib import Path

import pytest

from tests.golden import witness_figures as figures
from tests.golden.witness_data import digest, make

HERE = Path(__file__).parent
EXPECTED = json.loads((HERE / "witnesses.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The data and the models beside them; words are decoded into a cache of their own."""
    home = tmp_path_factory.mktemp("witnesses")
    make(home)
    with tarfile.open(HERE / "witnesses.tar.xz") as archive:
        archive.extractall(home, filter="data")
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(home):
        for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
            patch.setenv(name, str(home / "cache"))
        patch.delenv("MUSICRNN_DATA", raising=False)
        yield home


def same(found, expected):
    """Numbers within 1e-5, or a millionth of those above 10; all else equal."""
    now, then = flat(found), flat(expected)
    assert not {
        place: f"{then.get(place)!r} has become {now.get(place)!r}"
        for place in then
        if not alike(now.get(place), then.get(place))
    }


def alike(one, other):
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-5)
    return one == other and type(one) is type(other)


def flat(value, place=""):
    """The leaves of a JSON value, by their places in it."""
    if not isinstance(value, dict | list):
        return {place: value}
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found = {f"{place}/": "dict" if isinstance(value, dict) else f"list of {len(value)}"}
    for name, inner in items:
        found |= flat(inner, f"{place}/{name}")
    return found


def test_the_data_are_those_that_the_witnesses_saw(folder):
    assert digest(folder) == EXPECTED["data"]


@pytest.mark.parametrize("kind", figures.TRAINED)
def test_a_model_of_every_kind_is_read_and_answers_as_it_did(kind, folder, tmp_path):
    found = figures.model_figures(kind, folder / f"{kind}.safetensors", tmp_path)
    same(found, EXPECTED["models"][kind])


@pytest.mark.parametrize("kind", figures.UNFINISHED)
def test_an_unfinished_run_ends_as_if_it_had_never_stopped(kind, folder, tmp_path):
    for path in folder.glob(f"{kind}.safetensors*"):
        shutil.copy(path, tmp_path)
    found = figures.resumed_figures(kind, tmp_path / f"{kind}.safetensors")
    same(found, EXPECTED["resumed"][kind])


def test_an_unfinished_run_of_words_is_refused_by_what_has_changed(folder, tmp_path):
    for path in folder.glob("words.safetensors*"):
        shutil.copy(path, tmp_path)
    with pytest.raises(AssertionError, match=r"as it was begun, and drawing unknown was 0\.1"):
        figures.resumed_figures("words", tmp_path / "words.safetensors")


@pytest.mark.parametrize("name", figures.MADE)
def test_a_bundled_model_composes_the_same_piece(name, folder, tmp_path):
    same(figures.composed_figures(name, tmp_path), EXPECTED["composed"][name])


@pytest.mark.parametrize("name", figures.HEARD)
def test_a_bundled_model_hears_the_same(name, folder):
    same(figures.classified_figures(name), EXPECTED["classified"][name])


@pytest.mark.parametrize("name", figures.MEASURED)
def test_a_bundled_model_is_measured_the_same(name, folder):
    same(figures.measured_figures(name), EXPECTED["measured"][name])
