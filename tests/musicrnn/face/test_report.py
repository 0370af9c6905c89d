"""Lines on a training for people: what was left out, summed up where there is much of a kind."""

from musicrnn.face.report import each_left_out, left_out
from musicrnn.training.data import SkippedFile


def test_much_of_a_kind_is_summed_up() -> None:
    notes = [SkippedFile(f"{n}.mid", "it has no note") for n in range(14)]
    copies = [SkippedFile(f"copy {n}.mid", f"the same as {n}.mid") for n in range(12)]
    odd = [SkippedFile("odd.mid", "the MIDI header is cut off: 4 bytes of 14")]
    lines = left_out([*notes, *odd, *copies])
    assert len(lines) == 10 + 1 + 10 + 2 + 1
    assert lines[0] == "left out 0.mid: it has no note"
    assert "left out odd.mid: the MIDI header is cut off: 4 bytes of 14" in lines
    assert lines[-3:] == [
        "... and 4 more left out: it has no note",
        "... and 2 more left out for reasons such as: the same as 0.mid",
        "27 files left out",
    ]


def test_few_are_all_named() -> None:
    few = [SkippedFile(f"{n}.mid", "it has no note") for n in range(10)]
    assert each_left_out(few, "refused") == [f"refused {n}.mid: it has no note" for n in range(10)]
    assert left_out([]) == []
