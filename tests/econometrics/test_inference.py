"""Covariances against R (plm, clubSandwich), and against their definitions written out with n x n matrices."""

from dataclasses import replace

import numpy as np
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.design import design
from bri_eval.econometrics.inference import (
    cluster_sandwich,
    cr2_covariance,
    cv3_covariance,
    driscoll_kraay_sandwich,
    two_way_sandwich,
)

TEN_DIGITS = 1e-8
FE, TW = ("within", "economy"), ("within", "economy", "year")


@pytest.fixture(scope="module")
def model(grunfeld, unbalanced, declare):
    """Return the function that gives design and residuals of a model."""

    def fitted(*effects, data=None):
        found = design(declare(*effects), grunfeld if data is None else data)
        return found, found.y - found.z @ np.linalg.lstsq(found.z, found.y, rcond=None)[0]

    return fitted


def errors(covariance):
    """Standard errors of value, capital, the last two columns."""
    return np.sqrt(np.diag(covariance)[-2:])


def test_cluster_sandwich_plm(model, unbalanced):
    """vcovHC(fe, method="arellano", type="HC0"), of tw, of the unbalanced fe; White's by hand."""
    for (found, u), expected in (
        (model(*FE), (0.01434214371, 0.04979260872)),
        (model(*TW), (0.009712023687, 0.04293110894)),
        (model(*FE, data=unbalanced), (0.02060575046, 0.03887753208)),
    ):
        covariance = cluster_sandwich(found.z, u, found.economies)
        np.testing.assert_allclose(errors(covariance), expected, rtol=TEN_DIGITS)
        np.testing.assert_allclose(
            errors(cluster_sandwich(found.z, u, found.labels[found.economies])), expected, rtol=TEN_DIGITS
        )
    white = cluster_sandwich(found.z, u, np.arange(len(u)))
    bread = np.linalg.inv(found.z.T @ found.z)
    np.testing.assert_allclose(white, bread @ (found.z.T * u**2) @ found.z @ bread, rtol=1e-10)


def test_white_plm(model):
    """vcovHC(fe, method="white1", type="HC0")."""
    found, u = model(*FE)
    expected = (0.01878770033, 0.04149129735)
    np.testing.assert_allclose(errors(cluster_sandwich(found.z, u, np.arange(200))), expected, rtol=TEN_DIGITS)


def test_two_way_sandwich_plm(model):
    """vcovDC(fe), vcovDC(tw), vcovDC(pool) with (const)."""
    for effects, expected in (
        (FE, (0.01105422855, 0.04114476584)),
        (TW, (0.01063382324, 0.04265623299)),
        (("pooled",), (0.01543448611, 0.07407184184)),
    ):
        found, u = model(*effects)
        covariance, _ = two_way_sandwich(found.z, u, found.economies, found.periods)
        np.testing.assert_allclose(errors(covariance), expected, rtol=TEN_DIGITS)
    assert np.sqrt(covariance[0, 0]) == pytest.approx(18.41142129, rel=TEN_DIGITS)


def test_two_way_sandwich_says_when_it_is_not_positive_definite(model):
    found, u = model(*FE)
    assert two_way_sandwich(found.z, u, found.economies, found.periods)[1] == ""
    x = np.array([[1.0], [1.0], [1.0], [1.0]])
    covariance, note = two_way_sandwich(
        x, np.array([1.0, -1.0, -1.0, 1.0]), np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    )
    assert covariance[0, 0] == pytest.approx(-4 / 16)
    assert "not positive definite: read the one clustered by economy" in note


def test_driscoll_kraay_plm(model, unbalanced):
    """vcovSCC(fe, maxlag=L, type="HC0"), of tw, of the unbalanced fe, of pool."""
    for effects, lag, expected in (
        (FE, 1, (0.0163235114, 0.03420370796)),
        (FE, 2, (0.01768603272, 0.03482014687)),
        (FE, 3, (0.01881107647, 0.03453252853)),
        (FE, 4, (0.01958260422, 0.03301581668)),
        (TW, 2, (0.02043632295, 0.05581053063)),
        (TW, 3, (0.02138754735, 0.05447422614)),
        (("pooled",), 4, (0.01343601688, 0.04930800993)),
    ):
        found, u = model(*effects)
        covariance = driscoll_kraay_sandwich(found.z, u, found.periods, lag)
        np.testing.assert_allclose(errors(covariance), expected, rtol=TEN_DIGITS)
    assert np.sqrt(covariance[0, 0]) == pytest.approx(12.19034839, rel=TEN_DIGITS)
    found, u = model(*FE, data=unbalanced)
    expected = (0.0174456899, 0.02436525796)
    np.testing.assert_allclose(errors(driscoll_kraay_sandwich(found.z, u, found.periods, 2)), expected, rtol=TEN_DIGITS)


