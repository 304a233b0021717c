"""Links, files, peers and words of the page, read in node by the functions that the page uses."""

from __future__ import annotations

import dataclasses
import io

import explorer_made as made
import numpy as np
import pandas as pd
import pytest

import bri_eval as be
from bri_eval.tables import read_groups

EXACT = 1e-9
BY_YEAR = (
    ("study.toml", 'aggregator = "topsis"', 'aggregator = "topsis"\nscope = "by_year"'),
    ("study.toml", '[regressions]\nmodels = "models.toml"', ""),
)


@pytest.fixture(scope="module")
def ready():
    made.node()
    return made.shipped()


@pytest.fixture(scope="module")
def books(ready, tmp_path_factory):
    by_year = made.tiny(tmp_path_factory.mktemp("explorer") / "by_year", edits=BY_YEAR)
    return {"shipped": made.data(ready), "by_year": made.data(by_year)}


@pytest.fixture(scope="module")
def told(books):
    """Ask everything of one process."""
    names, jobs = zip(*_settings(books["shipped"], np.random.default_rng(21)), strict=True)
    return dict(zip(names, zip(jobs, made.answers(books, list(jobs)), strict=True), strict=True))


def _settings(book, rng):
    """Ask for links, what is read back, and files."""
    moved = {
        "edition": 2012,
        "method": "geometric",
        "scaling": "minmax_100",
        "scope": "by_year",
        "preset": "ahp",
        "own": True,
        "shares": made.random_shares(book, rng),
        "economy": "POL",
        "peers": "near",
        "segment": "apparel",
        "merchant": "large",
    }
    yield "link", {"book": "shipped", "kind": "link", "state": moved}
    yield "plain link", {"book": "shipped", "kind": "link", "state": {"economy": "ARE"}}
    for number, text in enumerate(MALFORMED):
        yield ("read", number), {"book": "shipped", "kind": "read", "text": text}
    yield "csv", {"book": "shipped", "kind": "csv", "state": {**moved, "pillars": True}}
    yield "study's csv", {"book": "shipped", "kind": "csv", "state": {"economy": "ARE"}}
    for peers in ("group", "near", "all"):
        yield ("peers", peers), {"book": "shipped", "kind": "peers", "state": {"economy": "POL", "peers": peers}}
    yield "edition", {"book": "by_year", "kind": "edition", "state": {}, "edition": 2010}
    yield "kept", {"book": "by_year", "kind": "edition", "state": {"own": True, "shares": [1.0] * 7}, "edition": 2010}
    for name, given in WORDS:
        yield ("words", name, str(given)), {"kind": "words", "name": name, "given": given}


MALFORMED = {
    "#edition=1066": ["edition=1066"],
    "#method=vikro&scaling=minmax": ["method=vikro"],
    "#method=geometric&scaling=minmax": ["method=geometric"],
    "#scope=never&weights=mine&economy=XXX&peers=none": ["scope=never", "weights=mine", "economy=XXX", "peers=none"],
    "#shares.capability=0.5,0.5": ["shares.capability=0.5,0.5"],
    "#shares.capability=0.2,0.2,0.2,0.2,0.3": ["shares.capability=0.2,0.2,0.2,0.2,0.3"],
    "#shares.capability=1.2,-0.2,0,0,0": ["shares.capability=1.2,-0.2,0,0,0"],
    "#shares.capability=a,b,c,d,e": ["shares.capability=a,b,c,d,e"],
    "#shares.capability=,,,,1": ["shares.capability=,,,,1"],
    "#nonsense": ["nonsense"],
    "#%E0%A4%A=1&colour=red&edition=2018": ["%E0%A4%A=1", "colour"],
    "": [],
}
"""Links that say something wrong, and what of them is named."""

