"""The equation of two stages: what is removed, what is counted, what is refused."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from instrumented import BOTH, dense, iv_model, iv_panel, with_one_instrument

from bri_eval.checks import InputError
from bri_eval.econometrics.instruments import (
    anderson_rubin,
    anderson_rubin_set,
    estimate_iv,
    first_stage,
    weak_instruments,
)
from bri_eval.econometrics.two_stage import basis, cluster_sums, read_equation

PANEL = iv_panel()


@pytest.mark.parametrize("effects", [(), ("year",), ("economy",), BOTH], ids="-".join)
def test_columns_are_residuals_on_dummies_and_exogenous_regressors(effects):
    spec = iv_model("x", "v", effects=effects)
    equation = read_equation(spec, PANEL)
    rows, dummies = dense(spec, PANEL)
    w = np.column_stack([dummies, rows[["w", "still"]]])
    units = PANEL.abs().max()
    for found, names in ((equation.y[:, None], ["y"]), (equation.x, ["x", "v"]), (equation.z, ["z1", "z2", "z3"])):
        expected = rows[names].to_numpy() - w @ np.linalg.lstsq(w, rows[names].to_numpy(), rcond=None)[0]
        np.testing.assert_allclose(found / units[names].to_numpy(), expected, atol=1e-12)
    clusters = rows.index.unique("economy").size
    counted = w.shape[1] - (clusters if "economy" in effects else 0)
    assert (equation.removed, equation.economies) == (counted, clusters if "economy" in effects else 0)
    assert equation.df(2) == len(rows) - w.shape[1] - 2
    assert equation.clusters == clusters
    n = len(rows)
    assert equation.factor(2) == pytest.approx(clusters / (clusters - 1) * (n - 1) / (n - counted - 2), rel=1e-14)
    assert equation.rows.index.equals(rows.index)


def test_singletons_and_incomplete_rows_are_left_out_and_counted():
    data = PANEL.copy()
    data.iloc[0, data.columns.get_loc("z3")] = np.nan  # an instrument alone is missing
    equation = read_equation(iv_model("x"), data)
    assert equation.dropped.rows == 1
    assert equation.dropped.singletons == 1  # economy E05
    assert equation.dropped.economies == ("E05",)


def test_a_panel_in_two_parts_has_one_year_effect_less():
    early = PANEL.index.get_level_values("economy") <= "E07"
    first = PANEL.index.get_level_values("year") <= 2012
    parts = PANEL[early == first]
    equation = read_equation(with_one_instrument(iv_model("x")), parts)
    rows, dummies = dense(equation.spec, parts)
    rank = np.linalg.matrix_rank(np.column_stack([dummies, rows[["w", "v", "still"]]]))
    assert rank == dummies.shape[1] + 3 - 1
    assert equation.removed + equation.economies == rank


def test_basis_is_orthonormal_whatever_the_units():
    columns = np.random.default_rng(2).normal(size=(20, 3)) * [1e-9, 1.0, 1e9]
    q = basis(columns)
    np.testing.assert_allclose(q.T @ q, np.eye(3), atol=1e-14)
    scaled = columns / np.linalg.norm(columns, axis=0)
    np.testing.assert_allclose(q @ (q.T @ scaled), scaled, atol=1e-14)


def test_cluster_sums_are_sums_over_clusters_in_any_order():
    found = cluster_sums(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([1, 0, 1]))
    np.testing.assert_array_equal(found, [[3, 4], [6, 8]])


def test_instruments_that_say_nothing_are_named():
    spec = iv_model("x")
    fixed = PANEL.groupby(level="economy")["z1"].transform("first")
    with pytest.raises(
        InputError, match=r"model 'm': instruments 'z1' do not vary once economy and year effects are re"
    ):
        read_equation(spec, PANEL.assign(z1=fixed))
    common = PANEL.groupby(level="year")["z1"].transform("first")
    with pytest.raises(InputError, match=r"instruments 'z1' do not vary once economy and year effects are removed"):
        read_equation(spec, PANEL.assign(z1=common))
    both = PANEL.assign(z3=PANEL["z1"] - 2e4 * PANEL["z2"])
    with pytest.raises(
        InputError, match=r"instruments 'z3' do not vary .* or are collinear with the exogenous regressor"
    ):
        read_equation(spec, both)
    with pytest.raises(InputError, match=r"instruments 'z2' .* or are collinear with the exogenous regressors"):
        read_equation(spec, PANEL.assign(z2=3 * PANEL["w"] + fixed))


def test_regressors_that_say_nothing_are_named():
    spec = iv_model("x")
    fixed = PANEL.groupby(level="economy")["w"].transform("first")
    with pytest.raises(
        InputError, match="model 'm': regressors 'w' do not vary once economy and year effects are removed"
    ):
        read_equation(spec, PANEL.assign(w=fixed))
    with pytest.raises(
        InputError, match="model 'm': regressors 'x' do not vary once economy and year effects are removed"
    ):
        read_equation(spec, PANEL.assign(x=fixed))
    with pytest.raises(InputError, match=r"regressors 'x' .* collinear with the exogenous regressors"):
        read_equation(spec, PANEL.assign(x=2 * PANEL["w"] - PANEL["v"]))
    with pytest.raises(InputError, match="outcome 'y' is constant once economy and year effects are removed"):
        read_equation(spec, PANEL.assign(y=fixed))


def test_instruments_must_tell_the_endogenous_regressors_apart():
    spec = replace(iv_model("x", "v"), instruments=("z1", "z3"))
    rng = np.random.default_rng(1)
    rows = dense(spec, PANEL)[0].index
    data = PANEL.loc[rows]
    equation = read_equation(spec, data)
    noise = rng.normal(size=(len(rows), 2))
    dummies = dense(spec, data)[1].to_numpy()
    columns = np.column_stack([dummies, data[["w", "still"]], equation.z])
    noise = noise - columns @ np.linalg.lstsq(columns, noise, rcond=None)[0]  # unrelated to instruments in the sample
    same = data.assign(x=data["z1"] + noise[:, 0], v=data["z1"] + noise[:, 1])
    with pytest.raises(InputError, match="the instruments do not tell 'x', 'v' apart or are unrelated to them"):
        read_equation(spec, same)


def test_regressors_made_up_of_instruments_are_not_endogenous():
    with pytest.raises(
        InputError, match="model 'm': 'x' are made up of instruments and exogenous regressors; take them"
    ):
        read_equation(iv_model("x"), PANEL.assign(x=PANEL["z1"] + 1e4 * PANEL["z2"] - PANEL["w"]))


@pytest.mark.parametrize(
    "function",
    [anderson_rubin, anderson_rubin_set, estimate_iv, first_stage, weak_instruments],
    ids=lambda function: function.__name__,
)
def test_an_instrument_of_one_economy_has_no_clustered_variance(function):
    """Its residuals are orthogonal to it within that economy, whose score is then zero, as are those of all others."""
    one = PANEL.index.get_level_values("economy") == "E07"
    data = PANEL.assign(z3=np.where(one, PANEL["z3"], 0.0))
    spec = replace(iv_model("x", effects=("economy",)), regressors=("x",))
    with pytest.raises(
        InputError, match="clustered variance of the instruments is singular, as when one of them varies"
    ):
        function(spec, data)
    assert function(replace(spec, covariance="unadjusted"), data)


def test_too_few_instruments_rows_or_clusters_are_refused():
    with pytest.raises(InputError, match="1 instruments for 2 endogenous regressors; expected at least as many"):
        with_one_instrument(iv_model("x", "v"))
    few = PANEL[PANEL.index.get_level_values("economy") <= "E04"]
    with pytest.raises(InputError, match="model 'm': 5 economies are too few clusters; expected at least 6"):
        read_equation(iv_model("x"), few)
    assert read_equation(iv_model("x", covariance="unadjusted"), few).clusters == 5
    short = PANEL[PANEL.index.get_level_values("year") <= 2010]
    pairs = short.groupby(level="economy").filter(lambda rows: len(rows) == 2).sort_index().head(14)
    with pytest.raises(InputError, match="model 'm': 14 rows for 14 coefficients; use fewer regressors or effects"):
        read_equation(iv_model("x"), pairs)
    many = {f"i{number}": column for number, column in enumerate(np.random.default_rng(4).normal(size=(8, len(PANEL))))}
    some = PANEL.assign(**many)[PANEL.index.get_level_values("economy") <= "E08"]
    with pytest.raises(InputError, match="model 'm': 8 instruments for 8 clusters; expected fewer instruments"):
        read_equation(replace(iv_model("x"), instruments=tuple(many)), some)


def test_data_are_left_alone():
    before = PANEL.copy()
    read_equation(iv_model("x"), PANEL)
    pd.testing.assert_frame_equal(PANEL, before)
