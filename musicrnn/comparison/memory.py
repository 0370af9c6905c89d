"""How much memory a stretch of work takes: the peak of this process over what it had before.

Conventions. Bytes. On the CPU the resident memory of the process (Linux: VmHWM of proc(5), reset
before; elsewhere the growth of getrusage's ru_maxrss, which is less where more was used earlier);
on CUDA what torch allocated. None where the system does not say.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch

STATUS = Path("/proc/self/status")


class PeakMemory:
    """Begins when made; :meth:`bytes` is the peak since then, over what there was at that time."""

    def __init__(self, device: str) -> None:
        self.cuda = device.startswith(("cuda", "gpu", "auto")) and torch.cuda.is_available()
        if self.cuda:
            torch.cuda.reset_peak_memory_stats()
            self.before = torch.cuda.memory_allocated()
            return
        try:
            Path("/proc/self/clear_refs").write_text("5")  # proc(5): the peak is what is now
        except OSError:
            pass
        self.before = _resident("VmRSS")

    def bytes(self) -> int | None:
        if self.cuda:
            return int(torch.cuda.max_memory_allocated() - (self.before or 0))
        peak = _resident("VmHWM")
        return None if peak is None or self.before is None else max(0, peak - self.before)


def _resident(name: str) -> int | None:
    try:
        lines = STATUS.read_text().splitlines()
    except OSError:
        return _most()
    found = [line.split()[1] for line in lines if line.startswith(name + ":")]
    return int(found[0]) * 1024 if found else _most()


def _most() -> int | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
