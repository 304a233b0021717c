"""One table in every kind of file: digits, blanks, signs, and each character that a typesetter reads as markup."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree

import docx
import numpy as np
import pandas as pd
import pytest
from studies import typeset

from bri_eval.report.exhibits import WRITERS, Exhibit, as_csv, as_docx, as_html, as_latex, as_typst
from bri_eval.report.widths import LONG

MINUS = "\u2212"
PLAIN_TEXT = [
    "a & b", "5 %", "a_b", "$x$", "#x", "a^b", "a~b", "a\\b", "a \\", "\\u{41}", "*b*", "_b_", "<x>", "a < b > c",
    "a@b", "[q]", "]", "[", "`c`", "{z}", "a; b", "'q'", 'say "q"', "Côte d'Ivoire", "a/b", "/* a", "https://x.org/a_b",
    "1-5", "G/(G-1) (n-1)/(n-k)", "p = 0.05", "1 + 1", "Σ é ş",
]  # fmt: skip
MARKUP = ["a // b", "//", "= b", "- b", "+ b", "/ a: b", "a--b", "a---b", "a -? b"]
LATEX = {
    "a & b": r"a \& b",
    "5 %": r"5 \%",
    "a_b": r"a\_b",
    "$x$": r"\$x\$",
    "#x": r"\#x",
    "{z}": r"\{z\}",
    "a^b": r"a\textasciicircum{}b",
    "a~b": r"a\textasciitilde{}b",
    "~^{}": r"\textasciitilde{}\textasciicircum{}\{\}",
    "a-b": "a-b",
    "[q]*": "[q]*",
}


def exhibit(table=None, **more) -> Exhibit:
    table = pd.DataFrame({"row": ["x"], "value": [1.5]}) if table is None else table
    return Exhibit(**{"code": "some", "title": "Title", "table": table, **more})


def cells_of(text: str) -> list[list[str]]:
    """Return the rows of a LaTeX tabular as lists of cells, header first."""
    rows = [line.removesuffix(r" \\") for line in text.splitlines() if line.endswith(r" \\")]
    return [re.split(r" (?<!\\)& ", row) for row in rows]


# CSV


def test_csv_has_eight_significant_digits_and_lf():
    table = pd.DataFrame({"row": ["a", "b, c"], "x": [1 / 3, -123456789.123], "n": [1, 20], "y": [1e-12 / 3, np.nan]})
    assert as_csv(exhibit(table)) == 'row,x,n,y\na,0.33333333,1,3.3333333e-13\n"b, c",-1.2345679e+08,20,\n'


@pytest.mark.parametrize("value", [np.pi, 1 / 7, 12345.678912, 1e300, 5e-324, -0.1, 1.0])
def test_csv_reads_back_to_eight_digits(value):
    text = as_csv(exhibit(pd.DataFrame({"row": ["x"], "value": [value]})))
    assert pd.read_csv(io.StringIO(text))["value"][0] == pytest.approx(value, rel=5e-8)


def test_csv_has_hidden_columns_and_no_heading_or_format():
    made = exhibit(hidden=("value",), formats={"value": ".0f"}, headings={"row": "Economy"})
    assert as_csv(made) == "row,value\nx,1.5\n"


# cells


@pytest.mark.parametrize(
    ("value", "spec", "shown"),
    [
        (0.12345, ".3f", "0.123"),
        (-0.12345, ".3f", f"{MINUS}0.123"),
        (-0.0001, ".3f", "0.000"),
        (-0.0, ".1f", "0.0"),
        (-0.0006, ".3f", f"{MINUS}0.001"),
        (np.nan, ".3f", ""),
        (None, ".3f", ""),
        (pd.NA, "", ""),
        ("as it is", ".3f", "as it is"),
        ("-0.5", "", f"{MINUS}0.5"),
        (7, "", "7"),
        (0.0004, "p", "< 0.001"),
        (0.001, "p", "0.001"),
        (0.0496, "p", "0.050"),
        (np.nan, "p", ""),
    ],
)
def test_a_cell_is_printed(value, spec, shown, tmp_path):
    made = exhibit(pd.DataFrame({"row": ["x"], "value": pd.Series([value], dtype=object)}), formats={"value": spec})
    assert f"x {shown}".rstrip() in typeset(as_typst(made), tmp_path).splitlines()
    assert cells_of(as_latex(made))[1][1].replace("$-$", MINUS).replace(r"\textless{}", "<") == shown


def test_headings_are_words_and_hidden_columns_are_not_printed(tmp_path):
    table = pd.DataFrame({"row": ["x"], "share_of_all": [1], "secret": ["s"], "R2": [2]})
    made = exhibit(table, headings={"row": ""}, hidden=("secret",))
    assert typeset(as_typst(made), tmp_path).splitlines()[:2] == ["Share of all R2", "x 1 2"]
    assert cells_of(as_latex(made)) == [["", "Share of all", "R2"], ["x", "1", "2"]]


def test_the_first_column_and_keys_are_left_the_rest_right():
    table = pd.DataFrame([["a", "s", "b", 1.0]], columns=["row", "secret", "name", "value"])
    made = exhibit(table, keys=("name",), hidden=("secret",))
    assert r"\begin{tabular}{llr}" in as_latex(made)
    assert "align: (left, left, right,)" in as_typst(made)


def test_title_label_and_notes_are_there(tmp_path):
    made = exhibit(notes=("First note.", "Second note."))
    text = as_latex(made)
    assert r"\caption{Title}\label{tab:some}" in text
    assert "First note. Second note." in text
    shown = typeset(as_typst(made) + "\nSee @tab-some.", tmp_path)
    assert "First note. Second note." in shown
    assert "Table 1: Title" in shown
    assert "See Table 1." in shown


def test_a_table_without_rows_or_notes_is_still_a_table(tmp_path):
    made = exhibit(pd.DataFrame({"row": [], "value": []}))
    assert typeset(as_typst(made), tmp_path).splitlines()[0] == "Row Value"
    assert cells_of(as_latex(made)) == [["Row", "Value"]]
    assert as_csv(made) == "row,value\n"


@pytest.mark.parametrize("rows", [LONG, LONG + 1])
def test_only_a_long_table_breaks_over_pages(rows, tmp_path):
    """Below half a page of space a table that may not break starts on the next page."""
    made = exhibit(pd.DataFrame({"row": [f"row {number}" for number in range(rows)]}))
    pages = typeset("Above #v(25em)\n" + as_typst(made), tmp_path).split("\f")
    assert len(pages) == 2
    assert ("row 0\n" in pages[0]) == (rows > LONG)
    assert f"row {rows - 1}\n" in pages[1]


def test_every_writer_is_named_by_its_suffix():
    assert [WRITERS[kind] for kind in ("csv", "tex", "typ")] == [as_csv, as_latex, as_typst]


@pytest.mark.parametrize("kind", WRITERS)
def test_every_writer_leaves_the_table_alone_and_a_text_ends_with_one_line_feed(kind):
    made = exhibit(notes=("A note.",), formats={"value": ".3f"}, hidden=("row",))
    before = made.table.copy()
    text = WRITERS[kind](made)
    assert isinstance(text, bytes if kind == "docx" else str)
    assert isinstance(text, bytes) or (text.endswith("\n") and not text.endswith("\n\n") and "\r" not in text)
    pd.testing.assert_frame_equal(made.table, before)


@pytest.mark.parametrize("text", [*PLAIN_TEXT, *MARKUP, "-1.5"])
def test_html_and_word_hold_a_text_as_it_is(text):
    shown = MINUS + "1.5" if text == "-1.5" else text
    page = ElementTree.fromstring(as_html(everywhere(text)))
    assert [cell.text for cell in page.iter("td")] == ["x", shown, text]
    assert [cell.text for cell in page.iter("th")] == ["Row", shown]
    assert page.find("caption").text == text
    opened = docx.Document(io.BytesIO(as_docx(everywhere(text))))
    assert [[cell.text for cell in row.cells] for row in opened.tables[0].rows] == [["Row", shown], ["x", shown]]
    assert [paragraph.text for paragraph in opened.paragraphs] == [text, text]


def test_html_aligns_cells_and_spans_the_notes():
    text = as_html(exhibit(notes=("A note.",)))
    assert text.count('style="text-align: left"') == text.count('style="text-align: right"') == 2
    assert '<tfoot><tr><td colspan="2">A note.</td></tr></tfoot>' in text
    assert text.startswith('<table id="tab-some">')
    assert "tfoot" not in as_html(exhibit())


# characters


def everywhere(text: str) -> Exhibit:
    """Return a table that has a text as title, heading, cell and note."""
    table = pd.DataFrame({"row": ["x"], "value": [text]})
    return exhibit(table, title=text, headings={"value": text}, notes=(text,))


@pytest.mark.parametrize("text", PLAIN_TEXT + MARKUP)
def test_typst_prints_a_text_as_it_is(text, tmp_path):
    lines = typeset(as_typst(everywhere(text)), tmp_path).splitlines()
    assert lines[:4] == [f"Row {text}", f"x {text}", text, f"Table 1: {text}"]


@pytest.mark.parametrize(("text", "escaped"), LATEX.items())
def test_latex_escapes_a_text_everywhere(text, escaped):
    made = as_latex(everywhere(text))
    assert cells_of(made) == [["Row", escaped], ["x", escaped]]
    assert rf"\caption{{{escaped}}}" in made
    assert rf"\footnotesize {escaped}" in made


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a\\b", r"a\textbackslash{}b"),
        ("\\&{~", r"\textbackslash{}\&\{\textasciitilde{}"),
        ("a < b", r"a \textless{} b"),
        ("> b", r"\textgreater{} b"),
    ],
)
def test_latex_escapes_what_it_would_read_or_set_otherwise(text, escaped):
    assert cells_of(as_latex(everywhere(text)))[1] == ["x", escaped]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("-1.5", f"{MINUS}1.5"),
        ("-.5", f"{MINUS}.5"),
        ("it is -1.5 (-2 to -1)", f"it is {MINUS}1.5 ({MINUS}2 to {MINUS}1)"),
        ("[-1, 2]", f"[{MINUS}1, 2]"),
        ("-x", "-x"),
        ("1-5", "1-5"),
        ("2018-10-27", "2018-10-27"),
        ("-", "-"),
    ],
)
def test_a_hyphen_is_a_minus_sign_only_before_a_number(text, shown, tmp_path):
    made = everywhere(text)
    assert typeset(as_typst(made), tmp_path).splitlines()[1] == f"x {shown}"
    assert cells_of(as_latex(made))[1][1] == shown.replace(MINUS, "$-$")


def test_columns_of_sentences_share_the_page():
    table = pd.DataFrame({"id": ["C1"], "said": ["three words each " * 10], "value": [0.5]})
    assert "#table(columns: (auto, 137fr, auto,), align: (left, left, right,)," in as_typst(
        exhibit(table, keys=("said",))
    )
    assert "#table(columns: 2, align: (left, right,)," in as_typst(exhibit())
