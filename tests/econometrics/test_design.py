"""The arrays of a linear model."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.design import design

TWO_WAY = ("within", "economy", "year")


def test_economy_means_are_removed_and_year_dummies_are_columns(unbalanced, declare):
    found = design(declare(*TWO_WAY), unbalanced)
    assert (found.nuisance, found.k, found.slopes) == (19, 21, ("value", "capital"))
    assert (found.z.shape, len(found.labels), list(found.years)) == ((192, 21), 10, list(range(1935, 1955)))
    centred = unbalanced - unbalanced.groupby(level="economy").transform("mean")
    np.testing.assert_allclose(found.z[:, 19:], centred[["value", "capital"]])
    np.testing.assert_allclose(found.y, centred["inv"])
    rows = pd.MultiIndex.from_arrays([found.labels[found.economies], found.years[found.periods]])
    assert rows.equals(unbalanced.index.set_names([None, None]))
    raw = (unbalanced["value"] ** 2).groupby(level="economy").sum()
    np.testing.assert_allclose(found.sizes[:, 19], raw)


def test_columns_before_the_slopes(unbalanced, declare):
    for model, nuisance in ((("pooled",), 1), (("pooled", "year"), 20), (("within", "year"), 20), (TWO_WAY[:2], 0)):
        found = design(declare(*model), unbalanced)
        assert found.nuisance == nuisance
        assert np.linalg.matrix_rank(found.z) == found.k == nuisance + 2
    assert (design(declare("pooled"), unbalanced).z[:, 0] == 1).all()


def test_terms_are_built_before_means_are_removed(grunfeld, declare):
    found = design(replace(declare("within", "economy"), regressors=("value", "value:capital")), grunfeld)
    product = grunfeld["value"] * grunfeld["capital"]
    np.testing.assert_allclose(found.z[:, 1], product - product.groupby(level="economy").transform("mean"))


def test_what_cannot_be_estimated_is_named(grunfeld, declare):
    years = grunfeld.index.get_level_values("year")
    data = grunfeld.assign(common=years**2, double=2 * grunfeld["value"], fixed=1.0)
    spec = declare(*TWO_WAY)
    with pytest.raises(InputError, match="estimator 'random' is no sum over economies; use 'pooled' or 'within'"):
        design(declare("random"), data)
    for column in ("common", "double", "fixed"):
        with pytest.raises(InputError, match=f"regressors '{column}' do not vary once economy and year effects are"):
            design(replace(spec, regressors=("value", column, "capital")), data)
    with pytest.raises(InputError, match="outcome 'inv' is constant once economy and year effects are removed"):
        design(spec, data.assign(inv=years * 1.0))
    with pytest.raises(InputError, match="6 rows for 6 coefficients; use fewer regressors or effects"):
        design(spec, data.query("year < 1938 and economy < 'F03'"))


def test_the_outcome_may_be_small_beside_its_mean_but_not_nothing(grunfeld, declare):
    found = design(declare("within", "economy"), grunfeld.assign(inv=1e6 + 1e-3 * grunfeld["inv"]))
    assert np.abs(found.y).max() > 0.1
    with pytest.raises(InputError, match="outcome 'inv' is constant"):
        design(declare("pooled"), grunfeld.assign(inv=0.1))
