"""What every doubt about a finding starts from."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.evidence.finding import check_alone, find, groups_of, pvalues, term_of
from bri_eval.econometrics.kernel import fit
from bri_eval.econometrics.specs import ModelSpec


def test_the_finding_is_the_estimate(panel, model):
    spec = model("within", "economy", "year")
    found, fit = find(spec, panel, "a"), estimate(spec, panel)
    assert found.slope == pytest.approx(fit.params["a"], rel=1e-10)
    assert found.std_error == pytest.approx(fit.std_errors["a"], rel=1e-10)
    assert (found.clusters, found.position) == (fit.clusters, 1)
    p = pvalues(np.array([found.slope]), np.array([found.std_error]), found.clusters)
    assert p[0] == pytest.approx(fit.pvalues["a"], rel=1e-8)


def test_the_term_is_by_default_the_first_and_is_read_as_it_is_spelt(model):
    spec = replace(model("within", "economy"), regressors=("lag(x, 1)", "a"), lag_by="wave")
    assert term_of(spec) == term_of(spec, "lag(x,1)") == "lag(x, 1)"
    with pytest.raises(InputError, match=r"model 'm': unknown term 'x'; known are 'lag\(x, 1\)', 'a'"):
        term_of(spec, "x")


def test_other_covariances_and_few_economies_are_refused(panel, model):
    spec = model("within", "economy")
    with pytest.raises(InputError, match="covariance is 'unadjusted'; replicates are clustered by economy"):
        find(replace(spec, covariance="unadjusted"), panel)
    few = panel[panel.index.get_level_values("economy") < "E06"]
    with pytest.raises(InputError, match="5 economies are too few clusters; expected at least 6"):
        find(spec, few)
    with pytest.raises(InputError, match="estimator 'between' is no sum over economies"):
        find(replace(spec, estimator="between", effects=()), panel)


def test_a_term_that_another_is_made_of_cannot_be_exchanged_alone(model):
    spec = model("pooled", regressors=("x", "a", "a:x", "m"))
    with pytest.raises(InputError, match="'a:x' is made of the columns of 'x' too"):
        check_alone(spec, "x")
    check_alone(spec, "m")


@pytest.mark.parametrize("seed", range(12))
def test_a_column_that_is_zero_in_a_replicate_is_not_identified_there(seed):
    """A dummy of the economies left out, beside columns of any unit and level: rounding must not pass for a slope."""
    rng = np.random.default_rng(seed)
    rows = pd.MultiIndex.from_product([range(20), range(5)], names=["economy", "year"])
    units, levels = 10.0 ** rng.integers(-3, 8, size=4), 10.0 ** rng.integers(-2, 3, size=4)
    data = pd.DataFrame(units * (rng.normal(size=(100, 4)) + levels), index=rows, columns=list("abcd"))
    data = data.assign(x=np.repeat(np.arange(20) < 10, 5) * 1.0, y=rng.normal(size=100))
    names = tuple(rng.permutation(["x", "a", "b", "c", "d"]))
    found = find(ModelSpec(name="m", outcome="y", regressors=names, effects=("year",), estimator="pooled"), data)
    without = fit(found.moments, np.repeat([0.0, 1.0], 10))
    assert np.isnan(without.slopes).all()


def test_groups_come_from_a_series_or_a_column(panel):
    labels = pd.Index(["E03", "E01"])
    kinds = panel["fixed"].gt(0).map({True: "north", False: "south"})
    by_column = groups_of("kind", panel.assign(kind=kinds), labels, "m")
    by_series = groups_of(kinds.groupby(level="economy").first(), panel, labels, "m")
    assert by_column.to_list() == by_series.to_list() == [kinds["E03"].iloc[0], kinds["E01"].iloc[0]]


def test_groups_that_cannot_be_read_are_refused(panel):
    labels = panel.index.unique("economy")
    with pytest.raises(InputError, match=r"groups: unknown column 'region'"):
        groups_of("region", panel, labels, "m")
    with pytest.raises(InputError, match="groups 'y' varies within 'E01'; give each one group"):
        groups_of("y", panel, labels, "m")
    with pytest.raises(InputError, match=r"economies 'E02', 'E03'.* have no group"):
        groups_of(pd.Series({"E00": 1, "E01": 2}), panel, labels, "m")
    with pytest.raises(InputError, match="groups has economy 'E00' twice"):
        groups_of(pd.Series([1, 2], index=["E00", "E00"]), panel, labels, "m")
