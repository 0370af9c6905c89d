"""A MusicXML file as its XML: plain, or the one that a compressed file (.mxl) holds.

Conventions. A compressed file is a zip whose ``META-INF/container.xml`` names the score, rootfile
by rootfile (MusicXML 4.0, "Compressed .mxl files"); where that is missing or says nothing that is
there, the first file that ends in .musicxml or .xml is the score.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from musicrnn.errors import MusicRNNError

MAX_BYTES = 64 * 2**20  # of a file, and of the score in it
CONTAINER = "META-INF/container.xml"
MAX_CONTAINER = 2**16
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_NAMED = re.compile(r"""<rootfile\b[^>]{0,400}?\bfull-path\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def unpacked(data: bytes) -> bytes:
    """The XML of a MusicXML file.

    Raises:
        MusicRNNError: it is empty or too large, or a zip that is broken or holds no score.
    """
    if not data:
        raise MusicRNNError("the file is empty")
    if len(data) > MAX_BYTES:
        raise MusicRNNError(f"a MusicXML file may have {MAX_BYTES} bytes, this one has more")
    if not data.startswith(b"PK"):
        return data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read(archive, _score_in(archive), MAX_BYTES)
    # a table, packed data, an end, a place or a name, and a version that cannot be
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        raise MusicRNNError(f"the compressed MusicXML file is broken: {error}") from error
    except RuntimeError as error:  # what zipfile says of a password
        raise MusicRNNError(f"the compressed MusicXML file cannot be opened: {error}") from error


def _score_in(archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    if CONTAINER in names:
        told = _read(archive, CONTAINER, MAX_CONTAINER).decode("utf-8", "replace")
        for pair in _NAMED.findall(told):
            if (name := pair[0] or pair[1]) in names:
                return name
    scores = [
        name
        for name in names
        if name.lower().endswith((".musicxml", ".xml")) and not name.startswith(("META-INF", "__"))
    ]
    if not scores:
        raise MusicRNNError("the compressed file holds no .musicxml or .xml file: it is no score")
    return scores[0]


def _read(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """No more than ``most`` bytes are ever unpacked, whatever the file says of itself."""
    if archive.getinfo(name).compress_type not in PACKED:  # LZMA could claim gigabytes for itself
        raise MusicRNNError(
            f"{name} in the compressed file is packed by another method than deflate"
        )
    with archive.open(name) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise MusicRNNError(f"{name} in the compressed file may have {most} bytes, it has more")
    return data
