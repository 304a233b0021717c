"""The curve against `estimate`, its statistics recomputed, and the size of the joint test."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.evidence.curve import by_choice, specification_curve
from bri_eval.econometrics.evidence.grid import SpecGrid
from bri_eval.econometrics.evidence.placebo import placebo
from bri_eval.econometrics.specs import ModelSpec

GRID = SpecGrid(
    outcomes={"y": "y", "half": "half"},
    measures={"x": "x", "cube": "w", "fixed": "fixed"},
    controls={"none": [], "a": ["a"], "both": ["a", "b"], "x": ["x"]},
    effects={"year": ["year"], "economy": ["economy"], "two-way": ["economy", "year"]},
    also={"year": ["m"]},
    samples={"all": {}, "to 2014": {"year": {"max": 2014}}},
    least=144,
)


@pytest.fixture(scope="module")
def data(panel):
    return panel.assign(w=panel["x"] ** 3, half=panel["y"].where(panel.index.get_level_values("year") < 2018) ** 2)


@pytest.fixture(scope="module")
def curve(data):
    return specification_curve(GRID, data, draws=99, seed=0)


def refusal(spec: ModelSpec, data: pd.DataFrame) -> str:
    """Return what `estimate` says against a model."""
    with pytest.raises(InputError) as refused:
        estimate(spec, data)
    return str(refused.value)


def test_every_model_equals_its_estimate_or_says_why_not(curve, data):
    """All failures, and every eighth of the others."""
    assert (curve.declared, len(curve.table)) == (144, 144)
    for number, (declared, (_, row)) in enumerate(zip(GRID.declared(), curve.table.iterrows(), strict=True)):
        assert tuple(row[["outcome", "measure", "controls", "effects", "sample"]]) == declared.choices
        if declared.spec is None or row["reason"]:
            assert row["reason"] == (refusal(declared.spec, data) if declared.spec else declared.reason)
        elif number % 8 == 0:
            fit, term = estimate(declared.spec, data), declared.spec.regressors[0]
            assert row["slope"] == pytest.approx(fit.params[term], rel=1e-10)
            assert row["std_error"] == pytest.approx(fit.std_errors[term], rel=1e-10)
            assert row["pvalue"] == pytest.approx(fit.pvalues[term], rel=1e-6)
            assert (row["nobs"], row["clusters"]) == (fit.nobs, fit.clusters)


def test_no_model_is_pruned_and_failures_are_counted(curve):
    reasons = curve.table.loc[curve.table["reason"] != "", "reason"]
    assert curve.estimated == 144 - len(reasons) == curve.table["slope"].notna().sum()
    assert reasons.str.contains("regressors has 'x' twice").sum() == 12
    assert reasons.str.contains("regressors 'fixed' do not vary").sum() == 32
    assert f"{len(reasons)} of 144 declared models could not be estimated" in curve.sentence


def test_statistics_and_pvalues_are_those_of_the_tables(curve):
    fine = curve.table[curve.table["reason"] == ""]
    assert curve.median == np.median(fine["slope"])
    assert curve.share_expected == (fine["slope"] > 0).mean()
    assert curve.share_significant == ((fine["slope"] > 0) & (fine["pvalue"] < 0.05)).mean()
    for name in ("median", "share_expected", "share_significant"):
        reached = (curve.null[name] >= getattr(curve, name) - 1e-12).sum()
        assert curve.pvalues[name] == (1 + reached) / 100
    assert (len(curve.null), curve.null["singular"].max()) == (99, 0)


def test_a_negative_sign_turns_the_direction(data):
    models = [ModelSpec(name="m", outcome="y", regressors=("x", "a"), effects=("year",), estimator="pooled")]
    up, down = (specification_curve(models, data, sign=sign, draws=99, seed=0) for sign in (1, -1))
    assert (up.share_expected, down.share_expected) == (1.0, 0.0)
    assert up.pvalues["median"] + down.pvalues["median"] == pytest.approx(1.01)
    assert "negative and significant" in down.sentence


def test_one_model_is_the_placebo(data):
    """With every economy in the model the same seed deals the same trajectories."""
    whole = data.drop(index="E00")
    spec = ModelSpec(name="m", outcome="y", regressors=("x", "a"), effects=("economy", "year"), estimator="within")
    curve, alone = specification_curve([spec], whole, draws=99, seed=4), placebo(spec, whole, draws=99, seed=4)
    np.testing.assert_allclose(curve.null["median"], alone.table["slope"], rtol=1e-10)
    assert curve.table.loc[1, "model"] == "m"


def drawn(effect: float, seed: int) -> pd.DataFrame:
    """Two noisy measures of one index, and two outcomes that share a shock."""
    rng = np.random.default_rng(seed)
    rows = pd.MultiIndex.from_product([range(20), range(4)], names=["economy", "year"])
    index, shock = rng.normal(size=(2, 80))
    noise = rng.normal(size=(4, 80))
    columns = {"u": index + 0.3 * noise[0], "v": index + 0.3 * noise[1]}
    return pd.DataFrame(
        {**columns, "p": effect * index + shock + noise[2], "q": effect * index + shock + noise[3]}, index=rows
    )


def test_the_joint_test_has_its_size_and_finds_an_effect():
    """Of 40 curves without effect at most 6 reject at 5 % with probability 0.99, though their models are dependent."""
    grid = SpecGrid(
        outcomes={"p": "p", "q": "q"},
        measures={"u": "u", "v": "v"},
        controls={"none": []},
        effects={"economy": ["economy"], "two-way": ["economy", "year"]},
        least=8,
    )
    null = [specification_curve(grid, drawn(0.0, seed), draws=99, seed=seed).pvalues for seed in range(40)]
    for name in ("median", "share_expected", "share_significant"):
        assert sum(one[name] <= 0.05 for one in null) <= 6
    assert sum(one["median"] <= 0.5 for one in null) == pytest.approx(20, abs=10)
    found = specification_curve(grid, drawn(1.0, 0), draws=99, seed=0)
    assert (found.pvalues["median"], found.share_significant) == (0.01, 1.0)


def test_zero_is_a_seed(data):
    models = [ModelSpec(name="m", outcome="y", regressors=("x",), effects=("year",), estimator="pooled")]
    first, again, other = (specification_curve(models, data, draws=99, seed=seed).null for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(first, again)
    assert (first["median"] != other["median"]).any()


def test_rules_of_the_study_fail_single_models(data):
    base = ModelSpec(name="m", outcome="y", regressors=("x", "a"), effects=("year",), estimator="pooled")
    models = [
        base,
        ModelSpec(name="product", outcome="y", regressors=("x", "x:a"), estimator="pooled"),
        ModelSpec(name="classic", outcome="y", regressors=("x",), estimator="pooled", covariance="unadjusted"),
        ModelSpec(name="random", outcome="y", regressors=("x",), estimator="random"),
    ]
    made_of = {"x": {"t.csv:a"}, "a": {"t.csv:a"}}
    table = specification_curve(models, data, draws=99, seed=0, made_of={}).table
    assert table["reason"].eq("").tolist() == [True, False, False, False]
    for told, reason in zip(
        ("'x:a' is made of", "'unadjusted'", "estimator 'random'"), table["reason"][1:], strict=True
    ):
        assert told in reason
    with pytest.raises(InputError, match=r"none of 1 models can be estimated; first: .*'t.csv:a' is in 'x' and in 'a'"):
        specification_curve(models[:1], data, draws=99, seed=0, made_of=made_of)


def test_what_is_no_curve_is_refused(data):
    models = [ModelSpec(name="m", outcome="y", regressors=("x",), estimator="pooled")]
    with pytest.raises(InputError, match="there is no model; declare at least one"):
        specification_curve([], data, seed=0)
    with pytest.raises(InputError, match="sign is 0; expected 1 or -1"):
        specification_curve(models, data, sign=0, seed=0)
    with pytest.raises(InputError, match="draws is 10; expected a whole number of at least 99"):
        specification_curve(models, data, draws=10, seed=0)


@pytest.mark.bench
def test_five_hundred_models_under_five_hundred_permutations_take_seconds():
    """On one core about 2 s; the bound leaves room for a busy machine."""
    from time import process_time

    rng = np.random.default_rng(0)
    rows = pd.MultiIndex.from_product([range(62), range(7)], names=["economy", "year"])
    columns = {f"x{number}": rng.normal(size=434) for number in range(10)}
    columns |= {name: rng.normal(size=434) for name in ("y1", "y2", "a", "b", "c", "d")}
    table = pd.DataFrame(columns, index=rows)
    table.iloc[rng.choice(434, 40, replace=False), :10] = np.nan
    grid = SpecGrid(
        outcomes={"1": "y1", "2": "y2"},
        measures={name: name for name in columns if name.startswith("x")},
        controls={"none": [], "a": ["a"], "ab": ["a", "b"], "abc": ["a", "b", "c"], "abcd": ["a", "b", "c", "d"]},
        effects={"year": ["year"], "economy": ["economy"], "two-way": ["economy", "year"]},
        samples={"all": {}, "late": {"year": {"min": 1}}},
    )
    start = process_time()
    assert specification_curve(grid, table, draws=500, seed=0).estimated == 600
    assert process_time() - start < 10


@pytest.mark.parametrize("choice", ["effects", "outcome"])
def test_a_part_of_a_curve_is_the_curve_of_the_part(curve, choice):
    parts = by_choice(curve, choice)
    assert list(parts) == list(dict.fromkeys(curve.table[choice]))
    for level, part in parts.items():
        own = curve.table[curve.table[choice] == level]
        fine = own[own["reason"] == ""]
        pd.testing.assert_frame_equal(part.table, own)
        assert (part.declared, part.estimated) == (len(own), len(fine))
        assert part.median == fine["slope"].median()
        draws = np.array(
            [run.slopes for run, there in zip(curve.runs, curve.table[choice] == level, strict=True) if there]
        )
        medians = np.nanmedian(draws[(own["reason"] == "").to_numpy()], axis=0)
        assert part.pvalues["median"] == (1 + (part.sign * medians >= part.sign * part.median).sum()) / (part.draws + 1)


def test_a_level_without_an_estimate_is_left_out(curve):
    table = curve.table.copy()
    first = table["outcome"].iloc[0]
    table.loc[table["outcome"] == first, "reason"] = "absent"
    assert first not in by_choice(replace(curve, table=table), "outcome")


def test_a_curve_cannot_be_split_by_what_was_not_chosen(curve):
    with pytest.raises(InputError, match=r"unknown choice 'effect'; .*did you mean 'effects'"):
        by_choice(curve, "effect")
