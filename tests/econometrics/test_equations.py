"""The equations of the linear estimators: differences, dummies, means."""

import itertools

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.equations import equation
from bri_eval.econometrics.sample import complete_rows
from bri_eval.econometrics.specs import ModelSpec

WAVES = (2007, 2010, 2012, 2014, 2016, 2018, 2023)
KEYS = ["economy", "year"]


def panel(seed: int = 1, keep: float = 0.8) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([list("ABCDEFGH"), WAVES], names=KEYS)
    data = pd.DataFrame(draw.normal(size=(len(index), 3)), index=index, columns=["y", "x", "z"])
    return data[draw.uniform(size=len(index)) < keep]


def sides(data: pd.DataFrame, estimator: str, *effects: str, regressors=("x", "z"), **options):
    spec = ModelSpec(
        name="m", outcome="y", regressors=regressors, effects=effects, estimator=estimator, options=options
    )
    return equation(spec, complete_rows(spec, data)[0])


def written_out(data: pd.DataFrame, pairs) -> tuple[np.ndarray, list[tuple[str, int]]]:
    """Return changes per year of y, x, z over pairs of years of each economy, and their later rows."""
    changes, rows = [], []
    for economy, own in data.groupby(level="economy"):
        years = own.index.get_level_values("year").to_list()
        for before, after in pairs(years):
            changes.append((own.loc[(economy, after)] - own.loc[(economy, before)]).to_numpy() / (after - before))
            rows.append((economy, after))
    return np.array(changes), rows


CASES = {
    "first_difference": ({}, lambda years: itertools.pairwise(years)),
    "long_difference": ({}, lambda years: [(years[0], years[-1])] if len(years) > 1 else []),
    "span": ({"span": 4}, lambda years: [(year - 4, year) for year in years if year - 4 in years]),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("seed", range(4))
def test_differences_are_changes_per_elapsed_year(case, seed):
    options, pairs = CASES[case]
    data = panel(seed, keep=0.5)
    made = sides(data, case.replace("span", "long_difference"), **options)
    changes, rows = written_out(data, pairs)
    np.testing.assert_allclose(np.column_stack([made.y, made.x]), changes, rtol=1e-12)
    assert made.y.index.to_list() == rows
    elapsed = [
        after - before
        for _, own in data.groupby(level=0)
        for before, after in pairs(list(own.index.get_level_values(1)))
    ]
    assert f"years elapsed ({min(elapsed)} to {max(elapsed)}); no constant." in made.how


def test_a_constant_is_a_trend_per_year_and_year_effects_hold_it():
    made = sides(panel(), "first_difference", constant=True)
    assert list(made.x) == ["const", "x", "z"]
    assert made.x["const"].eq(1).all()
    assert "a constant, which is a common trend" in made.how
    with pytest.raises(InputError, match="model 'm': year effects hold the constant already; leave one of them out"):
        sides(panel(), "first_difference", "year", constant=True)


def test_year_effects_of_differences_are_differenced_dummies():
    data = panel(2)
    made = sides(data, "first_difference", "year")
    assert list(made.years) == [f"year={year}" for year in WAVES[1:]]
    _, rows = written_out(data, CASES["first_difference"][1])
    for economy, after in rows:
        years = data.loc[economy].index.to_list()
        before = years[years.index(after) - 1]
        expected = {year: (int(year == after) - int(year == before)) / (after - before) for year in WAVES[1:]}
        np.testing.assert_allclose(made.x.loc[(economy, after), list(made.years)], list(expected.values()))


def test_year_effects_that_no_difference_identifies_are_left_out():
    """All economies are seen in 2007 and 2023: one change, one common trend."""
    whole = panel(keep=1.1)
    assert list(sides(whole, "long_difference", "year").years) == ["year=2023"]
    assert len(sides(panel(3, keep=0.6), "long_difference", "year").years) > 1


def test_correlated_random_effects_have_means_of_what_varies_within_and_between():
    data = panel(4)
    data["fixed"] = data["x"].groupby(level="economy").transform("first")
    made = sides(data, "correlated_random", regressors=("x", "fixed", "z"))
    assert list(made.x) == ["const", "x", "fixed", "z", "mean(x)", "mean(z)"]
    np.testing.assert_allclose(made.x["mean(x)"], data["x"].groupby(level="economy").transform("mean"))
    assert made.slopes == ("x", "fixed", "z", "mean(x)", "mean(z)")


def test_means_of_year_dummies_are_added_if_and_only_if_they_differ():
    balanced, unbalanced = (sides(panel(4, keep), "correlated_random", "year") for keep in (1.1, 0.9))
    assert not [name for name in balanced.x if name.startswith("mean(year=")]
    added = [name for name in unbalanced.x if name.startswith("mean(year=")]
    assert added
    assert set(added) <= set(unbalanced.years)
    assert unbalanced.slopes == ("x", "z", "mean(x)", "mean(z)")
    assert "and of year dummies" in unbalanced.how
    assert "and of year dummies" not in balanced.how


def fixed(data: pd.DataFrame) -> pd.DataFrame:
    return data.groupby(level="economy").transform("first")


REFUSED = [
    ("first_difference", {}, lambda d: d.groupby(level=0).head(1), "no economy has two complete rows; use"),
    ("long_difference", {}, lambda d: d.groupby(level=0).head(1), "no economy has two complete rows; use"),
    ("long_difference", {"span": 1}, lambda d: d, "no economy has two complete rows 1 years apart; choose"),
    ("long_difference", {"span": 0}, lambda d: d, "option span is 0; expected a number of years, 1 or more"),
    ("long_difference", {}, lambda d: d.rename(str, level="year"), "the years are '2007', ...; differences need them"),
    ("correlated_random", {}, lambda d: fixed(d).assign(y=d["y"]), "no regressor varies both within and between"),
]  # fmt: skip


@pytest.mark.parametrize(("estimator", "options", "change", "message"), REFUSED, ids=[m[:30] for *_, m in REFUSED])
def test_what_has_no_equation_is_refused(estimator, options, change, message):
    with pytest.raises(InputError, match=f"^model 'm': {message}"):
        sides(change(panel()), estimator, **options)
