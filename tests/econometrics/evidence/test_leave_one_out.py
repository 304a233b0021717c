"""Leave-one-out against refits by `estimate`, row by row."""

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.evidence.leave_one_out import leave_one_out

MODELS = [("within", "economy", "year"), ("within", "economy"), ("within", "year"), ("pooled", "year"), ("pooled",)]


def refitted(spec, data, table, keep) -> None:
    """Compare each row of the table with the estimate on the rows that are left."""
    for unit, row in table.iterrows():
        fit = estimate(spec, data[keep(unit)])
        assert row["slope"] == pytest.approx(fit.params["x"], rel=1e-10), unit
        assert row["std_error"] == pytest.approx(fit.std_errors["x"], rel=1e-10), unit
        assert row["pvalue"] == pytest.approx(fit.pvalues["x"], rel=1e-7), unit
        assert (row["nobs"], row["clusters"]) == (fit.nobs, fit.clusters), unit


@pytest.mark.parametrize("how", MODELS)
@pytest.mark.parametrize("by", ["economy", "year"])
def test_units_equal_refits(panel, model, how, by):
    """Also where a unit takes rows with it that are then alone, as 2007 does with that of E02."""
    spec = model(*how)
    found = leave_one_out(spec, panel, by=by)
    table = found.table if by == "year" else found.table.iloc[::7]
    refitted(spec, panel, table, lambda unit: panel.index.get_level_values(by) != unit)
    assert found.table.index.name == by


def test_groups_equal_refits(panel, model):
    spec = model("within", "economy", "year")
    groups = pd.Series({f"E{number:02d}": f"G{number % 4}" for number in range(30)}, name="region")
    found = leave_one_out(spec, panel, by=groups)
    kinds = groups.reindex(panel.index.get_level_values("economy")).to_numpy()
    refitted(spec, panel, found.table, lambda unit: kinds != unit)
    assert (found.by, list(found.table.index)) == ("region", ["G0", "G1", "G2", "G3"])


def test_the_summary_is_that_of_the_table(panel, model):
    found = leave_one_out(model("within", "economy", "year"), panel)
    assert (found.minimum, found.maximum) == (found.table["slope"].min(), found.table["slope"].max())
    assert found.most_influential == found.table["shift"].abs().idxmax()
    assert found.shift == found.table["slope"][found.most_influential] - found.slope
    assert found.sign_changes == found.lost == ()
    assert "its sign never changes." in found.sentence


def test_one_economy_that_carries_the_finding_is_found():
    rng = np.random.default_rng(0)
    rows = pd.MultiIndex.from_product([range(10), range(4)], names=["economy", "year"])
    x = rng.normal(size=40)
    y = -0.5 * x + 0.1 * rng.normal(size=40)
    x[8:12], y[8:12] = [-9, 9, -9, 9], [-9, 9, -9, 9]
    from bri_eval.econometrics.specs import ModelSpec

    spec = ModelSpec(name="m", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    found = leave_one_out(spec, pd.DataFrame({"x": x, "y": y}, index=rows))
    assert (found.most_influential, found.sign_changes) == (2, (2,))
    assert found.slope > 0 > found.table.loc[2, "slope"]
    assert "its sign changes without '2'" in found.sentence


def test_a_slope_that_rests_on_one_economy_is_lost_without_it(panel, model):
    data = panel.assign(x=panel["x"].where(panel.index.get_level_values("economy") == "E05", 1.0))
    found = leave_one_out(model("within", "economy", "year"), data)
    assert found.lost == ("E05",)
    assert found.table.loc["E05", ["slope", "std_error", "pvalue"]].isna().all()
    assert "the model is not identified without 'E05'" in found.sentence


def test_fewer_than_six_economies_have_no_standard_error(panel, model):
    some = panel[panel.index.get_level_values("economy") < "E09"]
    groups = pd.Series({f"E{number:02d}": "few" if number < 5 else "many" for number in range(9)})
    table = leave_one_out(model("within", "economy"), some, by=groups).table
    assert table["slope"].notna().all()
    assert table.loc["few", "clusters"] == 4
    assert table["std_error"].isna().all()


def test_wrong_units_are_refused(panel, model):
    spec = model("within", "economy")
    with pytest.raises(InputError, match="by is 'region'; expected 'economy', 'year' or a Series"):
        leave_one_out(spec, panel, by="region")
    with pytest.raises(InputError, match="there is one group, 'all'; leaving it out leaves nothing"):
        leave_one_out(spec, panel, by=pd.Series("all", index=panel.index.unique("economy")))
    pair = panel[panel.index.isin([2007, 2010], level="year")]
    with pytest.raises(InputError, match="without one of its 2 years every economy has a single row left"):
        leave_one_out(spec, pair, by="year")
    split = panel.assign(x=(panel.index.get_level_values("economy") < "E15") * 1.0)
    halves = pd.Series(np.arange(30) < 15, index=panel.index.unique("economy"), name="half")
    with pytest.raises(InputError, match="no slope is identified once one half is left out; use another unit"):
        leave_one_out(model("pooled", regressors=("x",)), split, by=halves)
    with pytest.raises(InputError, match=r"unknown term 'z'"):
        leave_one_out(spec, panel, term="z")
