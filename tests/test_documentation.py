"""Every command line shown in the README and the guides is run, in a folder with such files.

Lines are taken from the ``sh`` blocks that begin with ``musicrnn``, in the order of the page, so a
file that one command writes is there for the next. Training is cut short: the minutes become a
second, the networks small, a hundred pieces four; a comparison is of two cells, two updates and two
seeds; nothing else of a line is changed. The two lines that install are what ``.ci/run`` does.
"""

import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from musicrnn.io.audio import write_audio
from musicrnn.io.midi import write_midi
from musicrnn.score import Note, Track, make_score
from musicrnn.waveform import Waveform
from musicrnn_cli.main import main
from tests.musicrnn.four_voices import random_score
from tests.properties.small_data import write_rated

ROOT = Path(__file__).parents[1]
GUIDES = sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))
PAGES = ["README.md", *GUIDES]
MEASURED = "docs/models.md"  # minutes on the real corpora, therefore only with -m learning
RUN = [pytest.param(p, marks=pytest.mark.learning) if p == MEASURED else p for p in PAGES]
NAMED = {"docs/compare.md", "docs/literature.md", "docs/polyphonic.md"}  # corpora by name
RATED = "docs/emotion.md"  # on a small corpus of rated pieces
SMALL = ["--set", "hidden=8", "--set", "validate_every=2"]
BRIEF = [
    "--cells=gru,elman",
    "--updates=2",
    "--seeds=2",
    "--rates=6e-3",
    "--set",
    "validate_every=1",
]


def command_lines(page: str) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
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


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the pages speak of."""
    monkeypatch.chdir(tmp_path)
    write_midi(make_score(480, [melody(0)]), tmp_path / "tune.mid")
    chorales = tmp_path / "my-chorales"
    chorales.mkdir()
    for number in range(8):
        write_midi(random_score(number, bars=2), chorales / f"{number}.mid")
    write_midi(random_score(9, bars=8), tmp_path / "piece.mid")
    write_midi(make_score(480, random_score(8, bars=2).tracks[:1]), tmp_path / "melody.mid")
    write_audio(song(1), tmp_path / "song.wav")
    write_audio(song(2), tmp_path / "other.mp3")
    for folder, count in (("my-midi-folder", 40), ("my-other-folder", 4)):
        (tmp_path / folder / "deeper").mkdir(parents=True)
        for number in range(count):
            path = tmp_path / folder / "deeper" / f"{number}.mid"
            write_midi(make_score(480, [melody(100 + number + len(folder) * 50)]), path)
    for label, first in (("calm", 300), ("wild", 400)):
        (tmp_path / "my-songs" / label).mkdir(parents=True)
        for number in range(6):
            write_audio(song(first + number), tmp_path / "my-songs" / label / f"{number}.wav")
    for label, hertz in (("left", 300), ("right", 1500)):
        (tmp_path / "my-words" / label).mkdir(parents=True)
        for speaker in ("anna", "ben", "carl", "dora"):
            for take in range(3):
                path = tmp_path / "my-words" / label / f"{speaker}_{take:03}.wav"
                write_audio(word(hertz, len(speaker) * 10 + take + ord(speaker[0])), path)
    write_audio(word(300, 1), tmp_path / "word.wav")
    room = np.concatenate([word(300, 2).samples, word(1500, 3).samples], axis=1)
    write_audio(Waveform(room, 16_000), tmp_path / "room.wav")
    (tmp_path / "generated").mkdir()
    for number in range(4):
        shutil.copy(
            tmp_path / "my-midi-folder" / "deeper" / f"{number}.mid", tmp_path / "generated"
        )
    return tmp_path


def shortened(words: list[str]) -> list[str]:
    if words[1] == "train":
        words = [*words, "--minutes", "0.02", *SMALL]  # the last of two options counts
    if words[1] == "compare":
        words = [*words, *BRIEF]
    if words[1] == "evaluate" and "--stream" in words:
        words = [*words, "--hours", "0.03"]
    if "100" in words:  # of a hundred pieces four will do
        words[words.index("100")] = "4"
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


@pytest.mark.parametrize("page", PAGES)
def test_links_of_a_page_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert ((ROOT / page).parent / target).exists(), target
