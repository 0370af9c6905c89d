"""A map of intervals: the sum that its text says, the same everywhere on the keys."""

import pytest
import torch

from musicrnn.layers.relative import RelativeLinear

PITCHES, CHANNELS, OUTPUTS = 17, 2, 3


@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("reach", [2, 30])
def test_it_is_the_sum_over_pitches(reach: int, lower: bool) -> None:
    torch.manual_seed(0)
    layer = RelativeLinear(PITCHES, CHANNELS, OUTPUTS, reach=reach, lower=lower).double()
    x = torch.randn(4, CHANNELS, PITCHES, dtype=torch.float64)
    reach = min(reach, PITCHES - 1)
    wanted = torch.zeros(4, PITCHES, OUTPUTS, dtype=torch.float64)
    for p in range(PITCHES):
        for q in range(p if lower else PITCHES):
            for c in range(CHANNELS):
                kernel = layer.octave[c, (q - p) % 12]
                if abs(q - p) <= reach:
                    kernel = kernel + layer.near[c, q - p + reach]
                wanted[:, p] += x[:, c, q, None] * kernel
    torch.testing.assert_close(layer(x), wanted)


def test_higher_input_is_higher_output() -> None:
    torch.manual_seed(0)
    layer = RelativeLinear(PITCHES, CHANNELS, OUTPUTS, reach=5).double()
    x = torch.zeros(1, CHANNELS, PITCHES, dtype=torch.float64)
    x[:, :, 3:8] = torch.randn(CHANNELS, 5, dtype=torch.float64)
    torch.testing.assert_close(layer(x)[:, :12], layer(x.roll(5, -1))[:, 5:])
