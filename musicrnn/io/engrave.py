"""A score as a printed page: MusicXML, engraved by MuseScore or by Verovio, as PDF.

Conventions. MuseScore (musescore.org) is taken where it is installed, in the path or in the usual
folders of macOS and Windows; else Verovio, which ``pip install "musicrnn[engrave]"`` brings, whose
pages become a PDF by svglib and reportlab.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from musicrnn.errors import MusicRNNError
from musicrnn.io.atomic import write_whole
from musicrnn.io.musicxml import musicxml_bytes
from musicrnn.score import Score

PROGRAMS = (
    "musescore", "mscore", "musescore4", "mscore4", "musescore3", "mscore3", "MuseScore4",
    "MuseScore3", "/Applications/MuseScore 4.app/Contents/MacOS/mscore",
    "C:/Program Files/MuseScore 4/bin/MuseScore4.exe",
)  # fmt: skip
SECONDS = 300.0  # that MuseScore may take
LIBRARIES = ("verovio", "svglib", "reportlab")


def engraver(title: str = "") -> Callable[[bytes], bytes]:
    """What makes a PDF of a MusicXML document with such a title.

    Raises:
        MusicRNNError: neither program is there.
    """
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is not None:
        return lambda document: _by_musescore(program, document)
    if all(find_spec(name) for name in LIBRARIES):
        return lambda document: _by_verovio(document, title)
    raise MusicRNNError(
        "a .pdf is engraved by MuseScore (musescore.org) or by Verovio "
        '(pip install "musicrnn[engrave]"), and neither is there'
    )


def write_pdf(score: Score, path: Path) -> None:
    """The pages of a score, whole or not at all.

    Raises:
        MusicRNNError: no engraver, or one that fails; a score too long for written music.
    """
    engrave = engraver(score.title)
    write_whole(path, engrave(musicxml_bytes(score)))


def _by_musescore(program: str, document: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        source, pages = Path(folder, "score.musicxml"), Path(folder, "score.pdf")
        source.write_bytes(document)
        screen = {"QT_QPA_PLATFORM": "offscreen"} if os.name == "posix" else {}
        try:
            done = subprocess.run(
                [program, "-o", str(pages), str(source)],
                env={**os.environ, **screen},
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise MusicRNNError(f"MuseScore made no PDF: {error}") from error
        if not pages.is_file():
            told = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise MusicRNNError(f"MuseScore made no PDF: {(told or ['it says nothing'])[-1]}")
        return pages.read_bytes()


def _by_verovio(document: bytes, title: str) -> bytes:
    import verovio  # pyright: ignore[reportMissingImports]
    from reportlab.graphics import renderPDF  # pyright: ignore[reportMissingImports]
    from reportlab.pdfgen.canvas import Canvas  # pyright: ignore[reportMissingImports]
    from svglib.svglib import svg2rlg  # pyright: ignore[reportMissingImports]

    toolkit: Any = verovio.toolkit()
    toolkit.setOptions({"footer": "none", "header": "none", "pageMarginTop": 200, "scale": 40})
    if not toolkit.loadData(document.decode("utf-8")):
        raise MusicRNNError("Verovio cannot engrave this score")
    data, canvas = io.BytesIO(), None
    for number in range(1, toolkit.getPageCount() + 1):
        page: Any = svg2rlg(io.StringIO(toolkit.renderToSVG(number)))
        size = (page.width, page.height)
        canvas = canvas or Canvas(data, pagesize=size)
        canvas.setPageSize(size)
        renderPDF.draw(page, canvas, 0, 0)
        if number == 1:  # the title is drawn here: svglib puts Verovio's own beside the page
            canvas.setFont("Helvetica", 18)
            canvas.drawCentredString(size[0] / 2, size[1] - 40, title)
        canvas.showPage()
    if canvas is None:
        raise MusicRNNError("Verovio made no page of this score")
    canvas.save()
    return data.getvalue()
