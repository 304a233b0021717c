"""The pages of the paper in both layouts: number, widths, letters and fonts, order; and that each check can fail."""

from __future__ import annotations

import io
import re
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
import pypdf
import pytest
import studies
import typst
from pypdf.generic import ContentStream, StreamObject

from bri_eval.checks import InputError
from bri_eval.report.paper import LAYOUTS, overfull, set_paper, set_papers

PAPER = studies.SHIPPED.parents[1] / "paper"
MAIN = "paper/main.typ"
FONTS = {"LibertinusSerif", "NewCMMath", "DejaVuSansMono"}
SECTIONS = (
    "Introduction", "The paper it starts from", "Framework", "Data", "Weights", "Ranking, with intervals", "Audit",
    "What causes the uncertainty", "Coordination and obstacles", "Modes and mixes", "Panel evidence", "Claims ledger",
    "Limits", "Conclusion",
)  # fmt: skip
SMALLEST = 6.5
"""Points, of the notes below a table of the journal layout."""


@dataclass(frozen=True)
class Pages:
    """A paper as set, what Typst warned of, and its texts by page."""

    content: bytes
    warnings: list[str]
    texts: tuple[str, ...]

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts))


@cache
def pages_of(out: Path, layout: str) -> Pages:
    """Set the paper of a build once a session."""
    content, warnings = typst.compile_with_warnings(
        str(out / MAIN), root=str(out), ignore_system_fonts=True, timestamp=0, sys_inputs={"layout": layout}
    )
    return Pages(content, [warning.message for warning in warnings], tuple(studies.pdf_text(content).split("\f")))


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    return studies.shipped(tmp_path_factory.getbasetemp()).out


@pytest.fixture(scope="module", params=LAYOUTS)
def pages(request, out) -> Pages:
    return pages_of(out, request.param)


@cache
def shown(content: bytes) -> tuple[tuple[str, float, bytes], ...]:
    """Return font, size and glyph numbers, two bytes each, of every text that a PDF shows; drawings are left out."""
    reader, found = pypdf.PdfReader(io.BytesIO(content)), []
    for page in reader.pages:
        fonts = {
            name: str(font.get_object()["/BaseFont"]) for name, font in page["/Resources"].get("/Font", {}).items()
        }
        assert all(font.get_object()["/Subtype"] == "/Type0" for font in page["/Resources"].get("/Font", {}).values())
        texts = StreamObject()
        texts.set_data(b"\n".join(re.findall(rb"BT\s.*?\nET", page.get_contents().get_data(), re.DOTALL)))
        for operands, operator in ContentStream(texts, reader).operations:
            if operator == b"Tf":
                font, size = re.sub(r"^/[A-Z]{6}\+|-.*$", "", fonts[operands[0]]), float(operands[1])
            elif operator in (b"Tj", b"TJ"):
                parts = operands[0] if operator == b"TJ" else operands
                found.append((font, size, b"".join(getattr(part, "original_bytes", b"") for part in parts)))
    return tuple(found)


def missing(content: bytes) -> list[str]:
    """List the fonts that show glyph number 0, which stands for what a font does not have."""
    return [
        font for font, _, glyphs in shown(content) if b"\0\0" in {glyphs[i : i + 2] for i in range(0, len(glyphs), 2)}
    ]


def small(folder: Path, body: str) -> Path:
    """Write a paper of one text in the style of the paper."""
    (folder / "paper").mkdir(exist_ok=True)
    shutil.copy(PAPER / "style.typ", folder / "paper")
    layout = 'layout: sys.inputs.at("layout", default: "manuscript")'
    head = f'#import "style.typ": *\n#show: paper.with(title: "T", {layout})\n'
    (folder / MAIN).write_text(head + body, encoding="utf-8")
    return folder


# the shipped paper


def test_a_paper_has_the_length_of_one(pages):
    assert 18 <= len(pages.texts) <= 30


def test_nothing_is_wider_or_taller_than_its_room(out):
    assert [overfull(out, MAIN, layout=layout) for layout in LAYOUTS] == [[], []]


def test_typesetting_warns_of_nothing(pages):
    assert pages.warnings == []


def test_no_letter_is_missing_and_fonts_are_those_of_the_package(pages):
    assert missing(pages.content) == []
    assert {font for font, _, _ in shown(pages.content)} == FONTS
    assert "\ufffd" not in pages.text


def test_type_is_legible(pages):
    sizes = {size for font, size, _ in shown(pages.content) if font != "NewCMMath"}  # its indices may be smaller
    assert min(sizes) >= SMALLEST


def test_sections_stand_in_their_order(pages):
    places = [re.search(rf"\b{number} {name} ", pages.text) for number, name in enumerate(SECTIONS, start=1)]
    assert None not in places
    assert [place.start() for place in places] == sorted(place.start() for place in places)
    assert pages.text.index("Data and code availability") < pages.text.index("References Arellano")
    assert pages.text.index("References Arellano") < pages.text.index("A Indicators and sources")


def test_the_appendix_has_every_indicator_source_and_statement(pages, out):
    plain = re.sub(r"\W", "", pages.text.partition("A Indicators and sources")[2])
    for table, column in (("all_indicators", "indicator"), ("sources", "publisher"), ("traceability", "content")):
        cells = pd.read_csv(out / "answers" / f"{table}.csv")[column]
        assert len(cells) >= 24
        assert [cell for cell in cells if re.sub(r"\W", "", cell) not in plain] == []


