"""A table in LaTeX: balanced, as many cells as columns, never wider than the text, long ones over pages."""

import re

import pytest

from bri_eval.report.latex import escape_latex, latex_table
from bri_eval.report.widths import LONG

SENTENCE = "three words each " * 10
PLAIN = [["Row", "Value"], ["x", "1.5"]]
WORDY = [["Id", "Said", "Value"], ["C1", SENTENCE, "1"]]
TALL = [["Row", "Value"], *[["x", "1"]] * (LONG + 1)]
WIDE = [[f"Column {number} of many" for number in range(9)], *[["1"] * 9] * (LONG + 1)]


def made(cells, **more) -> str:
    alignment = "l" + "r" * (len(cells[0]) - 1)
    return latex_table(cells, **{"label": "some", "title": "Title", "alignment": alignment, **more})


def parts(text: str) -> list[float]:
    """Return the parts of the text's width that paragraph columns take."""
    return [float(part) for part in re.findall(r"p\{\\dimexpr ([\d.]+)\\linewidth-2\\tabcolsep\\relax\}", text)]


@pytest.mark.parametrize("cells", [PLAIN, WORDY, TALL, WIDE, [["Row", "Value"]]])
@pytest.mark.parametrize("notes", [(), ("A note.", "Another, 5 %.")])
def test_environments_are_nested_and_rows_have_their_cells(cells, notes):
    text, open_ones = made(cells, notes=notes), []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+)\}", text):
        if kind == "begin":
            open_ones.append(name)
        else:
            assert open_ones.pop() == name
    assert open_ones == []
    assert text.count(r"\begingroup") == text.count(r"\endgroup")
    rows = [line for line in text.splitlines() if line.endswith(r" \\") and "caption" not in line]
    assert {line.count(" & ") for line in rows} == {len(cells[0]) - 1}
    assert len(rows) == len(cells) + text.count("longtable}{")
    assert re.sub(r"\\[{}]", "", text).count("{") == re.sub(r"\\[{}]", "", text).count("}")


def test_a_plain_table_shrinks_to_the_text():
    text = made(PLAIN)
    assert text.startswith("% Needs booktabs, adjustbox; UTF-8.\n")
    assert r"\begin{adjustbox}{max width=\linewidth}" in text
    assert r"\begin{tabular}{lr}" in text


@pytest.mark.parametrize("cells", [WORDY, WIDE])
def test_paragraph_columns_take_the_text_and_no_more(cells):
    text = made(cells)
    assert len(parts(text)) == len(cells[0])
    assert sum(parts(text)) == pytest.approx(1, abs=1e-3)  # each of up to nine parts is rounded to four digits
    assert "array" in text.splitlines()[0]
    assert "adjustbox" not in text
    assert text.count(r"\raggedright") == 1
    assert text.count(r"\raggedleft") == len(cells[0]) - 1


def test_a_long_table_repeats_its_header():
    text = made(TALL)
    assert text.startswith("% Needs booktabs, longtable; UTF-8.\n")
    assert text.count(r"Row & Value \\") == 2
    assert text.index(r"\endfirsthead") < text.index(r"\endhead") < text.index(r"\endfoot") < text.index("x & 1")
    assert r"\begin{table}" not in text
    assert parts(text) == []


def test_a_bracket_or_star_that_begins_a_row_is_not_the_argument_of_the_row_before():
    assert "\n{}[q] & 1 \\\\" in made([["Row", "Value"], ["[q]", "1"]])
    assert "\n{}*q & 1 \\\\" in made([["Row", "Value"], ["*q", "1"]])


def test_notes_stand_below():
    assert r"\footnotesize One. 5 \%." in made(PLAIN, notes=("One.", "5 %."))
    assert "smallskip" not in made(PLAIN)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        (r"\&{~", r"\textbackslash{}\&\{\textasciitilde{}"),
        ("-1.5", "$-$1.5"),
        ("\u22121.5", "$-$1.5"),
        ("(-1 to -.5)", "($-$1 to $-$.5)"),
        ("2018-10-27", "2018-10-27"),
    ],
)
def test_characters_are_escaped(text, escaped):
    assert escape_latex(text) == escaped
