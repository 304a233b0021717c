"""The kernel against `estimate`, against regressions with dummies, and against data that is resampled row by row."""

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics import kernel
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.kernel import design, fit, fit_arrays, moments
from bri_eval.econometrics.specs import ModelSpec

SLOPES = ["value", "capital"]
MODELS = [
    ("pooled",),
    ("pooled", "year"),
    ("within", "economy"),
    ("within", "year"),
    ("within", "economy", "year"),
]
BOTH = pytest.mark.parametrize("model", MODELS, ids="-".join)
EXACT = 1e-10


def ragged(seed: int, economies: int = 9, years: int = 6, share: float = 0.7) -> pd.DataFrame:
    """An unbalanced panel with gaps, economies seen once, and columns of very unequal units."""
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([[f"E{i}" for i in range(economies)], range(2010, 2010 + 2 * years, 2)])
    data = pd.DataFrame(rng.normal(size=(len(index), 3)), index=index, columns=["inv", *SLOPES])
    data = data + rng.normal(size=(economies, 3)).repeat(years, axis=0)
    data = data.assign(value=1e7 * data["value"] + 1e9, capital=1e-6 * data["capital"])
    return data[rng.random(len(data)) < share].rename_axis(["economy", "year"])


def same(found: kernel.Fit, place: int, expected) -> None:
    """Compare one replicate with `estimate`."""
    np.testing.assert_allclose(found.slopes[place], expected.params[SLOPES], rtol=EXACT)
    np.testing.assert_allclose(found.std_errors[place], expected.std_errors[SLOPES], rtol=EXACT)
    covariance = expected.covariance_matrix.loc[SLOPES, SLOPES]
    np.testing.assert_allclose(found.covariance[place] * found.scaling[place], covariance, rtol=1e-9)
    counts = (found.nobs[place], found.clusters[place], found.k[place])
    assert counts == (expected.nobs, expected.clusters, expected.k)
    assert found.ssr[place] == pytest.approx((expected.residuals**2).sum(), rel=EXACT)


@BOTH
def test_all_rows_as_estimate(grunfeld, unbalanced, declare, model):
    for data in (grunfeld, unbalanced, ragged(1)):
        spec = declare(*model)
        found = fit(moments(design(spec, data)), np.ones((1, len(moments(design(spec, data)).labels))))
        same(found, 0, estimate(spec, data))


def test_all_rows_plm_fixest(grunfeld, unbalanced, declare):
    """vcovHC(fe, method="arellano", type="sss"); feols(inv~value+capital+i(year)|firm, ssc=ssc(fixef.K="none"))."""
    fe, twoway = (fit(moments(design(declare(*model), grunfeld))) for model in (MODELS[2], MODELS[4]))
    np.testing.assert_allclose(fe.slopes, (0.1101238041, 0.3100653413), rtol=1e-8)
    np.testing.assert_allclose(fe.std_errors, (0.01515607544, 0.05261839159), rtol=1e-8)
    np.testing.assert_allclose(twoway.slopes, (0.1177158551, 0.3579162731), rtol=1e-8)
    np.testing.assert_allclose(twoway.std_errors, (0.01079415129, 0.04771455466), rtol=1e-8)
    assert (float(twoway.ssr), twoway.slopes.shape) == (pytest.approx(452147.070379, rel=1e-8), (2,))
    bare = fit(moments(design(declare(*MODELS[2]), unbalanced))).covariance
    np.testing.assert_allclose(np.sqrt(np.diag(bare)), (0.02060575046, 0.03887753208), rtol=1e-8)  # type="HC0"


@pytest.mark.parametrize(("share", "model"), [*((0.45, model) for model in MODELS[1:]), (0.7, MODELS[4])])
def test_leaving_one_economy_out_is_estimating_without_it(declare, model, share):
    """Years that one economy alone has left, and economies that lose their last partner, count as in `estimate`."""
    data, spec = ragged(3, economies=10, share=share), declare(*model)
    sums = moments(design(spec, data))
    found = fit(sums, 1 - np.eye(len(sums.labels)))
    for place, economy in enumerate(sums.labels):
        same(found, place, estimate(spec, data.drop(index=economy, level="economy")))


