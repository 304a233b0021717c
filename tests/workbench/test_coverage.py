"""The lines that `bri-eval check` prints: coverage, gaps, rows left out, columns without a reader."""

from __future__ import annotations

import pytest
from studies import SHIPPED, edit, write_tiny

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.workbench.coverage import coverage_lines
from bri_eval.workbench.teacher import review

UNUSED = "Columns of the tables that neither a framework nor a model uses"


@pytest.fixture
def tiny(tmp_path):
    return write_tiny(tmp_path)


@pytest.fixture(scope="module")
def shipped() -> list[str]:
    found = review(SHIPPED)
    assert found.mistakes == ()
    return list(found.lines)


def lines_of(path) -> list[str]:
    return list(coverage_lines(be.read_study(path)))


def below(lines: list[str], heading: str) -> list[str]:
    """Return the indented lines below a heading."""
    start = next(number for number, line in enumerate(lines) if heading in line) + 1
    end = next((number for number in range(start, len(lines)) if not lines[number].startswith("  ")), len(lines))
    return [line.strip() for line in lines[start:end]]


def cells(lines: list[str], name: str) -> list[str]:
    return next(line.split()[1:] for line in lines if line.split()[:1] == [name])


def test_coverage_counts_observed_cells_by_year(tiny):
    lines = lines_of(tiny)
    assert lines[0] == f"{tiny.parent}/framework.toml: economies with a value, by indicator and edition"
    assert lines[1].split() == ["2010", "2012", "2014"]
    assert cells(lines, "speed") == ["8", "7", "8"]
    assert cells(lines, "care") == ["8", "8", "8"]
    assert cells(lines, "all")[1:] == ["8", "7", "8"]


def test_economies_with_gaps_are_named_with_what_is_missing(tiny):
    assert below(lines_of(tiny), "Economies with gaps") == ["AFG 93%: speed 33%"]


def test_rows_left_out_are_counted_and_named_by_year(tiny):
    edit(tiny.parent / "framework.toml", 'code = "speed"', 'code = "speed"\nrequired = true')
    assert below(lines_of(tiny), "Economies by edition") == ["2010: 8, 8, 0", "2012: 8, 7, 1: AFG", "2014: 8, 8, 0"]


def test_columns_that_nothing_reads_are_listed_by_table(tiny):
    edit(tiny.parent / "models.toml", "measures.csv:speed", "trade.csv:income")
    edit(tiny.parent / "framework.toml", "measures.csv:care", "measures.csv:staff")
    idle = below(lines_of(tiny), UNUSED)
    assert "measures.csv: care" in idle
    assert not [line for line in idle if line.startswith("trade.csv")]


def test_the_flag_of_structural_zeros_is_not_idle(shipped):
    assert "landlocked" not in " ".join(below(shipped, UNUSED)).split()


def test_the_last_line_says_what_fits_and_counts_it(tiny):
    assert lines_of(tiny)[-1] == (
        f"{tiny}: framework, tables, judgements and recipes fit each other (5 evaluations, 2 models)"
    )


def test_each_framework_is_reported_once(shipped):
    assert len([line for line in shipped if "economies with a value" in line]) == 2
    assert shipped[-1].endswith("(13 evaluations, 83 models)")


def test_shipped_coverage_is_that_of_the_panel(shipped, panel):
    assert cells(shipped, "tariff") == [str(n) for n in panel["tariff"].notna().groupby(level="year").sum()]
    left_out = [line.rpartition(": ")[2].split() for line in below(shipped, "Economies by edition")]
    without_lpi = panel["lpi_customs"].isna().groupby(level="year").sum()
    assert [len(codes) for codes in left_out] == without_lpi.to_list()


def test_the_hints_on_the_shipped_study_name_the_rows_left_out(shipped):
    (hint,) = below(shipped, "worth a second look (1)")
    assert hint.startswith("35 rows are not ranked (ALB 2014, AZE 2016, ")
    assert "required indicator 'lpi_tracking' not observed" in hint


def test_an_unreadable_file_that_nothing_reads_is_passed_over(tiny):
    (tiny.parent / "tables" / "notes.csv").write_text("", encoding="utf-8")
    assert lines_of(tiny)[-1].endswith("fit each other (5 evaluations, 2 models)")


def test_what_does_not_fit_is_an_error_and_not_a_line(tiny):
    edit(tiny.parent / "tables/measures.csv", "staff", "staf")
    with pytest.raises(InputError, match=r"'staff': .*measures.csv: unknown column 'staff'"):
        lines_of(tiny)


def test_a_model_that_does_not_fit_the_tables_is_an_error(tiny):
    edit(tiny.parent / "models.toml", "trade.csv:income", "trade.csv:incom")
    with pytest.raises(InputError, match="unknown column 'incom'"):
        lines_of(tiny)
