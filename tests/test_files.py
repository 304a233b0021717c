"""CSV files as text, and their columns as numbers."""

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.files import parse_numbers, read_numbers, read_table


def test_parse_numbers_keeps_the_index(tmp_path):
    found = parse_numbers(pd.Series(["1", ""], index=[7, 9]), tmp_path, "x")
    assert found.loc[7] == 1.0
    assert np.isnan(found.loc[9])


def test_an_unknown_column_of_the_shipped_data(data):
    with pytest.raises(InputError, match=r"lpi\.csv: unknown column 'custom'; .* did you mean 'customs'\?"):
        read_numbers(data / "raw", "lpi.csv:custom")


def test_text_is_never_guessed_to_be_missing(write):
    table = read_table(write("t.csv", "economy,name\nNAM,NA\nNOR,NO\nAFG,null\n"))
    assert table["name"].tolist() == ["NA", "NO", "null"]


def test_numbers_are_indexed_by_economy_and_year_where_there_are_years(write):
    path = write("t.csv", "economy,year,x\nAFG,2010,1.5\nAFG,2012,\nALB,2010,-2e3\n")
    found = read_numbers(path.parent, "t.csv:x")
    assert found.index.names == ["economy", "year"]
    assert found.to_dict() == {("AFG", 2010): 1.5, ("ALB", 2010): -2000}
    path = write("u.csv", "economy,x\nAFG,7\n")
    assert read_numbers(path.parent, "u.csv:x").to_dict() == {"AFG": 7}


def test_a_table_is_handed_out_as_a_copy(write):
    path = write("t.csv", "economy,x\nAFG,1\n")
    mine = read_table(path)
    mine["x"] = "2"
    assert read_table(path)["x"].tolist() == ["1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("economy,x\n", None),
        ("", "not readable as CSV"),
        ("economy,x\nAFG,1,2\n", "not readable as CSV"),
        ("code,x\nAFG,1\n", "no column 'economy'"),
    ],
)
def test_what_is_no_table_is_refused_and_an_empty_one_is_not(write, text, message):
    path = write("t.csv", text)
    if message is None:
        assert read_table(path).empty
    else:
        with pytest.raises(InputError, match=message):
            read_table(path)
