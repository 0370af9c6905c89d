"""A user's own labelled recordings: a folder a label, of audio or of scores, at any depth.

Conventions. The label is the name of the first folder below the root. Files are named by their
path below the root. Parts of one recording go together: files of one label whose names differ only
by the suffix, or by a last "chunk", "part", "segment", "clip", "slice", "excerpt" or "take" with a
number ("song_chunk3.wav", "song-part-01.mp3", "song.wav"); plain numbers ("blues.00001") tell
recordings apart. Of files with the same content the first is kept. Without a split file, the
recordings of each label are ordered by the smallest sha256 of their files' contents, and 15 % of
them (one at least) are tested on, the next 15 % validated on, the rest learned from.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from musicrnn.errors import MusicRNNError, counted, listed
from musicrnn.io.notes import ONE_PIECE
from musicrnn.io.sound.streams import holds_sound
from musicrnn.sources.corpus import LabelledFile
from musicrnn.sources.find import all_below, files_below
from musicrnn.sources.learnt import Learnt
from musicrnn.sources.split_file import SPLIT_NAMES, split_rows
from musicrnn.training.data import SkippedFile, Split

READ = ".wav .wave .w64 .rf64 .flac .ogg .oga .opus .mp3 .mp2 .aif .aiff .aifc .au .snd .caf .voc"
CONVERTED = ".m4a .m4b .mp4 .aac .wma .webm .mka .ape .wv .mpc .tta .dsf .dff .amr .ra .ac3 .spx"
AUDIO = frozenset([*READ.split(), *CONVERTED.split()])  # CONVERTED: refused, or by ffmpeg
SCORES = frozenset(ONE_PIECE)
HELD_OUT_SHARE = 0.15
SHOWN = 5  # labels that are named
SLOWEST, FASTEST = 20.0, 400.0  # quarters a minute, of a list
PART = re.compile(
    r"[\s_.\-]*(chunk|part|segment|seg|clip|slice|excerpt|take)[\s_.\-]*\d+$", re.IGNORECASE
)


@dataclass(frozen=True)
class FoundFile:
    """A file below the root, its label ("" for none) and the sha256 of its content ("": unread)."""

    name: str
    path: Path
    label: str
    digest: str


def labelled_files(
    root: Path, split_file: Path | None = None, learnt: Learnt | None = None
) -> tuple[list[LabelledFile], list[SkippedFile]]:
    """The files of a folder a label, or those that a split file lists, and what was left out; what
    a model has ``learnt`` from stays in the split that it was in.

    Raises:
        MusicRNNError: nothing to read, fewer than two labels, a label with fewer than three
            recordings, or a split file that is not one.
    """
    if not root.is_dir():
        raise MusicRNNError(f"{root} is no folder")
    if split_file is not None:
        return listed_files(root, split_file)
    every = found_files(root, AUDIO | SCORES)
    found, refused = with_labels(every)
    if learnt and learnt.strange(root, (file.digest for file in found)):
        return measured_whole(found), refused
    refuse_copied_labels(every, found, root)
    recordings: dict[str, list[FoundFile]] = defaultdict(list)
    for file in found:
        recordings[recording_name(file.name)].append(file)
    refused += passed_over(root, AUDIO | SCORES)
    files = split_by_content(list(recordings.values()), root)
    return learnt.kept(files) if learnt else files, refused


def measured_whole(found: list[FoundFile]) -> list[LabelledFile]:
    """All files for the test."""
    return [LabelledFile(f.name, f.path, f.label, "test", digest=f.digest) for f in found]


def passed_over(root: Path, suffixes: frozenset[str]) -> list[SkippedFile]:
    """Every file below the root that :func:`found_files` does not find, and why."""
    refused: list[SkippedFile] = []
    for file in all_below(root):
        name = file.path.relative_to(root).as_posix()
        suffix = file.path.suffix.lower()
        if file.why:
            refused.append(SkippedFile(name, f"it {file.why}"))
        elif suffix not in suffixes:
            what = f"files {suffix} are" if suffix else "files without a suffix are"
            reason = f"{what} not read here"
            if suffix not in AUDIO and holds_sound(file.path):
                reason = f"it holds sound, but {what} not read: rename it"
            refused.append(SkippedFile(name, reason))
    return refused


def with_labels(found: list[FoundFile]) -> tuple[list[FoundFile], list[SkippedFile]]:
    """The files that have a label and another content than those before them, and the others."""
    strays = [SkippedFile(f.name, "it lies in no label's folder") for f in found if not f.label]
    kept, refused = unique([file for file in found if file.label])
    return kept, strays + refused


def split_by_content(recordings: list[list[FoundFile]], root: Path) -> list[LabelledFile]:
    """15 % test, 15 % valid, the rest train, label by label; a recording's files stay together.

    Raises:
        MusicRNNError: fewer than two labels, a label with fewer than three recordings.
    """
    labels: dict[str, list[list[FoundFile]]] = defaultdict(list)
    for recording in recordings:
        labels[recording[0].label].append(recording)
    refuse_few_labels(set(labels), root)
    files: list[LabelledFile] = []
    for label, of_label in sorted(labels.items()):
        if len(of_label) < 3:
            raise MusicRNNError(
                f"the label {label!r} has {counted(len(of_label), 'recording')}, at least 3 are "
                "needed: one each to train, validate and test on (or give a split file)"
            )
        files += split_recordings(of_label)
    return sorted(files, key=lambda file: file.name)


def refuse_few_labels(labels: set[str], root: Path) -> None:
    """Raises MusicRNNError for fewer than two labels."""
    if len(labels) < 2:
        raise MusicRNNError(
            f"{root} needs at least two folders with recordings, one a label, got "
            f"{len(labels)}: {', '.join(sorted(labels)) or 'none'}"
        )


def refuse_copied_labels(
    every: Sequence[FoundFile], kept: Sequence[FoundFile], where: Path
) -> None:
    """Raises MusicRNNError for fewer than two labels where one has nothing but copies."""
    label_of = {file.digest: file.label for file in kept}
    labels = {*label_of.values()}
    of_whom: dict[str, set[str]] = defaultdict(set)
    for file in every:
        if file.digest and file.label and file.label not in labels:
            of_whom[file.label].add(label_of[file.digest])
    if len(labels) < 2 and of_whom:
        copies = [f"all files of {one} are the same as some of {listed(sorted(others))}"
                  for one, others in of_whom.items()]  # fmt: skip
        raise MusicRNNError(
            f"{where} needs at least two labels with recordings of their own, got "
            f"{len(labels)}: {listed(sorted(labels))}; {', '.join(copies)}"
        )


def refuse_strange(labels: Iterable[str], known: Sequence[str], what: str) -> None:
    """Raises MusicRNNError for labels that a model does not know; ``what`` they are called."""
    if strange := sorted({*labels} - {*known}):
        more = " ..." if len(known) > SHOWN else ""
        raise MusicRNNError(
            f"the model does not know {len(strange)} of the {what}, such as {strange[0]!r}: "
            f"it knows {listed(known[:SHOWN])}{more}"
        )


def recording_name(name: str) -> str:
    """The name that all parts of one recording share."""
    path = Path(name)
    return (path.parent / (PART.sub("", path.stem) or path.stem)).as_posix()


def split_recordings(recordings: list[list[FoundFile]]) -> list[LabelledFile]:
    """15 % test, 15 % valid, the rest train, in the order of the contents' hashes."""
    ordered = sorted(recordings, key=lambda files: min(file.digest for file in files))
    held = max(1, round(HELD_OUT_SHARE * len(ordered)))
    files: list[LabelledFile] = []
    for index, recording in enumerate(ordered):
        split: Split = "test" if index < held else "valid" if index < 2 * held else "train"
        files += [
            LabelledFile(file.name, file.path, file.label, split, digest=file.digest)
            for file in recording
        ]
    return files


