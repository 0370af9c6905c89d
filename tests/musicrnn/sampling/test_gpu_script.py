"""The script that checks and times the sampler on a GPU runs where there is none."""

import runpy
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "sampling" / "gpu.py"


def test_the_script_checks_all_but_the_recording_without_a_gpu(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--device", "cpu", "--quick", "--steps", "4"]
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), *words])
    monkeypatch.syspath_prepend(str(SCRIPT.parent))  # as Python does for a script
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    said = capsys.readouterr().out
    assert ended.value.code == 0, said
    assert "FAILED" not in said
    assert "ok      graph, lstm: 2 of 2 pieces equal the CPU engine's" in said
    assert "batch 1, bfloat16, grammar:" in said
