"""How a function of tensors is run again and again on a device: as it is, or as a CUDA graph.

On a GPU a small operation takes less time than its launch. A graph is recorded once and replayed by
a single call. What is recorded takes no arguments: it reads and writes tensors that stay where they
are.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Replay = Callable[[], None]
Capture = Callable[[Replay], Replay]
WARM_UPS = 3  # calls before the recording, in which libraries choose and allocate what they need


def as_it_is(function: Replay) -> Replay:
    """No graph: the stand-in where there is no GPU."""
    return function


def cuda_graph(function: Replay) -> Replay:
    """The function recorded on the current CUDA device; calling it replays the graph."""
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(WARM_UPS):
            function()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        function()
    return graph.replay


class Exchange:
    """Copies between the host and tensors on a device, without waiting, two of each in turn.

    Conventions. What :meth:`send` and :meth:`fetch` queue happens in order with the graphs replayed
    between them; a copy's memory on the host is used again at the next but one.
    """

    def __init__(self, device: torch.device) -> None:
        self.cuda = device.type == "cuda"
        self.kept: dict[int, list[Tensor]] = {}  # by the tensor on the device

    def _host(self, tensor: Tensor) -> Tensor:
        """The older of the tensor's two copies on the host."""
        if id(tensor) not in self.kept:
            shape, kind = tensor.shape, tensor.dtype
            self.kept[id(tensor)] = [
                torch.empty(shape, dtype=kind, pin_memory=self.cuda) for _ in range(2)
            ]
        self.kept[id(tensor)].reverse()
        return self.kept[id(tensor)][0]

    def send(self, values: Tensor, to: Tensor) -> None:
        """Queue the copy of ``values`` on the host to a tensor on the device."""
        host = self._host(to)
        host.copy_(values)
        to.copy_(host, non_blocking=True)

    def fetch(self, tensor: Tensor) -> Callable[[], Tensor]:
        """Queue the copy of a tensor to the host; the call that is returned waits for it."""
        host = self._host(tensor)
        host.copy_(tensor, non_blocking=True)
        if not self.cuda:
            return lambda: host
        arrived = torch.cuda.Event()
        arrived.record()

        def wait() -> Tensor:
            arrived.synchronize()
            return host

        return wait
