"""The whole way from a panel to ranks, on the shipped data and on panels whose answer is known."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.framework import Framework, Group, Indicator, flat_framework
from bri_eval.hierarchy import declared_weights, global_weights
from bri_eval.weights.ahp import prior_weights
from bri_eval.weights.judgements import Judgement

LPI = ["lpi_tracking", "lpi_infrastructure", "lpi_customs", "lpi_timeliness", "lpi_competence", "lpi_shipments"]


def indexed(years: list[int], **columns: list[list[float]]) -> pd.DataFrame:
    """Lay out a panel: for each indicator one list per economy."""
    economies = [f"E{number:02d}" for number in range(len(next(iter(columns.values()))))]
    index = pd.MultiIndex.from_product([economies, years], names=["economy", "year"])
    return pd.DataFrame({code: np.ravel(rows) for code, rows in columns.items()}, index=index, dtype=float)


def judged(tree: Framework, ratio: float) -> list[Judgement]:
    codes = tree.children(tree.goal)
    matrix = pd.DataFrame([[1, ratio], [1 / ratio, 1]], index=codes, columns=codes)
    return [Judgement(expert="one", node=tree.goal, matrix=matrix)]


def entropy_by_hand(matrix: pd.DataFrame) -> pd.Series:
    share = matrix / matrix.sum()
    gap = 1 + (share * np.log(share.where(share > 0, 1))).sum() / np.log(len(matrix))
    return gap / gap.sum()


# the default example of design.md on the shipped data


def test_default_example_ranks_the_economies(evaluation):
    ranks = evaluation.ranks_in(2018)
    assert len(ranks) == 63
    assert ranks.min() == 1
    assert ranks.is_unique
    assert {"SGP", "ARE"} <= set(ranks.nsmallest(5).index)
    assert evaluation.weights.sum() == pytest.approx(1, abs=1e-12)


def test_default_example_against_a_plain_composition(evaluation, framework, judgements):
    treated = evaluation.treated
    table = (treated - treated.min()) / (treated.max() - treated.min())
    table["tariff"] = 1 - table["tariff"]
    pd.testing.assert_frame_equal(evaluation.matrix, table, rtol=0, atol=1e-12)
    judged_weights = global_weights(framework, prior_weights(framework, judgements)[0])
    weights = 0.5 * judged_weights + 0.5 * entropy_by_hand(table)
    pd.testing.assert_series_equal(evaluation.weights, weights, rtol=0, atol=1e-12, check_names=False)
    weighted = table * weights
    near = np.sqrt(((weighted - weighted.max()) ** 2).sum(axis=1))
    far = np.sqrt(((weighted - weighted.min()) ** 2).sum(axis=1))
    np.testing.assert_allclose(evaluation.scores["capability"], far / (near + far), rtol=0, atol=1e-12)
    ranks = evaluation.scores.groupby(level="year").rank(method="min", ascending=False).astype(int)
    pd.testing.assert_frame_equal(evaluation.ranks, ranks)


def test_every_group_has_scores_the_goal_first(evaluation, framework):
    assert list(evaluation.scores.columns) == ["capability", *framework.pillars]
    assert evaluation.scores.notna().all(axis=None)
    assert evaluation.scores.index.equals(evaluation.ranks.index)


def test_rows_without_lpi_are_screened(evaluation, panel):
    absent = panel.index[panel[LPI].isna().any(axis=1)]
    assert list(evaluation.screened.index) == list(absent)
    assert len(absent) == 65 * 7 - 420
    assert set(evaluation.screened) == {"required indicator 'lpi_tracking' not observed"}
    assert ("PSE", 2018) not in evaluation.scores.index


def test_lpi_is_never_imputed(evaluation, panel):
    assert (evaluation.filled[LPI] == "").all(axis=None)
    pd.testing.assert_frame_equal(evaluation.treated[LPI], panel.loc[evaluation.treated.index, LPI])


def test_filled_names_the_rule_of_every_missing_cell(evaluation, panel):
    missing = panel.loc[evaluation.filled.index].isna()
    assert ((evaluation.filled != "") == missing).all(axis=None)
    assert missing.to_numpy().sum() == 34
    assert set(np.unique(evaluation.filled)) <= {"", "linear in time", "held in time", "group median", "median"}
    assert (evaluation.filled.xs("TKM")["tariff"] == "group median").all()


def test_regions_fill_what_was_never_observed(panel, framework, data):
    regions = be.read_groups(data / "raw", "bri_region")
    recipe = be.Recipe(imputer="group_median")
    found = be.evaluate(panel, framework, recipe, groups=regions)
    assert found.filled.loc[("TKM", 2018), "tariff"] == "group median"
    neighbours = panel["tariff"].xs(2018, level="year")[["KAZ", "KGZ", "TJK", "UZB"]]
    assert found.treated.loc[("TKM", 2018), "tariff"] == neighbours.median()


def test_conventions_are_told(evaluation):
    told = " ".join(evaluation.conventions)
    assert "linear combination of AHP and entropy with prior share 0.5" in told
    assert f"Imputation: linear_time; 34 of {420 * 14} cells filled. Outlier treatment: none." in told
    assert "Left out: 35 rows" in told


def test_the_same_call_gives_the_same_bytes(evaluation, panel, framework, judgements):
    again = be.evaluate(panel.sample(frac=1, random_state=0), framework, evaluation.recipe, iter(judgements))
    for table in ("matrix", "scores", "ranks", "weights"):
        assert getattr(again, table).to_csv() == getattr(evaluation, table).to_csv()


def test_evaluate_leaves_its_input(panel, framework, judgements, evaluation):
    before, judged_before = panel.copy(), judgements[0].matrix.copy()
    be.evaluate(panel, framework, be.Recipe(weighter="ahp", treatment="winsorise", scope="by_year"), judgements)
    pd.testing.assert_frame_equal(panel, before)
    pd.testing.assert_frame_equal(judgements[0].matrix, judged_before)


def test_an_evaluation_is_frozen(evaluation):
    with pytest.raises(dataclasses.FrozenInstanceError):
        evaluation.recipe = None
    with pytest.raises((AttributeError, TypeError)):
        evaluation.weights = None


@pytest.mark.parametrize(
    ("economies", "ranked", "without"), [("bri_list65", 63, {"PSE", "AZE"}), ("bri_list64", 61, {"PSE", "AZE", "TLS"})]
)
def test_the_full_framework_in_2018(data, full_framework, economies, ranked, without):
    panel = be.read_panel(full_framework, data / "raw", economies=economies, years=[2018])
    recipe = be.Recipe(screen=0.7, imputer="group_median", aggregator="topsis")
    found = be.evaluate(panel, full_framework, recipe, groups=be.read_groups(data / "raw", "bri_region"))
    assert len(found.ranks_in(2018)) == ranked
    assert set(found.screened.index.get_level_values("economy")) == without


# judgements


def test_ahp_weights_are_judged_shares_split_equally(panel, framework, judgements):
    found = be.evaluate(panel, framework, be.Recipe(weighter="ahp"), judgements)
    pillars = found.local_weights[framework.pillars]
    assert pillars.tolist() == pytest.approx([0.1356, 0.4342, 0.1550, 0.1970, 0.0782], abs=5e-5)
    assert found.weights["tariff"] == pytest.approx(pillars["enterprise"] / 5, abs=1e-12)
    assert found.consistency["consistency_ratio"].tolist() == pytest.approx([0.0198], abs=5e-5)


@pytest.mark.parametrize(("random_index", "divisor"), [("saaty1980", 1.12), ("tummala_ling1998", 1.1159)])
def test_the_random_index_of_the_recipe(small_panel, tree, random_index, divisor):
    items = list("wxyzv")
    flat = flat_framework(tuple((item, "benefit") for item in items), goal="goal")
    values = np.ones((5, 5))
    values[0, 1], values[1, 0] = 5, 1 / 5
    matrix = pd.DataFrame(values, index=items, columns=items)
    recipe = be.Recipe(weighter="ahp", random_index=random_index)
    panel = small_panel.assign(v=range(len(small_panel)))
    found = be.evaluate(panel, flat, recipe, [Judgement(expert="one", node="goal", matrix=matrix)])
    row = found.consistency.iloc[0]
    assert row["consistency_ratio"] == pytest.approx(row["consistency_index"] / divisor, abs=1e-15)


@pytest.mark.parametrize("estimator", ["eigen", "geometric", "column_mean"])
def test_the_estimator_of_the_recipe(small_panel, published, estimator):
    case = published("port6").judgements
    codes = list(case.index)
    values = np.random.default_rng(0).uniform(size=(len(small_panel), len(codes)))
    panel = pd.DataFrame(values, index=small_panel.index, columns=codes)
    judgement = Judgement(expert="one", node="goal", matrix=case)
    recipe = be.Recipe(weighter="ahp", estimator=estimator)
    found = be.evaluate(panel, flat_framework(tuple((code, "benefit") for code in codes), "goal"), recipe, [judgement])
    np.testing.assert_allclose(found.weights, be.ahp.priorities(case, estimator=estimator).weights, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("share", "same"), [(0.0, "entropy"), (1.0, "ahp")])
def test_prior_share_ends_at_either_set(small_panel, tree, share, same):
    recipe = be.Recipe(weighter="ahp_entropy", prior_share=share)
    found = be.evaluate(small_panel, tree, recipe, judged(tree, 4)).weights
    expected = be.evaluate(small_panel, tree, be.Recipe(weighter=same), judged(tree, 4)).weights
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-15)


def test_judgements_about_what_is_excluded_are_dropped(small_panel, tree):
    both = [
        *judged(tree, 4),
        Judgement(expert="one", node="b", matrix=pd.DataFrame(np.ones((2, 2)), list("yz"), list("yz"))),
    ]
    found = be.evaluate(small_panel, tree, be.Recipe(weighter="ahp", exclude=("b",)), both)
    assert found.weights.to_dict() == {"w": 0.5, "x": 0.5}


@pytest.mark.parametrize("weighter", ["ahp", "ahp_entropy", "ahp_entropy_game", "ahp_critic"])
def test_judgements_are_needed(small_panel, tree, weighter):
    with pytest.raises(
        InputError, match=rf"weighter '{weighter}' needs judgements; pass read_judgements\(folder\), or a"
    ):
        be.evaluate(small_panel, tree, be.Recipe(weighter=weighter))


def test_ahp_without_a_single_judgement_is_refused(small_panel, tree):
    with pytest.raises(InputError, match="weighter 'ahp' needs judgements"):
        be.evaluate(small_panel, tree, be.Recipe(weighter="ahp"), ())


# weights of other kinds


def test_framework_weights_are_the_declared_ones(small_panel, tree):
    found = be.evaluate(small_panel, tree, be.Recipe(weighter="framework"))
    assert found.weights.to_dict() == {"w": 0.25, "x": 0.25, "y": 0.125, "z": 0.375}
    assert be.evaluate(small_panel, tree).weights.tolist() == [0.25] * 4


def test_given_weights_replace_the_weighter(small_panel, tree):
    given = {"z": 0.4, "w": 0.1, "x": 0.3, "y": 0.2}
    found = be.evaluate(small_panel, tree, be.Recipe(weighter="entropy"), weights=given)
    assert found.weights.to_dict() == given
    assert found.recipe.weighter == "given"
    assert found.local_weights.to_dict() == pytest.approx(
        {"a": 0.4, "b": 0.6, "w": 0.25, "x": 0.75, "y": 1 / 3, "z": 2 / 3}
    )


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"w": 0.25, "x": 0.25, "y": 0.25}, "weights lack 'z'"),
        (dict.fromkeys("wxyz", 0.2), "weights sum to 0.8; expected 1; nothing was rescaled"),
    ],
)
def test_given_weights_are_checked(small_panel, tree, weights, message):
    with pytest.raises(InputError, match=message):
        be.evaluate(small_panel, tree, weights=weights)


def test_given_needs_weights(small_panel, tree):
    with pytest.raises(InputError, match="weighter 'given' needs weights; pass weights=, one per indicator"):
        be.evaluate(small_panel, tree, be.Recipe(weighter="given"))


@pytest.mark.parametrize("weigh_on", ["normalised", "raw"])
def test_the_table_that_is_weighed(small_panel, tree, weigh_on):
    found = be.evaluate(small_panel, tree, be.Recipe(weighter="entropy", weigh_on=weigh_on))
    table = found.matrix if weigh_on == "normalised" else found.treated
    pd.testing.assert_series_equal(found.weights, entropy_by_hand(table), rtol=0, atol=1e-12, check_names=False)


def test_a_function_gets_the_declared_weights_as_prior(small_panel, tree):
    found = be.evaluate(small_panel, tree, be.Recipe(weighter=lambda _, prior: prior))
    assert found.weights.to_dict() == global_weights(tree, declared_weights(tree)).to_dict()


# leaving out


def test_excluded_indicators_share_out_their_weight(panel, framework, judgements):
    recipe = be.Recipe(weighter="ahp", exclude=("tariff", "flexibility"))
    found = be.evaluate(panel, framework, recipe, judgements)
    assert "tariff" not in found.weights
    assert "flexibility" not in found.scores
    assert found.weights.sum() == pytest.approx(1, abs=1e-12)
    pillars = found.local_weights[["network", "infrastructure", "service", "enterprise"]]
    kept = judgements[0].matrix.loc[pillars.index, pillars.index]
    np.testing.assert_allclose(pillars, be.ahp.priorities(kept).weights, rtol=0, atol=1e-12)
    assert found.weights["rule_of_law"] == pytest.approx(pillars["enterprise"] / 4, abs=1e-12)


def test_excluded_indicators_need_not_be_in_the_panel(small_panel, tree):
    found = be.evaluate(small_panel.drop(columns="z"), tree, be.Recipe(exclude=("z",)))
    assert found.weights.to_dict() == {"w": 0.25, "x": 0.25, "y": 0.5}


def test_excluding_a_required_indicator_lifts_the_requirement(panel, framework):
    found = be.evaluate(panel, framework, be.Recipe(exclude=tuple(LPI)))
    assert found.screened.empty


def test_screen_leaves_out_rows_with_too_few_values(small_panel, tree):
    panel = small_panel.copy()
    panel.loc[("AFG", 2016), ["w", "x"]] = np.nan
    panel.loc[("ALB", 2016), ["w"]] = np.nan
    found = be.evaluate(panel, tree, be.Recipe(screen=0.75))
    assert found.screened.to_dict() == {("AFG", 2016): "observed share of indicators below 0.75"}
    assert len(found.scores) == 9
    assert be.evaluate(panel, tree, be.Recipe(screen=0.5)).screened.empty


def test_rows_without_any_value_are_left_out(small_panel, tree):
    panel = small_panel.copy()
    panel.loc[("AFG", 2016)] = np.nan
    assert be.evaluate(panel, tree).screened.to_dict() == {("AFG", 2016): "no indicator observed"}


def test_nothing_left_is_an_error(small_panel, tree):
    panel = small_panel.assign(w=np.nan)
    with pytest.raises(InputError, match=r"no row of the panel is left: observed share of indicators below 0.9; lower"):
        be.evaluate(panel, tree, be.Recipe(screen=0.9))


def test_an_empty_panel_is_an_error(small_panel, tree):
    with pytest.raises(InputError, match="no row"):
        be.evaluate(small_panel.iloc[:0], tree)


# the steps follow the recipe


def test_missing_cells_without_imputation(small_panel, tree):
    panel = small_panel.copy()
    panel.loc[("ALB", 2018), "y"] = np.nan
    message = r"indicator 'y' is missing for ALB 2018 \(1 cells in all\) after imputer 'none'; choose another imputer"
    with pytest.raises(InputError, match=message):
        be.evaluate(panel, tree, be.Recipe(imputer="none"))
    assert be.evaluate(panel, tree).filled.loc[("ALB", 2018), "y"] == "held in time"


def test_donors_of_the_recipe():
    framework = flat_framework((("x", "benefit"),))
    panel = indexed([2018], x=[[1], [2], [9], [50], [np.nan]], y=[[1], [2], [3], [4], [5]])
    groups = pd.Series({"E00": "a", "E01": "a", "E02": "b", "E03": "b", "E04": "a"})
    both = dataclasses.replace(framework, indicators=(*framework.indicators, Indicator(code="y", parent="score")))
    for donors, value in ((2, 1.5), (3, 5.5)):
        found = be.evaluate(panel, both, be.Recipe(imputer="group_median", donors=donors), groups=groups)
        assert found.treated.loc[("E04", 2018), "x"] == value


def test_winsorised_of_the_recipe():
    panel = indexed([2018], x=[[1.0]] * 15 + [[2.0]] * 15 + [[500], [700], [900]])
    framework = flat_framework((("x", "benefit"),))
    for most in (0, 1, 2):
        found = be.evaluate(panel, framework, be.Recipe(treatment="winsorise", winsorised=most))
        assert found.treated["x"].max() == [900, 700, 500][most]
        assert len(found.moved) == [0, 1, 2][most]


def test_goalposts_of_the_framework(small_panel, tree):
    posted = dataclasses.replace(
        tree, indicators=tuple(dataclasses.replace(one, goalposts=(0.0, 10.0)) for one in tree.indicators)
    )
    found = be.evaluate(small_panel, posted).matrix
    np.testing.assert_allclose(found[["w", "x", "z"]], small_panel[["w", "x", "z"]] / 10, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found["y"], 1 - small_panel["y"] / 10, rtol=0, atol=1e-12)


def test_goalposts_go_through_the_transform(small_panel):
    declared = Indicator(code="w", parent="goal", transform="log1p", goalposts=(1.0, 9.0))
    framework = Framework(groups=(Group(code="goal"),), indicators=(declared,))
    found = be.evaluate(small_panel, framework).matrix["w"]
    low, high = np.log1p([1, 9])
    np.testing.assert_allclose(found, (np.log1p(small_panel["w"]) - low) / (high - low), rtol=0, atol=1e-12)


# the hierarchy


def test_arithmetic_pillars_multiply_up_to_the_goal(panel, framework, judgements):
    found = be.evaluate(panel, framework, be.Recipe(weighter="ahp_entropy"), judgements)
    goal = found.scores[framework.pillars] @ found.local_weights[framework.pillars]
    np.testing.assert_allclose(found.scores["capability"], goal, rtol=0, atol=1e-12)
    direct = found.matrix @ found.weights
    np.testing.assert_allclose(found.scores["capability"], direct, rtol=0, atol=1e-12)


def test_a_geometric_goal_over_arithmetic_pillars(panel, framework):
    goal, *groups = framework.groups
    mixed = dataclasses.replace(framework, groups=(dataclasses.replace(goal, aggregator="geometric"), *groups))
    found = be.evaluate(panel, mixed, be.Recipe(range=(1, 100)))
    assert list(found.scores.columns) == ["capability", *framework.pillars]
    product = np.exp(np.log(found.scores[framework.pillars]) @ found.local_weights[framework.pillars])
    np.testing.assert_allclose(found.scores["capability"], product, rtol=1e-12)
    plain = be.evaluate(panel, framework, be.Recipe(range=(1, 100)))
    pd.testing.assert_frame_equal(found.scores[framework.pillars], plain.scores[framework.pillars])
    assert (found.scores["capability"] < plain.scores["capability"]).all()


def test_an_unknown_aggregator_of_a_group(small_panel, tree):
    groups = tuple(dataclasses.replace(one, aggregator="geometrical") for one in tree.groups)
    with pytest.raises(InputError, match=r"unknown aggregator 'geometrical'; .* did you mean 'geometric'\?"):
        be.evaluate(small_panel, dataclasses.replace(tree, groups=groups))


def test_a_pillar_without_weight_has_neither_score_nor_rank(small_panel, tree):
    found = be.evaluate(small_panel, tree, weights={"w": 0.0, "x": 0.0, "y": 0.5, "z": 0.5})
    assert found.scores["a"].isna().all()
    assert found.ranks["a"].isna().all()
    assert found.ranks.xs(2018, level="year")["goal"].min() == 1


def test_geometric_on_zeros(small_panel, tree):
    message = (
        r"aggregator 'geometric' needs values above 0; '[wxyz]' is 0 for [A-Z]{3} 201[68]; normalise to .*\(1, 100\)"
    )
    with pytest.raises(InputError, match=message):
        be.evaluate(small_panel, tree, be.Recipe(aggregator="geometric"))
    assert be.evaluate(small_panel, tree, be.Recipe(aggregator="geometric", range=(1, 100))).scores.min(axis=None) >= 1


# over the years


def doubling() -> tuple[pd.DataFrame, Framework]:
    years = [2010, 2011, 2012, 2013]
    base = np.array([[1.0, 5.0], [2.0, 4.0], [3.0, 1.0], [5.0, 2.0], [7.0, 3.0]])
    columns = {code: base[:, [place]] * 2.0 ** np.arange(4) for place, code in enumerate("xy")}
    return indexed(years, **columns), flat_framework((("x", "benefit"), ("y", "benefit")))


@pytest.mark.parametrize("aggregator", ["arithmetic", "topsis"])
def test_pooled_scores_rise_where_by_year_scores_are_flat(aggregator):
    panel, framework = doubling()
    pooled = be.evaluate(panel, framework, be.Recipe(aggregator=aggregator)).scores["score"]
    assert pooled.groupby(level="economy").is_monotonic_increasing.all()
    assert (pooled.groupby(level="economy").diff().dropna() > 0).all()
    flat = be.evaluate(panel, framework, be.Recipe(aggregator=aggregator, scope="by_year")).scores["score"]
    assert flat.groupby(level="economy").agg(np.ptp).max() < 1e-12


def test_scores_carry_their_scope():
    panel, framework = doubling()
    for scope in ("pooled", "by_year"):
        assert be.evaluate(panel, framework, be.Recipe(scope=scope)).scores.attrs["scope"] == scope


def test_by_year_is_each_year_alone(small_panel, tree):
    recipe = be.Recipe(weighter="entropy", aggregator="topsis", scope="by_year")
    found = be.evaluate(small_panel, tree, recipe)
    for year in (2016, 2018):
        rows = small_panel.index.get_level_values("year") == year
        alone = be.evaluate(small_panel[rows], tree, dataclasses.replace(recipe, scope="pooled"))
        pd.testing.assert_frame_equal(found.scores[rows], alone.scores)
        pd.testing.assert_series_equal(found.weights_in(year), alone.weights, check_names=False)
        pd.testing.assert_series_equal(found.local_weights.loc[year], alone.local_weights, check_names=False)
        pd.testing.assert_series_equal(found.ranks_in(year), alone.ranks_in(year))


def test_by_year_weights_are_a_row_a_year(small_panel, tree):
    found = be.evaluate(small_panel, tree, be.Recipe(weighter="entropy", scope="by_year"))
    assert list(found.weights.index) == [2016, 2018]
    assert found.weights.index.name == "year"
    np.testing.assert_allclose(found.weights.sum(axis=1), 1, atol=1e-12)


def test_pooled_weights_hold_in_every_year(small_panel, tree):
    found = be.evaluate(small_panel, tree, be.Recipe(weighter="entropy"))
    pd.testing.assert_series_equal(found.weights_in(2016), found.weights)


def test_ranks_are_within_each_year(evaluation):
    for year in (2007, 2023):
        ranks = evaluation.ranks_in(year)
        assert ranks.min() == 1
        assert ranks.max() <= len(ranks)


def test_an_indicator_constant_in_one_year_is_named_with_the_year(small_panel, tree):
    panel = small_panel.copy()
    panel.loc[(slice(None), 2018), "w"] = 5.0
    with pytest.raises(InputError, match="indicator 'w' is constant in 2018"):
        be.evaluate(panel, tree, be.Recipe(scope="by_year"))


def test_a_constant_indicator_is_refused_unless_excluded(small_panel, tree):
    panel = small_panel.assign(w=5.0)
    with pytest.raises(
        InputError, match=r"indicator 'w' is constant \(5 in all 10 rows\) .* leave it out with exclude"
    ):
        be.evaluate(panel, tree)
    assert len(be.evaluate(panel, tree, be.Recipe(exclude=("w",))).scores) == 10


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda panel: panel.drop(columns="w"), "the panel has no column 'w'; its columns are 'x', 'y', 'z'"),
        (lambda panel: panel.reset_index(), r"the panel's index is \[None\]; expected \['economy', 'year'\]"),
        (lambda panel: pd.concat([panel, panel.iloc[:1]]), "economy AFG, year 2016 twice"),
        (lambda panel: panel.assign(w="high"), "the panel has 'high' at row AFG 2016, column 'w'; expected a number"),
        (lambda panel: panel.assign(w=np.inf), "the panel is infinite for AFG 2016, column 'w'"),
    ],
)
def test_evaluate_refuses_a_panel(small_panel, tree, change, message):
    with pytest.raises(InputError, match=message):
        be.evaluate(change(small_panel), tree)


def test_evaluate_refuses_an_unknown_exclusion(small_panel, tree):
    with pytest.raises(InputError, match="exclude: unknown indicator 'v'; known are 'a', 'b', 'w', 'x', 'y', 'z'"):
        be.evaluate(small_panel, tree, be.Recipe(exclude=("v",)))


# missing cells that stay missing


DEEP = Framework(
    groups=(
        Group(code="goal"),
        Group(code="a", parent="goal", weight=0.7),
        Group(code="b", parent="goal", weight=0.3),
        Group(code="a1", parent="a", weight=0.6),
        Group(code="a2", parent="a", weight=0.4),
    ),
    indicators=(
        Indicator(code="p", parent="a1", weight=0.5),
        Indicator(code="q", parent="a1", weight=0.3),
        Indicator(code="r", parent="a1", weight=0.2),
        Indicator(code="s", parent="a2", weight=0.9, direction="cost"),
        Indicator(code="t", parent="a2", weight=0.1),
        Indicator(code="u", parent="b", weight=0.25),
        Indicator(code="v", parent="b", weight=0.75),
    ),
)
GAPS = be.Recipe(imputer="none", availability=0.6, weighter="framework", range=(1.0, 100.0))


@pytest.fixture(scope="module")
def gappy() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    index = pd.MultiIndex.from_product([[f"E{n:02d}" for n in range(40)], [2018]], names=["economy", "year"])
    values = pd.DataFrame(rng.uniform(1, 9, (40, 7)), index=index, columns=list("pqrstuv"))
    holes = rng.uniform(size=values.shape) < 0.25
    holes[:8] = False
    return values.mask(holes)


def mean_of(rule: str, values: list[float], weights: list[float]) -> float:
    if rule == "geometric":
        return float(np.prod([value**weight for value, weight in zip(values, weights, strict=True)]))
    if rule == "harmonic":
        return 1 / sum(weight / value for value, weight in zip(values, weights, strict=True))
    return sum(weight * value for value, weight in zip(values, weights, strict=True))


def scored(framework: Framework, row: dict[str, float], node: str, least: float, rule: str) -> float:
    """Score a node of one row by recursion: mean of the children that are there, NaN below the least share."""
    if node in framework.codes:
        return row[node]
    weight = {one.code: one.weight for one in framework.nodes}
    children = {code: scored(framework, row, code, least, rule) for code in framework.children(node)}
    there = [code for code, value in children.items() if not np.isnan(value)]
    share = sum(weight[code] for code in there)
    if not there or share < least - 1e-12:
        return np.nan
    return mean_of(rule, [children[code] for code in there], [weight[code] / share for code in there])


@pytest.mark.parametrize("rule", ["arithmetic", "geometric", "harmonic"])
@pytest.mark.parametrize("least", [0.0, 0.3, 0.6, 0.75, 1.0])
def test_missing_cells_share_their_weight_within_the_parent(gappy, rule, least):
    found = be.evaluate(gappy, DEEP, dataclasses.replace(GAPS, aggregator=rule, availability=least))
    for code in DEEP.group_codes:
        expected = [scored(DEEP, dict(row), code, least, rule) for _, row in found.matrix.iterrows()]
        np.testing.assert_allclose(found.scores[code], expected, rtol=0, atol=1e-10)
    assert found.matrix.isna().equals(gappy.isna())
    assert least == 0 or found.scores.isna().any(axis=None)


def test_normalisation_looks_at_the_cells_that_are_there(gappy):
    found = be.evaluate(gappy, DEEP, dataclasses.replace(GAPS, range=(0.0, 1.0))).matrix
    unit = (gappy - gappy.min()) / (gappy.max() - gappy.min())
    pd.testing.assert_frame_equal(found, unit.assign(s=1 - unit["s"]), rtol=0, atol=1e-12)


def test_missing_scores_have_no_rank_and_count_for_nobody(gappy):
    found = be.evaluate(gappy, DEEP, GAPS)
    scores, ranks = found.scores["goal"], found.ranks["goal"]
    assert scores.isna().any()
    assert ranks.isna().equals(scores.isna())
    assert ranks.dropna().tolist() == scores.dropna().rank(method="min", ascending=False).tolist()
    assert ranks.max() == scores.notna().sum()


def test_a_complete_row_is_scored_as_if_nothing_was_missing(gappy):
    found = be.evaluate(gappy, DEEP, GAPS)
    whole = found.matrix.dropna()
    weights = global_weights(DEEP, declared_weights(DEEP))
    np.testing.assert_allclose(found.scores.loc[whole.index, "goal"], whole @ weights, rtol=0, atol=1e-12)


def test_the_least_share_is_reached_whatever_the_rounding():
    """A share of k equal parts of n reaches the bound k / n."""
    for parts in range(2, 13):
        codes = [f"x{n}" for n in range(parts)]
        framework = Framework(
            groups=(Group(code="goal"), Group(code="a", parent="goal"), *(Group(code=c, parent="goal") for c in "bc")),
            indicators=(
                *(Indicator(code=code, parent="a") for code in codes),
                *(Indicator(code=f"y{c}", parent=c) for c in "bc"),
            ),
        )
        values = np.random.default_rng(parts).uniform(1, 9, (parts + 3, parts + 2))
        for seen in range(1, parts):
            values[seen, seen:parts] = np.nan
        index = pd.MultiIndex.from_product([[f"E{n:02d}" for n in range(parts + 3)], [2018]], names=["economy", "year"])
        panel = pd.DataFrame(values, index=index, columns=framework.codes)
        for seen in range(1, parts):
            recipe = be.Recipe(imputer="none", availability=seen / parts)
            scores = be.evaluate(panel, framework, recipe).scores["a"].to_numpy()
            assert np.isnan(scores[1:parts]).tolist() == [n < seen for n in range(1, parts)], (parts, seen)


@pytest.mark.parametrize("aggregator", ["topsis", "vikor", "promethee", "edas"])
def test_only_means_do_without_a_cell(gappy, aggregator):
    message = rf"group 'a1' has missing values and aggregator '{aggregator}'; only 'arithmetic', .* choose one of these"
    with pytest.raises(InputError, match=message.replace("'a1'", "'(a1|a2|b)'")):
        be.evaluate(gappy, DEEP, dataclasses.replace(GAPS, aggregator=aggregator))


def test_topsis_may_stand_above_groups_that_are_all_scored(gappy):
    groups = tuple(dataclasses.replace(one, aggregator="topsis" if one.code == "goal" else None) for one in DEEP.groups)
    framework = dataclasses.replace(DEEP, groups=groups)
    found = be.evaluate(gappy.dropna(subset=["p", "s", "v"]), framework, dataclasses.replace(GAPS, availability=0.1))
    expected = be.aggregate.topsis(found.scores[["a", "b"]], [0.7, 0.3])
    np.testing.assert_allclose(found.scores["goal"], expected, rtol=0, atol=1e-12)


def test_the_conventions_count_the_missing_cells(gappy):
    missing = int(gappy.isna().to_numpy().sum())
    told = " ".join(be.evaluate(gappy, DEEP, GAPS).conventions)
    assert f"no cell filled, {missing} missing: their weight is shared within the parent (least share 0.6)" in told
    whole = " ".join(be.evaluate(gappy.dropna(), DEEP, GAPS).conventions)
    assert "missing" not in whole


def test_data_based_weights_look_at_complete_rows(gappy):
    found = be.evaluate(gappy, DEEP, dataclasses.replace(GAPS, weighter="critic"))
    np.testing.assert_allclose(found.weights, be.weights.critic(found.matrix.dropna()), rtol=0, atol=1e-12)


@pytest.mark.parametrize("weighter", ["equal", "framework"])
def test_weights_that_ignore_the_data_need_no_complete_row(gappy, weighter):
    panel = gappy.copy()
    for place in range(len(panel)):
        panel.iloc[place, place % 7] = np.nan
    found = be.evaluate(panel, DEEP, dataclasses.replace(GAPS, weighter=weighter, availability=0.0))
    assert found.scores["goal"].notna().all()


def test_a_plain_table_with_missing_cells():
    gap = CARS.astype(float).assign(age=[3.0, 5.0, 1.0])
    gap.loc["B", "range"] = np.nan
    recipe = be.Recipe(imputer="none", availability=0.5)
    found = be.evaluate_matrix(gap, {**CAR_DIRECTIONS, "age": "cost"}, recipe)
    assert found.scores["score"].to_dict() == pytest.approx({"A": 0.5, "B": 0.25, "C": 2 / 3})
    assert found.ranks["score"].to_dict() == {"A": 2, "B": 3, "C": 1}
    strict = be.evaluate_matrix(gap, {**CAR_DIRECTIONS, "age": "cost"}, dataclasses.replace(recipe, availability=0.7))
    assert strict.ranks["score"].isna().tolist() == [False, True, False]


# one plain table


CARS = pd.DataFrame({"price": [20, 25, 30], "range": [300, 420, 380]}, index=["A", "B", "C"])
CAR_DIRECTIONS = {"price": "cost", "range": "benefit"}


def test_evaluate_matrix_by_hand():
    found = be.evaluate_matrix(CARS, CAR_DIRECTIONS)
    assert found.scores["score"].to_dict() == pytest.approx({"A": 0.5, "B": 0.75, "C": 1 / 3})
    assert found.ranks["score"].to_dict() == {"A": 2, "B": 1, "C": 3}
    assert found.weights.to_dict() == {"price": 0.5, "range": 0.5}


def test_evaluate_matrix_takes_an_array_and_number_labels():
    found = be.evaluate_matrix(CARS.to_numpy(), {0: "cost", 1: "benefit"}, weights={0: 0.25, 1: 0.75})
    assert found.weights.to_dict() == {"0": 0.25, "1": 0.75}
    assert found.scores["score"].tolist() == pytest.approx([0.25, 0.875, 0.5])


def test_evaluate_matrix_excludes():
    found = be.evaluate_matrix(CARS, CAR_DIRECTIONS, be.Recipe(exclude=("range",)))
    assert found.ranks["score"].tolist() == [1, 2, 3]


def test_evaluate_matrix_imputes_when_asked():
    gap = CARS.astype(float)
    gap.loc["B", "range"] = np.nan
    found = be.evaluate_matrix(gap, CAR_DIRECTIONS, be.Recipe(imputer="mean"))
    assert found.treated.loc["B", "range"] == 340
    assert found.filled.loc["B"].to_dict() == {"price": "", "range": "mean"}


@pytest.mark.parametrize("imputer", ["linear_time", "none"])
def test_missing_cells_of_a_plain_table(imputer):
    with pytest.raises(InputError, match="1 missing or infinite cells, first at row 'A', column 'price'; impute them"):
        be.evaluate_matrix(CARS.where(CARS != 20), CAR_DIRECTIONS, be.Recipe(imputer=imputer))


@pytest.mark.parametrize(
    ("matrix", "directions", "choices", "message"),
    [
        (
            CARS,
            {"price": "cost"},
            {},
            r"directions lack 'range'; write \{'range': 'benefit'\} or 'cost'",
        ),
        (CARS, {"price": "cost", "range": "max"}, {}, "indicator 'range': unknown direction 'max'"),
        (CARS, CAR_DIRECTIONS, {"weighter": "ahp"}, "weighter 'ahp' needs judgements"),
        (CARS, CAR_DIRECTIONS, {"exclude": ("prize",)}, r"unknown indicator 'prize'; .* did you mean 'price'\?"),
        (CARS.assign(price=1), CAR_DIRECTIONS, {}, r"indicator 'price' is constant \(1 in all 3 rows\)"),
        (CARS.assign(price="dear"), CAR_DIRECTIONS, {}, "has 'dear' at row 'A', column 'price'; expected a number"),
        (CARS.iloc[[0, 1, 0]], CAR_DIRECTIONS, {}, "row 'A' twice; row names are unique"),
        (CARS.iloc[:1], CAR_DIRECTIONS, {}, "there is 1 row and nothing to compare it with"),
        (CARS.iloc[[0, 0]].set_axis(["A", "B"]), CAR_DIRECTIONS, {}, "indicator 'price' is constant"),
        (CARS, CAR_DIRECTIONS, {"aggregator": "geometric"}, "'geometric' needs values above 0; 'range' is 0 for 'A'"),
        (
            CARS.assign(range=-1.0 * CARS["range"]),
            CAR_DIRECTIONS,
            {"weighter": "entropy", "weigh_on": "raw"},
            "'range' is -300",
        ),
    ],
)
def test_evaluate_matrix_refuses(matrix, directions, choices, message):
    with pytest.raises(InputError, match=message):
        be.evaluate_matrix(matrix, directions, be.Recipe(**choices))


def test_given_weights_of_a_plain_table_sum_8956(published):
    weights = published("sum_8956").weights
    matrix = pd.DataFrame(np.random.default_rng(0).uniform(size=(5, 9)), columns=weights.index)
    with pytest.raises(InputError, match=r"the weights sum to 0\.8956; expected 1; nothing was rescaled"):
        be.evaluate_matrix(matrix, dict.fromkeys(weights.index, "benefit"), weights=weights)


@pytest.mark.parametrize("imputer", ["median", "mean"])
def test_text_in_a_plain_table_that_is_imputed(imputer):
    with pytest.raises(InputError, match="has 'dear' at row 'A', column 'price'; expected a number"):
        be.evaluate_matrix(CARS.assign(price=["dear", 2, 3]), CAR_DIRECTIONS, be.Recipe(imputer=imputer))


def test_a_double_row_in_a_plain_table_that_is_imputed():
    with pytest.raises(InputError, match="row 'A' twice"):
        be.evaluate_matrix(CARS.iloc[[0, 1, 2, 0]], CAR_DIRECTIONS, be.Recipe(imputer="median"))


def test_scope_means_nothing_without_years():
    found = be.evaluate_matrix(CARS, CAR_DIRECTIONS, be.Recipe(scope="by_year"))
    assert found.weights.to_dict() == {"price": 0.5, "range": 0.5}
