"""Columns of a regression: how they are declared, transformed, standardised and kept out of the index beside them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.selection import in_sample
from bri_eval.econometrics.specs import ModelSpec
from bri_eval.econometrics.variables import Variable, check_overlap, model_data, read_variable_panel, read_variables

YEARS = (2010, 2012)


@pytest.fixture
def folder(tmp_path):
    """Return a folder of two tables: three economies, exports and two rates, a hole and a zero."""
    tables = {
        "economies.csv": "economy,member,area,landlocked,region,corridors\n"
        "AFG,1,10,1,South Asia,\nALB,1,20,0,CIS,NELB+CPEC\nARE,0,30,0,,CPEC\n",
        "trade.csv": "economy,year,exports,rate\nAFG,2010,1,0\nAFG,2012,100,2\nALB,2009,10,\nALB,2012,1000,-1\n",
        "ports.csv": "economy,year,calls\nALB,2010,5\n",
    }
    for name, text in tables.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def variable(code: str = "x", source: str = "trade.csv:exports", **more) -> Variable:
    return Variable(code=code, name=code, source=source, **more)


def read(folder, *variables: Variable) -> pd.DataFrame:
    return read_variable_panel(variables, folder, economies="member", years=YEARS)


def spec(*regressors: str) -> ModelSpec:
    return ModelSpec(name="m", outcome="y", regressors=regressors, estimator="pooled")


# the file


def test_variables_are_read_in_the_order_of_the_file(write):
    path = write(
        "m.toml", '[variables.b]\nname = "B"\nsource = "t.csv:b"\n[variables.a]\nname = "A"\nsource = "t.csv:a"\n'
    )
    first, second = read_variables(path)
    assert (first.code, first.name, first.source, second.code) == ("b", "B", "t.csv:b", "a")
    assert (first.transform, first.standardise, first.look_back, first.look_around, first.proxy) == (
        "none", False, 0, 0, "",
    )  # fmt: skip


def test_a_file_without_variables_has_none(write):
    assert read_variables(write("m.toml", "schema = 1\n")) == ()


def test_the_shipped_variables(data):
    declared = {one.code: one for one in read_variables(data / "models.toml")}
    assert {code for code, one in declared.items() if one.proxy} == {
        *("ln_exports", "ln_parcel", "ln_parcel_wide", "ln_imports", "ln_mirror_imports", "ln_mirror_exports"),
        *("exports", "bought_online"),
    }
    assert {code for code, one in declared.items() if one.transform == "log"} == {
        *(code for code in declared if code.startswith("ln_")),
        "income",
    }
    assert declared["lpi_overall"].standardise


MISTAKES = [
    ('sorce = "t.csv:a"', "unknown key 'sorce'; .* did you mean 'source'"),
    ("", "has no 'source'; it is needed"),
    ('source = "t.csv:a"\ntransform = "ln"', "unknown transform 'ln'; known are 'none', 'log'"),
    ('source = "t.csv:a"\nstandardise = 1', "standardise is 1; expected bool"),
    ('source = "t.csv:a"\nlook_back = "2"', "look_back is '2'; expected int"),
    ('source = "t.csv:a"\ncode = 3', "code is 3; expected str"),
]


@pytest.mark.parametrize(("entry", "message"), MISTAKES)
def test_a_mistake_is_named_with_file_and_variable(write, entry, message):
    path = write("m.toml", f'[variables.a]\nname = "A"\n{entry}\n')
    with pytest.raises(InputError, match=f"m.toml: variable 'a'.*{message}"):
        read_variables(path)


@pytest.mark.parametrize("text", ["variables = 3\n", '[variables]\na = "t.csv:a"\n'])
def test_variables_that_are_no_tables_are_refused(write, text):
    with pytest.raises(InputError, match=r"m.toml: .*variable"):
        read_variables(write("m.toml", text))


@pytest.mark.parametrize("looks", ["look_back = 1\nlook_around = 1", "look_back = -1", "look_around = -2"])
def test_years_to_look_at_are_checked_as_for_an_indicator(write, looks):
    with pytest.raises(InputError, match="look"):
        read_variables(write("m.toml", f'[variables.a]\nname = "A"\nsource = "t.csv:a"\n{looks}\n'))


# from the tables


def test_columns_are_read_by_economy_and_year(folder):
    panel = read(folder, variable("x"), variable("area", "economies.csv:area"))
    assert panel.index.to_list() == [("AFG", 2010), ("AFG", 2012), ("ALB", 2010), ("ALB", 2012)]
    assert panel["x"].to_list()[:2] == [1, 100]
    assert np.isnan(panel["x"]).to_list() == [False, False, True, False]
    assert panel["area"].to_list() == [10, 10, 20, 20]


@pytest.mark.parametrize("look", ["look_back", "look_around"])
def test_a_declared_neighbour_year_is_taken(folder, look):
    assert read(folder, variable(**{look: 1}))["x"].to_list() == [1, 100, 10, 1000]


def test_logarithms_scales_denominators_and_structural_zeros(folder):
    logs = read(folder, variable(transform="log", scale=10.0, denominator="economies.csv:area", look_back=1))
    np.testing.assert_allclose(logs["x"], np.log([1, 100, 5, 500]))
    zeros = read(folder, variable("calls", "ports.csv:calls", structural_zero="landlocked"))
    np.testing.assert_array_equal(zeros["calls"], [0, 0, 5, np.nan])


@pytest.mark.parametrize(("economies", "message"), [(["AFG"], "is 0 for AFG 2010"), (["ALB"], "is -1 for ALB 2012")])
def test_the_logarithm_of_what_is_not_positive_is_refused(folder, economies, message):
    rate = variable("rate", "trade.csv:rate", transform="log")
    with pytest.raises(InputError, match=f"variable 'rate' {message}; a logarithm needs values above 0"):
        read_variable_panel([rate], folder, economies=economies, years=YEARS)


def test_a_column_that_is_not_there_is_named_with_the_variable(folder):
    with pytest.raises(InputError, match=r"'x': .*trade.csv: unknown column 'export'; .* did you mean 'exports'"):
        read(folder, variable(source="trade.csv:export"))


# text


def test_categories_are_text_by_economy_and_missing_where_blank(folder):
    made = read_variable_panel(
        [variable("region", "economies.csv:region", categories=True), variable("area", "economies.csv:area")],
        folder,
        economies="all",
        years=YEARS,
    )
    assert made["region"].to_list()[:4] == ["South Asia"] * 2 + ["CIS"] * 2
    assert made["region"].isna().to_list() == [False] * 4 + [True] * 2
    assert made["area"].dtype == float


@pytest.mark.parametrize(("blank", "first"), [("missing", np.nan), ("none", 0.0)])
def test_a_flag_is_one_text_among_those_of_a_cell(folder, blank, first):
    flags = [variable(code, "economies.csv:corridors", flag=code, blank=blank) for code in ("NELB", "CPEC")]
    made = read_variable_panel(flags, folder, economies="all", years=[2012])
    np.testing.assert_array_equal(made["NELB"], [first, 1, 0])
    np.testing.assert_array_equal(made["CPEC"], [first, 1, 1])


def test_a_flag_is_the_whole_text_not_a_part_of_it(folder):
    with pytest.raises(InputError, match=r"'asia': economies.csv:region: unknown flag 'Asia'; known are 'CIS', 'South"):
        read(folder, variable("asia", "economies.csv:region", flag="Asia"))


def test_text_is_read_from_one_row_per_economy(folder):
    with pytest.raises(InputError, match=r"'x': trade.csv:exports has economy 'AFG' twice; text is read from one row"):
        read(folder, variable("x", "trade.csv:exports", categories=True))
    with pytest.raises(InputError, match=r"'x': .*economies.csv: unknown column 'regions'; .* did you mean 'region'"):
        read(folder, variable("x", "economies.csv:regions", categories=True))


TEXT_MISTAKES = [
    ("categories = true\nflag = 'CIS'", "has categories and a flag; declare one variable for each"),
    ("categories = true\nlook_back = 1", "is text and takes no look_back; leave it out"),
    ("categories = true\nstandardise = true", "is text and takes no standardise; leave it out"),
    ("flag = 'CIS'\ntransform = 'log'", "is text and takes no transform; leave it out"),
    ("flag = 'CIS'\nblank = 'zero'", "unknown blank 'zero'; known are 'missing', 'none'"),
    ("blank = 'none'", "has blank 'none' without a flag; leave it out"),
    ("categories = 1", "categories is 1; expected bool"),
]


@pytest.mark.parametrize(("entry", "message"), TEXT_MISTAKES)
def test_what_a_text_cannot_be_is_refused(write, entry, message):
    path = write("m.toml", f'[variables.a]\nname = "A"\nsource = "t.csv:a"\n{entry}\n')
    with pytest.raises(InputError, match=rf"m.toml: variable 'a'.*{message}"):
        read_variables(path)


def test_the_regions_of_the_shipped_data_select_a_sample(data):
    """All economies of the study's list have a region; corridors of the others are blank, which means none."""
    region = variable("bri_region", "economies.csv:bri_region", categories=True)
    nelb = variable("nelb", "economies.csv:corridors", flag="NELB", blank="none")
    gdp = variable("y", "development.csv:gdp_2015usd", transform="log")
    made = read_variable_panel([region, nelb, gdp], data / "raw", economies="bri_list65", years=[2018])
    assert made[["bri_region", "nelb"]].notna().all().all()
    assert made["nelb"].sum() == 4
    chosen = ModelSpec(
        name="m", outcome="y", regressors=("nelb",), sample={"bri_region": ["CIS", "Central Asia"]}, estimator="pooled"
    )
    assert in_sample(chosen, made).sum() == 12