WORDS = [
    ("ordinal", [1]), ("ordinal", [2]), ("ordinal", [3]), ("ordinal", [4]), ("ordinal", [11]), ("ordinal", [12]),
    ("ordinal", [13]), ("ordinal", [21]), ("ordinal", [111]), ("interval", [3, 3]), ("interval", [3, 17]),
    ("percent", [0.12345]),
]  # fmt: skip


def test_a_link_gives_back_the_settings(books, told):
    """The text is read by the same functions that the page reads it with; shares come back to the bit."""
    (job, text), (_, plain) = told["link"], told["plain link"]
    assert plain == (
        "edition=2018&method=topsis&scaling=minmax&scope=pooled&weights=main&economy=ARE&peers=group"
        "&merchant=sme&segment=light_low_value"
    )
    [found] = made.answers({"one": books["shipped"]}, [{"book": "one", "kind": "read", "text": f"#{text}"}])
    assert found["problems"] == []
    assert {key: found["state"][key] for key in job["state"]} == job["state"]


def test_what_a_link_says_wrong_is_named_and_left_out(books, told):
    start = {**books["shipped"]["start"], "edition": 2018}
    for number, problems in enumerate(MALFORMED.values()):
        found = told["read", number][1]
        assert found["problems"] == problems
        assert {key: found["state"][key] for key in start} == start
        assert not found["state"]["own"]


def test_the_file_holds_the_table_in_full(ready, books, told):
    job, text = told["csv"]
    table = pd.read_csv(io.StringIO(text), keep_default_na=False)
    recipe = dataclasses.replace(ready.study.recipe, range=(1.0, 100.0), scope="by_year", aggregator="geometric")
    weights = made.given(books["shipped"], job["state"]["shares"])
    groups = read_groups(ready.study.tables, ready.study.groups)
    found = be.evaluate(ready.main.panel, ready.study.framework, recipe, groups=groups, weights=weights)
    scores = found.scores.xs(2012, level="year").loc[table["economy"]]
    assert table["rank"].to_list() == found.ranks_in(2012).loc[table["economy"]].to_list() == sorted(table["rank"])
    np.testing.assert_allclose(table["score"], scores["capability"], rtol=EXACT)
    np.testing.assert_allclose(table[found.framework.pillars], scores[found.framework.pillars], rtol=EXACT)
    assert table["name"].to_list() == ready.names.loc[table["economy"]].to_list()
    assert table["study_rank"].to_list() == ready.main.ranks_in(2012).loc[table["economy"]].to_list()
    assert set(table["settings"]) == {told["link"][1]}
    assert (table["lower"] <= table["upper"]).all()


def test_the_file_of_the_headline_year_has_the_studys_intervals(ready, told):
    table = pd.read_csv(io.StringIO(told["study's csv"][1]), keep_default_na=False).set_index("economy")
    ends = ready.cloud.table.loc[table.index]
    assert table["study_lower"].to_list() == ends["lower"].to_list()
    assert table["study_upper"].to_list() == ends["upper"].to_list()


def test_peers(ready, told):
    ranks, study = ready.main.ranks_in(2018), ready.study
    regions = read_groups(study.tables, study.groups).loc[ranks.index]
    near = ranks[(ranks - ranks["POL"]).abs().between(1, 5)]
    assert set(told["peers", "near"][1]) == set(near.index)
    assert set(told["peers", "group"][1]) == set(regions[regions == regions["POL"]].index) - {"POL"}
    assert set(told["peers", "all"][1]) == set(ranks.index) - {"POL"}


def test_weights_of_a_preset_follow_the_edition_and_moved_ones_do_not(books, told):
    assert told["edition"][1]["shares"] == books["by_year"]["presets"][0]["shares"]["2010"]
    assert told["kept"][1]["shares"] == [1.0] * 7
    assert told["kept"][1]["edition"] == 2010


def test_words(told):
    found = [told["words", name, str(given)][1] for name, given in WORDS]
    expected = ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "111th", "3", "3 to 17", "12.3 %"]
    assert found == expected
