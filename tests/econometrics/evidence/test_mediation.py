"""Paths against the regressions that they are, intervals against resamples spelt out, and a known effect."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bri_eval.checks import InputError
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.evidence.mediation import mediation
from bri_eval.econometrics.specs import ModelSpec

SIMPLE = ModelSpec(name="m", outcome="y", regressors=("x",), effects=("economy", "year"), estimator="within")


def chained(seed: int, economies: int = 40) -> pd.DataFrame:
    """x moves w by 0.8, w moves y by 0.5, x moves y by 0.3 besides: indirect 0.4, total 0.7."""
    rng = np.random.default_rng(seed)
    rows = pd.MultiIndex.from_product([range(economies), range(6)], names=["economy", "year"])
    level = rng.normal(size=economies).repeat(6)
    x = level + rng.normal(size=len(rows))
    w = 0.8 * x + level + rng.normal(size=len(rows))
    y = 0.3 * x + 0.5 * w - 2 * level + rng.normal(size=len(rows))
    return pd.DataFrame({"x": x, "w": w, "y": y}, index=rows)


@pytest.mark.parametrize("how", [("within", "economy", "year"), ("pooled", "year")])
def test_paths_are_regressions_on_the_same_rows(panel, model, how):
    spec = model(*how)
    found = mediation(spec, panel, mediator="a", seed=0)
    rows = panel.dropna()
    second, first = estimate(spec, rows), estimate(replace(spec, outcome="a", regressors=("x", "b")), rows)
    total = estimate(replace(spec, regressors=("x", "b")), rows)
    expected = [first.params["x"], second.params["a"], first.params["x"] * second.params["a"], second.params["x"]]
    np.testing.assert_allclose(found.table["estimate"], [*expected, total.params["x"]], rtol=1e-10)
    assert (found.indirect + found.direct, found.nobs) == (pytest.approx(found.total, rel=1e-12), second.nobs)


def test_intervals_are_those_of_economies_drawn_whole():
    """Three of the draws spelt out with copies of economies, and both intervals by their definitions."""
    data = chained(0, economies=12)
    found = mediation(SIMPLE, data, mediator="w", seed=0)
    counts = np.random.default_rng(0).multinomial(12, np.full(12, 1 / 12), size=2000)
    first, second = replace(SIMPLE, outcome="w"), replace(SIMPLE, regressors=("x", "w"))

    def indirect(weights: np.ndarray) -> float:
        copies = [
            data.loc[[label]].rename(index={label: 100 * label + copy}, level="economy")
            for label, count in enumerate(weights)
            for copy in range(count)
        ]
        drawn = pd.concat(copies)
        return estimate(first, drawn).params["x"] * estimate(second, drawn).params["w"]

    def by_formula(weights: np.ndarray) -> np.ndarray:
        """Two-way demeaned sums over economies drawn: the panel is balanced, so year means are weighted means."""
        cube = {name: data[name].to_numpy().reshape(12, 6) for name in ("x", "w", "y")}
        flat = {name: one - one.mean(axis=1, keepdims=True) for name, one in cube.items()}
        share = weights / weights.sum(axis=1, keepdims=True)
        each = {name: one[None] - np.einsum("bg,gt->bt", share, one)[:, None] for name, one in flat.items()}

        def moment(one: str, other: str) -> np.ndarray:
            return np.einsum("bg,bgt,bgt->b", weights, each[one], each[other])

        determinant = moment("x", "x") * moment("w", "w") - moment("x", "w") ** 2
        b = (moment("x", "x") * moment("w", "y") - moment("x", "w") * moment("x", "y")) / determinant
        return moment("x", "w") / moment("x", "x") * b

    drawn = by_formula(counts)
    for number in (0, 7, 1999):
        assert drawn[number] == pytest.approx(indirect(counts[number]), rel=1e-9)
    row = found.table.loc["indirect"]
    np.testing.assert_allclose(row[["lower", "upper"]].astype(float), np.quantile(drawn, [0.025, 0.975]), rtol=1e-8)
    assert row["std_error"] == pytest.approx(drawn.std(ddof=1), rel=1e-8)
    below = [(drawn < found.indirect * side).mean() for side in (1 - 1e-9, 1 + 1e-9)]  # one draw is the sample itself
    shift = 2 * stats.norm.ppf(np.mean(below))
    corrected = np.quantile(drawn, stats.norm.cdf(shift + stats.norm.ppf([0.025, 0.975])))
    np.testing.assert_allclose(row[["lower_bc", "upper_bc"]].astype(float), corrected, rtol=1e-8)


def test_a_known_indirect_effect_is_covered():
    """Both intervals hold 0.4 in at least 15 of 20 samples (nominal 19; below 15 with probability 0.0003)."""
    tables = [mediation(SIMPLE, chained(seed), mediator="w", seed=seed).table.loc["indirect"] for seed in range(20)]
    for lower, upper in (("lower", "upper"), ("lower_bc", "upper_bc")):
        assert sum(row[lower] <= 0.4 <= row[upper] for row in tables) >= 15
    assert np.mean([row["estimate"] for row in tables]) == pytest.approx(0.4, abs=0.04)


def test_the_sentence_names_the_assumption_and_claims_no_more():
    found = mediation(SIMPLE, chained(1), mediator="w", seed=0)
    assert "sequential ignorability" in found.sentence
    assert "full mediation" not in found.sentence.lower()


def test_zero_is_a_seed():
    data = chained(2, economies=10)
    first, again, other = (mediation(SIMPLE, data, mediator="w", seed=seed).table for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(first, again)
    assert (first["std_error"] != other["std_error"]).all()


def test_what_is_no_mediation_is_refused(panel, model):
    spec = model("within", "economy")
    for name, what in (("y", "outcome"), ("x", "term")):
        with pytest.raises(InputError, match=f"mediator '{name}' is the {what}; name another column"):
            mediation(spec, panel, mediator=name, seed=0)
    with pytest.raises(InputError, match="draws is 500; expected 2,000 or more"):
        mediation(spec, panel, mediator="a", draws=500, seed=0)
    with pytest.raises(InputError, match="'a:b' is made of the columns of 'a' too"):
        mediation(replace(spec, regressors=("x", "b", "a:b")), panel, mediator="a", seed=0)
    with pytest.raises(InputError, match="unknown column 'c'"):
        mediation(spec, panel, mediator="c", seed=0)
