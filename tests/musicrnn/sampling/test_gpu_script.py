"""The script that checks and times the sampler on a GPU runs where there is none."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "sampling" / "gpu.py"


def test_the_script_checks_all_but_the_recording_without_a_gpu() -> None:
    command = [sys.executable, str(SCRIPT), "--device", "cpu", "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAILED" not in done.stdout
    assert "ok      graph, lstm: 2 of 2 pieces equal the CPU engine's" in done.stdout
    assert "batch 1, bfloat16, grammar:" in done.stdout
