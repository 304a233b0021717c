"""Intervals, places and modes on the page, against what they are made from."""

from __future__ import annotations

import decided
import explorer_made as made
import numpy as np
import pandas as pd
import pytest

from bri_eval.report import explorer_parts as parts
from bri_eval.report.places import great_circle


@pytest.fixture(scope="module")
def ready():
    return made.shipped()


def test_intervals_are_those_of_the_cloud(ready):
    table, found = ready.cloud.table, parts.intervals(ready.cloud, 2018)
    assert found["year"] == 2018
    assert found["ends"] == {code: [row["lower"], row["median"], row["upper"]] for code, row in table.iterrows()}
    assert found["words"] == list(ready.cloud.conventions)


def test_places_keep_the_shape_of_the_earth(ready):
    """Along a meridian a point is as many degrees everywhere; at the middle of the map it is so across as well."""
    codes = ready.main.scores.index.unique("economy").to_list()
    found = parts.places(ready.study.tables, codes)
    places = found["places"]
    assert [*places, *found["lost"]] == codes
    x, y, u, v = np.array(list(places.values())).T
    assert 0 < x.min() < x.max() < found["width"] == 480
    assert 0 < y.min() < y.max() < found["height"]
    economies = pd.read_csv(ready.study.tables / "economies.csv", index_col="economy", keep_default_na=False)
    lat = pd.to_numeric(economies.loc[list(places), "capital_lat"]).to_numpy()
    lon = pd.to_numeric(economies.loc[list(places), "capital_lon"]).to_numpy()
    np.testing.assert_allclose(np.diff(y) / np.diff(lat), (y[1] - y[0]) / (lat[1] - lat[0]), rtol=1e-9)
    middle = (lat.min() + lat.max()) / 2
    one = great_circle(np.array([60.0, 61.0, 60.0]), np.array([middle, middle, middle + 1]))
    across, up = np.polyfit(lon, x, 1)[0], np.polyfit(lat, y, 1)[0]
    assert across / up == pytest.approx(one[0, 1] / one[0, 2], rel=1e-4)
    assert (np.hypot(u - x, v - y) < 60).all()


def test_modes_are_those_of_the_decisions():
    made_of = decided.small()
    found = parts.modes(made_of)
    assert found["middle"] == made_of.middle
    assert found["label"].startswith("Illustrative")
    for code, choice in made_of.choices.items():
        for (economy, segment), row in choice.recommended.iterrows():
            mode, second, margin, feasible, beside = found["choices"][code][segment][economy]
            assert (mode, second, feasible, beside) == (row["mode"], row["second"], row["feasible"], row["beside"])
            assert (margin is None and np.isnan(row["margin"])) or margin == row["margin"]


def test_there_is_no_map_without_coordinates(write, tmp_path):
    assert parts.places(tmp_path, ["AFG", "ALB"]) is None
    write("economies.csv", "economy,name\nAFG,A\nALB,B\n")
    assert parts.places(tmp_path, ["AFG", "ALB"]) is None
    write("economies.csv", "economy,capital_lon,capital_lat\nAFG,69.2,34.5\nALB,,\n")
    assert parts.places(tmp_path, ["AFG", "ALB"]) is None


def test_an_economy_without_coordinates_is_named(write, tmp_path):
    write("economies.csv", "economy,capital_lon,capital_lat\nAFG,69.2,34.5\nALB,19.8,41.3\nARE,,\n")
    assert parts.places(tmp_path, ["AFG", "ALB", "ARE"])["lost"] == ["ARE"]
