"""What is read of partners, and how their demand follows."""

from __future__ import annotations

import pytest
from catalogues import ECONOMIES, RAW, THREE, shipped, tables, tiny

from bri_eval.checks import InputError
from bri_eval.modes.catalogue import Demand
from bri_eval.modes.countries import Country, parcel_table, read_countries, read_scales

SERIES = "economy,year,sold\nAFG,2014,7\nRUS,2015,4\nVNM,2015,1\nVNM,2016,9\n"
PROPORTIONAL = Demand(rule="proportional", source="trade.csv:sold", year=2015, reference="RUS")


def test_partners_of_the_shipped_table():
    found = read_countries(RAW, ["RUS", "AFG", "CZE", "ABW"])
    assert found["RUS"] == Country(
        economy="RUS",
        income_group="High income",
        region="CIS",
        corridors=("NELB", "CMREC"),
        landlocked=False,
        borders_china=True,
    )
    assert (found["AFG"].landlocked, found["AFG"].corridors) == (True, ())
    assert found["CZE"].region == "Central & Eastern Europe"
    assert found["ABW"].borders_china is None
    assert list(found) == ["RUS", "AFG", "CZE", "ABW"]


def test_messages_about_partners(tmp_path):
    folder = tables(tmp_path)
    with pytest.raises(InputError, match=r"economies.csv: unknown economy 'RSU'.*did you mean 'RUS'"):
        read_countries(folder, ["RSU"])
    tables(tmp_path, economies=ECONOMIES.replace("AFG,Low income,South Asia,,1,1", "AFG,Low income,South Asia,,2,1"))
    with pytest.raises(InputError, match="row 2, column 'landlocked': found 2; expected 0, 1 or empty"):
        read_countries(folder, ["RUS"])
    tables(tmp_path, economies=ECONOMIES.replace("corridors", "routes"))
    with pytest.raises(InputError, match="there is no column 'corridors'; mode choice reads 'income_group'"):
        read_countries(folder, ["RUS"])


def test_demand_follows_a_series(tmp_path):
    folder = tables(tmp_path, trade=SERIES)
    found = read_scales(tiny(demand=PROPORTIONAL), folder, ["VNM", "RUS", "AFG", "ARE"])
    assert found[["VNM", "RUS"]].tolist() == [0.25, 1.0]
    assert found[["AFG", "ARE"]].isna().all()


def test_demand_given_and_equal(tmp_path):
    folder = tables(tmp_path)
    given = tiny(demand=Demand(rule="given", scale={"RUS": 1, "VNM": 0.8}))
    found = read_scales(given, folder, ["VNM", "ARE", "RUS"])
    assert found[["VNM", "RUS"]].tolist() == [0.8, 1.0]
    assert found.isna().to_dict() == {"VNM": False, "ARE": True, "RUS": False}
    assert read_scales(tiny(), folder, ["VNM", "ARE"]).tolist() == [1.0, 1.0]


def test_shipped_demand_is_parcel_prone_exports_over_those_to_russia():
    """derived.csv, parcel_core_usd, 2015: 9808577995 to RUS, 3476444704 to THA, 3788868835 to POL."""
    found = read_scales(shipped(), RAW, [*THREE, "GRC", "CYP"])
    assert found[list(THREE)].tolist() == pytest.approx(
        [1.0, 3476444704 / 9808577995, 3788868835 / 9808577995], rel=1e-12
    )
    assert found[["GRC", "CYP"]].isna().all()  # not in the lists of 64, so not in parcel_chapters


def test_parcels_are_those_of_the_segment_times_the_scale():
    found = parcel_table(shipped(), read_scales(shipped(), RAW, list(THREE)))
    assert found.loc["RUS"].tolist() == [500, 200, 100, 300, 60, 80]
    assert found.loc["THA", "apparel"] == pytest.approx(300 * 3476444704 / 9808577995, rel=1e-12)


@pytest.mark.parametrize(
    ("demand", "message"),
    [
        (Demand(rule="given", scale={"RSU": 1.0}), "tiny.toml: demand: unknown economy 'RSU'.*did you mean 'RUS'"),
        (
            Demand(rule="proportional", source="trade.csv:sold", year=2015, reference="XXX"),
            "tiny.toml: demand: unknown economy 'XXX'",
        ),
        (
            Demand(rule="proportional", source="trade.csv:sold", year=2015, reference="AFG"),
            "demand: trade.csv:sold has 0 for reference 'AFG' in 2015; expected a value above 0",
        ),
        (
            Demand(rule="proportional", source="trade.csv:solid", year=2015, reference="RUS"),
            "trade.csv: unknown column 'solid'",
        ),
    ],
)
def test_messages_about_demand(tmp_path, demand, message):
    folder = tables(tmp_path, trade=SERIES)
    with pytest.raises(InputError, match=message):
        read_scales(tiny(demand=demand), folder, ["RUS"])


def test_a_series_below_zero_is_no_demand(tmp_path):
    folder = tables(tmp_path, trade=SERIES.replace("VNM,2015,1", "VNM,2015,-1"))
    with pytest.raises(InputError, match=r"tiny.toml: demand of 'VNM' is -0.25 below zero; expected 0 or more"):
        read_scales(tiny(demand=PROPORTIONAL), folder, ["RUS", "VNM"])
