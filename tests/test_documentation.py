"""Every command line shown in the README and the guides is run, in a folder with such files.

A lesson is run as its reader follows it: Python and commands in the order of the page, in one
namespace and a folder that is empty at first. What it prints must be what the page shows below it:
the same words, and numbers that are near, since other processors round otherwise.

Lines are taken from the ``sh`` blocks that begin with ``musicrnn``, in the order of the page, so a
file that one command writes is there for the next. Training is cut short: the minutes become an
update or two, the networks small, a hundred pieces or forty four, chorales two bars long; a
comparison is of two cells, two updates and one seed; nothing else of a line is changed. The two
lines that install are what ``.ci/run`` does. The README is run in a folder with nothing but the
folders of the reader's own.
"""

import ast
import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from musicrnn.io.abc import parse_abc
from musicrnn.io.audio import write_audio
from musicrnn.io.midi import write_midi
from musicrnn.score import Note, Track, make_score
from musicrnn.waveform import Waveform
from musicrnn_cli.main import main
from tests.musicrnn.four_voices import random_score
from tests.properties.small_data import write_named_sounds, write_rated

ROOT = Path(__file__).parents[1]
GUIDES = sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))
PAGES = ["README.md", *GUIDES]
MEASURED = "docs/models.md"  # minutes on the real corpora, therefore only with -m learning
LESSONS = ["docs/learn.md"]
NOTEBOOKS = sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.ipynb"))
RUN = [
    pytest.param(page, marks=pytest.mark.learning) if page == MEASURED else page
    for page in PAGES
    if page not in LESSONS
]
NAMED = {"docs/compare.md", "docs/literature.md", "docs/polyphonic.md"}  # corpora by name
OWN = {"my-midi-folder", "my-songs", "my-words", "my-sounds"}  # all that the README needs
PLACEHOLDER = re.compile(r"\b(?:SIZE|TODO|XXX|FIXME)\b")
RATED = "docs/emotion.md"  # on a small corpus of rated pieces
SMALL = ["--set", "hidden=8", "--set", "validate_every=2"]
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
BRIEF = [
    "--cells=gru,elman",
    "--updates=2",
    "--seeds=1",
    "--rates=6e-3",
    "--set",
    "validate_every=2",
]


