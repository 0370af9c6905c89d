"""Options by their old names work as before, and name the new one."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from musicrnn_cli.main import main

EACH = [
    (("compose", "--style", "drums", "--bars", "1", "--seed", "1"), "--weights=int8", "--store"),
    (("export", "drums"), "--weights=int8", "--store"),
    (("inspect", "drums", "--gradients"), "--weights", "--store"),
    (("train", "compose", "nowhere"), "--weights=1,2", "--mix"),
]


@pytest.mark.parametrize(("words", "old", "new"), EACH)
def test_an_old_name_is_the_new_one(tmp_path: Path, words, old: str, new: str) -> None:
    ends = (".mid" if words[0] == "compose" else ".safetensors",)
    results = []
    for option in (old, old.replace("--weights", new)):
        made = tmp_path / (option[2:5] + ends[0])
        output = [] if words[0] == "inspect" else ["-o", str(made)]
        result = CliRunner().invoke(main, [*words, *output, option])
        said = [line for line in result.stderr.splitlines() if str(tmp_path) not in line]
        results.append((result.exit_code, said, made.read_bytes() if made.exists() else b""))
    (code, said, made), (code_now, said_now, made_now) = results
    assert said[0] == f"--weights is called {new} now"
    assert (code, said[1:], made) == (code_now, said_now, made_now)
    assert not any("is called" in line for line in said_now)
