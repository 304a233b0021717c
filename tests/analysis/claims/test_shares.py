"""C1 and C14: shares of the world, and levels of income."""

from __future__ import annotations

import pytest

from bri_eval.analysis.claims.shares import STATED, world_shares


@pytest.fixture(scope="module")
def shares(raw):
    return world_shares(raw)


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("bri_list64", "with", (63.0, 29.0)),
        ("bri_list65", "with", (63.1, 29.3)),
        ("bri_list64", "without", (44.0, 17.6)),
        ("bri_list65", "without", (44.2, 18.0)),
    ],
)
def test_c1_shares_of_2012(shares, name, kind, expected):
    """study.md, section 6, C1, at its printed digits."""
    found = shares[name, kind, 2012]
    assert (round(found["population"], 1), round(found["gdp_usd"], 1)) == expected


def test_c1_share_of_gdp_later(shares):
    """study.md, section 6, C1: 33 % in 2018, 36 % in 2022, with China."""
    for name in ("bri_list64", "bri_list65"):
        assert [round(shares[name, "with", year]["gdp_usd"]) for year in (2018, 2022)] == [33, 36]


def test_c1_fits_with_china_only_and_from_2011_to_2014_only(shares):
    near = {key for key, found in shares.items() if all(abs(found[code] - STATED[code]) <= 2 for code in STATED)}
    assert {kind for _, kind, _ in near} == {"with"}
    assert {year for *_, year in near} == {2011, 2012, 2013, 2014}


def test_c1_by_another_way(shares, read):
    development, economies = read("development"), read("economies").set_index("economy")
    year = development[development["year"] == 2015].set_index("economy")
    members = [*economies.index[economies["bri_list65"] == 1], "CHN"]
    for code in STATED:
        expected = 100 * year.loc[members, code].sum() / year[code].sum()
        assert shares["bri_list65", "with", 2015][code] == pytest.approx(expected, abs=1e-10)


def test_c1_turns_with_the_data(turned):
    def poorer(table):
        china = (table["economy"] == "CHN").to_numpy()
        return table.assign(gdp_usd=table["gdp_usd"].mask(china, 1.0), population=table["population"].mask(china, 1.0))

    assert turned("C1", "development", poorer).verdict == "does not hold"


def test_c1_without_a_year_that_fits_says_so(turned):
    claim = turned("C1", "development", lambda table: table.assign(gdp_usd=table["economy"].eq("USA") + 1e-9))
    assert claim.figure["years that fit"] == 0
    assert "stated in no year." in claim.sentence


def test_c1_holds_without_restriction_where_every_year_fits_without_china(turned, read):
    members = read("economies").query("bri_list64 == 1 or bri_list65 == 1")["economy"]

    def stated(table):
        inside, china = table["economy"].isin(members), table["economy"] == "CHN"
        parts = {code: inside * share / 66 for code, share in STATED.items()}
        return table.assign(**{c: p.mask(~inside & ~china, (100 - STATED[c]) / 150) for c, p in parts.items()})

    assert turned("C1", "development", stated).verdict == "holds"


def test_c14_counts(ledger):
    """study.md, section 6, C14: 42 of 65."""
    assert ledger["C14"].figure == {"below high income": 42, "partners": 65}
    assert "42 of 65" in ledger["C14"].sentence


def test_c14_turns_with_the_data(turned):
    assert turned("C14", "economies", lambda table: table.assign(income_group="High income")).verdict == "does not hold"
