"""Folders of words: who speaks, and splits in which no speaker is on two sides."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.sources.learnt import Learnt
from musicrnn.sources.speakers import speakers, spoken_name
from musicrnn.sources.word_folder import WordFiles, background_files, word_files
from musicrnn.training.data import split_list

WORDS = ("yes", "no", "zoom in")
PEOPLE = ("anna", "bob", "carl", "dora", "emil")
NUMBERS = tuple(map(str, range(1, 6)))

TELLING = {  # name of a file: of whom
    "{p}_{t:03}": PEOPLE,
    "{p}-{t}": PEOPLE,
    "{p}{t}": PEOPLE,
    "{w}_{p}_{t}": PEOPLE,
    "{p}_{w}_{t}": PEOPLE,
    "{p}_kitchen_{t}": PEOPLE,
    "{p}/{t}": PEOPLE,
    "{p}/{w} {t}": PEOPLE,
    "{p}_take{t}": PEOPLE,
    "{p}/{t:04}": NUMBERS,
    "{p}_{t}": NUMBERS,
    "0000{p}_NO_0{t}": NUMBERS,
    "0a7c{p}_nohash_{t}": NUMBERS,
    "p22{p}_{t}": NUMBERS,
    "{w}, Speaker {p}, {t}": NUMBERS,
    "user_{p}/{t}": NUMBERS,
}
NOT_TELLING = (
    "{n}", "{n:04}", "rec{n}", "rec_{n:03}", "{w}_{n}", "{w}{n}", "Recording ({n})", "my_voice{n}",
    "{n:04}_part1", "take{n}", "2021-03-{n:02}_12-30-01", "202103{n:02}_123001", "batch{n}/{n}",
    "train/{n}", "{w}/{n}", "sample {n}", "mic{n}_1",
)  # fmt: skip


def told(paths: Iterable[tuple[str, str]]) -> list[str] | None:
    return speakers([spoken_name(word, f"{word}/{path}.wav") for word, path in paths])


@pytest.mark.parametrize("form", TELLING)
def test_names_that_tell_who_speaks(form: str) -> None:
    said = [(w, p, t) for w in WORDS for p in TELLING[form] for t in range(3)]
    found = told((w, form.format(w=w, p=p, t=t)) for w, p, t in said)
    assert found is not None
    pairs = {(speaker, person) for speaker, (_, person, _) in zip(found, said, strict=True)}
    assert len(pairs) == len({speaker for speaker, _ in pairs}) == len(TELLING[form])


@pytest.mark.parametrize("form", NOT_TELLING)
def test_running_numbers_and_dates_are_nobody(form: str) -> None:
    assert told((w, form.format(w=w, n=n)) for w in WORDS for n in range(1, 29)) is None


def test_names_of_several_sources_in_one_folder() -> None:
    marked = [(w, f"0a7c{n}_nohash_0", f"0a7c{n}") for w in WORDS for n in range(4)]
    own = [(w, f"{p}_{t:03}", p) for w in WORDS for p in PEOPLE[:2] for t in range(5)]
    both = marked + own
    assert told((word, path) for word, path, _ in both) == [speaker for *_, speaker in both]


def test_everybody_once_is_known_by_name_only() -> None:
    assert set(told((w, p) for w in WORDS for p in PEOPLE) or ()) == set(PEOPLE)
    assert told((w, f"{n}_x") for w in WORDS for n in NUMBERS) is None


def test_what_is_no_speaker() -> None:
    assert told((w, f"{p}_{t}") for w in WORDS for p in PEOPLE[:2] for t in range(9)) is None
    # whoever says one word only may be a spelling of the word
    assert told((w, f"{w}{p}_{t}") for w in WORDS for p in PEOPLE for t in range(9)) is None
    augmented = ("noise", "speed", "pitch")
    assert told((w, f"{w}_{p}") for w in WORDS for p in augmented) is None


def write(root: Path, names: Iterable[str]) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())
    return root


def sides(found: WordFiles) -> dict[str, set[str]]:
    by_speaker: dict[str, set[str]] = defaultdict(set)
    for clip in found.clips:
        by_speaker[clip.speaker].add(clip.split)
    return by_speaker


def learnt(found: WordFiles) -> set[str]:
    return {clip.label for clip in found.clips if clip.split == "train"}


def test_free_spoken_digits(tmp_path: Path) -> None:
    people = ("george", "jackson", "lucas", "nicolas", "theo", "yweweler")
    names = [f"{d}_{p}_{t}.wav" for d in range(10) for p in people for t in range(5)]
    found = word_files(write(tmp_path, [*names, "README.md", "hello.wav"]))
    assert len(found.clips) == 300
    assert [(r.name, r.reason) for r in found.refused] == [
        ("hello.wav", "it lies in no label's folder"),
        ("README.md", "files .md are not read here"),
    ]
    assert found.split == (
        "by speaker: 1 speaker to test, 1 speaker to validate, 4 speakers to learn from"
    )
    assert all((c.label, c.speaker) == tuple(c.name.split("_")[:2]) for c in found.clips)
    assert {len(splits) for splits in sides(found).values()} == {1}
    assert word_files(tmp_path) == found


@pytest.mark.parametrize("people", [3, 7, 20, 40])
def test_by_speaker(tmp_path: Path, people: int) -> None:
    names = [f"{w}/p{p}x_{t}.wav" for w in WORDS for p in range(people) for t in range(2)]
    noise = ["_background_noise_/rain/1.wav", "background_noise/2.flac", "_noise_/3.wav"]
    found = word_files(write(tmp_path, [*names, *noise, "_noise_/notes.txt", ".trash/a_1.wav"]))
    assert {clip.name for clip in found.clips} == set(names)
    counts = Counter(split for splits in sides(found).values() for split in splits)
    held = max(1, round(0.15 * people))
    assert counts == {"test": held, "valid": held, "train": people - 2 * held}
    assert background_files(tmp_path) == sorted(tmp_path / name for name in noise)


@pytest.mark.parametrize("people", [3, 4, 5, 6])
def test_few_speakers_are_crossed_over(tmp_path: Path, people: int) -> None:
    names = [f"{w}/p{p}x_{t}.wav" for w in WORDS for p in range(people) for t in range(2 + p)]
    found = word_files(write(tmp_path, [*names, "yes/1.wav"]), crossed=True)
    assert {clip.split for clip in found.clips} == {"train"}
    assert set(found.folds) == {f"p{p}x" for p in range(people)}
    assert set(found.folds.values()) == {0, 1, 2}
    assert f"crossed over: {people} are too few" in found.split
    sizes = Counter(found.folds.get(clip.speaker, -1) for clip in found.clips)
    assert sizes[-1] == 1
    assert max(sizes.values()) <= 2 * min(sizes[fold] for fold in range(3))
    assert word_files(tmp_path).folds == {}


def test_who_cannot_be_spared_is_in_every_network(tmp_path: Path) -> None:
    names = [f"{w}/{p}_{t}.wav" for w in WORDS for p in PEOPLE for t in range(2)]
    rare = write(tmp_path / "rare", [*names, "rare/anna_1.wav"])
    assert set(word_files(rare, crossed=True).folds) == {*PEOPLE} - {"anna"}
    loud = [f"yes/bob_{t}.wav" for t in range(2, 40)]
    assert "bob" not in word_files(write(tmp_path / "loud", [*names, *loud]), crossed=True).folds
    both = [f"both/{p}_1.wav" for p in ("anna", "bob")]  # never out of the same network
    folds = word_files(write(tmp_path / "both", [*names, *both]), crossed=True).folds
    assert folds["anna"] != folds["bob"]
    many = [f"{w}/p{p}x_{t}.wav" for w in WORDS for p in range(7) for t in range(2)]
    assert word_files(write(tmp_path / "many", many), crossed=True).split.startswith("by speaker")


def test_what_a_model_has_learnt_from_stays_where_it_was(tmp_path: Path) -> None:
    names = [f"{w}/p{p}x_{t}.wav" for w in WORDS for p in range(8) for t in range(2)]
    found = word_files(write(tmp_path, names))
    listed = split_list(found.clips)
    one = next(clip for clip in found.clips if clip.split == "train")
    moved = {**listed, "test": [*listed["test"], one.digest[:8]]}
    moved["train"] = [digest for digest in listed["train"] if digest != one.digest[:8]]
    metadata = {"data": {"corpora": [{"name": "elsewhere", "listed": moved}]}}
    again = word_files(tmp_path, None, Learnt.by(Checkpoint({}, metadata), whole=True))
    splits = {clip.name: clip.split for clip in again.clips}
    assert splits.pop(one.name) == "test"
    assert splits == {c.name: c.split for c in found.clips if c.name != one.name}
    for corpora, split in (
        ([{"name": "other"}], {"test"}),
        ([{"name": tmp_path.name}], {"train", "valid", "test"}),
        ([{"name": "other", "listed": {"train": ["0" * 8]}}], {"test"}),
    ):
        model = Checkpoint({}, {"data": {"corpora": []}, "before": corpora})
        whole = word_files(tmp_path, None, Learnt.by(model, whole=True))
        assert {clip.split for clip in whole.clips} == split
    arabic = Learnt.by(Checkpoint({}, {"before": [{"name": "arabic-commands"}]}), whole=True)
    assert not arabic.strange(tmp_path / "arabic-speech-commands", [])  # as it is called at times


def test_no_word_is_lost_from_train(tmp_path: Path) -> None:
    for rare in range(8):  # whoever it is that alone says the rare word, it is learnt
        root = tmp_path / str(rare)
        names = [f"{w}/p{p}x_{t}.wav" for w in WORDS for p in range(8) for t in range(2)]
        found = word_files(write(root, [*names, f"rare/p{rare}x_1.wav"]))
        assert learnt(found) == {*WORDS, "rare"}
        assert found.split.startswith("by speaker")
        assert Counter(s for splits in sides(found).values() for s in splits)["test"] == 1


def test_nobody_can_be_held_out(tmp_path: Path) -> None:
    """Everybody has a word of their own, so the files are split, and the sentence says so."""
    names = [f"{w}/{p}_{t}.wav" for w in ("yes", "no") for p in PEOPLE for t in range(4)]
    found = word_files(
        write(tmp_path, names + [f"of{p}/{p}_{t}.wav" for p in PEOPLE for t in range(4)])
    )
    assert found.split.startswith("by content, 15/15/70, a speaker may be on several sides")
    assert "5 speakers" in found.split
    assert {clip.speaker for clip in found.clips} == {""}
    assert learnt(found) == {"yes", "no", *(f"of{p}" for p in PEOPLE)}


def test_who_speaks_most_is_learnt_from(tmp_path: Path) -> None:
    for most in PEOPLE:
        root = tmp_path / most
        names = [f"{w}/{p}_{t}.wav" for w in WORDS for p in PEOPLE for t in range(2)]
        found = word_files(
            write(root, names + [f"{w}/{most}_{t}.wav" for w in WORDS for t in range(30)])
        )
        assert sides(found)[most] == {"train"}


def test_files_of_nobody_are_learnt_from(tmp_path: Path) -> None:
    names = [f"{w}/{p}_{t}.wav" for w in WORDS for p in PEOPLE for t in range(3)]
    found = word_files(write(tmp_path, [*names, "yes/1.wav", "no/2.wav"]))
    assert sides(found)[""] == {"train"}
    assert found.split.endswith("(and the files of nobody known: 2)")


def test_by_content(tmp_path: Path) -> None:
    songs = [f"{w}/long{n}_chunk{p}.wav" for w in WORDS for n in range(10) for p in range(2)]
    found = word_files(write(tmp_path / "a", songs))
    assert found.split == "no speaker in the names: by content, 15/15/70"
    parts: dict[str, set[str]] = defaultdict(set)
    for clip in found.clips:
        parts[clip.name.partition("_chunk")[0]].add(clip.split)
    assert {len(splits) for splits in parts.values()} == {1}
    assert Counter(split for splits in parts.values() for split in splits) == {
        "train": 18, "test": 6, "valid": 6,
    }  # fmt: skip
    takes = word_files(
        write(tmp_path / "b", [f"{w}/{w}_take{n}.wav" for w in WORDS for n in range(10)])
    )
    assert Counter(c.split for c in takes.clips) == {"train": 18, "test": 6, "valid": 6}


def test_copies_are_refused(tmp_path: Path) -> None:
    write(tmp_path, [f"{w}/{p}_{t}.wav" for w in WORDS for p in PEOPLE for t in range(2)])
    (tmp_path / "yes" / "emil_1.wav").write_bytes(b"no/anna_0.wav")
    (tmp_path / "stray.wav").write_bytes(b"no/bob_0.wav")
    found = word_files(tmp_path)
    assert {r.name: r.reason for r in found.refused} == {
        "yes/emil_1.wav": "the same as no/anna_0.wav",
        "stray.wav": "it lies in no label's folder",
    }
    assert len(found.clips) == 29


def test_a_split_file(tmp_path: Path) -> None:
    write(tmp_path, ["a.wav", "b.wav", "c.wav", "d.wav", "e.mid"])
    listed = tmp_path / "split.csv"
    listed.write_text(
        "file,label,split,speaker\na.wav,yes,train,anna\nb.wav,no,train,anna\nc.wav,yes,val,bob\n"
        "d.wav,no,test,\ne.mid,no,test,\n"
    )
    found = word_files(tmp_path, listed)
    assert [(c.label, c.split, c.speaker) for c in found.clips] == [
        ("yes", "train", "anna"), ("no", "train", "anna"), ("yes", "valid", "bob"),
        ("no", "test", ""),
    ]  # fmt: skip
    assert [(r.name, r.reason) for r in found.refused] == [("e.mid", "it is no sound: .mid")]
    assert found.split == "as listed in split.csv"
    listed.write_text("file,label,split,speaker\na.wav,yes,train,anna\nb.wav,no,test,anna\n")
    with pytest.raises(MusicRNNError, match="'anna' in train and in test"):
        word_files(tmp_path, listed)
    listed.write_text("file,label,split\na.wav,yes,train\nb.wav,no,test\n")
    assert [clip.speaker for clip in word_files(tmp_path, listed).clips] == ["", ""]


def test_folders_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(MusicRNNError, match="is no folder"):
        word_files(tmp_path / "none")
    write(tmp_path, ["yes/1.wav", "yes/2.wav", "_noise_/3.wav"])
    with pytest.raises(MusicRNNError, match=r"at least two folders.*got 1: yes"):
        word_files(tmp_path)
    write(tmp_path, ["no/1.wav", "no/2.wav"])
    with pytest.raises(MusicRNNError, match="'no' has 2 recordings, at least 3"):
        word_files(tmp_path)


@pytest.mark.parametrize(
    ("folder", "who"),
    [
        ("arabic-speech-commands/dataset", lambda stem: stem.partition("_")[0]),
        ("google-speech-commands-v0.01-sample", lambda stem: stem.partition("_nohash")[0]),
    ],
)
def test_real_corpora_as_folders(corpora: Path, folder: str, who: Callable[[str], str]) -> None:
    if not (corpora / folder).is_dir():
        pytest.skip(f"needs {folder}")
    found = word_files(corpora / folder)
    assert found.split.startswith("by speaker")
    assert all(clip.speaker == who(clip.path.stem) for clip in found.clips)
    assert {len(splits) for splits in sides(found).values()} == {1}
    assert learnt(found) == {clip.label for clip in found.clips}