# the data of the models


@pytest.fixture
def panel() -> pd.DataFrame:
    index = pd.MultiIndex.from_product([["AFG", "ALB", "ARE"], YEARS], names=["economy", "year"])
    return pd.DataFrame({"x": [1.0, 2, 3, np.nan, 5, 9], "y": [6.0, 5, 4, 3, 2, 1]}, index=index)


def scores_of(panel: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"goal": [0.1, 0.9, 0.4, 0.2, 0.8]}, index=panel.index[:5])


def test_scores_and_declared_variables_are_standardised_over_their_observed_rows(panel):
    made = model_data([variable("x", standardise=True), variable("y")], panel, scores_of(panel))
    for column in ("goal", "x"):
        assert made[column].mean() == pytest.approx(0, abs=1e-12)
        assert made[column].std(ddof=1) == pytest.approx(1)
    assert made["y"].equals(panel["y"])
    np.testing.assert_array_equal(made["x"].isna(), panel["x"].isna())
    assert made["goal"].isna().to_list() == [False] * 5 + [True]
    assert made["x"].corr(panel["x"]) == pytest.approx(1)


def test_the_rows_are_those_of_the_panel_and_the_panel_is_not_touched(panel):
    before = panel.copy()
    made = model_data([variable("x", standardise=True)], panel, scores_of(panel))
    assert made.index.equals(panel.index)
    assert panel.equals(before)


