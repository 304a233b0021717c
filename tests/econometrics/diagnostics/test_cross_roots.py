"""CIPS against R (plm 2.6-2), least squares economy by economy, and Pesaran's critical values."""

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics import diagnostics
from bri_eval.econometrics.diagnostics import cross_roots


def test_cips_plm(grunfeld):
    """R: cipstest(G$inv, lags=1, type="drift") p 0.0907 from the table; type="trend", model="cmg", p above 0.1."""
    flat = diagnostics.cips(grunfeld, "inv", lags=1)
    assert flat.statistic == pytest.approx(-2.2420105, abs=5e-8)
    assert flat.pvalue == pytest.approx(0.0907, abs=0.02)
    line = diagnostics.cips(grunfeld, "inv", lags=1, trend=True, draws=199)
    assert line.statistic == pytest.approx(-2.20298850447, rel=1e-10)
    assert line.pvalue > 0.1
    assert "from 199 simulated panels of the same shape, seed 20181122" in line.sentence


@pytest.mark.parametrize(("lags", "trend"), [(0, False), (2, True)])
def test_cips_by_least_squares(lags, trend):
    """An unbalanced panel, economy by economy, with means over the economies whose row is complete."""
    generator = np.random.default_rng(5)
    walks = generator.normal(size=(6, 24)).cumsum(axis=1) + 40 * np.arange(6)[:, None]
    first = np.array([0, 0, 3, 5, 1, 0])
    walks[np.arange(24) < first[:, None]] = np.nan
    rows = pd.MultiIndex.from_product([list("ABCDEF"), range(2001, 2025)], names=["economy", "year"])
    data = pd.DataFrame({"y": walks.ravel()}, index=rows)
    long = data.dropna()
    long = long - long.groupby(level="economy").transform("first")
    own = long.groupby(level="economy")["y"]
    table = pd.DataFrame({"dy": own.diff(), "level": own.shift()})
    for lag in range(1, lags + 1):
        table[f"dy{lag}"] = table.groupby(level="economy")["dy"].shift(lag)
    table = table.dropna()
    table = table.join(table.groupby(level="year").transform("mean").add_suffix("_mean"))
    table["const"] = 1.0
    if trend:
        table["trend"] = table.index.get_level_values("year") - 2000.0
    t = []
    for _, part in table.groupby(level="economy"):
        y, x = part["dy"].to_numpy(), part.drop(columns="dy").to_numpy()
        slopes = np.linalg.lstsq(x, y, rcond=None)[0]
        variance = ((y - x @ slopes) ** 2).sum() / (len(y) - x.shape[1])
        t.append(slopes[0] / np.sqrt(variance * np.linalg.inv(x.T @ x)[0, 0]))
    result = diagnostics.cips(data, "y", lags=lags, trend=trend, draws=19)
    assert result.statistic == pytest.approx(np.mean(t), rel=1e-7)
    assert "6 economies, 19 years in the shortest series" in result.sentence


def test_p_value_is_a_rank_among_the_simulated_panels(grunfeld):
    values = grunfeld["inv"].to_numpy().reshape(10, 20)
    simulated = cross_roots._null(values, 1, False, 199)
    result = diagnostics.cips(grunfeld, "inv", lags=1, draws=199)
    assert result.pvalue == (1 + (simulated <= result.statistic).sum()) / 200
    assert diagnostics.cips(grunfeld, "inv", lags=1, draws=199) == result


def test_levels_of_economies_do_not_matter(grunfeld):
    ragged = grunfeld.drop(index=[("F03", 1935), ("F03", 1936), ("F07", 1954)])
    moved = ragged["inv"] + 1000 * pd.factorize(ragged.index.get_level_values("economy"))[0]
    one, two = (diagnostics.cips(ragged.assign(y=y), "y", draws=99) for y in (ragged["inv"], moved))
    assert one.statistic == pytest.approx(two.statistic, rel=1e-8)
    assert one.pvalue == two.pvalue


@pytest.mark.parametrize(
    ("economies", "years", "trend", "critical"),
    [
        (10, 20, False, (-2.60, -2.34, -2.21)),
        (20, 10, False, (-2.64, -2.33, -2.18)),
        (10, 20, True, (-3.15, -2.88, -2.74)),
    ],
)
def test_critical_values_of_pesaran2007(economies, years, trend, critical):
    """Tables II(b) and II(c), 1, 5 and 10 %: 3,000 panels have standard errors of about 0.03, 0.02 and 0.015."""
    simulated = cross_roots._null(np.zeros((economies, years)), 0, trend, 3_000)
    found = np.quantile(simulated, [0.01, 0.05, 0.10])
    assert (np.abs(found - critical) < [0.09, 0.05, 0.04]).all()


def test_refusals(grunfeld, unbalanced):
    with pytest.raises(InputError, match="column 'inv': 2 economies; means over them need 3 or more"):
        diagnostics.cips(grunfeld.loc["F01":"F02"], "inv")
    with pytest.raises(
        InputError, match="lags is 5, which gives the shortest series, of 20 years, 14 rows for 14 coef"
    ):
        diagnostics.cips(grunfeld, "inv", lags=5)
    with pytest.raises(InputError, match="economy 'F01' goes from 1936 to 1938"):
        diagnostics.cips(unbalanced, "inv")
    with pytest.raises(InputError, match=r"economy 'F01' has 9 years and 10 are the least"):
        diagnostics.cips(grunfeld.query("year < 1944"), "inv")
    years = grunfeld.index.get_level_values("year").to_numpy(dtype=float)
    with pytest.raises(InputError, match="economy 'F01' follows its own lags, means or trend exactly"):
        diagnostics.cips(grunfeld.assign(y=years), "y")
    short = diagnostics.cips(grunfeld.query("year < 1950"), "inv", draws=19)
    assert "Series of 15 years are short" in short.sentence


@pytest.mark.bench
def test_size_under_a_common_factor():
    """200 panels of 30 x 16 with a factor 1.5 times as strong as the own shocks: 5 % gives 1 to 10 %; ips far more."""
    generator = np.random.default_rng(2)
    rows = pd.MultiIndex.from_product([range(30), range(16)], names=["economy", "year"])
    rejected = {"cips": 0, "ips": 0}
    critical = np.quantile(cross_roots._null(np.zeros((30, 16)), 0, False, cross_roots.DRAWS), 0.05)
    for _ in range(200):
        steps = generator.normal(size=(30, 16)) + 1.5 * generator.normal(size=16)
        data = pd.DataFrame({"y": steps.cumsum(axis=1).ravel()}, index=rows)
        rejected["cips"] += diagnostics.cips(data, "y", draws=1).statistic <= critical
        rejected["ips"] += diagnostics.ips(data, "y").pvalue < 0.05
    assert 2 <= rejected["cips"] <= 20
    assert rejected["ips"] > 30
