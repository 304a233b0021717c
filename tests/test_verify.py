"""Some forty planted changes, each caught and blamed on the right file and kind; and what is no change."""

from __future__ import annotations

import re
from pathlib import Path

import planted
import pytest
import studies
from planted import Published
from studies import edit

from bri_eval.replication.expected import expected_of, read_expected, sealed
from bri_eval.report import tables
from bri_eval.verify import verify


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Published:
    return planted.publish(tmp_path_factory.mktemp("published"))


@pytest.fixture
def copied(published, tmp_path) -> Published:
    return published.copied(tmp_path)


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def put(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


# nothing planted


def test_the_same_again_is_the_same_to_the_letter(copied):
    verdict = copied.verified()
    assert verdict.same
    (line,) = verdict.lines
    tables = copied.expected["exhibits"].values()
    cells = sum(len(table["rows"]) * len(table["columns"]) for table in tables)
    assert line == (
        f"equal to expected.json: {len(tables)} tables ({cells} cells), 3 figures and "
        f"{len(copied.expected['numbers'])} numbers of the text to the letter, every file to the byte, as on the same "
        "environment and platform; nothing has changed since"
    )


def test_line_ends_are_nobodys_fault(copied):
    for path in [*copied.study.parent.rglob("*.*"), *copied.out.rglob("*.csv")]:
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    verdict = copied.verified()
    assert verdict.same, verdict.lines
    assert len(verdict.lines) == 1


def test_a_fresh_run_of_the_shipped_study_is_what_was_published(tmp_path_factory):
    results = studies.shipped(tmp_path_factory.getbasetemp()).results
    path = results.study.paper.parent / "expected.json"
    verdict = verify(read_expected(path), expected_of(results), path, home=results.study.origin.parent)
    assert verdict.same, verdict.lines


# inputs


def cell(study: Path) -> None:
    edit(study / "tables/measures.csv", "ALB,2010,", "ALB,2010,9")


def deleted_row(study: Path) -> None:
    put(study / "tables/measures.csv", [x for x in lines_of(study / "tables/measures.csv") if "ARM,2012" not in x])


def added_row(study: Path) -> None:
    put(study / "tables/trade.csv", [*lines_of(study / "tables/trade.csv"), "KAZ,2016,5,5"])


def swapped_rows(study: Path) -> None:
    header, first, second, *rest = lines_of(study / "tables/trade.csv")
    put(study / "tables/trade.csv", [header, second, first, *rest])


def weights(study: Path) -> None:
    text = (study / "framework.toml").read_text(encoding="utf-8")
    halves = text.replace('parent = "capability"', 'parent = "capability"\nweight = 0.5')
    (study / "framework.toml").write_text(halves, encoding="utf-8")


def bibliography(study: Path) -> None:
    (study / "paper/refs.bib").write_text("@book{two2020, title = {Two}}\n", encoding="utf-8")


def source_of_the_paper(study: Path) -> None:
    (study / "paper/more.typ").write_text("More.\n", encoding="utf-8")


INPUTS = {
    "cell of a table": (cell, "tables/measures.csv", "changed", r"scores: row 1 \(AFG 2010\), "),
    "deleted row": (deleted_row, "tables/measures.csv", "changed", r"coverage: row 1 \(speed\), 2012: expected 7, fou"),
    "added row": (added_row, "tables/trade.csv", "changed", ""),
    "swapped rows": (swapped_rows, "tables/trade.csv", "changed", ""),
    "direction": ("framework.toml", 'direction = "cost"\n', "", r"scores: row 1 .*hardware: "),
    "weights": (weights, "framework.toml", "changed", ""),
    "recipe": ("study.toml", '"topsis"', '"arithmetic"', r"scores: row 1 .*capability: "),
    "seed": ("study.toml", "seed = 1", "seed = 2", ""),
    "judgement": ("judgements.csv", "hardware,software,2", "hardware,software,3", r"weights: row 1 "),
    "model": ("models.toml", ', "income"]', "]", r"coefficients: row 2 \(trade pooled"),
    "typed number": ("paper/main.typ", "economies, led", "economies of 64, led", ""),
    "key in the text": ("paper/main.typ", "index/best", "index/worst", ""),
    "style": ("paper/style.typ", "8pt", "9pt", ""),
    "bibliography": (bibliography, "paper/refs.bib", "changed", ""),
    "file beside the paper": (source_of_the_paper, "paper/more.typ", "added", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", INPUTS)
def test_a_planted_input_is_blamed_and_nothing_else(copied, name):
    plant, *more = INPUTS[name]
    if callable(plant):
        file, how, difference = more
        plant(copied.study.parent)
    else:
        file, how, difference = plant, "changed", more[2]
        edit(copied.study.parent / file, *more[:2])
    verdict = copied.verified() if difference else copied.reread()
    assert not verdict.same
    path = (copied.study.parent / file).as_posix()
    assert verdict.lines[0] == f"input: {path}: {how}"
    assert not [line for line in verdict.lines[1:] if line.startswith(("input:", "code:", "environment:", "platform:"))]
    found = [line for line in verdict.lines[1:-1] if not line.startswith(str(copied.out))]
    if difference:
        assert re.search(difference, "\n".join(found)), "\n".join(found)
        more = sum(int(line.split()[1]) - 1 for line in found if line.endswith("more differences"))
        assert verdict.lines[-1] == f"{len(found) + more} differences from expected.json, made by: input {path}"
    else:
        assert found == []
        assert verdict.lines[-1] == f"0 differences from expected.json, but made from other inputs: input {path}"


def test_a_build_from_other_inputs_is_said_to_be_one(copied):
    cell(copied.study.parent)
    path = (copied.study.parent / "tables/measures.csv").name
    remarks = [line for line in copied.verified().lines if "was made from something else" in line]
    assert len(remarks) == 1
    assert remarks[0].endswith(f"(input: tables/{path}: changed)")


# the published file


def number(expected: dict) -> str:
    expected["numbers"]["index/ranked"] = "9"
    return "text: index/ranked: expected 9, found 8"


def published_cell(expected: dict) -> str:
    expected["exhibits"]["ranking"]["rows"][2][1] = "Nowhere"
    return "ranking: row 3 (ALB 2012), name: expected Nowhere, found Albania"


def last_digit(expected: dict) -> str:
    row = expected["exhibits"]["scores"]["rows"][0]
    was = row[2]
    row[2] = was[:-1] + ("1" if was[-1] != "1" else "2")
    return f"scores: row 1 (AFG 2010), capability: expected {row[2]}, found {was}"


def published_row(expected: dict) -> str:
    del expected["exhibits"]["ranking"]["rows"][3]
    return "ranking: row 4 (ARE 2012): expected no row, found one"


def published_note(expected: dict) -> str:
    expected["exhibits"]["ranking"]["title"] = "Best of all"
    return "ranking: title: expected Best of all, found Capability, 2012: rank, score and pillar scores"


def published_figure(expected: dict) -> str:
    figures = expected["figures"]
    figures["ranking"], figures["change"] = figures["change"], figures["ranking"]
    return "figure change: panel 2, words: expected some, found none"


def published_hash(expected: dict) -> str:
    expected["manifest"]["outputs"]["figures/change.svg"] = "0" * 64
    return "figures/change.svg: not equal to the byte"


@pytest.mark.parametrize(
    "plant", [number, published_cell, last_digit, published_row, published_note, published_figure, published_hash]
)
def test_an_edited_publication_is_blamed_itself(copied, plant):
    line = plant(copied.expected)
    verdict = copied.verified(again=False)
    assert not verdict.same
    assert verdict.lines[0] == "expected.json: edited by hand since it was published; its seal does not fit"
    assert line in verdict.lines
    assert verdict.lines[-1].endswith("edited by hand; no input, code, environment or platform has changed")


def test_an_edit_that_is_sealed_again_is_still_a_difference(copied):
    line = number(copied.expected)
    expected = sealed(copied.expected)
    verdict = Published(copied.study, copied.out, expected, copied.found).verified(again=False)
    assert not verdict.same
    assert verdict.lines[0] == line
    assert "the run does not repeat itself" in verdict.lines[1]


# code, environment, platform


def scaled(found: dict, factor: float) -> str:
    """Multiply a score of a fresh run; return how its difference begins."""
    row = found["exhibits"]["scores"]["rows"][2]
    row[2] = f"{float(row[2]) * factor:.8g}"
    return f"scores: row 3 ({row[0]} {row[1]}), capability: expected "


def test_changed_code_that_changes_a_table_is_blamed(copied, monkeypatch):
    ranking, code = tables.ranking, copied.found["manifest"]["code"]

    def other(*given):
        exhibit = ranking(*given)
        exhibit.table.loc[2, "capability"] *= 1.5
        return exhibit

    monkeypatch.setattr("bri_eval.report.tables.ranking", other)
    monkeypatch.setattr("bri_eval.manifest.code", lambda: code | {"bri_eval/report/tables.py": "0"})
    verdict = copied.verified()
    assert not verdict.same
    assert verdict.lines[0] == "code: bri_eval/report/tables.py: changed"
    assert verdict.lines[1].startswith("ranking: row 3 (ALB 2012), capability: expected ")
    assert verdict.lines[-1] == "1 differences from expected.json, made by: code bri_eval/report/tables.py"


def test_changed_code_that_changes_nothing_is_told_and_no_difference(copied):
    del copied.found["manifest"]["code"]["bri_eval/treat.py"]
    copied.found["manifest"]["code"]["bri_eval/new.py"] = "1"
    copied.found["manifest"]["outputs"]["map.csv"] = "0"  # which names lines of the code
    verdict = copied.verified(again=False)
    assert verdict.same
    assert verdict.lines[:2] == ("code: bri_eval/new.py: added", "code: bri_eval/treat.py: removed")
    assert verdict.lines[-1].endswith("to the byte, as on the same environment and platform; without effect: code "
                                      "bri_eval/new.py, bri_eval/treat.py")  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "name", "new", "line"),
    [
        ("environment", "python", "3.99.1", r"environment: python: 3\.\S+ -> 3\.99\.1"),
        ("environment", "implementation", "PyPy", "environment: implementation: CPython -> PyPy"),
        ("platform", "kernels", "Abacus", r"platform: kernels: \S+ -> Abacus"),
        ("platform", "machine", "", r"platform: machine: \S+ -> none"),
    ],
)
def test_elsewhere_numbers_compare_within_the_tolerance(copied, kind, name, new, line):
    copied.found["manifest"][kind][name] = new
    scaled(copied.found, 1 + 3e-7)
    copied.found["figures"]["change"][0][3] *= 1 + 3e-7
    copied.found["manifest"]["outputs"]["figures/change.svg"] = "0"
    verdict = copied.verified(again=False)
    assert verdict.same, verdict.lines
    assert re.fullmatch(line, verdict.lines[0])
    assert "within a relative 1e-06, figures by what they show, as on another" in verdict.lines[-1]
    assert verdict.lines[-1].endswith(f"without effect: {kind} {name}")
    begin = scaled(copied.found, 1 + 3e-6)
    copied.found["figures"]["change"][0][4] *= 1 + 3e-6
    verdict = copied.verified(again=False)
    assert not verdict.same
    assert verdict.lines[1].startswith(begin)
    assert verdict.lines[2] == "figure change: panel 1, lines: drawn from other numbers"
    assert verdict.lines[-1] == f"2 differences from expected.json, made by: {kind} {name}"


def test_a_package_of_another_version_is_named(copied):
    packages = copied.found["manifest"]["environment"]["packages"]
    was, packages["numpy"] = packages["numpy"], "0.1"
    del packages["scipy"]
    verdict = copied.verified(again=False)
    assert verdict.same
    assert verdict.lines[0] == f"environment: packages.numpy: {was} -> 0.1".replace("packages.", "")
    assert re.fullmatch(r"environment: scipy: \S+ -> none", verdict.lines[1])


def test_on_the_same_machine_the_last_digit_counts(copied):
    begin = scaled(copied.found, 1 + 3e-7)
    verdict = copied.verified(again=False)
    assert verdict.lines[0].startswith(begin)
    assert "the run does not repeat itself" in verdict.lines[-1]


def test_the_lock_of_the_tools_is_told_and_leaves_the_machine_the_same(copied):
    copied.found["manifest"]["environment"]["lock"] = "0"
    verdict = copied.verified(again=False)
    assert verdict.same
    assert verdict.lines[0] == "environment: lock: changed"
    assert "to the letter" in verdict.lines[-1]


def test_other_settings_are_named_if_no_input_explains_them(copied):
    copied.found["manifest"]["settings"]["recipes"]["main"]["weighter"] = "equal"
    verdict = copied.verified(again=False)
    assert verdict.lines[0] == "settings: recipes.main.weighter: ahp_entropy -> equal"


# the build folder


def edited_cell(out: Path) -> str:
    edit(out / "index/ranking.csv", "ALB,Albania", "ALB,Elbonia")
    return f"{out}/index/ranking.csv: edited since the run: row 3 (ALB 2012), name: expected Albania, found Elbonia"


def removed_row(out: Path) -> str:
    path = out / "index/ranking.csv"
    put(path, [line for line in lines_of(path) if not line.startswith("ALB")])
    return f"{path}: edited since the run: row 3 (ALB 2012): expected a row, found none"


def edited_text(out: Path) -> str:
    edit(out / "index/weights.html", "</caption>", "!</caption>")
    return f"{out}/index/weights.html: edited since the run: line 3: expected '<caption>"


def edited_picture(out: Path) -> str:
    (out / "figures/change.pdf").write_bytes(b"\xff\xfe")
    return f"{out}/figures/change.pdf: edited since the run"


def swapped_figures(out: Path) -> str:
    one, two, aside = out / "figures/ranking.svg", out / "figures/change.svg", out / "aside"
    one.rename(aside), two.rename(one), aside.rename(two)
    return f"{one}: holds what {two} should hold"


def copied_figure(out: Path) -> str:
    (out / "figures/ranking.svg").write_bytes((out / "figures/change.svg").read_bytes())
    return f"{out}/figures/ranking.svg: holds what {out}/figures/change.svg should hold"


def deleted_file(out: Path) -> str:
    (out / "regressions/trade.typ").unlink()
    return f"{out}/regressions/trade.typ: deleted since the run"


def alien_file(out: Path) -> str:
    (out / "index/mine.csv").write_text("a\n1\n", encoding="utf-8")
    return f"{out}/index/mine.csv: no file of the run"


def edited_manifest(out: Path) -> str:
    edited_picture(out)
    path, content = out / "manifest.json", (out / "figures/change.pdf").read_bytes()
    was = planted.read_manifest(out)["outputs"]["figures/change.pdf"]
    edit(path, was, planted.bytes_hash(content))
    return f"{path}: figures/change.pdf is not what a fresh run from the same inputs, code and environment makes"


BUILT = (
    edited_cell, removed_row, edited_text, edited_picture, swapped_figures, copied_figure, deleted_file, alien_file,
    edited_manifest,
)  # fmt: skip


@pytest.mark.parametrize("plant", BUILT)
def test_what_was_done_to_the_build_is_named(published, copied, plant):
    line = plant(copied.out)
    verdict = copied.verified_against(published.out)
    assert not verdict.same
    assert any(one.startswith(line) for one in verdict.lines), verdict.lines
    faults = 2 if plant is swapped_figures else 1
    assert verdict.lines[-2] == f"the build folder has {faults} faults"
    assert verdict.lines[-1].startswith("equal to expected.json")
