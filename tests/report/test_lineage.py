"""The maker of every table, figure and number is seen while it is made."""

from __future__ import annotations

import inspect
import sys
from importlib import import_module
from pathlib import Path

import pytest
import studies

from bri_eval.pipeline import STAGES
from bri_eval.report import figures, tables
from bri_eval.report.assemble import report
from bri_eval.report.lineage import UNSEEN, Maker, watched
from bri_eval.report.paper import index_numbers


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> studies.Run:
    return studies.tiny(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def made(run):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bri_eval.report.figures.figure_bytes", lambda _figure, kind: kind.encode())
        results = run.results
        return report(results.study, results.evaluations, results.evidence, stages=STAGES)


def makers(made, kind: str) -> dict[str, str]:
    return {one.name: one.maker.function for one in made.made if one.kind == kind}


def test_everything_in_a_report_has_its_maker_and_its_files(made):
    assert set(makers(made, "table")) == set(made.exhibits)
    assert set(makers(made, "figure")) == set(made.figures)
    assert list(makers(made, "number")) == list(made.numbers)
    assert not [one for one in made.made if one.maker == UNSEEN]
    assert {file for one in made.made for file in one.files} <= set(made.files)


def test_the_makers_are_the_functions_that_one_would_name(made):
    assert makers(made, "table")["ranking"] == "bri_eval.report.tables.ranking"
    assert makers(made, "table")["trade"] == "bri_eval.report.regressions.regression"
    assert makers(made, "figure")["change"] == "bri_eval.report.figures.draw_change"
    assert makers(made, "number")["index/ranked"] == "bri_eval.report.paper.index_numbers"
    assert makers(made, "number")["alternatives/count"] == "bri_eval.report.paper._alternative_numbers"
    assert makers(made, "number")["fit/pooled/estimate"] == "bri_eval.report.paper.fit_numbers"


def test_a_maker_can_be_imported_and_stands_where_it_is_said_to(made):
    for maker in {one.maker for one in made.made}:
        module, _, name = maker.function.rpartition(".")
        function = getattr(import_module(module), name)
        file, _, line = maker.place.partition(":")
        assert Path(inspect.getsourcefile(function)).as_posix().endswith(file)
        assert inspect.getsourcelines(function)[1] == int(line)


def test_a_number_that_changed_on_its_way_is_not_given_to_whom_it_is_not_of(run):
    with watched() as seen:
        numbers = index_numbers(run.results.evaluations, 2012, {})
    assert seen.of_number("index/ranked", numbers["index/ranked"]).function == "bri_eval.report.paper.index_numbers"
    assert seen.of_number("index/ranked", "another text") == UNSEEN
    assert seen.of(object()) == UNSEEN


def test_nothing_is_watched_before_and_after(run):
    main = run.results.evaluations["main"]
    before = tables.coverage(main)
    with watched() as seen:
        assert sys.getprofile() is not None
        within = tables.coverage(main)
    assert sys.getprofile() is None
    after = tables.coverage(main)
    assert seen.of(within).function == "bri_eval.report.tables.coverage"
    assert (seen.of(before), seen.of(after)) == (UNSEEN, UNSEEN)


def test_watching_ends_with_an_error():
    with pytest.raises(ZeroDivisionError), watched():
        1 / 0  # noqa: B018
    assert sys.getprofile() is None


def test_under_a_profiler_nothing_is_seen_and_the_profiler_stays(run):
    events: list[str] = []
    sys.setprofile(lambda _frame, event, _value: events.append(event))
    try:
        profiler = sys.getprofile()
        with watched() as seen:
            exhibit = tables.coverage(run.results.evaluations["main"])
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(None)
    assert events
    assert seen.of(exhibit) == UNSEEN


def test_a_figure_is_of_the_function_that_finished_it(run):
    with watched() as seen:
        figure = figures.draw_coefficients(run.results.evidence.fits)
    found = seen.of(figure)
    assert found == Maker("bri_eval.report.figures.draw_coefficients", found.place)