def test_driscoll_kraay_without_lag_is_clustered_by_period_and_lags_are_positions(model):
    """Lag 0 is the sandwich clustered by period; years 1935, 1937, ... lag as 0, 1, ... do."""
    found, u = model(*FE)
    own = driscoll_kraay_sandwich(found.z, u, found.periods, 0)
    np.testing.assert_allclose(own, cluster_sandwich(found.z, u, found.periods), rtol=1e-12)
    one, other = (
        driscoll_kraay_sandwich(found.z, u, labels, 3) for labels in (found.periods, 1935 + 2 * found.periods)
    )
    np.testing.assert_allclose(one, other, rtol=1e-12)
    for bad in (-1, 20, 1.0, True):
        with pytest.raises(InputError, match=r"lag is .*; expected a whole number from 0 to 19, in observed periods"):
            driscoll_kraay_sandwich(found.z, u, found.periods, bad)


def test_cr2_clubsandwich(model):
    """vcovCR(fe, type="CR2"); coef_test(fe, vcov="CR2", test="Satterthwaite")$df."""
    found, u = model(*FE)
    covariance, df = cr2_covariance(found.z, u, found.economies)
    np.testing.assert_allclose(errors(covariance), (0.02063110683, 0.08267530205), rtol=TEN_DIGITS)
    np.testing.assert_allclose(df, (1.812568, 1.799531), atol=5e-7)


def by_definition(x, u, groups, absorbed):
    """CR2 and Satterthwaite df with the full hat matrix of x and the absorbed dummies, cluster by cluster."""
    full = np.hstack([x, absorbed])
    hat, back = full @ np.linalg.pinv(full), np.linalg.pinv(x.T @ x)
    scores, directions = [], []
    for group in np.unique(groups):
        rows = groups == group
        values, vectors = np.linalg.eigh(np.eye(rows.sum()) - hat[np.ix_(rows, rows)])
        root = (vectors * np.where(values > 1e-10, np.abs(values) ** -0.5, 0)) @ vectors.T
        scores.append(back @ x[rows].T @ root @ u[rows])
        directions.append(np.einsum("nm,mr,rp->np", (np.eye(len(x)) - hat)[:, rows], root, x[rows] @ back))
    inner = np.einsum("gnp,hnp->pgh", directions, directions)
    df = np.trace(inner, axis1=1, axis2=2) ** 2 / (inner**2).sum(axis=(1, 2))
    return np.array(scores).T @ np.array(scores), df


@pytest.mark.parametrize("effects", [FE, TW, ("pooled", "year")], ids="-".join)
def test_cr2_is_its_definition_also_unbalanced(model, unbalanced, effects):
    found, u = model(*effects, data=unbalanced)
    own = np.eye(10)[found.economies] if "economy" in effects else np.zeros((len(u), 0))
    covariance, df = cr2_covariance(found.z, u, found.economies)
    expected, expected_df = by_definition(found.z, u, found.economies, own)
    np.testing.assert_allclose(errors(covariance), errors(expected), rtol=1e-8)
    np.testing.assert_allclose(df[-2:], expected_df[-2:], rtol=1e-8)


def test_cr2_where_one_economy_determines_a_direction_alone(unbalanced):
    """A year that only F02 has: I - H of F02 is singular beyond the absorbed mean; the slopes do not mind."""
    z, y, groups = design_of_all(unbalanced.drop(index=[k for k in unbalanced.index if k[1] == 1940 and k[0] != "F02"]))
    u = y - z @ np.linalg.lstsq(z, y, rcond=None)[0]
    covariance, df = cr2_covariance(z, u, groups)
    expected, expected_df = by_definition(z, u, groups, np.eye(10)[groups])
    np.testing.assert_allclose(covariance[-2:, -2:], expected[-2:, -2:], rtol=1e-8)
    np.testing.assert_allclose(df[-2:], expected_df[-2:], rtol=1e-8)
    assert np.flatnonzero(np.isnan(df)).tolist() == [1940 - 1936]


def test_a_slope_that_one_economy_determines_has_no_variance(grunfeld, declare):
    """Its residuals are orthogonal to the regressor, so that the clustered sandwich would be nought."""
    data = grunfeld.assign(value=grunfeld["value"].where(grunfeld.index.get_level_values("economy") == "F04", 1.0))
    found = design(replace(declare(*FE), regressors=("capital", "value")), data)
    covariance, df = cr2_covariance(found.z, found.y, found.economies)
    assert np.isnan(df).tolist() == np.isnan(np.diag(covariance)).tolist() == [False, True]
    assert np.isnan(np.diag(cv3_covariance(found.z, found.y, found.economies))).tolist() == [False, True]
    assert np.isnan(cr2_covariance(found.z[:, 1:], found.y, found.economies)[1]).all()


