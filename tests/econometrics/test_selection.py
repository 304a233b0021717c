"""The rows that a model is declared for."""

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.selection import in_sample
from bri_eval.econometrics.specs import ModelSpec

INDEX = pd.MultiIndex.from_product([["ARM", "GEO", "MNG"], [2010, 2012, 2014]], names=["economy", "year"])
DATA = pd.DataFrame(
    {"region": ["CIS"] * 3 + ["CIS"] * 3 + [np.nan] * 3, "gdp": [1.0, 2, 3, 4, np.nan, 6, 7, 8, 9]}, index=INDEX
)


def declare(**sample) -> ModelSpec:
    return ModelSpec(name="m", outcome="y", regressors=("x",), sample=sample, estimator="pooled")


def kept(**sample) -> list[tuple[str, int]]:
    return DATA.index[in_sample(declare(**sample), DATA)].to_list()


@pytest.mark.parametrize(
    ("sample", "rows"),
    [
        ({}, range(9)),
        ({"economy": "ARM"}, [0, 1, 2]),
        ({"economy": ["ARM", "MNG"]}, [0, 1, 2, 6, 7, 8]),
        ({"economy": {"not": "ARM"}}, [3, 4, 5, 6, 7, 8]),
        ({"year": 2012}, [1, 4, 7]),
        ({"year": {"min": 2012}}, [1, 2, 4, 5, 7, 8]),
        ({"year": {"max": 2012}}, [0, 1, 3, 4, 6, 7]),
        ({"year": {"min": 2010, "max": 2014, "not": [2012, 2010]}}, [2, 5, 8]),
        ({"gdp": {"min": 2, "max": 6}}, [1, 2, 3, 5]),
        ({"gdp": {"not": [1, 2]}}, [2, 3, 5, 6, 7, 8]),  # a missing cell meets no condition
        ({"region": "CIS"}, range(6)),
        ({"region": {"not": ["CIS"]}}, []),
        ({"economy": ["GEO", "MNG"], "year": {"not": 2014}, "gdp": {"min": 4}}, [3, 6, 7]),
    ],
)
def test_rows_are_those_that_meet_every_condition(sample, rows):
    if not len(rows):
        with pytest.raises(InputError, match="leaves none of 9 rows"):
            kept(**sample)
        return
    assert kept(**sample) == [DATA.index[row] for row in rows]


@pytest.mark.parametrize(
    ("sample", "message"),
    [
        ({"reggion": "CIS"}, "sample: unknown key 'reggion'; known are 'economy', 'year', 'region', 'gdp'.*'region'"),
        ({"region": "CSI"}, "sample: 'region': unknown value 'CSI'; known are 'CIS'; did you mean 'CIS'"),
        ({"economy": {"not": ["ARN"]}}, "sample: 'economy': unknown value 'ARN'.*did you mean 'ARM'"),
        ({"year": [2012, 2013]}, "sample: 'year': unknown value '2013'; known are '2010', '2012', '2014'"),
        ({"region": {"min": 3}}, "sample: 'region' is text and has no min or max"),
        ({"economy": {"max": 3}}, "sample: 'economy' is text and has no min or max"),
        ({"year": {"min": 2015}}, "sample: 'year' leaves none of 9 rows; widen it"),
        ({"economy": "ARM", "gdp": {"min": 4}}, "sample: 'gdp' leaves none of 9 rows together with 'economy'; widen"),
    ],
)
def test_what_the_data_do_not_have_is_refused(sample, message):
    with pytest.raises(InputError, match=f"^model 'm': {message}"):
        in_sample(declare(**sample), DATA)


@pytest.mark.parametrize(
    ("sample", "message"),
    [
        ({"year": []}, "'year' is an empty list; expected at least one value"),
        ({"year": {}}, "'year' is an empty table; expected some of 'min', 'max', 'not'"),
        ({"year": {"mn": 2010}}, "'year': unknown condition 'mn'.*did you mean 'min'"),
        ({"year": {"min": "2010"}}, "'year': min is '2010'; expected a number"),
        ({"year": {"max": True}}, "'year': max is True; expected a number"),
        ({"year": {"min": 2014, "max": 2010}}, "'year': min 2014 is above max 2010; exchange them"),
        ({"year": {"not": []}}, "'year' is an empty list"),
        ({"region": [["CIS"]]}, r"'region' has \('CIS',\); expected numbers or texts"),
        ({"region": None}, "'region' has None; expected numbers or texts"),
        ({"region": [{"not": "CIS"}]}, "'region' has {'not': 'CIS'}; expected numbers or texts"),
    ],
)
def test_what_could_never_be_read_is_refused_when_declared(sample, message):
    with pytest.raises(InputError, match=f"^model 'm': sample: {message}"):
        declare(**sample)


def test_the_order_of_rows_does_not_matter():
    mixed = DATA.sample(frac=1, random_state=2)
    chosen = in_sample(declare(year={"min": 2012}, region="CIS"), mixed)
    assert chosen.index.equals(mixed.index)
    assert sorted(mixed.index[chosen]) == kept(year={"min": 2012}, region="CIS")
