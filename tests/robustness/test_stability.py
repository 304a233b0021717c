"""How far weights may move: by hand, against dense paths of full evaluations, for every aggregator that has a form."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import bri_eval as be
from bri_eval.aggregate import aggregate, rank_scores
from bri_eval.checks import InputError
from bri_eval.framework import Framework, Group, Indicator
from bri_eval.robustness.stability import MEANS, SIMILARITIES, weight_stability

BENEFITS = {"a": "benefit", "b": "benefit", "c": "benefit"}


def path(weights, inside, t):
    """Return the weights with those in a node summing to t and the others rescaled to the rest."""
    one = weights[inside] / weights[inside].sum() if weights[inside].sum() else 1.0
    moved = weights * (1 - t) / weights[~inside].sum()
    moved[inside] = t * one
    return moved


def best_set(matrix, weights, recipe, best):
    scores = aggregate(matrix, weights, recipe.aggregator, parameters=recipe.parameters)
    return set(scores.index[rank_scores(scores.to_numpy()) <= best])


# by hand --------------------------------------------------------------------------------------------------------------


def test_a_weighted_sum_by_hand():
    """Weights 0.5, 0.3, 0.2: A leads with 0.6.

    On the path of a, A has t + 0.2 (1 - t), B 0.4 t + 0.62 (1 - t), C 0.1 t + 0.6 (1 - t): B is level at
    t = 0.42 / 1.02 = 0.412, C only further down, at 0.4 / 1.3 = 0.308, and above 0.412 A leads alone.
    """
    x = pd.DataFrame({"a": [1.0, 0.4, 0.1], "b": [0.2, 0.3, 0.6], "c": [0.2, 1.1, 0.6]}, index=["A", "B", "C"])
    evaluation = be.evaluate_matrix(
        x, BENEFITS, be.Recipe(normaliser=lambda values: values), weights={"a": 0.5, "b": 0.3, "c": 0.2}
    )
    found = weight_stability(evaluation).loc["a"]
    assert found["lower"] == pytest.approx(0.42 / 1.02, abs=1e-12)
    assert found[["enters_lower", "leaves_lower", "upper", "enters_upper", "leaves_upper"]].tolist() == (
        ["B", "A", 1.0, "", ""]
    )
    assert found["distance"] == pytest.approx(0.5 - 0.42 / 1.02, abs=1e-12)
    assert found["relative"] == pytest.approx(1 - 0.84 / 1.02, abs=1e-12)


def test_topsis_by_hand():
    """Opposite corners and a middle: M = (0.6, 0.6) leads at equal weights; when is A = (1, 0) level?

    With s = t^2 / (1 - t)^2: C of A is sqrt(s) / (sqrt(s) + 1), so d-/d+ squared is s; that of M is
    0.36 (s + 1) / 0.16 (s + 1) = 2.25, so s = 2.25 and t = 1.5 / 2.5 = 0.6; by symmetry 0.4 on the other side.
    """
    x = pd.DataFrame({"a": [1.0, 0.6, 0.0], "b": [0.0, 0.6, 1.0]}, index=["A", "M", "B"])
    evaluation = be.evaluate_matrix(x, {"a": "benefit", "b": "benefit"}, be.Recipe(aggregator="topsis"))
    found = weight_stability(evaluation).loc["a"]
    assert found[["lower", "upper"]].tolist() == pytest.approx([0.4, 0.6], abs=1e-12)
    assert found[["enters_lower", "enters_upper", "leaves_upper"]].tolist() == ["B", "A", "M"]


def test_weights_inside_the_distance_move_the_limit():
    """The same corners with s = t / (1 - t): 2.25 / 3.25."""
    x = pd.DataFrame({"a": [1.0, 0.6, 0.0], "b": [0.0, 0.6, 1.0]}, index=["A", "M", "B"])
    evaluation = be.evaluate_matrix(x, {"a": "benefit", "b": "benefit"}, be.Recipe(aggregator="topsis_metric"))
    assert weight_stability(evaluation).loc["a", "upper"] == pytest.approx(2.25 / 3.25, abs=1e-12)


# by walking the path --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("best", [1, 3])
@pytest.mark.parametrize("aggregator", [*MEANS, "power_negative", *SIMILARITIES])
def test_the_set_stays_between_the_limits_and_is_level_at_them(aggregator, best):
    exponent, name = (-2.0, "power") if aggregator == "power_negative" else (0.5, aggregator)
    rng = np.random.default_rng(11)
    recipe = be.Recipe(aggregator=name, exponent=exponent, range=(1.0, 10.0))
    changes = 0
    for _ in range(3):
        x = pd.DataFrame(rng.uniform(1, 9, (9, 4)), index=list("ABCDEFGHI"), columns=list("wxyz"))
        weights = pd.Series(rng.dirichlet(np.ones(4)), index=list("wxyz"))
        evaluation = be.evaluate_matrix(x, dict.fromkeys("wxyz", "benefit"), recipe, weights=weights)
        matrix = evaluation.matrix
        if "rank_sum" in name or name == "promethee":
            evaluation_ranks = evaluation.ranks["score"]
            if (evaluation_ranks <= best).sum() != best:
                continue
        found = weight_stability(evaluation, best=best)
        assert found["weight"].tolist() == pytest.approx(weights.tolist(), abs=1e-15)
        now = best_set(matrix, weights, recipe, best)
        for code, row in found.iterrows():
            inside = matrix.columns == code
            walk = np.linspace(row["lower"], row["upper"], 15)[1:-1]
            assert all(best_set(matrix, path(weights.to_numpy(), inside, t), recipe, best) == now for t in walk)
            for side in ("lower", "upper"):
                enters, leaves = row[f"enters_{side}"], row[f"leaves_{side}"]
                assert (enters == "") == (leaves == "")
                if not enters:
                    assert row[side] == (0.0 if side == "lower" else 1.0)
                    continue
                changes += 1
                assert leaves in now
                assert enters not in now
                at = aggregate(matrix, path(weights.to_numpy(), inside, row[side]), name, parameters=recipe.parameters)
                assert at[enters] == pytest.approx(at[leaves], rel=1e-9)
                beyond = row[side] + (1e-6 if side == "upper" else -1e-6)
                if 0 <= beyond <= 1:
                    assert enters in best_set(matrix, path(weights.to_numpy(), inside, beyond), recipe, best)
    assert changes >= 4


def test_pillars_keep_the_shares_within(tree, small_panel):
    evaluation = be.evaluate(small_panel, tree, be.Recipe(aggregator="topsis"))
    found = weight_stability(evaluation, year=2018, level="pillar")
    assert found.index.tolist() == ["a", "b"]
    assert found.index.name == "pillar"
    assert found["weight"].tolist() == pytest.approx([0.5, 0.5])
    # two pillars rescale each other: one's upper limit is the other's lower one
    assert found.loc["a", "upper"] == pytest.approx(1 - found.loc["b", "lower"], abs=1e-12)
    assert found.loc["a", "lower"] == pytest.approx(1 - found.loc["b", "upper"], abs=1e-12)
    weights, matrix = evaluation.weights.to_numpy(), evaluation.matrix
    inside = np.isin(tree.codes, ["w", "x"])
    leader = evaluation.ranks_in(2018).idxmin()
    for t in np.linspace(0.001, 0.999, 60):
        scores = aggregate(matrix, path(weights, inside, t), "topsis").xs(2018, level="year")
        if found.loc["a", "lower"] < t < found.loc["a", "upper"]:
            assert scores.idxmax() == leader
    for side in ("lower", "upper"):
        if enters := found.loc["a", f"enters_{side}"]:
            t = found.loc["a", side]
            scores = aggregate(matrix, path(weights, inside, t), "topsis").xs(2018, level="year")
            assert scores[enters] == pytest.approx(scores[leader], rel=1e-10)


@pytest.mark.parametrize("scope", ["pooled", "by_year"])
@pytest.mark.parametrize("aggregator", ["arithmetic", "topsis", "topsis_fixed", "promethee"])
def test_panels_keep_the_ideals_and_weights_of_their_scope(aggregator, scope, tree, small_panel):
    """Given weights at the limit, moved through a whole evaluation, leave the two economies level."""
    recipe = be.Recipe(aggregator=aggregator, scope=scope)
    weights = pd.Series({"w": 0.37, "x": 0.13, "y": 0.29, "z": 0.21})
    evaluation = be.evaluate(small_panel, tree, recipe, weights=weights)
    found = weight_stability(evaluation, year=2016, best=2)
    sides = [(code, side) for code in tree.codes for side in ("lower", "upper") if found.loc[code, f"enters_{side}"]]
    assert sides
    for code, side in sides:
        row = found.loc[code]
        moved = path(weights.to_numpy(), np.isin(tree.codes, [code]), row[side])
        again = be.evaluate(small_panel, tree, recipe, weights=pd.Series(moved, index=tree.codes))
        scores = again.scores["goal"].xs(2016, level="year")
        assert scores[row[f"enters_{side}"]] == pytest.approx(scores[row[f"leaves_{side}"]], rel=1e-10, abs=1e-12)


def test_entropy_weights_by_year_are_those_of_the_year(tree, small_panel):
    evaluation = be.evaluate(small_panel, tree, be.Recipe(weighter="entropy", scope="by_year"))
    for year in (2016, 2018):
        found = weight_stability(evaluation, year=year)
        assert found["weight"].tolist() == pytest.approx(evaluation.weights.loc[year].tolist(), abs=1e-15)


# corners --------------------------------------------------------------------------------------------------------------


def test_a_leader_in_everything_is_never_displaced():
    x = pd.DataFrame({"a": [3.0, 2.0, 1.0], "b": [3.0, 1.0, 2.0], "c": [3.0, 2.0, 1.0]}, index=["A", "B", "C"])
    for aggregator in ("arithmetic", "topsis"):
        found = weight_stability(be.evaluate_matrix(x, BENEFITS, be.Recipe(aggregator=aggregator)))
        assert found[["lower", "upper"]].to_numpy().tolist() == [[0.0, 1.0]] * 3
        assert (found[["enters_lower", "enters_upper"]] == "").all(axis=None)
        assert found[["distance", "relative"]].isna().all(axis=None)


def test_a_rival_that_is_level_only_where_the_others_vanish_is_named_at_one():
    x = pd.DataFrame({"a": [3.0, 3.0, 1.0], "b": [3.0, 1.0, 2.0], "c": [3.0, 2.0, 1.0]}, index=["A", "B", "C"])
    for aggregator in ("arithmetic", "topsis"):
        found = weight_stability(be.evaluate_matrix(x, BENEFITS, be.Recipe(aggregator=aggregator))).loc["a"]
        assert found[["upper", "enters_upper"]].tolist() == [1.0, "B"]


def test_rivals_that_are_alike_in_the_moving_indicator():
    """The quadratic of TOPSIS is then of degree one, and its other root at 1, where the two are level once more.

    A and B are 0.5 in a, p = 0.25. Shares 1/2 of b and c: q- of A is 0.245, q+ 0.045; of B 0.292025 and 0.087025;
    0.25 (0.245 + 0.087025 - 0.292025 - 0.045) s + 0.245 * 0.087025 - 0.292025 * 0.045 = 0 at s = 6.544.
    """
    x = pd.DataFrame({"a": [0.5, 0.5, 0.0], "b": [0.7, 1.0, 0.0], "c": [0.7, 0.41, 0.0]}, index=list("ABC"))
    recipe = be.Recipe(normaliser=lambda values: values, aggregator="topsis_fixed")
    row = weight_stability(be.evaluate_matrix(x, BENEFITS, recipe)).loc["a"]
    assert row[["leaves_upper", "enters_upper", "lower"]].tolist() == ["A", "B", 0.0]
    assert row["upper"] == pytest.approx(np.sqrt(6.544) / (1 + np.sqrt(6.544)), abs=1e-12)


def test_a_weight_of_nothing_can_only_grow():
    x = pd.DataFrame({"a": [1.0, 0.0, 0.5], "b": [0.0, 1.0, 0.3], "c": [0.1, 1.0, 0.0]}, index=["A", "B", "C"])
    for aggregator in ("arithmetic", "topsis"):
        weights = {"a": 0.0, "b": 0.4, "c": 0.6}
        found = weight_stability(be.evaluate_matrix(x, BENEFITS, be.Recipe(aggregator=aggregator), weights=weights))
        row = found.loc["a"]
        assert row[["weight", "lower", "enters_lower"]].tolist() == [0.0, 0.0, ""]
        assert row["enters_upper"] == "A"
        assert row["distance"] == row["upper"] > 0
        assert np.isnan(row["relative"])


def test_twins_on_one_side_of_the_border_do_not_matter():
    x = pd.DataFrame({"a": [1.0, 1.0, 0.2], "b": [0.1, 0.1, 1.0], "c": [0.9, 0.9, 0.0]}, index=["A", "B", "C"])
    evaluation = be.evaluate_matrix(x, BENEFITS, be.Recipe(aggregator="topsis"))
    assert evaluation.ranks["score"].tolist() == [1, 1, 3]
    assert weight_stability(evaluation, best=2).loc["b", "enters_upper"] == "C"
    with pytest.raises(InputError, match="'A', 'B' share rank 1, so the best 1 are no set; choose another best"):
        weight_stability(evaluation)


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"year": 2017}, "year is 2017; expected one of '2016', '2018'"),
        ({}, "year is None; expected one of '2016', '2018'"),
        ({"year": 2018, "best": 0}, "best is 0; expected 1 to 4, as 5 are ranked"),
        ({"year": 2018, "best": 5}, "best is 5; expected 1 to 4"),
        ({"year": 2018, "level": "leaf"}, "unknown level 'leaf'; known are 'indicator', 'pillar'"),
    ],
)
def test_choices_that_are_refused(choice, message, tree, small_panel):
    with pytest.raises(InputError, match=message):
        weight_stability(be.evaluate(small_panel, tree), **choice)


def test_evaluations_that_are_refused(tree, small_panel):
    def refused(message, recipe, framework=tree, panel=small_panel, level="indicator", weights=None):
        with pytest.raises(InputError, match=message):
            weight_stability(be.evaluate(panel, framework, recipe, weights=weights), year=2018, level=level)

    refused("aggregator 'vikor' has no closed form .* 'arithmetic', 'geometric'", be.Recipe(aggregator="vikor"))
    refused("aggregator '<lambda>' has no closed form", be.Recipe(aggregator=lambda x, w: x @ w))
    mixed = Framework(groups=(*tree.groups[:2], Group(code="b", parent="goal", aggregator="topsis")),
                      indicators=tree.indicators)  # fmt: skip
    refused("groups have the aggregators 'arithmetic', 'topsis'; .* one aggregator throughout", be.Recipe(), mixed)
    gappy = small_panel.copy()
    gappy.iloc[0, 0] = np.nan
    recipe = be.Recipe(imputer="none", availability=0.5)
    refused("missing cells, whose weights differ by row; choose an imputer", recipe, panel=gappy)
    all_on_w = {"w": 1.0, "x": 0.0, "y": 0.0, "z": 0.0}
    refused("'w' has all the weight; there are no others to rescale", be.Recipe(), weights=all_on_w)
    third = Framework(groups=(*tree.groups, Group(code="c", parent="goal")),
                      indicators=(*tree.indicators, Indicator(code="v", parent="c")))  # fmt: skip
    weights = {"w": 0.5, "x": 0.2, "y": 0.0, "z": 0.0, "v": 0.3}
    panel = small_panel.assign(v=small_panel["w"] * small_panel["x"])
    refused("'b' has no weight, so its indicators have no shares in it; choose level 'indicator'", be.Recipe(), third,
            panel, "pillar", weights)  # fmt: skip


def test_one_year_needs_no_year_and_a_flat_table_has_no_pillar(small_panel):
    flat = Framework(groups=(Group(code="goal"),), indicators=tuple(Indicator(code=c, parent="goal") for c in "wxyz"))
    evaluation = be.evaluate(small_panel.xs(2018, level="year", drop_level=False), flat)
    assert len(weight_stability(evaluation)) == 4
    assert weight_stability(evaluation, level="pillar").empty


def test_the_shipped_leader(evaluation):
    """ARE leads SGP in 2018 under TOPSIS; fixed broadband carries it, and 12 points less weight would make SGP lead."""
    found = weight_stability(evaluation, year=2018)
    row = found.loc["fixed_broadband"]
    assert row[["enters_lower", "leaves_lower"]].tolist() == ["SGP", "ARE"]
    assert found["relative"].idxmin() == "fixed_broadband"
    weights = evaluation.weights.to_numpy()
    moved = path(weights, evaluation.weights.index == "fixed_broadband", row["lower"])
    scores = aggregate(evaluation.matrix, moved, "topsis").xs(2018, level="year")
    assert scores["SGP"] == pytest.approx(scores["ARE"], rel=1e-10) == scores.max()