def test_cr2_is_unbiased_under_its_working_model(model, unbalanced):
    """E[V] over independent homoskedastic errors, summed over basis vectors, is (X'X)^-1; that of CR0 is not."""
    found, _ = model(*FE, data=unbalanced)
    z, groups = found.z, found.economies
    own = np.hstack([z, np.eye(10)[groups]])
    residuals = np.eye(len(z)) - own @ np.linalg.pinv(own)
    mean = sum(cr2_covariance(z, u, groups)[0] for u in residuals)
    np.testing.assert_allclose(mean, np.linalg.inv(z.T @ z), rtol=1e-8)


def test_cv3_definition(model):
    """CV3 of MacKinnon, Nielsen and Webb; clubSandwich CR3 is G/(G-1) times it: 0.03593761191, 0.1465418346."""
    found, _ = model(*FE)
    covariance = cv3_covariance(found.z, found.y, found.economies)
    np.testing.assert_allclose(errors(covariance), (0.03409341219, 0.139021791), rtol=TEN_DIGITS)
    np.testing.assert_allclose(errors(covariance) * np.sqrt(10 / 9), (0.03593761191, 0.1465418346), rtol=TEN_DIGITS)


def test_cv3_leaves_one_out_at_a_time_also_unbalanced(model, unbalanced):
    """A year that one economy alone has loses its dummy with it; the slopes do not mind."""
    data = unbalanced.drop(index=[key for key in unbalanced.index if key[1] == 1940 and key[0] != "F02"])
    z, y, groups = design_of_all(data)
    whole = np.linalg.lstsq(z, y, rcond=None)[0]
    moves = [np.linalg.lstsq(z[groups != g], y[groups != g], rcond=None)[0] - whole for g in range(10)]
    expected = 9 / 10 * np.array(moves)[:, -2:].T @ np.array(moves)[:, -2:]
    covariance = cv3_covariance(z, y, groups)
    np.testing.assert_allclose(covariance[-2:, -2:], expected, rtol=1e-8)
    gone = np.isnan(np.diag(covariance))
    assert np.flatnonzero(gone).tolist() == [1940 - 1936]


def design_of_all(data):
    """Two-way columns without leaving out the row that is alone in its year."""
    economies, years = (data.index.get_level_values(level) for level in ("economy", "year"))
    groups = np.unique(economies, return_inverse=True)[1]
    z = np.column_stack([*(years == year for year in range(1936, 1955)), data[["value", "capital"]]]).astype(float)
    centred = [
        column - (np.bincount(groups, column) / np.bincount(groups))[groups]
        for column in (*z.T, data["inv"].to_numpy())
    ]
    return np.array(centred[:-1]).T, centred[-1], groups


def test_order_of_rows_and_columns_scales_do_not_matter(model):
    found, u = model(*FE)
    order, units = np.random.default_rng(0).permutation(200), np.array([1e6, 1e-6])
    z, e, groups, periods = found.z[order] * units, u[order], found.economies[order], found.periods[order]
    y = found.y[order]
    for one, other in (
        (cluster_sandwich(z, e, groups), cluster_sandwich(found.z, u, found.economies)),
        (driscoll_kraay_sandwich(z, e, periods, 2), driscoll_kraay_sandwich(found.z, u, found.periods, 2)),
        (cr2_covariance(z, e, groups)[0], cr2_covariance(found.z, u, found.economies)[0]),
        (cv3_covariance(z, y, groups), cv3_covariance(found.z, found.y, found.economies)),
    ):
        np.testing.assert_allclose(errors(one) * units, errors(other), rtol=1e-9)


def test_arrays_are_checked(model):
    found, u = model(*FE)
    with pytest.raises(InputError, match=r"shapes \(200, 2\), \(199,\), \(200,\); expected \(n, p\)"):
        cluster_sandwich(found.z, u[1:], found.economies)
    with pytest.raises(InputError, match="missing or infinite cells"):
        cr2_covariance(found.z, np.where(u > 100, np.nan, u), found.economies)
    with pytest.raises(InputError, match="fewer than two clusters"):
        cv3_covariance(found.z, found.y, np.zeros(200))
    for extra in (found.z[:, 0] + found.z[:, 1], 0 * u):
        with pytest.raises(InputError, match="column 2 of x is zero or collinear with those before it"):
            cluster_sandwich(np.column_stack([found.z, extra]), u, found.economies)
    with pytest.raises(InputError, match="column 3 of x is zero or collinear"):
        cluster_sandwich(np.random.default_rng(0).normal(size=(3, 4)), np.ones(3), np.arange(3))
