"""The record of a claim, its verdicts, and the comparisons that claims share."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bri_eval.analysis.claims.claim import (
    FAILS,
    HOLDS,
    HOME,
    OECD,
    UNTESTABLE,
    Claim,
    beside,
    hedges,
    in_year,
    judge,
    latest,
    partners_of,
    region_gaps,
    regions_of,
    welch,
    wide,
)
from bri_eval.checks import InputError


def made(verdict: str) -> Claim:
    return Claim(id="C0", statement="", section="", source="", figure={}, verdict=verdict, sentence="")


@pytest.mark.parametrize("verdict", [HOLDS, FAILS, UNTESTABLE, "holds only if the moon is blue"])
def test_the_four_verdicts(verdict):
    assert made(verdict).verdict == verdict


@pytest.mark.parametrize("verdict", ["partly", "", "Holds"])
def test_there_is_no_fifth_verdict(verdict):
    with pytest.raises(
        InputError, match=f"C0: verdict is '{verdict}'; expected 'holds', 'holds only if ...', 'does not"
    ):
        made(verdict)


@pytest.mark.parametrize(
    ("true", "needs", "expected"),
    [
        (True, (False, False), "holds"),
        (True, (True, False), "holds only if a"),
        (True, (True, True), "holds only if a and b"),
        (False, (True, True), "does not hold"),
        (False, (False, False), "does not hold"),
    ],
)
def test_a_verdict_names_the_restrictions_that_it_needs(true, needs, expected):
    assert judge(true, dict(zip("ab", needs, strict=True))) == expected


def test_partners_and_members(raw):
    partners = partners_of(raw)
    assert len(partners) == 65
    assert len(partners_of(raw, "bri_list64")) == 64
    assert HOME not in partners
    assert len(set(OECD)) == 38
    assert len(set(OECD) & set(partners)) == 11


def test_beside_leaves_china_out_of_the_rest():
    values = pd.Series({"CHN": 1.0, "AFG": 2.0, "POL": 3.0, "BRA": 4.0, "FRA": 5.0})
    of = beside(values, ["AFG", "POL"])
    assert {name: part.index.tolist() for name, part in of.items()} == {
        "partners": ["AFG", "POL"],
        "rest": ["BRA", "FRA"],
        "oecd": ["POL", "FRA"],
    }


def test_latest_looks_back_as_far_as_told(write):
    folder = write("t.csv", "economy,year,x\nA,2013,1\nA,2015,2\nA,2019,3\nB,2013,4\n").parent
    assert latest(folder, "t.csv:x", 2018).to_dict() == {"A": 2}
    assert latest(folder, "t.csv:x", 2018, 5).to_dict() == {"A": 2, "B": 4}
    assert latest(folder, "t.csv:x", 2019, 0).to_dict() == {"A": 3}


def test_a_year_without_values_is_named(raw):
    with pytest.raises(InputError, match=r"lpi.csv:overall has no value of 2017; the claim is tested on that year"):
        in_year(raw, "lpi.csv:overall", 2017)


def test_region_gaps_by_hand():
    values = pd.Series([1.0, 2.0, 3.0, 5.0, 9.0], index=list("abcde"))
    gaps = region_gaps(values, pd.Series(["x", "x", "x", "y", "z"], index=list("abcde")))
    assert gaps["x"][:2] == (2.0, 7.0)
    assert gaps["y"].others == 15 / 4
    assert np.isnan(gaps["y"].effect)
    assert gaps["x"].effect == pytest.approx(-5 / np.sqrt((2 * 1 + 1 * 8) / 3) * (1 - 3 / 11), abs=1e-12)


def test_hedges_and_welch_of_no_difference():
    a, b = pd.Series([1.0, 2.0, 3.0, 4.0]), pd.Series([2.5, 2.5, 2.0, 3.0])
    assert hedges(a, b) == 0
    assert welch(a, b) == pytest.approx(1)
    c = pd.Series([4.0, 5.0, 7.0])
    assert welch(a, c) == pytest.approx(stats.ttest_ind(a, c, equal_var=False).pvalue, abs=1e-15)
    assert hedges(a, c) == -hedges(c, a) < 0


def test_wide_and_regions(raw):
    index = pd.MultiIndex.from_tuples([("AFG", 2010), ("AFG", 2012), ("BRA", 2012)], names=["economy", "year"])
    table = wide(pd.Series([1.0, 2.0, 3.0], index=index), ["ALB", "AFG"])
    assert table.loc["AFG"].tolist() == [1, 2]
    assert table.loc["ALB"].isna().all()
    assert regions_of(raw, table).to_dict() == {"ALB": "Central & Eastern Europe", "AFG": "South Asia"}
