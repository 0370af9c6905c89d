"""An hour of sound takes the memory of a minute."""

import subprocess
import sys
from pathlib import Path

import pytest

MAX_GROWTH = 60e6  # bytes; the samples alone are 230 MB, the tones of the drone as much again
CHILD = """
import sys
from pathlib import Path
from musicrnn.io.save import save_pieces
from musicrnn.score import Note, Track, make_score
from musicrnn.synth import mix, render

mix.BLOCKS_KEPT, render.MEMORY_BYTES = 64, 2**20
quarters = 120 * int(sys.argv[1])
drone = Track((Note(0, 36, 480 * quarters, 60),), program=19)
notes = tuple(Note(4800 * i, 60 + i % 12, 400, 90) for i in range(quarters // 10))
save_pieces(make_score(480, [drone, Track(notes)]), [sys.argv[2]], rate=8000)
status = Path("/proc/self/status").read_text()
print(1024 * int(status.partition("VmHWM:")[2].split()[0]))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from Linux")
@pytest.mark.parametrize("suffix", [".flac", ".ogg"])
def test_memory_does_not_grow_with_the_piece(tmp_path, suffix):
    def peak(minutes):
        path = tmp_path / f"{minutes}{suffix}"
        words = [sys.executable, "-c", CHILD, str(minutes), path]
        return int(subprocess.run(words, capture_output=True, text=True, check=True).stdout)

    assert peak(60) - peak(1) < MAX_GROWTH
    assert (tmp_path / f"60{suffix}").stat().st_size > 1e6
