"""Panel regressions against named peers in one process, BLAS at one thread; equal results are asserted, times printed.

Each line prints the median ratio of rounds in which both sides run in turn; compiled peers have run before.
"""

import itertools
import statistics
import time
import warnings

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from bri_eval.econometrics.bootstrap import wild_bootstrap
from bri_eval.econometrics.inference import cr2_covariance
from bri_eval.econometrics.kernel import design, fit, fit_arrays, moments
from bri_eval.econometrics.specs import ModelSpec

pytestmark = pytest.mark.bench
ROUNDS, EXACT = 5, 1e-10
NAMES = tuple("abcde")
TWO_WAY = ("economy", "year")


@pytest.fixture(autouse=True)
def one_thread():
    """The one warning that is silenced is pyfixest's, of pandas 4."""
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=pd.errors.Pandas4Warning, module=r"pyfixest\.")
        yield


def seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def race(name, ours, peer, models=(1, 1), rounds=ROUNDS):
    """Print the median ratio of paired rounds, per model."""
    ours()
    peer()
    pairs = [(seconds(peer) / models[1], seconds(ours) / models[0]) for _ in range(rounds)]
    ratio = statistics.median(theirs / own for theirs, own in pairs)
    own, theirs = (statistics.median(side) for side in zip(*[(o, t) for t, o in pairs], strict=True))
    print(f"\n{name}: {ratio:.1f} times as fast ({own * 1e3:,.3f} ms a model, peer {theirs * 1e3:,.3f})", end="")
    return ratio


def panel(economies, years, share=1.0):
    """Outcome y and five regressors with economy and year effects."""
    rng = np.random.default_rng(1)
    index = pd.MultiIndex.from_product([range(economies), range(years)], names=["economy", "year"])
    e, p = (index.get_level_values(level).to_numpy() for level in TWO_WAY)
    x = rng.normal(size=(len(e), 5)) + rng.normal(size=(economies, 5))[e] + rng.normal(size=(years, 5))[p]
    y = x @ np.arange(5) / 10 + rng.normal(size=len(e)) + rng.normal(size=economies)[e] + rng.normal(size=years)[p]
    data = pd.DataFrame(np.column_stack([y, x]), index=index, columns=["y", *NAMES])
    return data[rng.random(len(data)) < share]


def spec(names=NAMES):
    return ModelSpec(name="m", outcome="y", regressors=tuple(names), effects=TWO_WAY, estimator="within")


def pyfixest(flat, names=NAMES):
    """Bare clustered covariance, for the number of effects that it counts is not stable (econometrics.md 2.1)."""
    import pyfixest as pf

    bare = pf.ssc(k_adj=False, G_adj=False)
    return pf.feols(f"y ~ {' + '.join(names)} | economy + year", flat, vcov={"CRV1": "economy"}, ssc=bare)


def linearmodels(data, names=NAMES):
    from linearmodels.panel import PanelOLS

    within = PanelOLS(data["y"], data[list(names)], entity_effects=True, time_effects=True)
    bare = {"debiased": False, "auto_df": False, "count_effects": False}
    return within.fit(cov_type="clustered", cluster_entity=True, **bare)


def codes(data):
    return tuple(pd.factorize(data.index.get_level_values(level), sort=True)[0] for level in TWO_WAY)


def same(found, peer, tolerance=EXACT):
    """Slopes and bare clustered standard errors."""
    params, errors = (peer.coef(), peer.se()) if hasattr(peer, "coef") else (peer.params, peer.std_errors)
    np.testing.assert_allclose(found.slopes, params, rtol=tolerance)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), errors, rtol=tolerance)


@pytest.mark.parametrize("share", [1.0, 0.9], ids=["balanced", "unbalanced"])
def test_specification_curve(share):
    """All models with a and some of b, c, d, e: two-way within, clustered, 65 x 17."""
    data = panel(65, 17, share)
    sets = [("a", *more) for size in range(5) for more in itertools.combinations("bcde", size)]
    y, columns, where = data["y"].to_numpy(), data[list(NAMES)].to_numpy(), codes(data)
    flat = data.reset_index()

    def ours():
        return [fit_arrays(y, columns[:, [NAMES.index(name) for name in names]], *where) for names in sets]

    for name, peer, source in (("linearmodels", linearmodels, data), ("pyfixest", pyfixest, flat)):
        for found, names in zip(ours(), sets, strict=True):
            same(found, peer(source, names), 1e-6 if share < 1 and name == "pyfixest" else EXACT)  # the peer iterates
        label = f"specification curve, 65 x 17, {share:.0%} of rows, {name}"
        race(label, ours, lambda run=peer, rows=source: [run(rows, names) for names in sets], (16, 16), 3)


def test_leave_one_out():
    data = panel(65, 17)
    flat = data.reset_index()

    def ours():
        return fit(moments(design(spec(), data)), 1 - np.eye(65))

    found = ours()
    for place in range(0, 65, 8):
        peer = pyfixest(flat[flat["economy"] != place])
        np.testing.assert_allclose(found.slopes[place], peer.coef(), rtol=EXACT)
        np.testing.assert_allclose(np.sqrt(np.diag(found.covariance[place])), peer.se(), rtol=EXACT)
    few = range(0, 65, 8)
    race(
        "leave one economy out, 65 models, tables included, pyfixest",
        ours,
        lambda: [pyfixest(flat[flat["economy"] != place]) for place in few],
        (65, len(few)),
    )
    race(
        "the same, linearmodels",
        ours,
        lambda: [linearmodels(data.drop(index=place, level="economy")) for place in few],
        (65, len(few)),
    )


