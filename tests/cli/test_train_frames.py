"""musicrnn train compose on frames: recipes and settings, what is refused, what is printed."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from musicrnn.cells import CELLS
from musicrnn.checkpoint import read_metadata
from musicrnn.networks.frame_config import FrameConfig
from musicrnn.networks.frames import FrameModel
from musicrnn_cli.main import main
from musicrnn_datasets.polyphonic import POLYPHONIC
from musicrnn_datasets.recipes import RECIPES

KINDS = {
    "chung": "tanh gru lstm",
    "bai": "rnn gru lstm",
    "pascanu": "sgd clip clip-reg",
    "jozefowicz": "tanh lstm lstm-f lstm-i lstm-o lstm-b gru mut1 mut2 mut3",
    "greff": "v nig nfg nog niaf noaf cifg np fgr",
}
BRIEF = ["--device", "cpu", "--set", "updates=2", "--set", "validate_every=2"]


def train(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["train", "compose", *map(str, words)])
    assert result.exit_code == code, result.output
    return result.output


def test_a_recipe_prints_the_test_figure_beside_the_papers(corpora: Path, tmp_path: Path) -> None:
    model = tmp_path / "m.safetensors"
    words = ("polyphonic-jsb", "--recipe", "chung-gru", "-o", model, "--data", corpora)
    said = train(*words, *BRIEF, "--set", "hidden=4", "--cell", "lstm", "--seed", 3)
    assert "train 229 pieces, valid 76 pieces, test 77 pieces" in said
    assert "without a network: marginal" in said
    table = {line.split("  ")[0]: line for line in said.splitlines()}
    assert "8.540  as reported, not re-checked" in table["Chung et al. 2014"]
    assert "11.060" in table["marginal"]
    assert "10.469" in table["markov"]
    assert "the model has learnt less than a markov" in said
    metadata = read_metadata(model)
    assert (metadata["model"]["cell"], metadata["model"]["hidden"]) == ("lstm", 4)
    assert metadata["data"]["corpora"][0]["name"] == "polyphonic-jsb"
    assert metadata["data"]["frames"]["test"] == 4725
    assert metadata["data"]["baselines"]["marginal"] > 10
    result = CliRunner().invoke(
        main, ["evaluate", str(model), "polyphonic-jsb", "--data", str(corpora)]
    )
    figure = table["chung-gru"].split()[1]
    assert any(line.split()[:2] == ["model", figure] for line in result.stdout.splitlines())


def test_without_a_recipe_the_test_split_stays_closed(corpora: Path, tmp_path: Path) -> None:
    model = tmp_path / "m.safetensors"
    words = ("polyphonic-jsb", "-o", model, "--data", corpora, *BRIEF, "--set", "hidden=4")
    said = train(*words, "--set", "head=nade", "--set", "head_hidden=3", "--set", "layer.norm=true")
    assert "11.060" not in said
    assert "finished after 2 updates" in said
    configuration = read_metadata(model)["model"]
    assert (configuration["head"], configuration["layer"]) == ("nade", {"norm": True})
    assert "no run to resume" in train(*words[:1], "-o", tmp_path / "n.safetensors", *words[3:],
                                       "--resume", code=1)  # fmt: skip


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("polyphonic-jsb", "--recipe", "chung-gur"), "'chung-gur': did you mean chung-gru"),
        (("polyphonic-jsb", "--recipe", "zither"), "there are chung-tanh, "),
        (("polyphonic-jsb", "nottingham"), "and nothing beside it, got polyphonic-jsb and"),
        (
            ("polyphonic-jsb", "polyphonic-piano"),
            "measured on, one of polyphonic-jsb",
        ),
        (("nottingham", "--recipe", "bai-gru"), "the recipe bai-gru is for polyphonic-jsb"),
        (("polyphonic-jsb", "--tokens", "beat"), "holds frames of pitches, not scores"),
        (("polyphonic-jsb", "--mix", "1"), "--mix says nothing to a model"),
        (("polyphonic-jsb", "--set", "hiden=3"), "did you mean hidden"),
        (("polyphonic-jsb", "--set", "embedding=3"), "there is no setting 'embedding'"),
        (("polyphonic-jsb", "--cell", "lsmt"), "cell must be one of"),
        (("polyphonic-jsb", "--minutes", "0"), "minutes must be more than 0"),
    ],
)
def test_wrong_words_get_one_sentence(corpora: Path, tmp_path: Path, words, message) -> None:
    said = train(*words, "-o", tmp_path / "m.safetensors", "--data", corpora, code=1)
    assert message in said
    assert "Traceback" not in said
    assert len([line for line in said.splitlines() if line.startswith("musicrnn: ")]) == 1


def test_recipes_are_models_that_can_be_had() -> None:
    for paper, kinds in KINDS.items():
        assert {f"{paper}-{kind}" for kind in kinds.split()} == {
            name for name in RECIPES if name.startswith(f"{paper}-")
        }
    for name, recipe in RECIPES.items():
        assert name == recipe.name
        if recipe.task != "frames":
            continue
        assert recipe.settings.cell in CELLS
        assert recipe.plans.keys() <= POLYPHONIC.keys()
        assert recipe.reported.keys() <= recipe.plans.keys()
        with torch.device("meta"):
            model = FrameModel(recipe.settings.extended(FrameConfig, {"pitches": 88}))
        size = sum(p.numel() for p in model.parameters())
        if recipe.paper.startswith(("Chung", "Greff")):
            assert 20_000 < size < 28_000, name
        if recipe.paper.startswith("Jozefowicz"):
            assert 246_000 < size < 253_000, name
        if recipe.paper.startswith("Bai"):
            assert recipe.checked
            assert 297_000 < size < 303_000, name
    alike = replace(RECIPES["jozefowicz-lstm"], name="", reported={})
    assert alike.settings != RECIPES["jozefowicz-lstm-b"].settings
