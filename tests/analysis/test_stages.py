"""Three stages: the home economy on the partners' scale, and what it lacks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import bri_eval as be
from bri_eval.analysis.coordination import coordination_table, tagged_scores
from bri_eval.analysis.stages import home_notes, home_scores, home_table, stage_scores
from bri_eval.checks import InputError

STAGES = {"w": "international", "x": "destination", "y": "destination", "z": "international"}


@pytest.fixture
def staged(tree):
    tags = {code: {"stage": stage} for code, stage in STAGES.items()}
    return replace(tree, indicators=tuple(replace(node, tags=tags[node.code]) for node in tree.indicators))


@pytest.fixture
def partners(staged, small_panel):
    return be.evaluate(small_panel, staged, be.Recipe(weighter="framework", aggregator="topsis"))


def home(*rows: tuple[float, ...], years=(2016, 2018)) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([["CHN"], years], names=["economy", "year"])
    return pd.DataFrame(rows, index=index, columns=list("wxyz"))


def test_home_score_by_hand(partners, small_panel):
    found = home_scores(partners, home((5.0, 4.0, 3.0, 6.0), (2.0, 7.0, 5.5, 4.0)))
    low, high = small_panel.min(), small_panel.max()
    values = pd.Series([5.0, 4.0, 3.0, 6.0], index=list("wxyz"))
    z = ((values - low) / (high - low)).clip(0, 1)
    z["y"] = 1 - z["y"]
    weights = pd.Series({"w": 0.25, "x": 0.25, "y": 0.125, "z": 0.375})
    assert found.loc[2016, "score"] == pytest.approx((z * weights).sum(), abs=1e-12)
    assert found.loc[2016, "observed"] == 1
    assert found.index.tolist() == [2016, 2018]


def test_the_scale_of_the_partners_does_not_move(partners):
    from bri_eval.analysis import stages

    joint = stages._with_home(partners, home((99.0, 4.0, -50.0, 6.0), (2.0, 7.0, 5.5, 4.0)))
    pd.testing.assert_frame_equal(joint.matrix.drop(index="CHN", level="economy"), partners.matrix, rtol=0, atol=1e-15)


def test_what_lies_beyond_counts_as_the_nearest_and_is_named(partners, small_panel):
    far = home((99.0, 4.0, -50.0, 6.0), (2.0, 7.0, 5.5, 4.0))
    ends = home((small_panel["w"].max(), 4.0, small_panel["y"].min(), 6.0), (2.0, 7.0, 5.5, 4.0))
    found, nearest = home_scores(partners, far), home_scores(partners, ends)
    np.testing.assert_allclose(found["score"], nearest["score"], rtol=0, atol=1e-12)
    assert found["beyond"].tolist() == ["w, y", ""]
    assert nearest["beyond"].tolist() == ["", ""]


def test_what_is_missing_is_shared_and_named(partners):
    whole = home((5.0, 4.0, 3.0, 6.0), (2.0, 7.0, 5.5, 4.0))
    found = home_scores(partners, whole.mask(whole == 6.0))
    unit = home_table(partners, whole, 2016)["home_score"]
    weights = pd.Series({"w": 0.25, "x": 0.25, "y": 0.125})
    assert found.loc[2016, "score"] == pytest.approx((unit * weights).sum() / 0.625, abs=1e-12)
    assert found.loc[2016, ["observed", "missing"]].tolist() == [0.625, "z"]
    assert home_notes(found) == ("China has no value of z (2016).",)


def test_notes_join_the_years_of_one_text(partners):
    found = home_scores(partners, home((99.0, 4.0, 3.0, 6.0), (99.0, 4.0, 3.0, 6.0)))
    assert home_notes(found, "Atlantis") == (
        "Atlantis lies beyond all partners, and counts as the nearest, in w (2016, 2018).",
    )


def test_three_stages_by_hand(partners):
    own = home((5.0, 4.0, 3.0, 6.0), (2.0, 7.0, 5.5, 4.0))
    found = stage_scores(partners, own)
    assert list(found) == ["domestic", "international", "destination"]
    abroad = tagged_scores(partners, "stage")
    pd.testing.assert_frame_equal(found[["international", "destination"]], abroad[["international", "destination"]])
    for year, score in home_scores(partners, own)["score"].items():
        assert set(found["domestic"].xs(year, level="year")) == {score}
    assert found.attrs["scope"] == coordination_table(found).attrs["scope"] == "pooled"


def test_home_table_by_hand(partners, small_panel):
    own = home((5.0, 4.0, 3.0, 6.0), (2.0, 7.0, 5.5, 4.0))
    found = home_table(partners, own, 2018)
    assert found["stage"].to_dict() == STAGES
    assert found["home"].tolist() == [2.0, 7.0, 5.5, 4.0]
    now = small_panel.xs(2018, level="year")
    np.testing.assert_allclose(found["partners"], now.median(), rtol=0, atol=1e-15)
    np.testing.assert_allclose(found["partners_score"], partners.matrix.xs(2018, level="year").median(), atol=1e-15)


@pytest.mark.parametrize(
    ("own", "message"),
    [
        (home((1.0, 1.0, 1.0, 1.0), years=[2016]), r"the home economy has no row of '2018'; read it for the years"),
        (home(*[(1.0,) * 4] * 2).rename(index={"CHN": "AFG"}), "'AFG' is a partner already; the home economy stands"),
        (
            pd.concat([home((1.0,) * 4, years=[2016]), home((1.0,) * 4, years=[2018]).rename(index={"CHN": "USA"})]),
            "home holds 'CHN', 'USA'; expected one economy",
        ),
        (home(*[(1.0,) * 4] * 2).drop(columns="x"), "the panel has no column 'x'"),
    ],
)
def test_what_a_home_economy_must_be(partners, own, message):
    with pytest.raises(InputError, match=message):
        stage_scores(partners, own)


def test_a_year_of_the_home_table_must_be_there(partners):
    with pytest.raises(InputError, match="the home economy has no row of 2012; years are '2016', '2018'"):
        home_table(partners, home(*[(1.0,) * 4] * 2), 2012)


def test_a_framework_needs_both_stages_abroad(staged, small_panel):
    flat = replace(staged, indicators=tuple(replace(i, tags={"stage": "destination"}) for i in staged.indicators))
    with pytest.raises(InputError, match="no indicator has stage 'international'; tag one, such as stage = 'inter"):
        stage_scores(be.evaluate(small_panel, flat), home(*[(1.0,) * 4] * 2))


def test_scores_by_year_have_no_place_for_another_economy(staged, small_panel):
    by_year = be.evaluate(small_panel, staged, be.Recipe(scope="by_year"))
    with pytest.raises(InputError, match=r"goalposts are frozen from .* scope 'pooled'"):
        stage_scores(by_year, home(*[(1.0,) * 4] * 2))


def test_china_has_every_indicator_but_rail_density(data, full_framework, framework, evaluation):
    raw, years = data / "raw", sorted(set(evaluation.panel.index.get_level_values("year")))
    own = be.read_panel(framework, raw, economies=["CHN"], years=years)
    found = home_scores(evaluation, own)
    assert (found["missing"] == "").all()
    assert found["beyond"].str.contains("liner_connectivity").all()
    assert found["score"].is_monotonic_increasing
    panel = be.read_panel(full_framework, raw, economies="bri_list65", years=[2018])
    recipe = be.Recipe(imputer="group_median", screen=0.7)
    full = be.evaluate(panel, full_framework, recipe, groups=be.read_groups(raw, "bri_region"))
    own = be.read_panel(full_framework, raw, economies=["CHN"], years=[2018])
    assert home_scores(full, own).loc[2018, ["missing", "beyond"]].tolist() == ["rail_density", "liner_connectivity"]
    assert home_scores(full, own).loc[2018, "observed"] == pytest.approx(1 - full.weights["rail_density"], abs=1e-12)
