"""Steps without sequences equal the model over whole sequences, for every cell and setting."""

import pytest
import torch

from musicrnn.cells import CELLS
from musicrnn.layers.settings import ATTENTIONS, LayerSettings
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.networks.language_steps import LanguageSteps

SETTINGS = {
    "residual norm": LayerSettings(residual=True, norm=True),
    "zoneout": LayerSettings(zoneout=0.2, recurrent_dropout=0.3),
    **{kind: LayerSettings(attention=3, attention_kind=kind) for kind in ATTENTIONS},
}
GRIDS = [
    LayerSettings(priority="depth"),
    LayerSettings(priority="time"),
    LayerSettings(depth="tanh", tied=True),
]


def network(cell: str, layer: LayerSettings | None = None, **sizes) -> LanguageModel:
    torch.manual_seed(3)
    sizes = {"embedding": 12, "hidden": 20, "layers": 2, **sizes}
    return LanguageModel(
        LanguageConfig(vocabulary=30, cell=cell, layer=layer or LayerSettings(), **sizes)
    )


def differences(model: LanguageModel, *, bf16: bool = False, read: int = 9) -> torch.Tensor:
    """[B, T] largest differences of logits; the first ``read`` ids are read in one call."""
    ids = torch.randint(30, (1, 25), generator=torch.Generator().manual_seed(1))
    steps = LanguageSteps(model, bf16=bf16)
    with torch.no_grad():
        expected = model(ids, model.initial_state(1))[0]
        primed = steps.after(ids[0, :read].tolist())
        memory = tuple(part.expand(3, *part.shape[1:]) for part in primed)
        found = []
        for t in range(read, 25):
            logits, memory = steps.step(ids[0, t].expand(3), memory)
            found.append(logits)
    return (torch.stack(found, 1) - expected[:, read:]).abs().amax(2)


@pytest.mark.parametrize("read", [0, 9])
@pytest.mark.parametrize("cell", CELLS)
def test_steps_equal_whole_sequences(cell: str, read: int) -> None:
    assert differences(network(cell), read=read).max() < 2e-6


@pytest.mark.parametrize("layer", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("cell", ["lstm", "gru-cho", "mingru"])
def test_settings_take_part(cell: str, layer: LayerSettings) -> None:
    if cell == "mingru" and layer.zoneout:
        layer = LayerSettings(zoneout=0.2)
    assert differences(network(cell, layer, tied=True, embedding=20)).max() < 2e-6


@pytest.mark.parametrize("layer", GRIDS)
def test_grids_of_all_kinds(layer: LayerSettings) -> None:
    assert differences(network("grid", layer)).max() < 2e-6


def test_clocks_that_differ_from_row_to_row() -> None:
    model = network("clockwork-lstm", LayerSettings(periods="1,2,4"))
    steps = LanguageSteps(model)
    ids = torch.randint(30, (2, 9), generator=torch.Generator().manual_seed(1))
    late, early = steps.after(ids[0, :3].tolist()), steps.after(ids[1, :2].tolist())
    memory = tuple(torch.cat(parts) for parts in zip(late, early, strict=True))
    with torch.no_grad():
        for t in range(3, 6):
            logits, memory = steps.step(torch.stack([ids[0, t], ids[1, t - 1]]), memory)
        for row, end in ((0, 6), (1, 5)):
            expected = model(ids[row : row + 1, :end], model.initial_state(1))[0][0, -1]
            torch.testing.assert_close(logits[row], expected, atol=2e-6, rtol=0)


@pytest.mark.parametrize("cell", CELLS)
def test_bf16_is_near(cell: str) -> None:
    found = differences(network(cell), bf16=True)
    assert found.isfinite().all()
    assert found.max() < 0.05


@pytest.mark.parametrize("cell", CELLS)
def test_a_row_as_it_is_compiled(cell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a compiler is given for a single row is the same in other words."""
    model = network(cell, LayerSettings(norm=True))
    steps = LanguageSteps(model)
    memory = steps.after([5, 9, 2])
    with torch.no_grad():
        expected = steps.step(torch.tensor([7]), memory)
        monkeypatch.setattr(torch.compiler, "is_compiling", lambda: True)
        found = steps.step(torch.tensor([7]), memory)
    for a, b in zip((expected[0], *expected[1]), (found[0], *found[1]), strict=True):
        torch.testing.assert_close(a, b, atol=1e-6, rtol=0)
