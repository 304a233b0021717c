"""Quantile slopes of simulated panels with known ones, standard errors against theory, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bri_eval.checks import InputError
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.quantile import DECILES, estimate_quantile, quantile_path
from bri_eval.econometrics.specs import ModelSpec


def declare(*effects, regressors=("x", "z"), covariance="clustered", estimator="quantile", **options):
    return ModelSpec(
        name="m",
        outcome="y",
        regressors=regressors,
        effects=effects or ("economy",),
        estimator=estimator,
        covariance=covariance,
        options={"draws": 99, **options} if estimator == "quantile" else {},
    )


def simulate(seed, economies=30, years=12, missing=0.1, spread=0.5):
    """Return y = a + x + z/2 + (1 + spread x) u with normal u: slopes 1 + spread q(u) and 1/2."""
    rng = np.random.default_rng(seed)
    labels = [f"E{i:02d}" for i in range(economies)]
    index = pd.MultiIndex.from_product([labels, range(2000, 2000 + years)], names=["economy", "year"])
    x, z, u = rng.uniform(0, 2, len(index)), rng.normal(size=len(index)), rng.normal(size=len(index))
    y = np.repeat(rng.normal(size=economies), years) + x + 0.5 * z + (1 + spread * x) * u
    return pd.DataFrame({"y": y, "x": x, "z": z}, index=index)[rng.uniform(size=len(index)) >= missing]


@pytest.fixture(scope="module")
def long():
    """60 economies x 60 years: the bias in 1/T is small beside the standard error."""
    return simulate(1, 60, 60)


def influence_errors(data, slopes, level):
    """Return the asymptotic standard errors of Machado and Santos Silva, clustered, with the true density of u."""
    q = stats.norm.ppf(level)
    x = data[["x", "z"]] - data[["x", "z"]].groupby(level="economy").transform("mean")
    size = np.sqrt(2 / np.pi) * (1 + 0.5 * data["x"])  # of |residual|, as u is normal
    e = data["y"] - data.groupby(level="economy")["y"].transform("mean") - x @ [1.0, 0.5]
    u = e / size
    density = stats.norm.pdf(q) * np.sqrt(2 / np.pi)
    q = q / np.sqrt(2 / np.pi)
    v = np.abs(u) - 1
    bread = np.linalg.inv(x.T @ x)
    tail = size * ((level - (u <= q)) / density - q * v - u) / size.sum()
    scores = x.mul(e + q * size * v, axis=0).to_numpy() @ bread + np.outer(tail, [0.5 * np.sqrt(2 / np.pi), 0.0])
    sums = pd.DataFrame(scores, index=data.index).groupby(level="economy").sum()
    return np.sqrt((sums**2).sum())


@pytest.mark.parametrize("method", ["mmqr", "canay"])
@pytest.mark.parametrize("level", [0.2, 0.8])
def test_known_slopes_are_found(long, level, method):
    data = simulate(2, 40, 30) if method == "canay" else long
    fit = estimate(declare(quantile=level, method=method), data)
    truth = np.array([1 + 0.5 * stats.norm.ppf(level), 0.5])
    assert ((fit.params - truth).abs() < 3 * fit.std_errors).all()
    assert fit.std_errors["x"] < 0.15


@pytest.mark.parametrize("level", [0.1, 0.5, 0.9])
def test_bootstrap_errors_are_near_those_of_theory(long, level):
    """500 draws of 60 economies: about 10 % of noise, of which three times are allowed."""
    fit = estimate_quantile(declare(quantile=level, draws=500), long)
    np.testing.assert_allclose(fit.std_errors, influence_errors(long, fit.params, level), rtol=0.3)


def test_any_quantile_is_location_plus_scale_times_its_quantile():
    data = simulate(2)
    path = quantile_path(declare(), data, quantiles=(0.1, 0.35, 0.9))
    location = estimate(declare(estimator="within"), data)
    size = data.assign(y=location.residuals.abs())
    scale = estimate(declare(estimator="within"), size)
    for level, q in path.extra["quantiles"].items():
        slopes = path.table["slope"].xs(level, level="quantile")
        np.testing.assert_allclose(slopes, location.params + q * scale.params, rtol=1e-9)
    np.testing.assert_allclose(path.extra["location"], location.params, rtol=1e-9)
    np.testing.assert_allclose(path.extra["scale"], scale.params, rtol=1e-9)


@pytest.mark.parametrize("method", ["mmqr", "canay"])
def test_path_and_single_quantiles_agree_on_the_same_draws(method):
    data = simulate(3, economies=15, years=8)
    path = quantile_path(declare(method=method), data, quantiles=(0.3, 0.7), seed=9)
    fit = estimate_quantile(declare(method=method, quantile=0.7, seed=9), data)
    table = path.table.xs(0.7, level="quantile")
    np.testing.assert_allclose(table["slope"], fit.params, rtol=1e-12)
    np.testing.assert_allclose(table["std_error"], fit.std_errors, rtol=1e-9)
    np.testing.assert_allclose(table[["lower", "upper"]], fit.conf_int, rtol=1e-9)
    np.testing.assert_allclose(path.draws.xs(0.7, axis=1, level="quantile").cov(), fit.covariance_matrix, rtol=1e-9)
    assert (
        not quantile_path(declare(method=method), data, quantiles=(0.7,), seed=8)
        .draws.iloc[0]
        .equals(path.draws.iloc[0])
    )


def test_draws_are_whole_economies_estimated_in_full():
    """The first draw by hand: copies of economies under new names."""
    data = simulate(4, economies=12)
    counts = np.random.default_rng(9).multinomial(12, np.full(12, 1 / 12), size=99)[0]
    parts = [data.loc[[label]] for label, count in zip(data.index.unique(0), counts, strict=True) for _ in range(count)]
    copies = pd.concat(
        {f"{number:02d}": part.droplevel("economy") for number, part in enumerate(parts)}, names=["economy"]
    )
    drawn = quantile_path(declare("economy", "year", seed=9), data, quantiles=(0.4,)).draws.iloc[0]
    by_hand = estimate_quantile(declare("economy", "year", quantile=0.4), copies).params
    np.testing.assert_allclose(drawn, by_hand, rtol=1e-8)


def test_year_effects_are_dummies_in_location_and_scale():
    data = simulate(5)
    fit = estimate_quantile(declare("economy", "year", quantile=0.3), data)
    dummies = (
        pd.get_dummies(data.index.get_level_values("year"), prefix="t", dtype=float).set_axis(data.index).iloc[:, 1:]
    )
    explicit = declare(regressors=("x", "z", *dummies), quantile=0.3)
    np.testing.assert_allclose(fit.params, estimate_quantile(explicit, data.join(dummies)).params[:2], rtol=1e-8)
    assert list(fit.params.index) == ["x", "z"]
    assert fit.k == 2 + 11
    shifts = data.assign(y=data["y"] + 10 * (data.index.get_level_values("year") % 3))
    again = estimate_quantile(declare("economy", "year", quantile=0.3), shifts)
    np.testing.assert_allclose(again.params, fit.params, rtol=1e-8)


def test_residuals_are_below_zero_in_about_the_share_of_the_quantile():
    for method in ("mmqr", "canay"):
        fit = estimate_quantile(declare(quantile=0.25, method=method), simulate(6))
        assert abs((fit.residuals < 0).mean() - 0.25) < 0.05


def test_units_and_order_of_rows_do_not_matter():
    data = simulate(7)
    units = np.array([1e-6, 1e8])
    for method in ("mmqr", "canay"):
        one, other = (
            estimate_quantile(declare(method=method, quantile=0.3), rows)
            for rows in (data, (data * [1e10, *(1e10 / units)]).sample(frac=1, random_state=1))
        )
        np.testing.assert_allclose(other.params / units, one.params, rtol=1e-7)
        np.testing.assert_allclose(other.std_errors / units, one.std_errors, rtol=1e-6)


def test_the_record_says_how_and_what_was_left_out():
    data = simulate(8, years=7)
    alone = data.drop(index=data.loc[["E03"]].index[1:])
    alone.loc[("E04", 2001), "x"] = np.nan
    fit = estimate_quantile(declare(quantile=0.3), alone)
    assert (fit.dropped.singletons, fit.dropped.rows, fit.dropped.economies) == (1, 1, ("E03",))
    assert (fit.clusters, fit.df, fit.extra["draws"]) == (29, 28, 99)
    assert np.isnan([fit.scaling, fit.r2_within, fit.r2_overall]).all()
    for told in (
        "Quantile regression at 0.3 with economy effects",
        "99 bootstrap draws",
        "t(28)",
        "incidental parameters",
    ):
        assert told in fit.convention
    assert "incidental parameters" not in estimate_quantile(declare(), simulate(8, years=12)).convention


def test_a_scale_that_is_not_positive_is_told():
    data = simulate(9, spread=0)
    data["y"] = data["z"] + (0.01 + (data["x"] > 1.9)) * np.random.default_rng(9).normal(size=len(data))
    fit = estimate_quantile(declare(), data)
    assert fit.extra["scale_not_positive"] > 0
    assert "The scale is not positive in" in fit.convention


def test_draws_without_variation_are_left_out_or_refused():
    data = simulate(10)
    place = data.index.get_level_values("economy")
    few = data.assign(x=np.where(place.isin(["E01", "E02", "E03", "E04"]), data["x"], 0))
    fit = estimate_quantile(declare(), few)
    assert 94 <= fit.extra["draws"] < 99
    assert f"{99 - fit.extra['draws']} more draws do not identify the slopes" in fit.convention
    with pytest.raises(InputError, match="of 99 draws of economies do not identify the slopes"):
        estimate_quantile(declare(), data.assign(x=np.where(place == "E01", data["x"], 0)))


def test_extreme_quantiles_of_few_rows():
    data = simulate(11)
    with pytest.raises(InputError, match=r"quantile 0.05 of \d+ rows rests on few of them; expected 0.1 to 0.9"):
        estimate_quantile(declare(quantile=0.05), data)
    with pytest.raises(InputError, match=r"quantile 0.95 of \d+ rows"):
        quantile_path(declare(), data, quantiles=(0.5, 0.95))
    assert estimate_quantile(declare(quantile=0.05, least_rows=100), data).nobs < 500
    assert len(quantile_path(declare(), simulate(11, 60), quantiles=(0.02, 0.5)).table) == 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"quantile": 1.0}, r"quantiles are \[1.0\]; expected ascending numbers in \(0, 1\)"),
        ({"quantile": "median"}, "option quantile is 'median'; expected a number"),
        ({"method": "koenker"}, "model 'm': unknown method 'koenker'; known are 'mmqr', 'canay'"),
        ({"draws": 10}, "option draws is 10; expected 99 or more"),
        ({"taus": 3}, "unknown quantile option 'taus'"),
        ({"covariance": "cr2"}, "covariance 'cr2'"),
    ],
)
def test_options_that_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        estimate_quantile(declare(**options), simulate(12))


def test_quantiles_that_do_not_ascend():
    with pytest.raises(InputError, match="expected ascending numbers"):
        quantile_path(declare(), simulate(12), quantiles=(0.5, 0.3))
    assert DECILES[0] == 0.1


def test_columns_that_are_refused():
    data = simulate(13)
    fixed = data.groupby(level="economy").transform("first")
    with pytest.raises(InputError, match="regressors 'x' do not vary once economy effects are removed"):
        estimate_quantile(declare(), data.assign(x=fixed["x"]))
    with pytest.raises(InputError, match="outcome 'y' is fitted exactly"):
        estimate_quantile(declare(), data.assign(y=2 * data["x"] + fixed["z"]))
    with pytest.raises(InputError, match="5 economies are too few clusters"):
        estimate_quantile(declare(), simulate(13, economies=5))
