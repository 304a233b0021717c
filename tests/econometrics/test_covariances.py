"""Covariances of linear models against R (plm 2.6-2, sandwich, clubSandwich, fixest) and against refits."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bri_eval.checks import InputError
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.specs import ModelSpec

TEN_DIGITS, P_VALUE = 1e-8, 1e-6
KEYS = ["economy", "year"]
WAVES = (2007, 2010, 2012, 2014, 2016, 2018, 2023)


def declare(*model: str, covariance: str, regressors=("value", "capital"), **options) -> ModelSpec:
    return ModelSpec(
        name="m", outcome="inv", regressors=regressors, effects=model[1:], estimator=model[0], covariance=covariance,
        options=options,
    )  # fmt: skip


FE, TW, POOL = ("within", "economy"), ("within", "economy", "year"), ("pooled",)

# vcovSCC(model, maxlag=L, type="HC0"): bare, of (const,) value, capital
DRISCOLL_KRAAY = [
    (FE, 1, (0.0163235114, 0.03420370796)),
    (FE, 2, (0.01768603272, 0.03482014687)),
    (FE, 3, (0.01881107647, 0.03453252853)),
    (FE, 4, (0.01958260422, 0.03301581668)),
    (TW, 2, (0.02043632295, 0.05581053063)),
    (TW, 3, (0.02138754735, 0.05447422614)),
    (POOL, 4, (12.19034839, 0.01343601688, 0.04930800993)),
]


@pytest.mark.parametrize(("model", "lag", "errors"), DRISCOLL_KRAAY)
def test_driscoll_kraay_plm(grunfeld, model, lag, errors):
    fit = estimate(declare(*model, covariance="driscoll_kraay", lag=lag), grunfeld)
    np.testing.assert_allclose(fit.std_errors / np.sqrt(fit.scaling), errors, rtol=TEN_DIGITS)
    assert fit.df == 19


def test_driscoll_kraay_fixest(grunfeld):
    """R: feols(inv~value+capital|firm, G, vcov=DK(2)~year) and |firm+year: k = K + N = 12."""
    for model, errors in ((FE, (0.01866879277, 0.03675499852)), (TW, (0.02157190843, 0.05891175526))):
        fit = estimate(declare(*model, covariance="driscoll_kraay", lag=2), grunfeld)
        np.testing.assert_allclose(fit.std_errors, errors, rtol=TEN_DIGITS)
        assert (fit.k, fit.df) == (12, 19)
        assert fit.scaling == pytest.approx(20 / 19 * 199 / 188, rel=1e-14)
        np.testing.assert_allclose(fit.pvalues, 2 * stats.t.sf(np.abs(fit.tvalues), 19))


def test_driscoll_kraay_unbalanced_plm(unbalanced):
    """R: vcovSCC(fe, maxlag=2, type="HC0") on U."""
    fit = estimate(declare(*FE, covariance="driscoll_kraay", lag=2), unbalanced)
    np.testing.assert_allclose(fit.std_errors / np.sqrt(fit.scaling), (0.0174456899, 0.02436525796), rtol=TEN_DIGITS)
    assert fit.scaling == pytest.approx(20 / 19 * 191 / (192 - 12), rel=1e-14)


def test_driscoll_kraay_lags_count_observed_years(grunfeld):
    """The default is the fourth root of their number, as in plm; the years themselves do not matter."""
    apart = grunfeld.rename(lambda year: 2 * year, level="year")
    fits = [estimate(declare(*FE, covariance="driscoll_kraay", **given), data)
            for given, data in (({}, grunfeld), ({"lag": 2}, grunfeld), ({"lag": 2}, apart))]  # fmt: skip
    for fit in fits[1:]:
        np.testing.assert_allclose(fit.covariance_matrix, fits[0].covariance_matrix, rtol=1e-12)
    assert "Bartlett weights over 2 lags; a lag is one observed year to the next, whatever their distance" in (
        fits[0].convention
    )
    assert "T = 20, n = 200, k = 12 (year effects not counted)" in fits[0].convention


# vcovDC(model): bare, of (const,) value, capital
TWO_WAY = [
    (FE, (0.01105422855, 0.04114476584), 2),
    (TW, (0.01063382324, 0.04265623299), 2),
    (POOL, (18.41142129, 0.01543448611, 0.07407184184), 3),
]


@pytest.mark.parametrize(("model", "errors", "k"), TWO_WAY)
def test_two_way_plm(grunfeld, model, errors, k):
    fit = estimate(declare(*model, covariance="two_way"), grunfeld)
    np.testing.assert_allclose(fit.std_errors / np.sqrt(fit.scaling), errors, rtol=TEN_DIGITS)
    assert (fit.k, fit.df) == (k, 9)
    assert fit.scaling == pytest.approx(10 / 9 * 199 / (200 - k), rel=1e-14)


def test_two_way_counts_the_fewer_clusters(grunfeld):
    """10 years of each firm under one name and 10 under another: 20 economies; then 15 years."""
    data = grunfeld.reset_index()
    data["economy"] += np.where(data["year"] < 1945, "a", "b")
    fit = estimate(declare(*POOL, covariance="two_way"), data[data["year"] < 1950].set_index(KEYS))
    assert (fit.clusters, fit.df) == (20, 14)
    assert "G = 15, the smaller of 20 economies and 15 years" in fit.convention


def test_cr2_clubsandwich(grunfeld):
    """R: coef_test(fe, vcovCR(fe, cluster=G$firm, type="CR2"), test="Satterthwaite")."""
    fit = estimate(declare(*FE, covariance="cr2"), grunfeld)
    np.testing.assert_allclose(fit.std_errors, (0.02063110683, 0.08267530205), rtol=TEN_DIGITS)
    np.testing.assert_allclose(fit.dfs, (1.812568, 1.799531), rtol=3e-7)  # seven printed digits
    np.testing.assert_allclose(fit.pvalues, (0.0410217893, 0.0755286886), rtol=P_VALUE)
    half = stats.t.ppf(0.975, fit.dfs) * fit.std_errors
    np.testing.assert_allclose(fit.conf_int["upper"] - fit.params, half)
    assert (fit.df, fit.dfs.name) == (9, "dfs")
    assert np.isnan(fit.scaling)
    assert "Below 4 for 'value', 'capital': a normal approximation fails there" in fit.convention


def test_cv3_mackinnon2023(grunfeld):
    """R: vcovCR(fe, cluster=G$firm, type="CR3") times (G-1)/G."""
    fit = estimate(declare(*FE, covariance="cv3"), grunfeld)
    np.testing.assert_allclose(fit.std_errors, (0.03409341219, 0.139021791), rtol=1e-8)
    np.testing.assert_allclose(fit.std_errors * np.sqrt(10 / 9), (0.03593761191, 0.1465418346), rtol=TEN_DIGITS)
    assert fit.df == 9


MODELS = [FE, TW, ("within", "year"), POOL, ("pooled", "year"), ("first_difference", "year"), ("between",)]


def test_cv3_is_the_jackknife_of_the_whole_estimate(unbalanced):
    fit = estimate(declare(*TW, covariance="cv3"), unbalanced)
    spec = declare(*TW, covariance="unadjusted")
    without = [estimate(spec, unbalanced.drop(index=firm, level="economy")).params for firm in firms(unbalanced)]
    moves = np.array(without) - fit.params.to_numpy()
    np.testing.assert_allclose(fit.covariance_matrix, 9 / 10 * moves.T @ moves, rtol=1e-7)


@pytest.mark.parametrize("model", MODELS, ids="-".join)
def test_cv3_is_the_jackknife_with_all_dummies(unbalanced, model):
    """Leave out each economy; dummies of economies and years that go with it are no matter to the slopes."""
    x, y, groups = all_dummies(unbalanced, model)
    economies = np.array([economy for economy, *_ in groups])
    fit = estimate(declare(*model, covariance="cv3"), unbalanced)
    whole = np.linalg.lstsq(x, y, rcond=None)[0][:2]
    moves = np.array([np.linalg.lstsq(x[economies != firm], y[economies != firm], rcond=None)[0][:2] - whole
                      for firm in firms(unbalanced)])  # fmt: skip
    slopes = fit.covariance_matrix.loc[["value", "capital"], ["value", "capital"]]
    np.testing.assert_allclose(slopes, 9 / 10 * moves.T @ moves, rtol=1e-7)


@pytest.mark.parametrize("model", [FE, TW, ("pooled", "year"), ("first_difference", "year")], ids="-".join)
def test_cr2_is_that_of_all_dummies(unbalanced, model):
    """Every effect as a dummy and the definition with n x n matrices; the absorbed form may not differ."""
    x, y, groups = all_dummies(unbalanced, model)
    fit = estimate(declare(*model, covariance="cr2"), unbalanced)
    covariance, degrees = written_out_cr2(x, y, groups)
    np.testing.assert_allclose(
        fit.covariance_matrix.loc[["value", "capital"], ["value", "capital"]], covariance, rtol=1e-6
    )
    np.testing.assert_allclose(fit.dfs[["value", "capital"]], degrees, rtol=1e-6)


@pytest.mark.parametrize("covariance", ["two_way", "driscoll_kraay"])
@pytest.mark.parametrize("model", [FE, TW, ("within", "year"), ("pooled", "year"), ("first_difference",)], ids="-".join)
def test_year_clusters_are_those_of_all_dummies(unbalanced, model, covariance):
    """The weight of every pair of rows written out, on the model with every dummy; two lags for Driscoll-Kraay."""
    x, y, groups = all_dummies(unbalanced, model)
    fit = estimate(declare(*model, covariance=covariance), unbalanced)
    inverse = np.linalg.pinv(x.T @ x)
    scores = x * (y - x @ (inverse @ x.T @ y))[:, None]
    firm, year = (np.array(labels) for labels in zip(*groups, strict=True))
    wave = np.searchsorted(np.unique(year), year)
    weights = (firm[:, None] == firm) | (year[:, None] == year)
    if covariance == "driscoll_kraay":
        weights = np.maximum(0, 1 - abs(wave[:, None] - wave) / 3)
    meat = scores.T @ weights @ scores
    expected = (inverse @ meat @ inverse)[:2, :2] * fit.scaling
    slopes = fit.covariance_matrix.loc[["value", "capital"], ["value", "capital"]]
    np.testing.assert_allclose(slopes, expected, rtol=1e-6)


COUNTED = [
    (TW, {"clustered": 21, "unadjusted": 31, "two_way": 2, "driscoll_kraay": 12, "cr2": 21, "cv3": 21}),
    (("pooled", "year"), {"clustered": 22, "unadjusted": 22, "two_way": 3, "driscoll_kraay": 3}),
    (("within", "year"), {"clustered": 22, "unadjusted": 22, "two_way": 3, "driscoll_kraay": 3}),
    (("first_difference", "year"), {"clustered": 21, "two_way": 21, "driscoll_kraay": 21}),
    (("correlated_random",), {"clustered": 5, "two_way": 5, "driscoll_kraay": 5}),
]


@pytest.mark.parametrize(("model", "counted"), COUNTED, ids=["-".join(model) for model, _ in COUNTED])
def test_effects_nested_in_the_clusters_are_not_counted(unbalanced, model, counted):
    """2 slopes, 10 economies, 20 years; differenced dummies are not nested in years."""
    found = {name: estimate(declare(*model, covariance=name), unbalanced).k for name in counted}
    assert found == counted


@pytest.mark.parametrize("covariance", ["two_way", "driscoll_kraay"])
@pytest.mark.parametrize("model", [("pooled", "year"), ("random", "year")], ids="-".join)
def test_a_constant_among_year_effects_has_no_error_clustered_by_year(grunfeld, model, covariance):
    fit = estimate(declare(*model, covariance=covariance), grunfeld)
    assert fit.std_errors.isna().to_dict() == {"const": True, "value": False, "capital": False}
    assert fit.conf_int.loc["const"].isna().all()
    assert "The constant, here the effect of the first year, has no error clustered by year." in fit.convention


@pytest.mark.parametrize("covariance", ["two_way", "driscoll_kraay", "cr2", "cv3"])
@pytest.mark.parametrize(
    "model", [TW, POOL, ("random", "year"), ("correlated_random",), ("first_difference",)], ids="-".join
)
def test_units_and_row_order_do_not_matter(unbalanced, model, covariance):
    scaled = unbalanced.assign(value=unbalanced["value"] * 1e9, capital=unbalanced["capital"] * 1e-6)
    fit = estimate(declare(*model, covariance=covariance), unbalanced)
    other = estimate(declare(*model, covariance=covariance), scaled.sample(frac=1, random_state=5))
    np.testing.assert_allclose(fit.tvalues, other.tvalues, rtol=1e-6)
    np.testing.assert_allclose(fit.dfs, other.dfs, rtol=1e-6)


def test_random_effects_take_the_share_as_known(unbalanced):
    """CV3 of the quasi-demeaned rows: refits leave out an economy but keep theta."""
    fit = estimate(declare("random", covariance="cv3"), unbalanced)
    share = fit.theta.loc[unbalanced.index.get_level_values("economy")].to_numpy()[:, None]
    rows = unbalanced.assign(const=1.0)
    rows = rows - share * rows.groupby(level="economy").transform("mean")
    x, y = rows[["const", "value", "capital"]], rows["inv"]
    moves = []
    for firm in firms(unbalanced):
        kept = rows.index.get_level_values("economy") != firm
        moves.append(np.linalg.lstsq(x[kept], y[kept], rcond=None)[0] - fit.params)
    np.testing.assert_allclose(fit.covariance_matrix, 9 / 10 * np.array(moves).T @ np.array(moves), rtol=1e-7)
    assert "The share theta is taken as known" in fit.convention
    corrected = estimate(declare("random", covariance="cr2"), unbalanced)
    covariance, degrees = written_out_cr2(rows[["value", "capital", "const"]].to_numpy(), y.to_numpy(), list(y.index))
    names = ["value", "capital"]
    np.testing.assert_allclose(corrected.covariance_matrix.loc[names, names], covariance, rtol=1e-6)
    np.testing.assert_allclose(corrected.dfs[names], degrees, rtol=1e-6)


def test_few_clusters_are_refused_by_the_rule_of_each_covariance(grunfeld):
    few = grunfeld[grunfeld.index.get_level_values("year") < 1944]
    with pytest.raises(
        InputError, match=r"model 'm': 9 years are too few clusters for .* 'two_way', whose part by year"
    ):
        estimate(declare(*FE, covariance="two_way"), few)
    fewest = grunfeld[grunfeld.index.get_level_values("year") < 1940]
    with pytest.raises(InputError, match=r"model 'm': 5 years are too few .*'driscoll_kraay'; expected at least 6"):
        estimate(declare(*FE, covariance="driscoll_kraay"), fewest)
    told = estimate(declare(*FE, covariance="driscoll_kraay"), few).convention
    assert "Fewer than 20 years: never read them without errors clustered by economy" in told
    for covariance in ("two_way", "cr2", "cv3"):
        with pytest.raises(InputError, match="5 economies are too few clusters; expected at least 6"):
            estimate(declare(*FE, covariance=covariance), grunfeld.loc["F01":"F05"])
    assert estimate(declare(*FE, covariance="driscoll_kraay"), grunfeld.loc["F01":"F05"]).df == 19


@pytest.mark.parametrize("lag", [-1, 20])
def test_a_lag_beyond_the_years_is_refused(grunfeld, lag):
    with pytest.raises(InputError, match=f"model 'm': option lag is {lag}; expected 0 to 19"):
        estimate(declare(*FE, covariance="driscoll_kraay", lag=lag), grunfeld)


def test_a_slope_that_hangs_on_one_economy_has_no_jackknife(grunfeld):
    event = grunfeld.assign(event=(grunfeld.index.get_level_values("economy") == "F03") * grunfeld["value"])
    spec = declare(*FE, covariance="cv3", regressors=("capital", "event"))
    with pytest.raises(InputError, match=r"'cv3' needs more than one economy .* that of 'event' is not identified"):
        estimate(spec, event)


def noise(seed: int) -> pd.DataFrame:
    """Return 6 economies x 10 years of noise."""
    index = pd.MultiIndex.from_product([list("ABCDEF"), range(10)], names=KEYS)
    columns = ["inv", "value", "capital"]
    return pd.DataFrame(np.random.default_rng(seed).normal(size=(60, 3)), index=index, columns=columns)


def test_a_two_way_matrix_that_is_no_covariance_is_refused_or_told():
    """Both kinds among the first five draws of noise."""
    spec = declare(*TW, covariance="two_way")
    with pytest.raises(InputError, match="model 'm': the two_way variance of 'capital' is not positive"):
        estimate(spec, noise(3))
    told = estimate(spec, noise(4))
    assert np.linalg.eigvalsh(told.covariance_matrix).min() < 0 < told.std_errors.min()
    assert "not positive definite (least eigenvalue -0.0991 in classical units): no joint test" in told.convention
    whole = estimate(spec, noise(0))
    assert np.linalg.eigvalsh(whole.covariance_matrix).min() > 0
    assert "not positive definite" not in whole.convention


def firms(data: pd.DataFrame) -> list[str]:
    return list(data.index.unique("economy"))


def all_dummies(data: pd.DataFrame, model: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray, list]:
    """Return slopes first, then every dummy of the effects or an intercept; outcome; (economy, year) of the rows."""
    columns = data[["value", "capital"]]
    levels = [level for level in KEYS if level in model]
    dummies = [pd.get_dummies(data.index.get_level_values(level), dtype=float).set_axis(data.index) for level in levels]
    if model[0] in ("pooled", "between"):
        dummies = [pd.Series(1.0, index=data.index, name="const"), *dummies]
    full = pd.concat([data[["inv"]], columns, *dummies], axis=1)
    if model[0] == "between":
        full = full.groupby(level="economy").mean().assign(year=0).set_index("year", append=True)
    if model[0] == "first_difference":
        years = full.index.get_level_values("year").to_series(index=full.index)
        elapsed = years.groupby(level="economy").diff()
        full = full.groupby(level="economy").diff().div(elapsed, axis=0)[elapsed.notna()]
    return full.to_numpy()[:, 1:], full["inv"].to_numpy(), full.index.to_list()


def written_out_cr2(x: np.ndarray, y: np.ndarray, groups: list) -> tuple[np.ndarray, np.ndarray]:
    """Return CR2 and Satterthwaite's degrees of freedom of the first slopes, as its authors define them."""
    inverse = np.linalg.pinv(x.T @ x)
    left = np.eye(len(x)) - x @ inverse @ x.T
    u = left @ y
    economies = np.array([economy for economy, _ in groups])
    scores, parts = [], []
    for economy in dict.fromkeys(economies):
        own = economies == economy
        values, vectors = np.linalg.eigh(left[np.ix_(own, own)])
        roots = np.array([1 / np.sqrt(value) if value > 1e-9 else 0.0 for value in values])
        adjusted = inverse @ x[own].T @ (vectors * roots) @ vectors.T
        scores.append(adjusted @ u[own])
        parts.append(adjusted @ left[own])
    covariance = np.array(scores).T @ np.array(scores)
    degrees = []
    for slope in range(2):
        p = np.array([part[slope] for part in parts])
        gram = p @ p.T
        degrees.append(np.trace(gram) ** 2 / (gram**2).sum())
    return covariance[:2, :2], np.array(degrees)