@BOTH
def test_integer_weights_are_copies_of_economies(declare, model):
    data, spec = ragged(5), declare(*model)
    sums = moments(design(spec, data))
    weights = np.random.default_rng(1).multinomial(9, np.full(len(sums.labels), 1 / len(sums.labels)), size=3)
    found = fit(sums, weights)
    for place, counts in enumerate(weights):
        copies = [
            data.loc[[economy]].rename(index={economy: f"{economy}.{copy}"}, level="economy")
            for economy, count in zip(sums.labels, counts, strict=True)
            for copy in range(count)
        ]
        same(found, place, estimate(spec, pd.concat(copies)))


def test_a_panel_in_two_parts_that_share_no_year(declare):
    """Then one more year effect is implied."""
    data = ragged(3, economies=12, share=1.0)
    early = data.index.get_level_values("year") < 2016
    first = data.index.get_level_values("economy").isin([f"E{i}" for i in range(6)])
    data, spec = data[early == first], declare(*MODELS[4])
    found = design(spec, data)
    assert found.k == 2 + 6 - 2
    same(fit(moments(found), np.ones((1, 12))), 0, estimate(spec, data))


def test_nearly_collinear_columns_keep_their_digits(declare):
    """Of value and near = value + capital/10,000 the second slope is 10,000 times that of capital, likewise its error.

    Relative 1e-10: rounding of `near` itself is 1e-16 of 1, and what is used of it is 1e-4.
    """
    data = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 3)), columns=["inv", *SLOPES])
    data = data.set_index(pd.MultiIndex.from_product([list("ABCDEFGHIJ"), range(6)], names=["economy", "year"]))
    data["near"] = data["value"] + 1e-4 * data["capital"]
    spec = ModelSpec(name="m", outcome="inv", regressors=("value", "near"), effects=("economy",), estimator="within")
    near, far = (fit(moments(design(one, data))) for one in (spec, declare("within", "economy")))
    np.testing.assert_allclose(near.slopes[1], far.slopes[1] * 1e4, rtol=EXACT)
    np.testing.assert_allclose(near.std_errors[1], far.std_errors[1] * 1e4, rtol=EXACT)
    codes = np.repeat(np.arange(10), 6), np.tile(np.arange(6), 10)
    arrays = fit_arrays(data["inv"].to_numpy(), data[["value", "near"]].to_numpy(), *codes, ("economy",))
    np.testing.assert_allclose(arrays.slopes, near.slopes, rtol=EXACT)


def test_a_replicate_that_does_not_identify_a_slope_is_nan(declare):
    data = ragged(4, share=1.0)
    economies = data.index.get_level_values("economy")
    data["value"] = np.where(economies == "E3", data["value"], 0.1 * economies.str[1:].astype(int))
    for model in (MODELS[2], MODELS[4]):
        found = fit(moments(design(declare(*model), data)), 1 - np.eye(9))
        assert found.singular == 1
        assert np.isnan(found.slopes[3]).all()
        assert np.isnan(found.std_errors[3]).all()
        assert np.isfinite(np.delete(found.slopes, 3, axis=0)).all()


def test_a_replicate_with_no_more_rows_than_coefficients_has_no_covariance(declare):
    data = ragged(6, share=1.0).query("year < 2014")
    few = np.repeat([[1.0], [0.0]], [2, 7], axis=0).T  # four rows; two economies, two slopes
    found = fit(moments(design(declare(*MODELS[2]), data)), few)
    assert np.isfinite(found.slopes).all()
    assert np.isnan(found.covariance).all()


def test_many_replicates_are_each_as_if_alone(grunfeld, declare, monkeypatch):
    sums = moments(design(declare(*MODELS[4]), grunfeld))
    weights = np.random.default_rng(0).multinomial(10, np.full(10, 0.1), size=(3, 7))
    whole = fit(sums, weights)
    assert whole.influence.shape == (3, 7, 10, 2)
    monkeypatch.setattr(kernel, "CHUNK", 4)
    for name in ("slopes", "influence", "covariance", "ssr", "nobs", "clusters", "k"):
        np.testing.assert_allclose(getattr(fit(sums, weights), name), getattr(whole, name), rtol=1e-12)
    np.testing.assert_allclose(fit(sums, weights[1, 2]).slopes, whole.slopes[1, 2], rtol=1e-12)


def test_influences_add_up_to_the_covariance_and_to_zero(unbalanced, declare):
    found = fit(moments(design(declare(*MODELS[4]), unbalanced)))
    np.testing.assert_allclose(found.influence.sum(axis=0), 0, atol=1e-14)
    np.testing.assert_allclose(found.influence.T @ found.influence, found.covariance, rtol=1e-12)