def test_every_figure_and_table_is_there_with_its_number(pages):
    for kind, mark in (("Figure", ""), ("Table", ""), ("Table", "A")):
        numbers = sorted(int(number) for number in re.findall(rf"\b{kind} {mark}(\d+)\. ", pages.text))
        assert numbers[0] == 1
        assert set(numbers) == set(range(1, numbers[-1] + 1))


def test_the_front_has_what_a_journal_asks_for(pages):
    front = " ".join(pages.texts[0].split())
    abstract = front.partition("Abstract. ")[2].partition(" Keywords:")[0]
    assert 100 <= len(abstract.split()) <= 200
    assert re.search(r"JEL: [A-Z]\d\d(, [A-Z]\d\d)+\.", front)
    assert "to be completed" in front


def test_the_journal_has_a_running_head_and_more_on_a_page(out):
    manuscript, journal = (pages_of(out, layout) for layout in LAYOUTS)
    head = "Logistics capability of the Belt and Road economies"
    assert head in journal.texts[2]
    assert head not in manuscript.text
    assert len(journal.texts) < len(manuscript.texts)


def test_both_layouts_say_the_same(out):
    """Numbers that no line breaks, but for those of references, whose addresses break anywhere."""
    words = [set(re.findall(r"(?<= )\d\.\d+(?= )", pages_of(out, layout).text)) for layout in LAYOUTS]
    assert len(words[0]) > 300
    assert words[0] == words[1]


def test_the_manuscript_is_the_paper_of_the_run(out):
    assert pages_of(out, LAYOUTS[0]).content == (out / "paper.pdf").read_bytes()


# the checks themselves


def test_a_word_wider_than_its_cell_is_found(tmp_path):
    long = "#figure(table(columns: (1fr, 9fr), [Averyverylongword], [b]), kind: table, caption: [c])"
    (found,) = overfull(small(tmp_path, long), MAIN)
    assert found[:2] == ("cell", "Averyverylongword")
    assert float(found[2]) > float(found[3])
    assert overfull(small(tmp_path, long.replace("verylong", "")), MAIN) == []


def test_a_table_that_fits_one_column_may_be_too_wide_for_two(tmp_path):
    wide = "#figure(table(columns: 12, ..range(12).map(i => [Word#i])), kind: table, caption: [c])"
    assert overfull(small(tmp_path, wide), MAIN) == []
    assert overfull(small(tmp_path, wide.replace("12", "24")), MAIN) != []


@pytest.mark.parametrize(("width", "found"), [("450pt", 0), ("460pt", 0), ("480pt", 1)])
def test_a_figure_that_must_shrink_is_found(tmp_path, width, found):
    drawn = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="9pt"></svg>'
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "some.svg").write_text(drawn, encoding="utf-8")
    marks = overfull(small(tmp_path, '#floating[#plate("some", [c]) <fig-some>] @fig-some'), MAIN)
    assert [mark[:2] for mark in marks] == [("figure", "/figures/some.svg")] * found


def test_a_float_taller_than_the_page_is_found(tmp_path):
    tall = "#figure(rect(height: {}cm), caption: [c])"
    assert [mark[0] for mark in overfull(small(tmp_path, tall.format(25)), MAIN)] == ["tall"]
    assert overfull(small(tmp_path, tall.format(20)), MAIN) == []


def test_a_letter_that_no_font_has_is_found(tmp_path):
    assert missing(set_paper(small(tmp_path, "plain é ş Σ"), MAIN)) == []
    assert missing(set_paper(small(tmp_path, "\u4e00"), MAIN)) != []


@pytest.mark.parametrize("text", ["@tab-absent", '#file("regressions/absent")', '#file("figures/absent")'])
def test_a_reference_to_what_is_not_there_is_refused(tmp_path, text):
    with pytest.raises(InputError, match=r"absent"):
        set_paper(small(tmp_path, text), MAIN)


def test_a_file_of_the_run_may_be_named(tmp_path):
    (tmp_path / "regressions").mkdir()
    (tmp_path / "regressions" / "some.csv").write_text("a\n", encoding="utf-8")
    assert "See regressions/some." in studies.pdf_text(
        set_paper(small(tmp_path, 'See #file("regressions/some").'), MAIN)
    )


def test_a_long_table_breaks_and_repeats_its_header(tmp_path):
    rows = "#floating[#figure(table(columns: 1, table.header[Head], ..range(120).map(i => [row #i])), caption: [c])]"
    first, second, *_ = (page.split() for page in studies.pdf_text(set_paper(small(tmp_path, rows), MAIN)).split("\f"))
    assert "Head" in first
    assert second[0] == "Head"


def test_every_layout_has_its_file_and_an_unknown_one_is_refused(tmp_path):
    made = set_papers(small(tmp_path, "#lorem(900)"), MAIN)
    assert list(made) == ["paper.pdf", "paper_journal.pdf"]
    assert len(set(made.values())) == 2
    with pytest.raises(InputError, match=r"main.typ: unknown layout 'journall'.*did you mean 'journal'"):
        set_paper(tmp_path, MAIN, layout="journall")
