"""How the package is cited: the file and the BibTeX entry name the version that pyproject names."""

import re
import tomllib
from pathlib import Path

from musicrnn.cells import CELLS

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CITATION = (ROOT / "CITATION.cff").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
# the required keys of the Citation File Format 1.2.0, and those used beside them
REQUIRED = {"cff-version", "message", "title", "authors"}
ALLOWED = REQUIRED | {"type", "version", "license", "abstract", "keywords"}


def fields() -> dict[str, str]:
    """The file's keys, each with its text; what is indented belongs to the key above."""
    found: dict[str, str] = {}
    key = ""
    for line in CITATION.splitlines():
        if re.match(r"[a-z]", line):
            key, _, value = line.partition(":")
            assert key not in found, f"{key} twice"
            found[key] = value.strip().strip('"')
        else:
            assert re.match(r"  (- )?\S", line), line
            found[key] += " " + line.strip()
    return found


def entry() -> dict[str, str]:
    """The fields of the BibTeX entry in the README."""
    ((text,),) = [re.findall(r"```bibtex\n@software\{musicrnn,\n(.*?)\n\}\n```", README, re.DOTALL)]
    lines = [re.fullmatch(r"  (\w+) = \{(.*)\},?", line) for line in text.splitlines()]
    return {line[1]: line[2] for line in lines}


def test_versions_agree() -> None:
    assert fields()["version"] == entry()["version"] == PROJECT["version"]


def test_the_citation_file_has_the_keys_of_its_format() -> None:
    found = fields()
    assert found.keys() >= REQUIRED
    assert found.keys() <= ALLOWED
    assert found["cff-version"] == "1.2.0"
    assert found["type"] == "software"
    assert found["license"] == PROJECT["license"]
    assert found["authors"] == " - name: The musicrnn authors"
    assert len(found["keywords"].split(" - ")) > 3


def test_the_entry_and_the_file_say_the_same() -> None:
    assert entry()["title"].replace("{", "").replace("}", "") == fields()["title"]
    assert entry()["author"] == "{The musicrnn authors}"


def test_the_abstract_counts_the_cells() -> None:
    assert f"It has {len(CELLS)} recurrent cells" in fields()["abstract"]
