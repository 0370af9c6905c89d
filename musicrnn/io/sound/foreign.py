"""What a file is that is no sound, or one that is not read: its name by its first bytes.

Conventions. A sentence says what the file is, and, where it holds sound, the command that makes of
it one that is read. Sources: the specifications of the formats, and the table of file(1).
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

START_BYTES = 512  # that are looked at
SOUNDS = (  # place, bytes, name
    (0, b"0&\xb2u\x8ef\xcf\x11", "Windows Media (WMA)"),
    (0, b"\x1a\x45\xdf\xa3", "WebM or Matroska"),
    (0, b"ADIF", "AAC"),
    (0, b"MAC ", "Monkey's Audio (APE)"),
    (0, b"wvpk", "WavPack"),
    (0, b"MPCK", "Musepack"),
    (0, b"MP+", "Musepack"),
    (0, b"TTA1", "True Audio (TTA)"),
    (0, b"OFR ", "OptimFROG"),
    (0, b"tBaK", "TAK"),
    (0, b"DSD ", "DSD (DSF)"),
    (0, b"FRM8", "DSD (DSDIFF)"),
    (0, b"#!AMR", "AMR speech"),
    (0, b".RMF", "RealMedia"),
    (0, b".ra\xfd", "RealAudio"),
    (0, b"FLV\x01", "Flash video"),
    (0, b"\x00\x00\x01\xba", "MPEG video"),
    (0, b"\x0b\x77", "AC-3 (Dolby Digital)"),
    (0, b"\x7f\xfe\x80\x01", "DTS"),
    (8, b"AVI ", "AVI video"),
    (4, b"moov", "QuickTime"),
    (4, b"mdat", "QuickTime"),
    (4, b"wide", "QuickTime"),
)
OTHERS = (
    (0, b"MThd", "a MIDI file: it holds notes, not sound"),
    (8, b"RMID", "a MIDI file (RMI): it holds notes, not sound"),
    (8, b"sfbk", "a SoundFont: it holds instruments, not a recording"),
    (0, b"\x89PNG", "a PNG picture"),
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"GIF8", "a GIF picture"),
    (8, b"WEBP", "a WebP picture"),
    (0, b"%PDF", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive or a document"),
    (0, b"\x1f\x8b", "a file packed by gzip: unpack it"),
    (0, b"7z\xbc\xaf", "a 7z archive: unpack it"),
    (0, b"Rar!", "a RAR archive: unpack it"),
    (0, b"BZh", "a file packed by bzip2: unpack it"),
    (0, b"\xfd7zXZ", "a file packed by xz: unpack it"),
    (0, b"\x00\x05\x16\x07", "a companion file of macOS without sound"),
    (0, b"SQLite", "a database"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
    (257, b"ustar", "a tar archive: unpack it"),
    (0, b"version https://git-lfs", "a Git LFS pointer: fetch the file itself (git lfs pull)"),
    (0, b"#EXTM3U", "a playlist: name the files in it"),
    (0, b"[playlist]", "a playlist: name the files in it"),
)
MP4 = {b"M4A ": "AAC or ALAC", b"M4B ": "AAC, a book", b"qt  ": "QuickTime"}
SOUND = (b"NIST_1A", b"RIFF", b"RIFX", b"RF64", b"FORM")  # no text, though it may look like one
WEB = (b"<!doctype html", b"<html", b"<?xml")


def foreign_sound(start: bytes) -> str:
    """The format of a file that holds sound that is not read; "" for any other."""
    if start[4:8] == b"ftyp":
        return f"MPEG-4 ({MP4.get(start[8:12], 'AAC mostly')})"
    if start[:4] == b"RIFF" and start[8:12] == b"AVI ":
        return "AVI video"
    if len(start) > 6 and start[0] == 0xFF and start[1] & 0xF6 == 0xF0 and start[2] >> 2 & 15 < 13:
        return "AAC"
    if start[:2] == b"\x56\xe0":
        return "AAC"
    return next((n for at, mark, n in SOUNDS if start[at : at + len(mark)] == mark), "")


def no_sound(start: bytes) -> str:
    """What a file is that holds no sound, with an article; "" where its bytes do not tell."""
    for at, mark, name in OTHERS:
        if start[at : at + len(mark)] == mark:
            return name
    if start.startswith(SOUND):
        return ""
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"<score-partwise" in text or b"<score-timewise" in text:
        return "a MusicXML file, which holds notes: models that read notes name it (--model)"
    if text[:20].lower().startswith(WEB):
        return "a web page or XML, not sound (was it downloaded whole?)"
    try:
        shown = start[:-4].decode("utf-8") if len(start) >= START_BYTES else start.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    if shown and all(letter.isprintable() or letter in "\t\r\n" for letter in shown):
        return "a text, not sound"
    return ""


def conversion(path: Path) -> str:
    """What to do with a sound that is not read: the command that makes a FLAC of it."""
    quoted = f'"{path}"' if sys.platform == "win32" else shlex.quote(str(path))
    made = path.with_suffix(".flac")
    target = f'"{made}"' if sys.platform == "win32" else shlex.quote(str(made))
    return (
        f"convert it (ffmpeg -i {quoted} {target}), or let ffmpeg do it in passing: --convert, in "
        "Python convert=True"
    )
