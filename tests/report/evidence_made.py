"""A small simulated panel with declared models and checks, for the tests of what is printed and drawn of them."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.evidence.check_plan import read_check_plan
from bri_eval.econometrics.evidence.checks import carry_out_checks
from bri_eval.econometrics.specs import read_models
from bri_eval.econometrics.variables import Variable

WAVES = (2008, 2010, 2012, 2014, 2016)
TEXT = """
[[model]]
name = "trade, pooled"
group = "trade"
outcome = "y"
regressors = ["x", "a"]
effects = ["year"]
estimator = "pooled"

[[model]]
name = "trade, two-way"
group = "trade"
outcome = "y"
regressors = ["x", "a"]
effects = ["economy", "year"]
estimator = "within"

[[model]]
name = "online, pooled"
group = "online"
outcome = "w"
regressors = ["x", "a"]
effects = ["year"]
estimator = "pooled"

[[model]]
name = "online, two-way"
group = "online"
outcome = "w"
regressors = ["x", "a"]
effects = ["economy", "year"]
estimator = "within"

[[model]]
name = "lagged, pooled"
group = "others"
outcome = "y"
regressors = ["x", "lag(y, 1)"]
estimator = "pooled"
lag_by = "wave"
note = "A note of its own."

[[model]]
name = "lagged, two-way"
group = "others"
outcome = "y"
regressors = ["x", "lag(y, 1)"]
effects = ["economy", "year"]
estimator = "within"
lag_by = "wave"

[[model]]
name = "means"
group = "others"
outcome = "y"
regressors = ["x", "a"]
effects = ["year"]
estimator = "correlated_random"

[[model]]
name = "instrumented"
group = "others"
outcome = "y"
regressors = ["x", "a"]
endogenous = ["x"]
instruments = ["z"]
effects = ["economy", "year"]
estimator = "iv"

[[model]]
name = "split"
group = "others"
outcome = "y"
regressors = ["a", "x"]
effects = ["economy"]
estimator = "threshold"
options = { threshold = "q", regime = ["a"], draws = 99, trim = 0.2 }

[[model]]
name = "by m"
group = "others"
outcome = "y"
regressors = ["x", "x:m", "m", "a"]
effects = ["economy", "year"]
estimator = "within"

[checks]
models = ["trade, two-way", "trade, pooled"]
figure = ["trade"]
covariances = ["clustered", "cr2", "two_way"]
step = "wave"
short_pairs = "omit"
draws = 199
permutations = 99
curve_draws = 99
leave_out = ["economy", "year", "region"]
mediators = ["m"]
versions = 100

[checks.groups.region]
column = "region"

[checks.groups.access]
column = "inland"
merge = { "landlocked" = ["1"] }
rest = "coastal"

[checks.moderators]
"by m" = "m"

[checks.signs.trade]
x = "+"
a = "-"

[checks.signs.online]
x = "none"
a = "+"

[curve]
least = 8
[curve.outcomes]
trade = "y"
online = "w"
[curve.measures]
x = "x"
z = "z"
[curve.controls]
none = []
a = ["a"]
[curve.effects]
year = ["year"]
two-way = ["economy", "year"]
"""
VARIABLES = {
    "y": Variable(code="y", name="ln trade", source="t.csv:y", proxy="goods, a proxy"),
    "w": Variable(code="w", name="Online", source="t.csv:w", unit="% of adults", proxy="a share, a proxy"),
    "a": Variable(code="a", name="Size", source="t.csv:a", standardise=True),
    "m": Variable(code="m", name="Income", source="t.csv:m", unit="US$"),
    "q": Variable(code="q", name="Openness", source="t.csv:q"),
}
NAMES = pd.Series({"E00": "Erewhon", "E01": "Utopia"})


def panel(effect: float = 1.0) -> pd.DataFrame:
    """24 economies in 5 waves; y = effect x + 0.5 a + effects, x between economies goes with their effects."""
    rng = np.random.default_rng(8)
    names = [f"E{number:02d}" for number in range(24)]
    rows = pd.MultiIndex.from_product([names, WAVES], names=["economy", "year"])
    level = rng.normal(size=(24, 1))
    z, a, m, q = rng.normal(size=(4, 24, 5))
    x = level + z + 0.3 * rng.normal(size=(24, 5))
    y = effect * x + 0.5 * a + 2 * level + rng.normal(size=(1, 5)) + 0.5 * rng.normal(size=(24, 5))
    w = 0.2 * a + level + rng.normal(size=(24, 5))
    columns = {"x": x, "a": a, "z": z, "m": m + 0.2 * x, "q": q, "y": y, "w": w}
    data = pd.DataFrame({name: column.ravel() for name, column in columns.items()}, index=rows)
    place = np.arange(24).repeat(5)
    return data.assign(region=np.array(["North", "South", "West"], dtype=object)[place % 3], inland=(place % 2) * 1.0)


@cache
def made(effect: float = 1.0) -> SimpleNamespace:
    """Declare, estimate and check; the record of the checks with what they were made of."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "models.toml"
        path.write_text(TEXT, encoding="utf-8")
        models = read_models(path)
        plan = read_check_plan(path, models)
    data = panel(effect)
    fits = tuple(estimate(spec, data) for spec in models)
    noise = np.random.default_rng(1).normal(size=(plan.versions, len(data)))
    versions = pd.DataFrame(data["x"].to_numpy() + 0.3 * noise, columns=data.index)
    checks = carry_out_checks(plan, fits, data, seed=3, versions={"x": versions})
    by_name = {fit.spec.name: fit for fit in fits}
    return SimpleNamespace(plan=plan, models=models, data=data, fits=fits, checks=checks, by_name=by_name)