def test_scores_of_a_close_fit_add_up_to_zero(grunfeld, declare):
    """Residuals of 1e-8 of the outcome: beside them, rounding of the outcome must not be left in the scores."""
    data = grunfeld.assign(inv=grunfeld["value"] + 1e-8 * grunfeld["inv"])
    cross = moments(design(declare(*MODELS[4]), data)).cross
    assert np.abs(cross.sum(axis=0)).max() < 1e-12 * np.abs(cross).max()


def test_weights_are_checked(grunfeld, declare):
    sums = moments(design(declare(*MODELS[2]), grunfeld))
    with pytest.raises(InputError, match=r"weights have shape \(9,\); expected one for each of 10 economies"):
        fit(sums, np.ones(9))
    for bad in (-1.0, np.nan):
        with pytest.raises(InputError, match=f"weights hold {bad:g}; expected numbers >= 0"):
            fit(sums, np.full((2, 10), bad))


def arrays_of(data: pd.DataFrame) -> tuple[np.ndarray, ...]:
    economies, periods = (np.unique(data.index.get_level_values(i), return_inverse=True)[1] for i in (0, 1))
    return data["inv"].to_numpy(), data[SLOPES].to_numpy(), economies, periods


@BOTH
def test_arrays_give_what_the_design_gives(grunfeld, unbalanced, declare, model):
    for data in (grunfeld, unbalanced):
        expected = fit(moments(design(declare(*model), data)))
        y, x, economies, periods = arrays_of(data)
        order = np.random.default_rng(0).permutation(len(y))
        shuffled = [column[order] for column in (y, x, 3 * economies + 1, 2 * periods)]  # and codes with gaps
        for columns in ([y, x, economies, periods], shuffled):
            found = fit_arrays(*columns, model[1:])
            for name in ("slopes", "std_errors", "covariance", "ssr", "nobs", "clusters", "k"):
                np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=EXACT)
            np.testing.assert_allclose(found.influence, expected.influence, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("seed", range(3))
def test_arrays_as_estimate_on_ragged_panels(declare, seed):
    spec, data = declare(*MODELS[4]), ragged(seed, share=0.6)
    expected = estimate(spec, data)
    found = fit_arrays(*arrays_of(data.loc[expected.residuals.index]))
    np.testing.assert_allclose(found.slopes, expected.params, rtol=EXACT)
    np.testing.assert_allclose(found.std_errors, expected.std_errors, rtol=EXACT)
    assert int(found.k) == expected.k


def test_arrays_are_checked(grunfeld):
    y, x, economies, periods = arrays_of(grunfeld)
    with pytest.raises(InputError, match=r"shapes \(199,\), \(200, 2\), \(200,\), \(200,\); expected \(n,\)"):
        fit_arrays(y[1:], x, economies, periods)
    with pytest.raises(InputError, match="missing or infinite cells"):
        fit_arrays(np.where(y > 1000, np.nan, y), x, economies, periods)
    with pytest.raises(InputError, match="outcome is constant once effects are removed"):
        fit_arrays(economies + 0.1 * periods, x, economies, periods)
    for column in (0.1 * economies, 0.1 * economies + periods, x[:, 0] - x[:, 1], 0 * y):
        with pytest.raises(InputError, match="x has columns that effects absorb or that are collinear"):
            fit_arrays(y, np.column_stack([x, column]), economies, periods)
    first = economies * 2 < 4  # two firms, three years: five effects beside one of the economies' and two slopes
    some = first & (periods < 3)
    with pytest.raises(InputError, match="there are 6 rows for 6 coefficients"):
        fit_arrays(y[some], x[some], economies[some], periods[some])


def test_arguments_are_left_alone(unbalanced, declare):
    before = unbalanced.copy()
    arrays = arrays_of(unbalanced)
    copies = [column.copy() for column in arrays]
    fit_arrays(*arrays)
    sums = moments(design(declare(*MODELS[4]), unbalanced))
    gram, weights = sums.gram.copy(), np.ones((2, 10))
    fit(sums, weights)
    pd.testing.assert_frame_equal(unbalanced, before)
    assert all((one == two).all() for one, two in zip(arrays, copies, strict=True))
    assert (sums.gram == gram).all()
    assert (weights == 1).all()