def blocks_of(page: str) -> list[tuple[str, str]]:
    """(language, content) of every fenced block, in the order of the page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(r"^ *```(\w*)\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)


def command_lines(page: str) -> list[str]:
    return lines_of("\n".join(content for language, content in blocks_of(page) if language == "sh"))


def lines_of(block: str) -> list[str]:
    lines = block.replace("\\\n", " ").splitlines()
    return [line for line in lines if line.startswith(("musicrnn ", "mkdir -p "))]


def melody(seed: int, bars: int = 4) -> Track:
    random = np.random.default_rng(seed)
    steps = np.clip(np.cumsum(random.integers(-3, 4, 8 * bars)) + 64, 40, 90)
    return Track(tuple(Note(240 * i, int(p), 240, 80) for i, p in enumerate(steps)))


def song(seed: int, seconds: float = 4.0) -> Waveform:
    """A few decaying tones: enough like music not to be taken for silence or noise."""
    random = np.random.default_rng(seed)
    time = np.arange(int(22_050 * seconds)) / 22_050
    sound = np.zeros_like(time)
    for begin in np.arange(0, seconds, 0.25):
        pitch = 110 * 2 ** (random.integers(0, 36) / 12)
        after = np.maximum(0, time - begin)
        tone = sum(np.sin(2 * np.pi * pitch * k * after) / k for k in (1, 2, 3, 4))
        sound += 0.1 * tone * np.exp(-4 * after) * (time >= begin)
    return Waveform(sound[None].astype(np.float32), 22_050)


def word(hertz: float, seed: int) -> Waveform:
    """A second with a short sound in it."""
    random = np.random.default_rng(seed)
    sound = 1e-3 * random.standard_normal(16_000)
    start = int(random.integers(3000, 6000))
    tone = np.sin(2 * np.pi * hertz * random.uniform(0.9, 1.1) * np.arange(5000) / 16_000)
    sound[start : start + 5000] += 0.3 * np.hanning(5000) * tone
    return Waveform(sound[None].astype(np.float32), 16_000)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the pages speak of, to be copied."""
    home = tmp_path_factory.mktemp("files")
    write_midi(make_score(480, [melody(0)]), home / "tune.mid")
    chorales = home / "my-chorales"
    chorales.mkdir()
    for number in range(8):
        write_midi(random_score(number, bars=2), chorales / f"{number}.mid")
    write_named_sounds(home)
    write_midi(random_score(9, bars=8), home / "piece.mid")
    write_midi(make_score(480, random_score(8, bars=2).tracks[:1]), home / "melody.mid")
    write_audio(song(1), home / "song.wav")
    write_audio(song(2), home / "other.mp3")
    for folder, count in (("my-midi-folder", 40), ("my-other-folder", 4)):
        (home / folder / "deeper").mkdir(parents=True)
        for number in range(count):
            path = home / folder / "deeper" / f"{number}.mid"
            write_midi(make_score(480, [melody(100 + number + len(folder) * 50)]), path)
    rows = [f"deeper/{n}.mid,{('train', 'valid', 'test')[n % 3]}" for n in range(40)]
    (home / "my-midi-folder/split.csv").write_text("\n".join(["file,split", *rows]))
    for label, first in (("calm", 300), ("wild", 400)):
        (home / "my-songs" / label).mkdir(parents=True)
        for number in range(6):
            write_audio(song(first + number), home / "my-songs" / label / f"{number}.wav")
    for label, hertz in (("left", 300), ("right", 1500)):
        (home / "my-words" / label).mkdir(parents=True)
        for speaker in ("anna", "ben", "carl", "dora"):
            for take in range(3):
                path = home / "my-words" / label / f"{speaker}_{take:03}.wav"
                write_audio(word(hertz, len(speaker) * 10 + take + ord(speaker[0])), path)
        (home / "other-words" / label).mkdir(parents=True)
        for take in range(3):
            write_audio(word(hertz, 900 + take), home / "other-words" / label / f"{take}.wav")
    write_audio(word(300, 1), home / "word.wav")
    room = np.concatenate([word(300, 2).samples, word(1500, 3).samples], axis=1)
    write_audio(Waveform(room, 16_000), home / "room.wav")
    (home / "generated").mkdir()
    for number in range(4):
        shutil.copy(home / "my-midi-folder/deeper" / f"{number}.mid", home / "generated")
    return home


