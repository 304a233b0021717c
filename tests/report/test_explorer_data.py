"""What the page receives, against the run that it is made from."""

from __future__ import annotations

import dataclasses

import explorer_made as made
import numpy as np
import pandas as pd
import pytest
import studies

import bri_eval as be
from bri_eval.report.explorer_data import explorer_data
from bri_eval.tables import read_groups


@pytest.fixture(scope="module")
def ready():
    return made.shipped()


@pytest.fixture(scope="module")
def data(ready):
    return explorer_data(ready)


def _table(data, scaling, scope):
    return next(table for table in data["tables"] if (table["scaling"], table["scope"]) == (scaling, scope))


def test_the_studys_own_table_comes_first_and_is_the_engines_to_the_bit(ready, data):
    first = data["tables"][0]
    assert (first["scaling"], first["scope"], first["range"]) == ("minmax", "pooled", [0.0, 1.0])
    assert np.array_equal(np.array(first["values"]).T, ready.main.matrix.to_numpy())
    assert len(data["tables"]) == 8


def test_other_tables_are_those_of_an_evaluation(ready, data):
    recipe = dataclasses.replace(ready.study.recipe, normaliser="zscore", centre=100.0, spread=10.0, scope="by_year")
    groups = read_groups(ready.study.tables, ready.study.groups)
    recipe = dataclasses.replace(recipe, weighter="equal", aggregator="arithmetic")
    found = be.evaluate(ready.main.panel, ready.study.framework, recipe, groups=groups)
    table = _table(data, "zscore", "by_year")
    np.testing.assert_allclose(np.array(table["values"]).T, found.matrix, rtol=1e-13, atol=0)
    assert table["words"] == "Normalisation: zscore (centre 100, spread 10), costs negated first"
    assert table["range"] is None


def test_rows_and_raw_values(ready, data):
    rows = [(data["economies"][e]["code"], data["years"][y]) for e, y in data["rows"]]
    assert rows == ready.main.scores.index.to_list()
    raw = pd.DataFrame(np.array(data["raw"], dtype=float).T, index=ready.main.scores.index)
    pd.testing.assert_frame_equal(raw, ready.main.panel.loc[raw.index].set_axis(raw.columns, axis=1))
    assert raw.isna().to_numpy().sum() == (ready.main.filled != "").to_numpy().sum() > 0


def test_presets_are_the_weights_that_the_study_declares(ready, data):
    """Of the alternatives those that change weights alone; plain ones that are there already are not repeated."""
    assert [one["code"] for one in data["presets"]] == ["main", "ahp", "entropy", "equal", "multiplicative", "moderate"]
    order = [*ready.study.framework.group_codes[1:], *ready.study.framework.codes]
    for preset in data["presets"]:
        local = ready.evaluations[preset["code"]].local_weights
        assert preset["shares"] == {"all": [local[code] for code in order]}


def test_weights_that_differ_by_year_stay_so(tmp_path):
    edits = (
        ("study.toml", 'aggregator = "topsis"', 'aggregator = "topsis"\nscope = "by_year"'),
        ("study.toml", '[regressions]\nmodels = "models.toml"', ""),
    )
    ready = made.tiny(tmp_path, edits=edits)
    shares = made.data(ready)["presets"][0]["shares"]
    local = ready.main.local_weights
    assert list(shares) == ["2010", "2012", "2014"]
    assert shares["2012"] == pytest.approx(local.loc[2012].to_list(), abs=0)


def test_siblings_of_no_weight_count_alike(tmp_path):
    """An indicator's share in a group of weight 0 is 0 / 0; the page needs some share."""
    edits = (
        ("framework.toml", 'name = "Hardware"\n', 'name = "Hardware"\nweight = 0.0\n'),
        ("framework.toml", 'name = "Software & care"\n', 'name = "Software & care"\nweight = 1.0\n'),
    )
    found = made.data(made.tiny(tmp_path, edits=edits))
    declared = next(one for one in found["presets"] if one["code"] == "only_framework")
    assert declared["shares"]["all"] == pytest.approx([0, 1, 1 / 2, 1 / 2, 1 / 3, 1 / 3, 1 / 3])


def test_a_plain_study_has_no_optional_part(tmp_path):
    found = made.data(made.tiny(tmp_path))
    assert found["map"] is found["modes"] is found["intervals"] is None
    assert found["start"] == {"preset": "main", "method": "topsis", "scaling": "own", "scope": "pooled"}
    assert found["tables"][0]["name"] == "Minmax, as in the study"
    assert found["noise"]["concentration"] == 200
    assert {one["group"] for one in found["economies"]} == {"North", "South"}
    assert {one["code"]: one["lower"] for one in found["indicators"]}["price"] is True


def test_the_concentration_is_the_studys(tmp_path):
    declared = studies.ROBUSTNESS.replace('weights = "dirichlet"', 'weights = "dirichlet"\nconcentration = 33')
    found = made.data(made.tiny(tmp_path, edits=(("study.toml", "[regressions]", f"{declared}\n[regressions]"),)))
    assert found["noise"] == {"draws": 500, "concentration": 33, "seed": 0}
