"""Groups of economies, declared."""

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.evidence.grouping import Grouping, group_labels, read_grouping

ROWS = pd.MultiIndex.from_product([list("ABCD"), [2010, 2012]], names=["economy", "year"])
DATA = pd.DataFrame(
    {
        "region": pd.Series(["N", "N", "S", "S", "W", "W", np.nan, np.nan], index=ROWS, dtype=object),
        "inland": [1.0, 1.0, 0.0, 0.0, 0.5, np.nan, 0.0, 0.0],
        "moves": [1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    },
    index=ROWS,
)


@pytest.mark.parametrize(
    ("grouping", "groups"),
    [
        ({"column": "region"}, ["N", "S", "W", None]),
        ({"column": "region", "blank": "none"}, ["N", "S", "W", "none"]),
        ({"column": "region", "merge": {"far": ["S", "W"]}}, ["N", "far", "far", None]),
        (
            {"column": "region", "merge": {"north": ["N"]}, "rest": "other", "blank": "?"},
            ["north", "other", "other", "?"],
        ),
        ({"column": "inland", "merge": {"landlocked": ["1"]}}, ["landlocked", "0", "0.5", "0"]),
    ],
)
def test_economies_get_their_groups(grouping, groups):
    found = group_labels(Grouping(**grouping), DATA)
    assert found.astype(object).where(found.notna(), None).to_dict() == dict(zip("ABCD", groups, strict=True))
    assert found.name == grouping["column"]


@pytest.mark.parametrize(
    ("grouping", "message"),
    [
        ({"column": "regon"}, "unknown column 'regon'.*did you mean 'region'"),
        ({"column": "moves"}, "group by 'moves': it varies within 'A'"),
        ({"column": "region", "merge": {"far": ["S", "X"]}}, "merge: unknown value 'X'; known are 'N', 'S', 'W'"),
    ],
)
def test_what_cannot_group_economies_is_refused(grouping, message):
    with pytest.raises(InputError, match=message):
        group_labels(Grouping(**grouping), DATA)


def test_a_grouping_is_a_table():
    assert read_grouping({"column": "region"}, "here") == Grouping(column="region")
    with pytest.raises(InputError, match="here is 3; expected a table with a column"):
        read_grouping(3, "here")