def found_files(root: Path, suffixes: frozenset[str]) -> list[FoundFile]:
    """The files with one of the suffixes at any depth, in the order of their names."""
    found: list[FoundFile] = []
    for path in files_below(root, suffixes):
        relative = path.relative_to(root)
        label = relative.parts[0] if len(relative.parts) > 1 else ""
        found.append(FoundFile(relative.as_posix(), path, label, _digest(path)))
    return found


def unique(found: list[FoundFile]) -> tuple[list[FoundFile], list[SkippedFile]]:
    """The files of another content than those before them, and the others."""
    first: dict[str, str] = {}
    kept: list[FoundFile] = []
    refused: list[SkippedFile] = []
    for file in found:
        if not file.digest:
            refused.append(SkippedFile(file.name, "it cannot be opened"))
        elif file.digest in first:
            refused.append(SkippedFile(file.name, f"the same as {first[file.digest]}"))
        else:
            first[file.digest] = file.name
            kept.append(file)
    return kept, refused


def listed_files(
    root: Path, split_file: Path, *, labels: bool = True
) -> tuple[list[LabelledFile], list[SkippedFile]]:
    """The files of a CSV with the columns file, split, perhaps speaker and tempo (quarters a
    minute), and label, which ``labels`` says must be there.

    Raises:
        MusicRNNError: it cannot be read, lacks a column, or a line has no file, label or split.
    """
    found: list[FoundFile] = []
    listed: dict[str, tuple[Split, str, float]] = {}  # the split, the speaker and the tempo
    refused: list[SkippedFile] = []
    columns = ("file", "label", "split") if labels else ("file", "split")
    for row in split_rows(split_file, columns):
        name, label = row["file"], (row.get("label") or "").strip()
        path = root / name
        if not path.is_file():
            refused.append(SkippedFile(name, "the split file lists it, but there is no such file"))
            continue
        found.append(FoundFile(name, path, label, _digest(path)))
        tempo = _tempo(split_file, name, row.get("tempo", ""))
        listed[name] = SPLIT_NAMES[row["split"]], row.get("speaker", ""), tempo
    kept, copies = unique(found)
    if labels:
        refuse_copied_labels(found, kept, split_file)
    files = list[LabelledFile]()
    for f in kept:
        split, speaker, tempo = listed[f.name]
        files.append(LabelledFile(f.name, f.path, f.label, split, speaker, f.digest, tempo))
    return files, refused + copies


def _tempo(split_file: Path, name: str, text: str) -> float:
    """Raises MusicRNNError: it is no tempo; "" is none that is known."""
    with suppress(ValueError):
        tempo = float(text or 0)
        if tempo == 0 or SLOWEST <= tempo <= FASTEST:
            return tempo
    raise MusicRNNError(
        f"{split_file}: the tempo of {name} must be in {SLOWEST:g}..{FASTEST:g} quarters a minute, "
        f"got {text!r}"
    )


def _digest(path: Path) -> str:
    """The sha256 of a file's content; "" when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
