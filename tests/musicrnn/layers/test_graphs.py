"""The engine through recorded graphs: the same numbers, one recording a shape.

The recorder here keeps the function instead of a CUDA graph; what CUDA does with it is checked by
tests/benchmarks/recurrent/gpu.py where there is one.
"""

import torch

from musicrnn.layers.graphs import use_graphs
from musicrnn.layers.settings import LayerSettings
from musicrnn.layers.stack import Stack


class Recorder:
    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    def __call__(self, function, samples):
        self.shapes.append(tuple(samples[0].shape))
        static = [sample.detach().clone() for sample in samples]

        def replay(*given):
            for own, new in zip(static, given, strict=True):  # as a graph's inputs must fit
                assert own.shape == new.shape
            return function(*given)

        return replay


def gradients(network: Stack, x: torch.Tensor) -> list[torch.Tensor]:
    y, end = network(x, network.initial_state(len(x)))
    loss = y.square().sum() + end[0].sum()
    return [y, *torch.autograd.grad(loss, list(network.parameters()))]


def test_recorded_layers_give_the_same_and_are_recorded_once_a_shape() -> None:
    torch.manual_seed(0)
    network = Stack("lstm-peephole", 4, 6, layers=2)
    short, long = torch.randn(3, 5, 4), torch.randn(3, 9, 4)
    expected = [gradients(network, x) for x in (short, long)]
    recorder = Recorder()
    assert use_graphs(network, recorder) == 2
    for x, plain in zip((short, long), expected, strict=True):
        for _ in range(2):
            for found, wanted in zip(gradients(network, x), plain, strict=True):
                assert torch.equal(found, wanted)
    assert recorder.shapes == [(5, 3, 24), (5, 3, 24), (9, 3, 24), (9, 3, 24)]


def test_what_draws_anew_is_not_recorded() -> None:
    network = Stack("lstm", 4, 6, layers=1, settings=LayerSettings(zoneout=0.5))
    recorder = Recorder()
    assert use_graphs(network, recorder) == 1
    x = torch.randn(2, 7, 4)
    first, second = (network(x, network.initial_state(2))[0] for _ in range(2))
    assert not torch.equal(first, second)
    assert recorder.shapes == []


def test_torch_layers_have_nothing_to_record() -> None:
    assert use_graphs(Stack("lstm", 4, 6, layers=2)) == 0
