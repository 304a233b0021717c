"""Tables of what a finished index says."""

from dataclasses import replace

import pandas as pd
import pytest

import bri_eval as be
from bri_eval.report.findings import dispersion, finding_numbers, findings, influence, obstacles, reliability


@pytest.fixture(scope="module")
def study(data):
    return be.read_study(data / "study.toml")


@pytest.fixture(scope="module")
def regions(data):
    return be.read_groups(data / "raw", "bri_region")


@pytest.fixture(scope="module")
def main(panel, study, regions):
    return be.evaluate(panel, study.framework, study.recipe, study.judgements, groups=regions)


def test_obstacles_of_an_edition_sum_to_one(main):
    table = obstacles(main).table
    assert table.drop(columns="indicator").sum().tolist() == pytest.approx([1] * 7)


def test_influence_of_one_indicator_is_that_of_leaving_it_out(panel, study, main, regions):
    table = influence(study, main, regions).table.set_index("left out")
    recipe = replace(study.recipe, exclude=("tariff",))
    without = be.evaluate(panel, study.framework, recipe, study.judgements, groups=regions)
    both = pd.DataFrame({"with": main.ranks_in(2018), "without": without.ranks_in(2018)})
    assert table.loc["Applied tariff", "spearman"] == pytest.approx(both.corr(method="spearman").iloc[0, 1])
    assert table.loc["Applied tariff", "mean shift"] == pytest.approx((both["without"] - both["with"]).abs().mean())


def test_dispersion_counts_the_ranked_and_measures_their_spread(main, regions):
    table = dispersion(main, regions).table.set_index("year")
    assert table["n"].tolist() == [58, 62, 60, 61, 61, 63, 55]
    scores = main.scores["capability"].xs(2018, level="year").to_numpy()
    gini = abs(scores[:, None] - scores).mean() / (2 * scores.mean())
    assert table.loc[2018, "gini"] == pytest.approx(gini)


def test_reliability_has_the_goal_first_and_every_pillar(main):
    table = reliability(main).table
    assert table["node"].tolist() == [
        "International logistics service capability",
        *map(main.framework.names.get, main.framework.pillars),
    ]
    assert table.loc[0, "indicators"] == 14


def test_numbers_of_the_text_are_those_of_the_tables(study, main, regions):
    made = {exhibit.code: exhibit for exhibit in findings(study, main, regions)}
    numbers = finding_numbers(made, 2018)
    table = made["influence"].table
    lowest = table.loc[table["spearman"].idxmin()]
    assert numbers["influence/most"] == lowest["left out"].lower()
    assert numbers["influence/spearman"] == f"{lowest['spearman']:.2f}"
    share = made["obstacles"].table["2018"].max()
    assert numbers["obstacles/share"] == f"{100 * share:.0f} %"


def test_tables_that_a_recipe_does_not_allow_are_left_out(panel, study, framework, regions):
    plain = be.evaluate(panel, framework, be.Recipe(normaliser="zscore", scope="by_year"), groups=regions)
    codes = {exhibit.code for exhibit in findings(replace(study, cases=study.cases[:1]), plain, regions)}
    assert codes == {"reliability", "influence"}
