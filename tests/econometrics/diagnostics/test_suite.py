"""The table of tests: which go with a model, and what becomes of those that are refused."""

from dataclasses import replace

import numpy as np
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics import diagnostics
from bri_eval.econometrics.diagnostics import suite

COUNTS = {
    ("within", "economy"): 9,
    ("within", "economy", "year"): 10,
    ("within", "year"): 9,
    ("pooled",): 7,
    ("pooled", "year"): 6,
    ("random", "year"): 6,
    ("correlated_random",): 3,
    ("first_difference",): 2,
    ("between",): 0,
    ("long_difference",): 0,
}


@pytest.fixture(scope="module")
def tables(grunfeld, declare):
    """Run each table once."""
    return {form: diagnostics.panel_tests(declare(*form), grunfeld) for form in COUNTS}


def test_one_way_model(tables, grunfeld, declare):
    spec, results = declare("within", "economy"), tables["within", "economy"]
    entries = [entry.name for entry in suite.ENTRIES["within"] if entry is not suite.YEARS_BESIDE]
    assert [one.name for one in results] == entries
    alone = {
        0: diagnostics.f_effects,
        1: diagnostics.breusch_pagan_lm,
        2: diagnostics.hausman,
        5: diagnostics.wooldridge_serial,
        7: diagnostics.pesaran_cd,
    }
    for place, test in alone.items():
        assert results[place] == test(spec, grunfeld)


def test_two_way_model_reports_cd_without_year_effects(tables):
    results = tables["within", "economy", "year"]
    assert results[1].null == "all year effects are zero beside economy effects"
    assert results[1].df == (19, 169)
    by_name = {one.name: one for one in results}
    cd = by_name["Pesaran CD (without year effects)"]
    assert cd.statistic == pytest.approx(4.661192485)
    assert cd.sentence.startswith("Pesaran CD (without year effects): z = 4.661")
    pool = by_name["Poolability F"]
    assert np.isnan([pool.statistic, pool.pvalue]).all()
    assert pool.sentence.startswith("Poolability F: not reported; model 'm': year effects cannot be estimated")


@pytest.mark.parametrize("form", COUNTS)
def test_every_estimator(tables, form):
    results = tables[form]
    assert len(results) == COUNTS[form]
    keys = [(one.name, one.null) for one in results]
    assert len(set(keys)) == len(keys)  # rows of one table
    entries = {entry.name for entry in suite.ENTRIES.get(form[0], ())}
    assert {one.name.removesuffix(" (without year effects)") for one in results} <= entries


@pytest.mark.parametrize("form", [("within", "economy"), ("pooled",), ("random", "year"), ("first_difference",)])
def test_a_refused_test_bears_the_null_of_one_that_is_run(tables, form):
    nulls = {entry.name: entry.null for entry in suite.ENTRIES[form[0]] if entry is not suite.YEARS_BESIDE}
    found = {one.name.removesuffix(" (without year effects)"): one.null for one in tables[form]}
    different = {name for name, null in found.items() if null != nulls[name]}
    assert different <= {"Poolability F", "F test of effects"}  # theirs say which coefficients, which effects


def test_refused_tests_keep_their_place_and_say_why(unbalanced, declare):
    spec = declare("within", "economy")
    refused, lifted = (
        {one.name: one for one in diagnostics.panel_tests(spec, unbalanced, by=by)} for by in ("year", "wave")
    )
    assert list(refused) == list(lifted)
    serial = refused["Wooldridge (serial correlation)"]
    assert (serial.df, serial.null) == ((), "the errors are serially uncorrelated")
    assert np.isnan(serial.statistic)
    told = "Wooldridge (serial correlation): not reported; model 'm': economy 'F01' goes from 1936 to 1938"
    assert serial.sentence.startswith(told)
    assert lifted["Wooldridge (serial correlation)"] == diagnostics.wooldridge_serial(spec, unbalanced, by="wave")
    assert lifted["Hausman (classic)"].statistic == pytest.approx(0.7077970459)


def test_short_pairs_can_be_left_out(draw, declare):
    data = draw(2, economies=7, years=10)
    data = data.drop(index=[("E01", year) for year in range(2003, 2009)] + [("E04", year) for year in (2001, 2002)])
    refused, omitted = (
        diagnostics.panel_tests(declare("pooled", "year"), data, by="wave", short_pairs=way)[-1]
        for way in ("refuse", "omit")
    )
    assert refused.name == "Pesaran CD"
    assert "fewer than 3; leave such economies out, or use short_pairs='omit'" in refused.sentence
    assert omitted.name == "Pesaran CD (without year effects)"
    assert "1 pairs with fewer than 3 common years are left out" in omitted.sentence


def test_a_model_that_cannot_be_estimated_raises(grunfeld, declare):
    with pytest.raises(InputError, match="unknown column 'valu'"):
        diagnostics.panel_tests(replace(declare("within", "economy"), regressors=("valu",)), grunfeld)
    with pytest.raises(InputError, match="do not vary"):
        diagnostics.panel_tests(replace(declare("pooled"), regressors=("one",)), grunfeld.assign(one=1.0))