@pytest.fixture
def workplace(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, brief_words: None
) -> Path:
    """A folder of its own with those files, where the commands run."""
    shutil.copytree(files, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shortened(words: list[str]) -> list[str]:
    if words[1] == "train":
        words = [*words, "--minutes", "0.0005", *SMALL]  # the last of two options counts
    if words[1] == "compare":
        words = [*words, *BRIEF]
    if words[1] == "evaluate" and "--stream" in words:
        words = [*words, "--hours", "0.01"]
    if "--count" in words:
        at = words.index("--count") + 1
        words[at] = str(min(4, int(words[at])))  # of a hundred pieces four will do
    if "chorale" in words and "--bars" in words:
        words[words.index("--bars") + 1] = "2"
    return words[1:]


@pytest.mark.parametrize("page", RUN)
def test_the_commands_of_a_page_run(
    page: str,
    workplace: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if page in {MEASURED, *NAMED}:
        request.getfixturevalue("corpora")
    if page == "README.md":
        for path in set(workplace.iterdir()) - {workplace / name for name in OWN}:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    if page == RATED:
        write_rated(workplace)
        monkeypatch.setenv("MUSICRNN_DATA", str(workplace))
    if page == "docs/export.md":
        pytest.importorskip("onnx")
        pytest.importorskip("onnxruntime")
    for line in command_lines(page):
        if line.startswith("mkdir"):
            for folder in line.split()[2:]:
                (workplace / folder).mkdir(exist_ok=True)
            continue
        result = CliRunner().invoke(main, shortened(shlex.split(line)))
        assert result.exit_code == 0, f"{line}\n{result.output}\n{result.exception!r}"
        for made in re.findall(r"-o (\S+)", line):
            stem = Path(made).stem
            assert any(path.name.startswith(stem) for path in workplace.rglob("*")), line


def test_the_pages_show_commands_at_all() -> None:
    assert len(command_lines("README.md")) >= 10


@pytest.mark.parametrize("page", [*PAGES, "CONTRIBUTING.md", "CHANGELOG.md"])
def test_a_page_holds_no_placeholder(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert PLACEHOLDER.findall(text) == []


@pytest.mark.parametrize("page", PAGES)
def test_links_of_a_page_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert ((ROOT / page).parent / target).exists(), target


@pytest.mark.parametrize("page", LESSONS)
def test_a_lesson_does_what_it_shows(
    page: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    said = ""
    for language, content in blocks_of(page):
        if language == "python":
            run_python(content, names, page)
            said = capsys.readouterr().out
        elif language == "sh":
            for line in lines_of(content):
                result = CliRunner().invoke(main, shortened(shlex.split(line)))
                assert result.exit_code == 0, f"{line}\n{result.output}\n{result.exception!r}"
                said = result.stdout
        elif language == "text":
            assert_alike(said, content)
        elif language == "abc":
            parse_abc(content, strict=True)


@pytest.mark.parametrize("page", NOTEBOOKS)
def test_a_notebook_runs(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its cells in order, and what stands last in a cell is shown as a notebook shows it."""
    monkeypatch.chdir(tmp_path)
    notebook = json.loads((ROOT / page).read_text(encoding="utf-8"))
    names: dict[str, Any] = {}
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(cells) >= 5
    for cell in cells:
        assert cell["outputs"] == []
        assert cell["execution_count"] is None
        run_python("".join(cell["source"]), names, page)


def run_python(code: str, names: dict[str, Any], page: str) -> None:
    """Runs a block or a cell, with the minutes of a training cut short."""
    code = re.sub(r"minutes=[\d.]+", "minutes=0.0005", code)
    tree = ast.parse(code, page)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, page, "exec"), names)
    if isinstance(last, ast.Expr):
        shown = eval(compile(ast.Expression(last.value), page, "eval"), names)
        assert shown is None or getattr(shown, "_repr_html_", shown.__repr__)()


def assert_alike(said: str, shown: str) -> None:
    """The same words; whole numbers within 10 or a quarter, others within 0.05 or a quarter."""
    assert NUMBER.sub("#", said).split() == NUMBER.sub("#", shown).split(), said
    for one, other in zip(NUMBER.findall(said), NUMBER.findall(shown), strict=True):
        bound = 0.05 if re.search(r"[.e]", other) else 10
        a, b = (float(number.replace(",", "")) for number in (one, other))
        assert abs(a - b) <= max(bound, abs(b) / 4), f"{one} for {other} in\n{said}"


def test_the_glossary_is_sorted_and_short() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ", 1) for line in text.splitlines() if line[:2] == "| "]
    words = [word for word, _ in rows[1:]]
    assert words == sorted(set(words), key=str.casefold)
    assert len(words) >= 40
    for word, meaning in rows[1:]:
        assert len(re.findall(r"[.!?](?= [A-Z]|$)", meaning.rstrip(".") + ".")) <= 2, word


@pytest.mark.parametrize("page", ["README.md", "docs/python.md"])
def test_the_python_of_a_page_runs(page: str, workplace: Path) -> None:
    names: dict[str, Any] = {}
    blocks = [content for language, content in blocks_of(page) if language == "python"]
    assert blocks
    for content in blocks:
        run_python(content, names, page)
