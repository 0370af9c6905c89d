"""Log lines off a terminal, and how a run that was hardly begun is reported."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from musicrnn.face.progress import ProgressBar
from musicrnn.training.loop import TrainingResult
from musicrnn.training.run_state import RunState
from musicrnn_cli.main import main
from musicrnn_cli.reporting import before_first_update, report_outcome

FIGURES = {"loss": 1.0, "gradient_norm": 0.5, "learning_rate": 1e-3, "items_a_second": 123456.0}


def test_a_log_has_one_line_a_validation_and_no_blank_ones(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with ProgressBar("tokens") as callback:
        state = RunState(total=100_000, update=20_000, seconds=12_345.0)
        callback.updated(state, FIGURES)
        callback.validated(state, {"loss": 1.2345})
        callback.validated(state, {"loss": 1.1345})
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("update ") and line.endswith("tokens/s") for line in lines)


def test_once_there_is_a_pace_it_says_what_it_expects(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar("tokens") as callback:
        for update, seconds in ((1, 5.0), (2, 6.0), (3, 7.5), (4, 30.0)):
            state = RunState(total=480, update=update, seconds=seconds)
            callback.updated(state, {**FIGURES, "seconds_left": 60.0})
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("about 480 updates, until ")
    assert "123456 tokens/s" in line


def test_tensorboard_that_is_not_there_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with ProgressBar("tokens", str(tmp_path)):
        pass
    assert "tensorboard is not installed" in capsys.readouterr().err


@pytest.mark.parametrize(("number", "code"), [(None, 130), (2, 130), (15, 143), (1, 129)])
def test_a_run_without_a_validation_says_so(
    capsys: pytest.CaptureFixture[str], number: int | None, code: int
) -> None:
    state = RunState(total=100, update=3, seconds=1.0)
    outcome = TrainingResult("interrupted", state, number, warnings=("it rains",))
    with pytest.raises(SystemExit) as ended:
        report_outcome(outcome, Path("m.safetensors"), floor=("bigram", 2.0, "token"))
    assert ended.value.code == code
    said = capsys.readouterr().err
    assert "no validation yet" in said
    assert "inf" not in said
    assert "--resume" in said
    assert "it rains" in said


def test_a_run_that_came_to_its_end_is_a_success(capsys: pytest.CaptureFixture[str]) -> None:
    report_outcome(TrainingResult("finished", RunState(total=3, update=3)), Path("m.safetensors"))
    assert "finished after 3 updates" in capsys.readouterr().err


def test_a_ctrl_c_before_the_first_update_says_that_nothing_is_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for begun, said in ((False, "nothing is written to m.safetensors"), (True, "")):
        with (
            pytest.raises(KeyboardInterrupt),
            before_first_update(Path("m.safetensors"), begun=lambda begun=begun: begun),
        ):
            raise KeyboardInterrupt
        assert said in capsys.readouterr().err


def test_train_says_it_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def reading(*_: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "a.mid").write_bytes(b"")
    monkeypatch.setattr("musicrnn.sources.readers.read_data", reading)
    words = ["train", "compose", str(tmp_path), "-o", str(tmp_path / "m.safetensors")]
    found = CliRunner().invoke(main, words)
    assert found.exit_code == 130
    assert "ended before the first update: nothing is written to" in found.output
