"""Threshold models against R, against the linear estimator at the thresholds found, and against a simulated truth."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.specs import ModelSpec
from bri_eval.econometrics.threshold import estimate_threshold, threshold

# R: write.csv(invest, "invest.csv", row.names=FALSE) after data("invest", package="pdR"); it is GPL and
# not distributed here: put it into tests/reference or name its folder in BRI_EVAL_REFERENCE
INVEST = Path(os.environ.get("BRI_EVAL_REFERENCE", Path(__file__).parents[1] / "reference")) / "invest.csv"


def declare(regressors=("x", "z"), effects=("economy",), covariance="clustered", lag_by="", **options):
    options = {"threshold": "q", "regime": ["x"], "draws": 99, **options}
    return ModelSpec(
        name="m",
        outcome="y",
        regressors=regressors,
        effects=effects,
        estimator="threshold",
        covariance=covariance,
        lag_by=lag_by,
        options={name: value for name, value in options.items() if value is not None},
    )


def simulate(seed, gammas=(0.2,), slopes=(1.0, 2.0), economies=40, years=7, error=0.5):
    rng = np.random.default_rng(seed)
    labels = [f"E{i:02d}" for i in range(economies)]
    index = pd.MultiIndex.from_product([labels, range(2007, 2007 + years)], names=["economy", "year"])
    q, x, z = rng.normal(size=(3, len(index)))
    y = np.repeat(rng.normal(size=economies), years) + 0.3 * z + error * rng.normal(size=len(index))
    y += x * np.array(slopes)[np.searchsorted(gammas, q)]
    return pd.DataFrame({"y": y, "x": x, "z": z, "q": q}, index=index)


@pytest.fixture(scope="module")
def invest():
    """Investment on lagged q, its square and cube, debt, q x debt; lagged cash flow by regime of lagged debt."""
    if not INVEST.is_file():
        pytest.skip("invest is GPL and not distributed here; see the comment above")
    raw = pd.read_csv(INVEST).iloc[:, -4:].set_axis(["y", "q", "cash", "debt"], axis=1)
    index = pd.MultiIndex.from_product([range(565), range(1973, 1988)], names=["economy", "year"])
    table = raw.set_axis(index)
    table[["q", "cash", "debt"]] = table.groupby(level="economy")[["q", "cash", "debt"]].shift()
    return table.assign(q2=table["q"] ** 2, q3=table["q"] ** 3, qd=table["q"] * table["debt"])


def test_hansens_investment_r(invest):
    """Own R code after Hansen (1999): exhaustive search over the distinct values of lagged debt, trim 1 %."""
    regressors = ("q", "q2", "q3", "debt", "qd", "cash")
    options = {"threshold": "debt", "regime": ["cash"], "trim": 0.01, "regimes": 2}
    found = threshold(declare(regressors, covariance="unadjusted", **options), invest)
    digits = {places: 0.5 * 10.0**-places for places in (5, 6, 8, 9)}
    np.testing.assert_allclose(found.table["ssr_before"], (17.86109873, 17.78165081), rtol=0, atol=digits[8])
    np.testing.assert_allclose(found.table["ssr"], (17.78165081, 17.72369514), rtol=0, atol=digits[8])
    np.testing.assert_allclose(found.table["statistic"], (32.817252, 24.017814), rtol=0, atol=digits[6])
    np.testing.assert_allclose(found.gammas, (0.015700, 0.540030), rtol=0, atol=digits[6])
    slopes = found.fit.params.filter(like="cash")
    np.testing.assert_allclose(slopes, (0.05933225, 0.09312608, 0.03809677), rtol=0, atol=digits[8])
    one = threshold(declare(regressors, covariance="unadjusted", **options | {"regimes": 1}), invest)
    assert len(one.curves[0]) == 6668
    np.testing.assert_allclose(one.fit.params.filter(like="cash"), (0.05524636, 0.08626362), rtol=0, atol=digits[8])
    np.testing.assert_allclose(
        one.fit.std_errors.filter(like="cash"), (0.005332442, 0.005201872), rtol=0, atol=digits[9]
    )
    ends = one.table.loc[1, ["lower", "upper"]].astype(float)
    np.testing.assert_allclose(ends, (0.01246, 0.01806), rtol=0, atol=digits[5])


@pytest.mark.parametrize(
    ("gammas", "slopes"),
    [((0.2,), (1.0, 2.0)), ((-0.6, 0.5), (2.0, 0.0, 1.0)), ((-0.8, 0.0, 0.8), (0.0, 2.0, 1.0, 3.0))],
)
def test_known_thresholds_and_slopes_are_found(gammas, slopes):
    """280 rows with a density of q near 0.3: 0.1 is about eight of them."""
    found = threshold(declare(regimes=len(gammas)), simulate(1, gammas, slopes))
    np.testing.assert_allclose(sorted(found.gammas), gammas, atol=0.1)
    changing = found.fit.params.filter(like="x (")
    assert ((changing - np.array(slopes)).abs() < 3.5 * found.fit.std_errors[changing.index]).all()
    assert (found.table["pvalue"] == 0.01).all()
    assert (found.table["lower"] <= found.table["threshold"]).all()
    assert (found.table["threshold"] <= found.table["upper"]).all()


@pytest.mark.parametrize("covariance", ["clustered", "unadjusted", "cr2", "cv3"])
@pytest.mark.parametrize("effects", [("economy",), ("economy", "year")], ids="-".join)
def test_slopes_and_errors_are_those_of_the_linear_model_at_the_thresholds(effects, covariance):
    data = simulate(2, (-0.6, 0.5), (2.0, 0.0, 1.0))
    data["z"] *= 1e6
    found = threshold(declare(effects=effects, covariance=covariance, regimes=2), data)
    low, high = sorted(found.gammas)
    columns = {"low": data["q"] <= low, "middle": (data["q"] > low) & (data["q"] <= high), "high": data["q"] > high}
    rows = data.assign(**{name: data["x"] * inside for name, inside in columns.items()})
    linear = ModelSpec(
        name="m",
        outcome="y",
        regressors=("z", "low", "middle", "high"),
        effects=effects,
        estimator="within",
        covariance=covariance,
    )
    fit, expected = found.fit, estimate(linear, rows)
    assert list(fit.params.index) == [
        "z",
        f"x (q <= {low:.4g})",
        f"x ({low:.4g} < q <= {high:.4g})",
        f"x (q > {high:.4g})",
    ]
    np.testing.assert_allclose(fit.params, expected.params, rtol=1e-9)
    np.testing.assert_allclose(fit.covariance_matrix, expected.covariance_matrix, rtol=1e-8)
    np.testing.assert_allclose(fit.pvalues, expected.pvalues, rtol=1e-6)
    np.testing.assert_allclose(fit.dfs, expected.dfs, rtol=1e-8)
    sizes = ["nobs", "clusters", "df", "k", "r2_within", "r2_between", "r2_overall"]
    assert [getattr(fit, size) for size in sizes] == pytest.approx([getattr(expected, size) for size in sizes])
    np.testing.assert_allclose((fit.residuals**2).sum(), (expected.residuals**2).sum(), rtol=1e-10)
    assert found.curves[1]["ssr"].min() >= (fit.residuals**2).sum() * (1 - 1e-12)


def test_the_estimator_is_reached_by_its_name_and_hands_its_tables_on():
    data = simulate(3)
    fit, found = estimate(declare(), data), threshold(declare(), data)
    pd.testing.assert_frame_equal(fit.extra["thresholds"], found.table)
    pd.testing.assert_frame_equal(fit.extra["regimes"], found.regimes)
    assert fit.params.equals(estimate_threshold(declare(), data).params)
    for told in (
        "40 economies x 7 years, balanced, 1 threshold,",
        "q <= threshold",
        "n(T-1) = 240",
        "99 bootstrap draws",
    ):
        assert told in fit.convention


def test_regimes_are_counted():
    data = simulate(4)
    found = threshold(declare(), data)
    low = data["q"] <= found.gammas[0]
    assert found.regimes["rows"].to_list() == [low.sum(), (~low).sum()]
    assert found.regimes["economies"].to_list() == [len(data[part].index.unique("economy")) for part in (low, ~low)]
    assert found.regimes["lower"].to_list() == [-np.inf, found.gammas[0]]


def test_without_a_threshold_the_test_does_not_reject():
    found = threshold(declare(), simulate(15, slopes=(1.0, 1.0)))
    assert found.table.loc[1, "pvalue"] > 0.1
    assert found.table.loc[1, "critical_10"] < found.table.loc[1, "critical_1"]


def test_order_of_rows_and_units_do_not_matter():
    data = simulate(6)
    found = threshold(declare(), data)
    again = threshold(declare(), (data * [1e10, 1e-6, 1, 1e4]).sample(frac=1, random_state=1))
    assert again.gammas[0] == pytest.approx(found.gammas[0] * 1e4, rel=1e-12)
    assert again.table.loc[1, "statistic"] == pytest.approx(found.table.loc[1, "statistic"], rel=1e-8)
    assert again.table.loc[1, "pvalue"] == found.table.loc[1, "pvalue"]


def test_the_threshold_variable_may_be_lagged_and_the_same_in_all_years():
    data = simulate(7)
    lagged = threshold(declare(threshold="lag(q,1)", lag_by="wave"), data)
    by_hand = data.assign(q=data.groupby(level="economy")["q"].shift())
    assert lagged.gammas == threshold(declare(), by_hand).gammas
    assert (lagged.fit.nobs, lagged.fit.dropped.rows) == (240, 40)
    assert list(lagged.fit.params.index)[1] == f"x (lag(q, 1) <= {lagged.gammas[0]:.4g})"
    fixed = data.assign(q=data.groupby(level="economy")["q"].transform("first"))
    assert threshold(declare(), fixed).regimes["economies"].sum() == 40


def test_names_tell_thresholds_apart_that_agree_in_four_digits():
    data = simulate(8, (-0.6, 0.5), (2.0, 0.0, 1.0))
    names = threshold(declare(regimes=2), data.assign(q=1e6 + data["q"])).fit.params.index
    assert names.is_unique
    assert names[1].startswith("x (q <= 99999")


def test_unbalanced_panel():
    message = (
        r"model 'm': 1 of 40 economies lack complete rows, 'E03' has 6 of 7 years; estimator 'threshold' needs a "
        "balanced panel: select economies or years by sample"
    )
    data = simulate(9)
    with pytest.raises(InputError, match=message):
        threshold(declare(), data.drop(index=("E03", 2010)))
    data.loc[("E03", 2010), "q"] = np.nan
    with pytest.raises(InputError, match=message):
        threshold(declare(), data)


def test_regime_with_few_economies():
    data = simulate(10, economies=12)
    data["q"] = np.repeat(np.arange(12.0), 7)
    data["y"] += 5 * data["x"] * (data["q"] <= 2)
    with pytest.raises(InputError, match=r"the regime -inf < q <= 2 has 3 economies in 21 rows; expected at least 10"):
        threshold(declare(), data)
    assert threshold(declare(least_economies=3), data).gammas == (2.0,)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"threshold": None}, "estimator 'threshold' needs the option 'threshold'"),
        ({"regime": None}, "estimator 'threshold' needs the option 'regime'"),
        ({"regime": "x"}, "expected a term and a list of terms"),
        ({"regime": ["w"]}, "option regime: unknown regressor 'w'; known are 'x', 'z'"),
        ({"threshold": "lag(q, 1)"}, "threshold 'lag\\(q, 1\\)' needs lag_by"),
        ({"regimes": 4}, "option regimes is 4; expected 1 to 3"),
        ({"regimes": 1.5}, "option regimes is 1.5; expected a whole number"),
        ({"draws": 50}, "option draws is 50; expected 99 or more"),
        ({"trim": 0.3, "regimes": 2}, "option trim is 0.3; expected a share above 0 and below 0.25"),
        ({"trim": 0}, "option trim is 0; expected a share above 0 and below 0.5"),
        ({"grid": 400}, "unknown threshold option 'grid'"),
    ],
)
def test_options_that_are_refused(options, message):
    with pytest.raises(InputError, match=f"model 'm': .*{message}"):
        threshold(declare(**options), simulate(11))


def test_columns_that_are_refused():
    data = simulate(12)
    fixed = data.groupby(level="economy").transform("first")
    with pytest.raises(InputError, match="regressors 'x' do not vary once economy effects are removed"):
        threshold(declare(), data.assign(x=fixed["x"]))
    with pytest.raises(InputError, match="outcome 'y' is constant once economy effects are removed"):
        threshold(declare(), data.assign(y=fixed["y"]))
    with pytest.raises(InputError, match="no value of the threshold variable splits the rows"):
        threshold(declare(), data.assign(q=1.0))
    with pytest.raises(InputError, match="unknown column 'w'"):
        threshold(declare(threshold="w"), data)


def test_too_few_clusters():
    with pytest.raises(InputError, match="5 economies are too few clusters"):
        threshold(declare(least_economies=1), simulate(13, economies=5))
