"""Where a paper shows what: read back from a paper that is set, not from its source."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import studies

from bri_eval.report.usage import Use, marked, uses_in_paper

NUMBERS = {"fit/a/estimate": "0.12", "fit/b/estimate": "0.34", "index/ranked": "65", "index/unused": "1", "x/y": "2 %"}
PAPER = """\
#let n(key) = json("numbers.json").at(key)
#let fit(model, key) = n("fit/" + model + "/" + key)
#let model = "b"
Before any heading: #n("index/ranked").
= First
Put together: #fit(model, "estimate"), and in a formula $x = #n("x/y")$.
#figure(table([#n("index/ranked")]), caption: [Of #n("x/y")]) <tab-scores>
#pagebreak()
== Second *part*
#figure(rect(), caption: [None]) <fig-map>
#figure(rect(), caption: [Without a label])
#figure(rect(), caption: [Of another kind]) <other-thing>
#fit("a", "estimate")#fit("a", "estimate")
"""


def paper(folder: Path, source: str = PAPER, numbers: dict | None = None) -> Path:
    (folder / "paper").mkdir()
    (folder / "paper" / "main.typ").write_text(source, encoding="utf-8")
    (folder / "paper" / "numbers.json").write_text(json.dumps(numbers or NUMBERS), encoding="utf-8")
    return folder


def use(kind: str, name: str, section: str, page: int) -> Use:
    return Use(kind=kind, name=name, section=section, page=page)


def test_numbers_are_found_however_their_keys_are_put_together(tmp_path):
    assert uses_in_paper(paper(tmp_path), "paper/main.typ") == (
        use("number", "index/ranked", "", 1),
        use("number", "fit/b/estimate", "First", 1),
        use("number", "x/y", "First", 1),
        use("number", "index/ranked", "First", 1),
        use("number", "x/y", "First", 1),
        use("number", "fit/a/estimate", "Second part", 2),
        use("number", "fit/a/estimate", "Second part", 2),
        use("table", "scores", "First", 1),
        use("figure", "map", "Second part", 2),
    )


def test_nothing_is_left_behind(tmp_path):
    uses_in_paper(paper(tmp_path), "paper/main.typ")
    assert sorted(path.name for path in (tmp_path / "paper").iterdir()) == ["main.typ", "numbers.json"]
    assert json.loads((tmp_path / "paper" / "numbers.json").read_text(encoding="utf-8")) == NUMBERS


@pytest.mark.parametrize("source", ['#let n = json("numbers.json")\n#int(n.at("index/ranked"))', "#absent"])
def test_a_paper_that_cannot_be_set_with_marks_is_not_asked(tmp_path, source):
    assert uses_in_paper(paper(tmp_path, source), "paper/main.typ") is None
    assert json.loads((tmp_path / "paper" / "numbers.json").read_text(encoding="utf-8")) == NUMBERS


def test_a_paper_without_numbers_uses_none(tmp_path):
    (tmp_path / "main.typ").write_text("No numbers.\n", encoding="utf-8")
    assert uses_in_paper(tmp_path, "main.typ") == ()


def test_marks_are_of_one_length_and_different():
    texts = list(marked({str(place): "" for place in range(300)}).values())
    assert len(set(texts)) == 300
    assert {len(text) for text in texts} == {5}


def test_marks_move_nothing(tmp_path):
    """The pages of the shipped paper are those of the paper with marks."""
    plain = studies.typeset(" ".join(f"{key} is {text}." for key, text in NUMBERS.items()), tmp_path / "a")
    texts = marked(NUMBERS)
    rule = '#show regex("[\\u{FE00}-\\u{FE0F}]{5}"): it => []\n'
    assert studies.typeset(rule + " ".join(f"{key} is {text}." for key, text in texts.items()), tmp_path / "b") == plain
