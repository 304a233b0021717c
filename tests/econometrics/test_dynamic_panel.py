"""The equations of a dynamic model on awkward panels, and what is refused."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from dynamic_oracle import brute_force, dynamic_data, dynamic_model

from bri_eval.checks import InputError
from bri_eval.econometrics.dynamic import estimate_gmm
from bri_eval.econometrics.dynamic_panel import read_dynamic

PANEL = dynamic_data()


def test_names_rows_and_counts():
    panel = read_dynamic(dynamic_model(outcome_lags=2, gmm_style=["x"]), PANEL)
    assert panel.names == ("lag(y, 1)", "lag(y, 2)", "x", "w")
    assert panel.own == ("w",)
    assert panel.index.names == ["economy", "year"]
    assert not panel.index.has_duplicates
    assert panel.stack.z.shape[1] == 2 * 3 + 1 + 4
    assert panel.dependent == 0
    wide = PANEL["y"].groupby(level="economy").apply(lambda rows: set(rows.index.get_level_values("year")))
    expected = [(i, t) for i in wide.index for t in range(2003, 2007) if {t, t - 1, t - 2, t - 3} <= wide[i]]
    assert panel.index.to_list() == expected
    assert "E001" not in panel.index.unique("economy")  # its middle wave is missing: never four in a row


def test_a_missing_wave_is_not_skipped():
    """An economy seen in 2000, 2001, 2003, 2004, 2006 has no differenced equation with a lag."""
    gaps = PANEL.index.get_level_values("year").isin([2002, 2005]) & (PANEL.index.get_level_values("economy") == "E010")
    panel = read_dynamic(dynamic_model(), PANEL[~gaps])
    assert "E010" not in panel.index.unique("economy")
    assert "E010" in panel.dropped.economies
    expected = brute_force(PANEL[~gaps])
    np.testing.assert_allclose(estimate_gmm(dynamic_model(), PANEL[~gaps]).params, expected.slopes[1][:3], rtol=1e-7)


def test_lags_of_regressors_do_not_cost_instruments():
    """The first wave has no lag of w, but its y remains an instrument and a lag."""
    spec = replace(dynamic_model(instrument_lags=[2, 99]), regressors=("x", "lag(w, 1)"), lag_by="wave")
    early = PANEL["y"].xs(2000, level="year").index
    panel = read_dynamic(spec, PANEL)
    rows = panel.index.get_level_values("year") == 2002
    assert rows.any()
    column = panel.stack.z[rows, 0]
    economies = panel.index[rows].get_level_values("economy")
    assert column.tolist() == [PANEL["y"].get((economy, 2000), 0.0) for economy in economies]
    assert economies.isin(early).any()


def test_a_sample_limits_equations_but_not_instruments():
    part = replace(dynamic_model(), sample={"year": {"min": 2002}})
    panel = read_dynamic(part, PANEL)
    assert panel.index.get_level_values("year").min() == 2003
    rows = panel.index.get_level_values("year") == 2003
    economies = panel.index[rows].get_level_values("economy")
    expected = [[PANEL["y"].get((economy, 2003 - lag), 0.0) for lag in (2, 3)] for economy in economies]
    assert panel.stack.z[rows, :2].tolist() == expected


def test_products_and_lags_of_gmm_style_regressors():
    spec = replace(
        dynamic_model(gmm_style=["x", "x:w"], instrument_lags=[2, 3]),
        regressors=("x", "lag(x, 1)", "x:w", "w"),
        lag_by="wave",
    )
    assert read_dynamic(spec, PANEL).own == ("w",)
    with pytest.raises(InputError, match="gmm_style names a column of regressor 'x:w' but not the regressor; name it"):
        read_dynamic(replace(spec, options={**spec.options, "gmm_style": ["x"]}), PANEL)
    with pytest.raises(InputError, match=r"model 'm': gmm_style: unknown regressor 'v'; known are 'x', 'lag\(x, 1\)'"):
        read_dynamic(replace(spec, options={**spec.options, "gmm_style": ["x", "x:w", "v"]}), PANEL.assign(v=1.0))


def test_instruments_that_others_make_up_are_left_out_and_counted():
    fit = estimate_gmm(dynamic_model(gmm_style=["x"]), PANEL)
    panel = PANEL.assign(v=3 * PANEL["x"] + 1e-9 * PANEL["w"])
    spec = replace(dynamic_model(gmm_style=["x", "lag(v, 1)"]), regressors=("x", "w", "lag(v, 1)"), lag_by="wave")
    found = read_dynamic(spec, panel)
    assert found.dependent > 0
    told = estimate_gmm(spec, panel).convention
    assert f"({found.dependent} that others make up left out)" in told
    assert "left out" not in fit.convention


def test_regressors_that_do_not_change_are_named():
    still = PANEL.assign(x=PANEL["x"].groupby(level="economy").transform("first"))
    with pytest.raises(
        InputError, match="model 'm': regressors 'x' do not change over time, or are collinear with year"
    ):
        read_dynamic(dynamic_model(), still)
    assert "x" in estimate_gmm(dynamic_model(kind="system"), still).params.index
    common = PANEL.assign(x=PANEL["x"].groupby(level="year").transform("first"))
    with pytest.raises(InputError, match="regressors 'x' do not change over time, or are collinear with year effects"):
        read_dynamic(dynamic_model(), common)
    with pytest.raises(InputError, match=r"regressors 'w' .* collinear with year effects or with those before them"):
        read_dynamic(dynamic_model(), PANEL.assign(w=2 * PANEL["x"]))


def test_waves_at_unequal_distance_are_refused():
    waves = dict(zip(range(2000, 2007), (2007, 2010, 2012, 2014, 2016, 2018, 2023), strict=True))
    data = PANEL.rename(index=waves, level="year")
    with pytest.raises(InputError, match=r"the years 2007, 2010, .*, 2018, 2023 are not at equal distance"):
        read_dynamic(dynamic_model(), data)
    assert read_dynamic(dynamic_model(unequal_gaps=True), data).stack.y.size > 100
    every_second = PANEL.rename(index=lambda year: 2 * year, level="year")
    lagged = replace(dynamic_model(), lag_by="year")
    with pytest.raises(InputError, match="gmm takes lags by wave, and waves are not years; use lag_by 'wave'"):
        read_dynamic(lagged, every_second)
    text = PANEL.rename(index=str, level="year")
    with pytest.raises(InputError, match=r"the years are '2000', \.\.\.; gmm needs them as numbers"):
        read_dynamic(dynamic_model(), text)


def test_more_instruments_than_economies_are_refused():
    spec = dynamic_model(instrument_lags=[2, 99], gmm_style=["x", "w"], collapse=False)
    with pytest.raises(
        InputError, match=r"model 'm': \d+ instruments for 39 economies; expected no more than economies"
    ):
        read_dynamic(spec, PANEL)
    with pytest.raises(
        InputError, match=r"\d instruments for \d coefficients; expected at least as many: widen instrum"
    ):
        read_dynamic(dynamic_model(outcome_lags=2, instrument_lags=[3, 3]), PANEL)


def test_too_few_waves_or_economies_are_refused():
    short = PANEL[PANEL.index.get_level_values("year") < 2002]
    with pytest.raises(InputError, match="no economy has complete rows in 3 waves after each other; expected some"):
        read_dynamic(dynamic_model(), short)
    few = PANEL[PANEL.index.get_level_values("economy") < "E006"]
    with pytest.raises(InputError, match="model 'm': 5 economies are too few clusters; expected at least 6"):
        read_dynamic(dynamic_model(), few)
    with pytest.raises(
        InputError, match=r"regressor 'lag\(y, 1\)' has the outcome in it; its lags come from option outc"
    ):
        read_dynamic(replace(dynamic_model(), regressors=("lag(y, 1)", "x"), lag_by="wave"), PANEL)


def test_data_are_left_alone():
    before = PANEL.copy()
    read_dynamic(dynamic_model(kind="system", gmm_style=["x"]), PANEL)
    pd.testing.assert_frame_equal(PANEL, before)
