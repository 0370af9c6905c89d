"""The order of the runs, the choice of a rate, resuming, refusing, and what the table says."""

import json
from pathlib import Path

import pytest

from musicrnn.comparison.budget import Budget, RunConfig
from musicrnn.comparison.compare import Contest, compare
from musicrnn.comparison.report import HEADER, as_json_object, lines, notes, write_report
from musicrnn.errors import MusicRNNError
from tests.musicrnn.comparison.contests import Written, contest

ALL = [
    "lstm-rate0.1-seed0", "lstm-rate0.2-seed0", "gru-rate0.1-seed0", "gru-rate0.2-seed0",
    "lstm-rate0.2-seed1", "gru-rate0.1-seed1", "lstm-rate0.2-seed2", "gru-rate0.1-seed2",
]  # fmt: skip


def test_each_cell_goes_on_with_the_rate_that_is_best_on_validation(tmp_path: Path) -> None:
    subject, said = Written(), []
    found = compare(contest(subject), tmp_path, run=subject.run, say=said.append)
    assert subject.calls == ALL
    assert found.complete
    assert len(said) == len(ALL)
    assert said[-1].endswith("all are done")
    assert "7 runs left" in said[0]
    lstm, gru = found.cells
    assert (lstm.cell, lstm.rate, gru.cell, gru.rate) == ("lstm", 0.2, "gru", 0.1)
    assert lstm.tests == pytest.approx((3.0, 3.1, 3.2))
    assert (lstm.valid, lstm.test) == pytest.approx((2.0, 3.1))
    assert lstm.interval == pytest.approx(4.302653 * 0.1 / 3**0.5)  # t of 2 degrees of freedom
    assert lstm.rates == {0.1: 3.0, 0.2: 2.0}
    assert (lstm.hidden, lstm.parameters, gru.hidden) == (30, 1200, 40)
    assert (lstm.best_update, lstm.step_seconds) == (6, 0.011)
    assert lstm.seconds == 8  # the run with the other rate is counted


def test_it_goes_on_where_it_was_interrupted(tmp_path: Path) -> None:
    subject = Written(stop=ALL[5])
    first = compare(contest(subject), tmp_path, run=subject.run)
    assert first.interrupted
    assert not first.complete
    assert subject.calls == ALL[:6]
    again = Written()
    found = compare(contest(again), tmp_path, run=again.run)
    assert again.calls == ALL[5:]
    assert found.complete
    assert not found.interrupted
    whole = Written()
    assert found == compare(contest(whole), tmp_path / "whole", run=whole.run)
    more = Written()
    compare(contest(more, seeds=4), tmp_path, run=more.run)
    assert more.calls == ["lstm-rate0.2-seed3", "gru-rate0.1-seed3"]


def test_rows_of_other_settings_are_not_mixed(tmp_path: Path) -> None:
    subject = Written()
    compare(contest(subject), tmp_path, run=subject.run)
    others = {
        "sha256 was a, got b": contest(Written(data="b")),
        "clip was 1.0, got 0.5": contest(Written(), clip=0.5),
        "parameters was 1200, got 1300": Contest(
            Written(), ["lstm"], Budget(1300, updates=7), RunConfig()
        ),
        "updates was 7, got 8": Contest(Written(), ["lstm"], Budget(1200, updates=8), RunConfig()),
        "minutes was None, got 8": Contest(
            Written(), ["lstm"], Budget(1200, minutes=8), RunConfig()
        ),
    }
    for message, other in others.items():
        with pytest.raises(MusicRNNError, match=f"rows of other settings: {message}"):
            compare(other, tmp_path, run=subject.run)
    assert subject.calls == ALL


def test_a_failure_is_a_row_and_the_others_go_on(tmp_path: Path) -> None:
    subject = Written(fail={ALL[1]: "the loss became nan", ALL[5]: "it died"})
    found = compare(contest(subject, seeds=2), tmp_path, run=subject.run)
    lstm, gru = sorted(found.cells, key=lambda cell: cell.cell, reverse=True)
    assert lstm.rate == 0.1  # the better rate failed
    assert lstm.complete
    assert lstm.failures == ("rate 0.2, seed 0: the loss became nan",)
    assert gru.tests == (3.5,)
    assert gru.interval is None
    assert not gru.complete
    said = notes(contest(subject, seeds=2), found)
    assert "gru is not complete: 1 of 2 seeds" in said
    assert "gru failed at rate 0.1, seed 1: it died" in said
    before = list(subject.calls)
    compare(contest(subject, seeds=2), tmp_path, run=subject.run)
    assert subject.calls == before  # a failure is not run again unasked
    subject.fail = {}
    found = compare(contest(subject, seeds=2), tmp_path, run=subject.run, retry=True)
    assert subject.calls[len(before) :] == [ALL[1], "lstm-rate0.2-seed1", "gru-rate0.1-seed1"]
    assert found.complete
    assert not any(cell.failures for cell in found.cells)


def test_a_cell_for_which_there_is_no_size_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = Written()
    small = Contest(
        subject, ["lstm", "gru"], Budget(35, updates=7, seeds=1, rates=(0.1,)), RunConfig()
    )

    def parameters(cell: str, hidden: int) -> int:
        return 40 * hidden if cell == "lstm" else 400 * hidden

    monkeypatch.setattr(subject, "parameters", parameters)
    found = compare(small, tmp_path, run=subject.run)
    assert subject.calls == ["lstm-rate0.1-seed0"]
    assert [cell.cell for cell in found.cells] == ["lstm", "gru"]
    assert "35 parameters are too few: the smallest model has 400" in found.cells[1].failures[0]
    assert "lstm is +14.3 % off the parameters of the budget" in notes(small, found)
    tiny = Contest(subject, small.cells, Budget(3, updates=7), RunConfig())
    with pytest.raises(MusicRNNError, match="no cell can be had: 3 parameters are too few"):
        compare(tiny, tmp_path / "tiny", run=subject.run)


