"""Tables that answer the paper: their columns, their numbers, and that every writer can print them."""

from __future__ import annotations

import re

import pandas as pd
import pytest
import studies

import bri_eval as be
from bri_eval.analysis.claims import CLAIMS, settle_claims
from bri_eval.analysis.coordination import coordination_table, tagged_scores
from bri_eval.analysis.stages import home_table
from bri_eval.analysis.traceability import IDS, read_traces
from bri_eval.report import paper_tables as tables
from bri_eval.report.exhibits import WRITERS


@pytest.fixture(scope="module")
def study():
    return be.read_study(studies.SHIPPED)


@pytest.fixture(scope="module")
def home(study, evaluation):
    years = [int(year) for year in evaluation.panel.index.unique("year")]
    return be.read_panel(evaluation.framework, study.tables, economies=["CHN"], years=years)


@pytest.fixture(scope="module")
def made(study, evaluation, home, data):
    views = {tag: coordination_table(tagged_scores(evaluation, tag)) for tag in ("network", "flow")}
    exhibits = [
        tables.claims(settle_claims(study.tables)),
        tables.coordination(views, study),
        tables.stages(evaluation, home, 2018),
        tables.links(study),
        tables.hierarchy(study, evaluation),
        tables.traceability(read_traces(data / "traceability.toml")),
    ]
    return {exhibit.code: exhibit for exhibit in exhibits}


@pytest.mark.parametrize("kind", WRITERS)
def test_every_writer_prints_every_table(made, kind):
    for exhibit in made.values():
        text = WRITERS[kind](exhibit)
        assert len(text) > 200
        assert isinstance(text, bytes) or not re.search(r"\bnan\b", text)


def test_claims_have_a_line_each(made):
    assert made["claims"].table["id"].tolist() == list(CLAIMS)
    assert made["claims"].hidden == ("source",)


def test_coordination_has_every_year_and_the_regions_of_the_headline(made, evaluation):
    table = made["coordination"].table
    years = sorted(evaluation.scores.index.unique("year"))
    for view in ("three networks", "four flows"):
        rows = table[table["view"] == view]
        assert rows[rows["group"] == "all"]["year"].tolist() == years
        regions = rows[rows["group"] != "all"]
        assert set(regions["year"]) == {2018}
        assert regions["economies"].sum() == rows.query("group == 'all' and year == 2018")["economies"].item()
    degree = coordination_table(tagged_scores(evaluation, "flow"))["coordination"].groupby(level="year").mean()
    shown = table[(table["view"] == "four flows") & (table["group"] == "all")].set_index("year")["degree"]
    pd.testing.assert_series_equal(shown, degree, check_names=False, check_exact=False, rtol=0, atol=1e-12)


def test_stages_are_those_of_the_headline_and_name_what_lies_beyond(made, evaluation, home):
    table = made["stages"].table
    expected = home_table(evaluation, home, 2018)
    assert table["home_score"].tolist() == expected["home_score"].tolist()
    assert table["indicator"].tolist() == [evaluation.framework.names[code] for code in expected.index]
    assert (
        "China lies beyond all partners, and counts as the nearest, in liner shipping connectivity (2018)."
        in made["stages"].notes
    )


def test_links_are_five(made):
    assert made["links"].table["link"].tolist()[0] == "Collection in China"
    assert len(made["links"].table) == 5
    assert made["links"].table["hours"].notna().sum() == 2


def test_hierarchy_has_two_comparisons_a_year(made, evaluation):
    assert len(made["hierarchy"].table) == 2 * len(evaluation.scores.index.unique("year"))
    assert made["hierarchy"].table["comparison"].nunique() == 2


def test_traceability_prints_the_reason_where_nothing_is_made(made):
    table = made["traceability"].table.set_index("id")
    assert table.index.tolist() == list(IDS)
    assert table.loc["13", "made"].startswith("context only: ")
    assert (table["made"] != "").all()


def test_hubs_are_in_the_order_of_what_their_loss_cuts_off():
    table = tables.hubs(be.read_study(studies.SHIPPED)).table
    assert table["cut_off"].is_monotonic_decreasing
    assert table.iloc[0]["economy"] == "MMR"
    assert set(table["bridge"]) == {"yes", "no"}
