"""A MusicXML document measure by measure, so that memory holds one measure's elements at a time.

Conventions. Both layouts give the same: of ``score-partwise`` the measures of the first part come
first, of ``score-timewise`` the first measures of all parts. Names of elements lose their
namespace. Nothing outside the document is ever opened: a DTD is named, not read, and a document
that declares entities of its own is refused, since they can grow without bound.
"""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from musicrnn.errors import MusicRNNError

MAX_ELEMENTS = 200_000  # in one measure, and before the first
MAX_DEPTH = 64
MAX_TEXT = 2**20  # characters in one measure
CHUNK = 2**16
LAYOUTS = {"score-partwise": ("part", "measure"), "score-timewise": ("measure", "part")}

# the id of the part, the number of the measure in it, the measure
Take = Callable[[str, int, Element], None]


class _Walk:
    """Calls ``head`` with every element beside the music, ``take`` with every measure of a part."""

    def __init__(self, head: Callable[[Element], None], take: Take) -> None:
        self.head, self.take = head, take
        self.layout: tuple[str, str] | None = None
        self.depth = 0
        self.outer: tuple[str, int] = ("", -1)  # the id, and the number, of what holds the measures
        self.inner = -1
        self.parts: dict[str, int] = {}
        self.builder: TreeBuilder | None = None
        self.begun = 0  # the depth at which the element that is built began
        self.elements = self.characters = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise MusicRNNError(f"elements may lie {MAX_DEPTH} deep in a score, these lie deeper")
        if self.depth == 1:
            if name not in LAYOUTS:
                raise MusicRNNError(_no_score(name))
            self.layout = LAYOUTS[name]
            return
        if self.builder is None:
            assert self.layout is not None
            if self.depth == 2 and name == self.layout[0]:
                self.outer = (attributes.get("id", ""), self.outer[1] + 1)
                self.inner = -1
                return
            if self.depth == 3 and name == self.layout[1]:
                self.inner += 1
                if name == "part":
                    self.outer = (attributes.get("id", ""), self.outer[1])
            elif self.depth != 2:
                return
            self.builder, self.begun = TreeBuilder(), self.depth
            self.elements = self.characters = 0
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise MusicRNNError(f"a measure may have {MAX_ELEMENTS} elements, one has more")
        self.builder.start(name, attributes)

    def data(self, text: str) -> None:
        if self.builder is not None:
            self.characters += len(text)
            if self.characters > MAX_TEXT:
                raise MusicRNNError(f"a measure may have {MAX_TEXT} characters, one has more")
            self.builder.data(text)

    def end(self, tag: str) -> None:
        self.depth -= 1
        if self.builder is None:
            return
        self.builder.end(tag.rpartition(":")[2])
        if self.depth >= self.begun:
            return
        element, self.builder = self.builder.close(), None
        if self.begun == 2:
            self.head(element)
            return
        assert self.layout is not None
        number = self.inner if self.layout[0] == "part" else self.outer[1]
        self.take(self.outer[0], number, element)


def walk(document: bytes, head: Callable[[Element], None], take: Take) -> None:
    """Goes through a document once.

    Raises:
        MusicRNNError: it is no well-formed XML or no score, declares entities, or a measure is
            larger than any that is printed.
    """
    steps = _Walk(head, take)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = steps.start
    parser.EndElementHandler = steps.end
    parser.CharacterDataHandler = steps.data
    parser.EntityDeclHandler = _no_entities
    try:
        for start in range(0, len(document), CHUNK):
            parser.Parse(document[start : start + CHUNK], False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise MusicRNNError(f"it is no well-formed XML: {error}") from error
    except (LookupError, ValueError) as error:  # an encoding that nobody knows
        raise MusicRNNError(f"it is no XML that can be decoded: {error}") from error


def _no_entities(*declared: object) -> None:
    raise MusicRNNError(
        f"it declares an entity ({str(declared[0])[:40]}), as no music program does: it is "
        "refused, since entities can grow without bound"
    )


def _no_score(root: str) -> str:
    if root == "opus":
        return "it is an opus, a list of other files: give one of those"
    return f"it is no MusicXML score: its root is {root[:40]!r}, not score-partwise"