def test_cluster_bootstrap():
    data = panel(65, 17)
    weights = np.random.default_rng(0).multinomial(65, np.full(65, 1 / 65), size=999)
    blocks = [rows.reset_index() for _, rows in data.groupby(level="economy")]

    def resampled(draw):
        taken = [block for block, times in zip(blocks, draw, strict=True) for _ in range(times)]
        return pd.concat(taken, ignore_index=True).assign(economy=np.repeat(np.arange(65), 17))

    def ours():
        return fit(moments(design(spec(), data)), weights)

    found = ours()
    for place in range(5):
        peer = pyfixest(resampled(weights[place]))
        np.testing.assert_allclose(found.slopes[place], peer.coef(), rtol=EXACT)
        np.testing.assert_allclose(np.sqrt(np.diag(found.covariance[place])), peer.se(), rtol=EXACT)
    frames = [resampled(draw) for draw in weights[:10]]
    race(
        "cluster bootstrap, 999 draws, tables included, pyfixest without resampling",
        ours,
        lambda: [pyfixest(frame) for frame in frames],
        (999, 10),
    )


@pytest.mark.parametrize("share", [1.0, 0.95], ids=["balanced", "unbalanced"])
def test_one_million_rows(share):
    """From a table with codes of economies and years, both sides."""
    data = panel(100_000, 10, share)
    flat = data.reset_index()

    def ours():
        where = (pd.factorize(flat[level], sort=True)[0] for level in TWO_WAY)
        return fit_arrays(flat["y"].to_numpy(), flat[list(NAMES)].to_numpy(), *where)

    same(ours(), pyfixest(flat), 1e-6 if share < 1 else EXACT)  # unbalanced, the peer iterates
    race(f"{len(flat):,} rows, pyfixest", ours, lambda: pyfixest(flat), rounds=3)


def test_wild_bootstrap_against_wildboottest():
    """The peer gets the design with economy means removed, which is faster for it, and no small-sample factors."""
    from statsmodels.regression.linear_model import OLS
    from wildboottest.wildboottest import wildboottest

    data = panel(65, 17)
    found = design(spec(), data)
    columns = [f"z{column}" for column in range(found.k)]
    model = OLS(found.y, pd.DataFrame(found.z, columns=columns))
    clusters = pd.Series(found.economies)

    def peer():
        settings = {"adj": False, "cluster_adj": False, "parallel": False, "show": False}
        return wildboottest(model, B=9_999, cluster=clusters, param=columns[found.nuisance], seed=1, **settings)

    def ours():
        return wild_bootstrap(spec(), data, "a", seed=1)

    assert ours().statistic == pytest.approx(float(peer()["statistic"].iloc[0]), rel=EXACT)
    assert ours().pvalue == pytest.approx(float(peer()["p-value"].iloc[0]), abs=0.02)  # four errors of 9,999 draws
    race("wild bootstrap, 9,999 draws, 65 economies, tables and interval included, wildboottest", ours, peer)


def test_coverage_of_intervals():
    """Three treated of 12 economies, errors that go on for years: shares of 400 intervals that hold the true slope."""
    from scipy import stats

    rng = np.random.default_rng(3)
    index = pd.MultiIndex.from_product([range(12), range(7)], names=["economy", "year"])
    economies, years = (index.get_level_values(level).to_numpy() for level in TWO_WAY)
    treated = ((economies < 3) & (years >= 3)) * 1.0
    model = ModelSpec(name="m", outcome="y", regressors=("x",), effects=TWO_WAY, estimator="within")
    held = np.zeros(3)
    for _ in range(400):
        errors = rng.normal(size=(12, 7)).cumsum(axis=1).ravel()
        x = treated + 0.1 * rng.normal(size=84)
        data = pd.DataFrame({"x": x, "y": x + errors}, index=index)
        found = design(model, data)
        whole = fit(moments(found))
        residuals = found.y - found.z @ np.linalg.lstsq(found.z, found.y, rcond=None)[0]
        covariance, df = cr2_covariance(found.z, residuals, found.economies)
        low, high = wild_bootstrap(
            model, data, "x", draws=999, weights="webb", seed=int(rng.integers(1 << 31))
        ).interval
        gap = abs(whole.slopes[0] - 1)
        held += [
            gap <= stats.t.ppf(0.975, 11) * whole.std_errors[0],
            gap <= stats.t.ppf(0.975, df[-1]) * np.sqrt(covariance[-1, -1]),
            low <= 1 <= high,
        ]
    shares = dict(zip(("clustered, t(G-1)", "CR2, Satterthwaite", "wild, Webb"), held / 400, strict=True))
    print(f"\ncoverage of 95 % intervals: {', '.join(f'{name} {share:.3f}' for name, share in shares.items())}", end="")
    assert shares["clustered, t(G-1)"] < shares["CR2, Satterthwaite"]
    assert shares["CR2, Satterthwaite"] > 0.91  # nominal 0.95, standard error of a share 0.011
