"""A table of LaTeX: its rows and rules, and text that means something else there."""

from musicrnn.metrics.latex import escaped, latex_table


def test_a_table() -> None:
    made = latex_table(["cell", "± 95 %"], [["lstm", "0.1"], ["a_b & c", "-"]])
    assert made.splitlines() == [
        r"\begin{tabular}{lr}",
        r"\toprule",
        r"cell & $\pm$ 95 \% \\",
        r"\midrule",
        r"lstm & 0.1 \\",
        r"a\_b \& c & - \\",
        r"\bottomrule",
        r"\end{tabular}",
    ]


def test_all_that_latex_reads_otherwise_is_escaped() -> None:
    assert escaped("a\\b") == r"a\textbackslash{}b"
    assert escaped("&%$#_{}") == r"\&\%\$\#\_\{\}"
    assert escaped("2^3~4") == r"2\textasciicircum{}3\textasciitilde{}4"
    assert escaped("two\nlines") == "two lines"
