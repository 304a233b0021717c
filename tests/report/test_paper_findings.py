"""What a report has of the paper: everything for the shipped study, nothing for one without its tags."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
import studies

import bri_eval as be
from bri_eval.analysis.claims import settle_claims
from bri_eval.analysis.traceability import check_exhibits, read_traces
from bri_eval.report.paper_findings import (
    claim_numbers,
    coordination_numbers,
    coordination_views,
    home_panel,
    paper_drawings,
    paper_exhibits,
)

TABLES = ["claims", "links", "hubs", "coordination", "stages", "hierarchy", "traceability"]
FIGURES = ["problem_path", "three_networks", "channels", "map", "coordination"]


@pytest.fixture(scope="module")
def study():
    return be.read_study(studies.SHIPPED)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    study = be.read_study(studies.write_tiny(tmp_path_factory.mktemp("tiny")))
    panel = be.read_panel(study.framework, study.tables, economies=study.economies, years=study.years)
    return study, be.evaluate(panel, study.framework, study.recipe, study.judgements)


def test_the_shipped_study_has_every_table_and_figure(study, evaluation):
    assert [exhibit.code for exhibit in paper_exhibits(study, evaluation)] == TABLES
    assert list(paper_drawings(study, evaluation)) == FIGURES


def test_a_study_without_the_tags_of_the_paper_has_none(tiny):
    assert paper_exhibits(*tiny) == []
    assert paper_drawings(*tiny) == {}


def test_statements_name_what_the_report_has(data):
    index = {"ranking", "indicators", "dispersion", "gravity_cho_lee", "gravity_wang"}
    modes = {"mode_cards", "mode_criteria", "mode_map", "goods_segments", "mix_plans", "mix_trade_off", "mix_single"}
    check_exhibits(read_traces(data / "traceability.toml"), {*TABLES, *FIGURES, *index, *modes})


def test_views_are_three_and_stages_need_china_apart(study, evaluation):
    assert list(coordination_views(study, evaluation)) == ["stage", "network", "flow"]
    with_china = replace(study, economies=("CHN", "RUS", "KAZ"))
    assert list(coordination_views(with_china, evaluation)) == ["network", "flow"]


@pytest.mark.parametrize(
    ("recipe", "views"),
    [
        (be.Recipe(normaliser="zscore"), []),
        (be.Recipe(scope="by_year"), ["network", "flow"]),
        (be.Recipe(treatment="winsorise"), ["network", "flow"]),
        (be.Recipe(imputer="none", availability=0.5), []),
    ],
)
def test_recipes_that_have_no_common_scale_have_fewer_views(study, framework, panel, recipe, views):
    assert list(coordination_views(study, be.evaluate(panel, framework, recipe))) == views


def test_a_study_of_few_economies_has_no_map_and_one_without_corridors_no_channels(study, framework):
    few = replace(study, economies=("ALB", "BGR", "CZE", "EST"))
    panel = be.read_panel(framework, study.tables, economies=few.economies, years=study.years)
    drawn = paper_drawings(few, be.evaluate(panel, framework))
    assert list(drawn) == ["problem_path", "three_networks", "coordination"]


def test_china_has_a_row_for_every_year(study, evaluation):
    home = home_panel(study, evaluation)
    assert home.index.unique("economy").tolist() == ["CHN"]
    assert home.index.unique("year").tolist() == list(study.years)


def test_numbers_of_the_text_count_the_verdicts(study):
    found = settle_claims(study.tables)
    numbers = claim_numbers(found)
    counts = {key: int(value) for key, value in numbers.items() if key.startswith("claims/")}
    assert counts == {
        "claims/holds": 3,
        "claims/holds only if": 13,
        "claims/does not hold": 1,
        "claims/cannot be tested": 4,
    }
    assert sum(counts.values()) == len(found)
    assert numbers["claim/C14/verdict"] == "holds"
    assert numbers["claim/C7/sentence"].startswith("FedEx bought TNT")


def test_numbers_of_coordination_are_those_of_the_table():
    columns = ["view", "year", "group", "degree", "weakest", "share", "at 0"]
    rows = [
        ("three stages", 2007, "all", 0.5, "destination", 0.5, 1),
        ("three stages", 2018, "all", 0.72, "international", 0.492, 0),
        ("three stages", 2018, "North", 0.8, "destination", 1.0, 0),
        ("three stages", 2018, "South", 0.31, "domestic", 1.0, 0),
    ]
    found = coordination_numbers(pd.DataFrame(rows, columns=columns), 2018)
    assert found == {
        "coordination/stages/degree": "0.72",
        "coordination/stages/first": "0.50",
        "coordination/stages/weakest": "international",
        "coordination/stages/share": "49 %",
        "coordination/stages/zeros": "0",
        "coordination/stages/region": "South",
        "coordination/stages/region_degree": "0.31",
    }
