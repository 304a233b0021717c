"""C4, C18, C19 and C21: hours at the border, tariffs, stability."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def regions(read):
    listed = read("economies").query("bri_list65 == 1").set_index("economy")
    return listed["bri_region"]


@pytest.fixture(scope="module")
def hours(read):
    table = read("border_compliance").query("year == 2018").set_index("economy")
    return (table["import_time_border_hours"] + table["import_time_documents_hours"]).dropna()


def test_c4_figures(ledger):
    """study.md, section 6, C4: South Asia 190 h; Central and Eastern Europe 5 h, the lowest."""
    figure = ledger["C4"].figure
    assert round(figure["hours, South Asia"]) == 190
    assert round(figure["hours, Central & Eastern Europe"]) == 5
    means = {name: value for name, value in figure.items() if "not" not in name}
    assert min(means, key=means.get) == "hours, Central & Eastern Europe"
    assert max(means, key=means.get) == "hours, South Asia"


def test_c4_by_another_way(ledger, hours, regions):
    means = hours.reindex(regions.index).groupby(regions).mean()
    for name, value in means.items():
        assert ledger["C4"].figure[f"hours, {name}"] == pytest.approx(value, abs=1e-10)


@pytest.mark.parametrize(
    ("slow", "quick", "verdict"),
    [
        (["South Asia", "Central & Eastern Europe"], [], "holds"),
        (["Central & Eastern Europe"], ["South Asia"], "holds only if South Asia is left out"),
        ([], ["South Asia"], "does not hold"),
    ],
)
def test_c4_turns_with_the_data(turned, regions, slow, quick, verdict):
    def set_hours(table):
        of = table["economy"].map(regions)
        border = table["import_time_border_hours"].mask(of.isin(slow), 900.0).mask(of.isin(quick), 0.0)
        return table.assign(import_time_border_hours=border)

    assert turned("C4", "border_compliance", set_hours).verdict == verdict


def test_c21_figures_by_another_way(ledger, hours, regions):
    figure = ledger["C21"].figure
    own = hours[hours.index.isin(regions.index)]
    rest = hours[~hours.index.isin([*regions.index, "CHN"])]
    assert (figure["partners"], figure["n, partners"]) == (pytest.approx(own.mean(), abs=1e-10), 63)
    assert (figure["rest"], figure["n, rest"]) == (pytest.approx(rest.mean(), abs=1e-10), len(rest))
    assert figure["n, oecd"] == 38


@pytest.mark.parametrize(("factor", "verdict"), [(9, "holds"), (0.01, "does not hold")])
def test_c21_turns_with_the_data(turned, regions, factor, verdict):
    def scaled(table):
        inside = table["economy"].isin(regions.index)
        table = table.copy()
        for part in ("border", "documents"):
            column = f"import_time_{part}_hours"
            table[column] = table[column].mask(inside, table[column] * factor)
        return table

    assert turned("C21", "border_compliance", scaled).verdict == verdict


def test_c18_takes_the_last_tariff_since_2014(ledger, read, regions):
    table = read("development")[["economy", "year", "tariff_weighted_mean"]].dropna()
    last = table[table["year"].between(2014, 2018)].groupby("economy")["tariff_weighted_mean"].last()
    figure = ledger["C18"].figure
    assert figure["partners"] == pytest.approx(last.reindex(regions.index).mean(), abs=1e-10)
    assert figure["n, partners"] == last.index.isin(regions.index).sum() == 61


@pytest.mark.parametrize(("tariff", "verdict"), [(25.0, "holds"), (0.1, "does not hold")])
def test_c18_turns_with_the_data(turned, regions, tariff, verdict):
    def set_tariff(table):
        tariffs = tariff + table.index / 1e6
        inside = table["economy"].isin(regions.index)
        return table.assign(tariff_weighted_mean=table["tariff_weighted_mean"].mask(inside, tariffs))

    assert turned("C18", "development", set_tariff).verdict == verdict


def test_c19_figures_by_another_way(ledger, read, regions):
    stability = (
        read("governance").query("year == 2018").set_index("economy")["political_stability"].reindex(regions.index)
    )
    figure = ledger["C19"].figure
    for name in ("Central Asia", "West Asia & North Africa"):
        assert figure[f"stability, {name}"] == pytest.approx(stability[regions == name].mean(), abs=1e-12)
        assert figure[f"stability, not {name}"] == pytest.approx(stability[regions != name].mean(), abs=1e-12)


@pytest.mark.parametrize(("stability", "verdict"), [(-2.5, "holds"), (0.9, "holds only if Central Asia is left out")])
def test_c19_turns_with_the_data(turned, regions, stability, verdict):
    centre = regions.index[regions == "Central Asia"]

    def settled(table):
        return table.assign(
            political_stability=table["political_stability"].mask(table["economy"].isin(centre), stability)
        )

    assert turned("C19", "governance", settled).verdict == verdict