def test_the_table_and_its_files(tmp_path: Path) -> None:
    subject = Written(stop=ALL[5])
    which = contest(subject)
    found = compare(which, tmp_path, run=subject.run)
    write_report(which, found, tmp_path, "musicrnn compare tunes -o here")
    table = {row[0]: dict(zip(HEADER, row, strict=True)) for row in lines(which, found)}
    assert list(table) == ["lstm", "gru", "(markov, no network)", "(marginal, no network)"]
    assert table["lstm"]["test"] == "3.050"
    assert table["lstm"]["seeds"] == "2/3"
    assert table["lstm"]["ms an update"] == "10.5"
    assert table["gru"]["± 95 %"] == "-"
    assert table["(markov, no network)"]["test"] == "5.000"
    page = (tmp_path / "table.md").read_text("utf-8")
    assert "| lstm | 3.050 |" in page
    assert "- gru is not complete: 1 of 3 seeds" in page
    assert "musicrnn compare tunes -o here" in page
    assert "1 thread." in page
    tex = (tmp_path / "table.tex").read_text("utf-8").splitlines()
    assert tex[0] == "% musicrnn compare tunes -o here"
    assert "% gru is not complete: 1 of 3 seeds" in tex
    assert r"\begin{tabular}{l" + "r" * (len(HEADER) - 1) + "}" in tex
    heads = next(line for line in tex if line.startswith("cell & test &"))
    assert heads.split(" & ")[2] == r"$\pm$ 95 \%"
    row = next(line for line in tex if line.startswith("lstm & 3.050 & "))
    assert row.endswith(r" \\")
    assert row.count(" & ") == len(HEADER) - 1
    stored = json.loads((tmp_path / "table.json").read_text("utf-8"))
    assert stored["cells"][0]["tests"] == [3.0, 3.1]
    assert stored["cells"][0]["rates"] == [{"rate": 0.1, "valid": 3.0}, {"rate": 0.2, "valid": 2.0}]
    assert stored["cells"][0]["complete"] is False
    assert stored["baselines"] == {"markov": 5.0, "marginal": 6.0}
    assert stored == {
        **json.loads(json.dumps(as_json_object(which, found))),
        "command": "musicrnn compare tunes -o here",
    }
    drawn = (tmp_path / "plot.svg").read_text("utf-8")
    assert drawn.startswith("<svg")
    for text in ("lstm", "gru", "3.050", "ms an update", "markov 5.000"):
        assert text in drawn


def test_two_commands_with_different_cells_fill_one_table(tmp_path: Path) -> None:
    subject = Written()
    compare(contest(subject, cells=("lstm",)), tmp_path, run=subject.run)
    found = compare(contest(subject, cells=("gru",)), tmp_path, run=subject.run)
    assert [cell.cell for cell in found.cells] == ["lstm", "gru"]
    assert found.complete


def test_damaged_files_are_named(tmp_path: Path) -> None:
    subject = Written()
    compare(contest(subject, seeds=1), tmp_path, run=subject.run)
    path = tmp_path / "rows" / f"{ALL[0]}.json"
    other_kind = json.dumps({**json.loads(path.read_text()), "valid": "far"})
    for text in ("{", "[]", '{"cell": "lstm"}', other_kind):
        path.write_text(text)
        with pytest.raises(MusicRNNError, match=r"lstm-rate0.1-seed0.json"):
            compare(contest(subject, seeds=1), tmp_path, run=subject.run)
    path.unlink()
    (tmp_path / "settings.json").unlink()
    with pytest.raises(MusicRNNError, match=r"has rows but no settings.json"):
        compare(contest(subject, seeds=1), tmp_path, run=subject.run)
    (tmp_path / "file").write_text("")
    with pytest.raises(MusicRNNError, match="cannot write"):
        compare(contest(subject), tmp_path / "file", run=subject.run)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Budget(0, updates=1), "parameters must be 1 or more, got 0"),
        (lambda: Budget(9), "a budget is updates or minutes, got None and None"),
        (lambda: Budget(9, updates=1, minutes=1.0), "got 1 and 1.0"),
        (lambda: Budget(9, updates=1, seeds=0), r"seeds must be in 1\.\.1000, got 0"),
        (lambda: Budget(9, updates=1, rates=(0.1, 0.1)), "rates must be different numbers"),
        (lambda: RunConfig(threads=0), r"threads must be in 1\.\.1024, got 0"),
        (lambda: contest(Written(), cells=("lstm", "lstn")), "got 'lstn'; did you mean lstm"),
        (lambda: contest(Written(), cells=("gru", "gru")), "got gru, gru"),
        (lambda: contest(Written(), rates=(-1.0,)), "learning_rate must be more than 0"),
        (lambda: contest(Written(), clip=0.0), "clip must be more than 0"),
    ],
)
def test_wrong_values_are_said_before_anything_is_run(make, message: str) -> None:
    with pytest.raises(MusicRNNError, match=message):
        make()
