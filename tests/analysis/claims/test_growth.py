"""C5, C17 and C20: growth, trade that draws nearer, shoppers."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("name", "digits", "expected"),
    [
        ("South Asia", 0, 21),
        ("Southeast Asia", 0, 20),
        ("West Asia & North Africa", 1, 14.5),
        ("Central & Eastern Europe", 1, 3.5),
        ("Russia", 0, 2),
    ],
)
def test_c5_growth_a_year(ledger, name, digits, expected):
    """study.md, section 6, C5, at its printed digits."""
    assert round(100 * ledger["C5"].figure[f"growth, {name}"], digits) == expected


def test_c5_by_the_chapters_themselves(ledger, read):
    region = read("economies").query("bri_list64 == 1").set_index("economy")["bri_region"]
    table = read("parcel_chapters").query("hs_chapter in (33, 42, 61, 62, 63, 64, 65, 90, 91, 95, 96)")
    sums = table[table["economy"].map(region) == "Southeast Asia"].groupby("year")["china_exports_usd"].sum()
    assert ledger["C5"].figure["growth, Southeast Asia"] == pytest.approx(
        (sums[2015] / sums[2010]) ** 0.2 - 1, abs=1e-9
    )


def test_c5_shoppers_by_another_way(ledger, read):
    listed = read("economies").query("bri_list65 == 1").set_index("economy")["bri_region"]
    table = read("findex").query("economy in @listed.index and year in (2017, 2021)")
    both = table.pivot_table(index="economy", columns="year", values="bought_online_share").dropna()
    change = both[2021] - both[2017]
    figure = ledger["C5"].figure
    assert figure["shoppers, Russia"] == pytest.approx(0.46127 - 0.269, abs=1e-12)
    assert figure["shoppers, all"] == pytest.approx(change.mean(), abs=1e-12)
    assert figure["shoppers, Southeast Asia"] == pytest.approx(change[listed == "Southeast Asia"].mean(), abs=1e-12)


@pytest.mark.parametrize(
    ("economies", "factor", "verdict"),
    [
        (["RUS"], 4, "holds"),
        (
            ["VNM", "SGP", "MYS", "IDN", "THA", "PHL", "MMR", "KHM", "LAO"],
            0.2,
            "holds only if .*Russia is left out and Southeast",
        ),
    ],
)
def test_c5_turns_with_the_data(turned, economies, factor, verdict):
    import re

    def grown(table):
        late = table["economy"].isin(economies) & (table["year"] == 2015)
        return table.assign(parcel_core_usd=table["parcel_core_usd"].mask(late, table["parcel_core_usd"] * factor))

    assert re.match(verdict, turned("C5", "derived", grown).verdict)


def test_c17_by_another_way(ledger, read):
    gdp = read("development").set_index(["economy", "year"])["gdp_usd"]
    trade = read("trade_china").set_index(["economy", "year"])
    ratio = (trade["china_exports_usd"] + trade["china_imports_usd"]) / gdp.reindex(trade.index)
    ends = {year: ratio.xs(year, level="year") for year in (2007, 2018)}
    figure = ledger["C17"].figure
    assert [figure["median 2007"], figure["median 2018"]] == pytest.approx([ends[y].median() for y in ends], abs=1e-12)
    assert figure["rose"] == (ends[2018] > ends[2007]).sum() == 56
    assert figure["partners"] == 64


def test_c17_turns_with_the_data(turned):
    def shrunk(table):
        return table.assign(china_exports_usd=table["china_exports_usd"].mask(table["year"] == 2018, 1.0))

    assert turned("C17", "trade_china", lambda t: shrunk(t).assign(china_imports_usd=1.0)).verdict == "does not hold"


def test_c20_by_another_way(ledger, read):
    listed = read("economies").query("bri_list65 == 1")["economy"]
    shares = read("findex").query("year == 2017").set_index("economy")["bought_online_share"].dropna()
    figure = ledger["C20"].figure
    assert figure["partners"] == pytest.approx(100 * shares[shares.index.isin(listed)].mean(), abs=1e-10)
    assert figure["china"] == pytest.approx(100 * shares["CHN"], abs=1e-12)
    assert figure["n"] == shares.index.isin(listed).sum() == 59


@pytest.mark.parametrize(("share", "verdict"), [(0.01, "holds"), (0.9, "does not hold")])
def test_c20_turns_with_the_data(turned, read, share, verdict):
    listed = read("economies").query("bri_list65 == 1")["economy"]

    def set_share(table):
        shares = share * (1 + table.index / 1e9)
        return table.assign(
            bought_online_share=table["bought_online_share"].mask(table["economy"].isin(listed), shares)
        )

    assert turned("C20", "findex", set_share).verdict == verdict
