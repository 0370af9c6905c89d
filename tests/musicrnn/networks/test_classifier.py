import numpy as np
import pytest
import torch

from musicrnn.augmentation.bandwidth import changed
from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.layers.texture import texture
from musicrnn.networks.branches import FamiliarBranch
from musicrnn.networks.classifier import Classifier, padded, together
from musicrnn.networks.classifier_config import ClassifierConfig

KINDS = ["spectral", "windowed", "whole", "familiar", "spectral+windowed+whole", "reading"]
HEARD_NARROWLY = "whole+familiar, views"
KINDS.append(HEARD_NARROWLY)
LENGTHS = [1, 2, 3, 5, 13, 31, 32, 33, 47, 48, 90]


def model_of(listeners, cell="gru", layers=1):
    torch.manual_seed(0)
    branches, _, narrowly = listeners.partition(", ")
    sizes = {"labels": 4, "size": 40, "hidden": 8, "channels": 4, "views": 2 if narrowly else 0}
    model = Classifier(ClassifierConfig(branches=branches, cell=cell, layers=layers, **sizes))
    if listeners != "reading":
        random = torch.Generator().manual_seed(1)
        model.observe([(torch.randn(6, 100, 40, generator=random) * 9 - 40, torch.full((6,), 100))])
        for name, parameter in model.named_parameters():
            if name.endswith(
                ("whole.output.weight", "familiar.output.weight")
            ):  # zero at the start, which would hide a leak
                torch.nn.init.normal_(parameter, std=0.1)  # zero at first would hide a leak
    if model.views:
        model.views.hear(-torch.arange(80.0).view(2, 40), -80.0)
    return model.eval()


def clips_for(model):
    random = np.random.default_rng(2)
    if model.config.reads_tokens:
        return [random.integers(0, 40, n).astype(np.int32) for n in LENGTHS]
    return [random.normal(-40, 9, (n, 40)).astype(np.float32) for n in LENGTHS]


@pytest.mark.parametrize("listeners", KINDS)
@pytest.mark.parametrize("cell", ["elman", "lstm", "gru"])
def test_neither_padding_nor_the_batch_matter(listeners, cell):
    model = model_of(listeners, cell)
    clips = clips_for(model)
    with torch.no_grad():
        batch, lengths = padded(clips)
        junk = batch.clone()
        for row, length in zip(junk, lengths, strict=True):
            row[length:] = 7
        longer = torch.cat([junk, junk], dim=1)
        expected = torch.cat([model.logits(*padded([clip])) for clip in clips])
        for inputs in (batch, junk, longer):
            assert torch.allclose(model.logits(inputs, lengths), expected, atol=1e-4)
    assert torch.isfinite(expected).all()
    assert expected.std(0).min() > 1e-4


@pytest.mark.parametrize("listeners", KINDS)
def test_save_and_load_give_the_same_logits(tmp_path, listeners):
    model = model_of(listeners, "lstm", layers=2)
    metadata = {"task": "classify", "model": model.configuration()}
    Checkpoint(model.arrays(), metadata).save(tmp_path / "m.safetensors")
    loaded = Checkpoint.load(tmp_path / "m.safetensors")
    again = Classifier.from_arrays(loaded.metadata["model"], loaded.arrays)
    clips = clips_for(model)
    with torch.no_grad():
        assert torch.equal(again.logits(*padded(clips)), model.logits(*padded(clips)))


def test_together_is_a_distribution():
    members = torch.randn(3, 5, 4).log_softmax(2)
    joined = together(members)
    assert torch.allclose(joined.exp().sum(1), torch.ones(5))
    assert torch.allclose(together(members[:1]), members[0])


def test_spec_augment_only_in_training():
    model = model_of("spectral")
    inputs = torch.randn(2, 60, 40) * 9 - 40
    lengths = torch.tensor([60, 60])
    with torch.no_grad():
        assert torch.equal(model.logits(inputs, lengths), model.logits(inputs, lengths))
        model.train()
        assert not torch.equal(model.logits(inputs, lengths), model.logits(inputs, lengths))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"labels": 0}, r"labels must be in 1\.\.10000, got 0"),
        ({"size": 20}, "32 to 512 bands, got 20"),
        ({"branches": "spectral+ears"}, "branches must be some of"),
        ({"branches": "whole+whole"}, "branches must be some of"),
        ({"cell": "grv"}, "cell must be one of elman, .* got 'grv'; did you mean gru"),
        ({"dropout": 1.0}, r"dropout must be in \[0, 1\), got 1\.0"),
        ({"hidden": "many"}, "hidden must be in"),
    ],
)
def test_bad_configurations(change, says):
    with pytest.raises(MusicRNNError, match=says):
        ClassifierConfig(**{"labels": 4, "size": 40, **change})


def test_a_damaged_checkpoint_takes_no_memory():
    model = model_of("whole")
    with pytest.raises(MusicRNNError, match="does not fit its own configuration"):
        Classifier.from_arrays(
            {**model.configuration(), "hidden": 4096, "layers": 16, "branches": "windowed"},
            model.arrays(),
        )
    with pytest.raises(MusicRNNError, match="does not say its size"):
        Classifier.from_arrays({"labels": 4}, model.arrays())
    with pytest.raises(MusicRNNError, match="setting dropout = 'x' does not fit"):
        Classifier.from_arrays({"labels": 4, "size": 40, "dropout": "x"}, model.arrays())


def test_the_views_are_those_of_narrower_sounds():
    """A view is what changed() makes of the frames, whatever is beyond their length."""
    model = model_of(HEARD_NARROWLY)
    frames = np.random.default_rng(3).uniform(-80, 0, (50, 40)).astype(np.float32)
    inputs, lengths = padded([frames, np.concatenate([frames, frames + 5])])
    inputs[0, 50:] = 20
    found = model.views(inputs, lengths)
    assert torch.equal(found[0], inputs)
    for view, gains in enumerate(model.views.gains.numpy(), start=1):
        wanted = changed(frames, gains, 80.0)
        np.testing.assert_allclose(found[view, 0, :50].numpy(), wanted, atol=1e-4)


def test_what_is_far_from_all_that_was_observed_is_not_familiar():
    random = torch.Generator().manual_seed(4)
    lengths = torch.full((32,), 60)
    loud = torch.rand(32, 1, 40, generator=random) * 20
    known = torch.randn(32, 60, 40, generator=random) * 3 - 40 + loud
    branch = FamiliarBranch(ClassifierConfig(labels=3, size=40))
    branch.observe([(known, lengths)])

    def distance(frames):
        return branch.distance(branch.standard(texture(frames, lengths[: len(frames)])))

    assert distance(known).abs().mean() < 0.5  # nepers
    steady = torch.full((1, 60, 40), -40.0)
    assert distance(steady).item() > distance(known).max().item() + 0.5
    assert torch.equal(branch.distance.axes[:, 4:], torch.zeros_like(branch.distance.axes[:, 4:]))