def test_scores_by_year_are_refused(panel):
    scores = scores_of(panel)
    scores.attrs["scope"] = "by_year"
    with pytest.raises(InputError, match=r"scores by year do not compare over years .*; use scope pooled"):
        model_data([], panel, scores)


def test_evaluate_marks_scores_by_year(small_panel, tree):
    import bri_eval as be

    recipe = be.Recipe(scope="by_year")
    for made, refused in ((be.evaluate(small_panel, tree, recipe), True), (be.evaluate(small_panel, tree), False)):
        assert (made.scores.attrs["scope"] == "by_year") == refused


# overlap

MADE_OF = {
    "index": {"t.csv:a", "t.csv:b"},
    "index_net": {"t.csv:b"},
    "a": {"t.csv:a"},
    "again": {"t.csv:a"},
    "other": {"u.csv:a"},
}


@pytest.mark.parametrize("names", [("index", "a"), ("a", "index"), ("other", "a", "again"), ("index", "index_net")])
def test_a_series_on_both_sides_of_an_index_is_refused(names):
    with pytest.raises(
        InputError, match=r"model 'm': 't.csv:.' is in '.*' and in '.*'; take an index that excludes it"
    ):
        check_overlap([spec("other", "free"), spec(*names)], MADE_OF)


@pytest.mark.parametrize("names", [("index",), ("index_net", "a"), ("index", "other"), ("index", "not_declared")])
def test_an_index_without_the_series_may_stand_beside_it(names):
    check_overlap([spec(*names)], MADE_OF)


def test_lags_and_products_are_of_their_columns():
    """A column, its lag and its product may stand side by side; other columns in them are compared as ever."""
    by = {"outcome": "y", "estimator": "pooled", "lag_by": "wave", "name": "m"}
    fine = ("index", "lag(index, 1)", "index:other", "lag(other, 1)")
    check_overlap([ModelSpec(**by, regressors=fine)], MADE_OF)
    for term in ("lag(a, 1)", "a:free", "free:lag(again, 2)"):
        with pytest.raises(InputError, match=r"'t\.csv:a' is in 'index' and in 'a"):
            check_overlap([ModelSpec(**by, regressors=("index:free", term))], MADE_OF)


def test_flags_of_one_text_are_two_series():
    flags = [variable(code, "economies.csv:corridors", flag=code) for code in ("NELB", "CPEC")]
    assert flags[0].series != flags[1].series
    assert variable("x").series == "trade.csv:exports"
    check_overlap([spec("NELB", "CPEC")], {flag.code: {flag.series} for flag in flags})


def test_the_message_lists_every_series():
    made_of = MADE_OF | {"more": {"t.csv:a", "t.csv:b"}}
    with pytest.raises(InputError, match=r"'t.csv:a', 't.csv:b' is in 'index' and in 'more'"):
        check_overlap([spec("index", "more")], made_of)


def test_a_variable_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        variable().code = "y"
