"""The Python of docs/export.md, run as it stands beside the files that its commands write."""

import json
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from musicrnn.io.audio import write_audio
from musicrnn.waveform import Waveform
from musicrnn_cli.main import main

PAGE = Path(__file__).parents[1] / "docs" / "export.md"


def test_the_examples_tell_the_word_that_classify_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    monkeypatch.chdir(tmp_path)
    time = np.arange(16_000) / 16_000
    sound = np.sin(2 * np.pi * 300 * time * (1 + time)) * np.exp(-8 * np.abs(time - 0.4))
    write_audio(Waveform(sound[None].astype(np.float32), 16_000), tmp_path / "word.wav")
    text = PAGE.read_text(encoding="utf-8")
    for line in re.findall(r"^musicrnn (export commands .*\.onnx.*)$", text, re.MULTILINE):
        assert CliRunner().invoke(main, shlex.split(line)).exit_code == 0
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 2
    assert all(len(list(filter(None, block.splitlines()))) <= 10 for block in blocks)
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)
    said = [line.rsplit(" ", 1) for line in capsys.readouterr().out.splitlines()]
    line = ["classify", "word.wav", "--model", "commands", "--json"]
    wanted = json.loads(CliRunner().invoke(main, line).output)
    assert len(said) == 2
    for label, probability in said:
        assert label == wanted["label"]
        # classify rounds to 16 bits first, the page's samples are as the file has them
        assert abs(float(probability) - wanted["probability"]) < 1e-3
