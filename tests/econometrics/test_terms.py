"""Terms: how they are read, and the columns they become."""

import numpy as np
import pandas as pd
import pytest

from bri_eval.checks import InputError
from bri_eval.econometrics.specs import ModelSpec
from bri_eval.econometrics.terms import canonical, columns_of, in_words, is_shifted, same_product, term_columns

WAVES = (2007, 2010, 2012, 2014, 2016, 2018, 2023)
KEYS = ["economy", "year"]


def panel(seed: int, years: tuple[int, ...] = WAVES, keep: float = 0.7) -> pd.DataFrame:
    """Return an unbalanced panel with missing cells, rows in any order."""
    draw = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([list("ABCDEFGH"), years], names=KEYS)
    data = pd.DataFrame(draw.normal(size=(len(index), 3)), index=index, columns=["y", "x", "z"])
    data = data.mask(draw.uniform(size=data.shape) < 0.1)
    whole = data[draw.uniform(size=len(data)) < keep]
    return whole.sample(frac=1, random_state=seed)


def declare(*terms: str, lag_by: str = "wave") -> ModelSpec:
    return ModelSpec(name="m", outcome="y", regressors=terms, lag_by=lag_by, estimator="pooled")


def looked_up(data: pd.DataFrame, column: str, years_of: dict[int, int]) -> list[float]:
    """Return, row by row of the sorted data, the cell of another year, by looking it up."""
    cells = data[column].to_dict()
    return [cells.get((economy, years_of.get(year)), np.nan) for economy, year in data.sort_index().index]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("steps", [1, 2, 6, -1, -3])
def test_a_lag_by_wave_is_the_cell_of_the_wave_before(seed, steps):
    data = panel(seed)
    waves = sorted(data.index.unique("year"))
    of = {wave: waves[place - steps] for place, wave in enumerate(waves) if 0 <= place - steps < len(waves)}
    term = f"{'lag' if steps > 0 else 'lead'}(x, {abs(steps)})"
    made = term_columns(declare(term), data)[term]
    assert made.index.equals(data.sort_index().index)
    np.testing.assert_array_equal(made, looked_up(data, "x", of))


@pytest.mark.parametrize("years", [tuple(range(2000, 2012)), tuple(range(2000, 2024, 2))], ids=["each", "second"])
@pytest.mark.parametrize("steps", [2, 4, -2])
def test_a_lag_by_year_is_the_cell_of_so_many_calendar_years_before(years, steps):
    data = panel(7, years, keep=0.8)
    assert sorted(data.index.unique("year")) == list(years)
    term = f"{'lag' if steps > 0 else 'lead'}(x, {abs(steps)})"
    made = term_columns(declare(term, lag_by="year"), data)[term]
    np.testing.assert_array_equal(made, looked_up(data, "x", {year: year - steps for year in years}))


def test_a_lag_is_never_taken_from_further_back():
    """The economy skips 2012; its lag in 2014 is missing, not the value of 2010."""
    index = pd.MultiIndex.from_tuples([("A", 2010), ("A", 2014), ("B", 2010), ("B", 2012), ("B", 2014)], names=KEYS)
    data = pd.DataFrame({"x": [1.0, 2, 3, 4, 5], "y": 0.0}, index=index)
    assert term_columns(declare("lag(x, 1)"), data)["lag(x, 1)"].isna().to_list() == [True, True, True, False, False]


def test_a_product_is_that_of_the_raw_columns_and_of_their_lags():
    data = panel(1)
    x, z = data.sort_index()["x"], data.sort_index()["z"]
    made = term_columns(declare("x:z", "x:x", "lag(x, 1):z", "lag(x, 1):lead(z, 2):x"), data)
    np.testing.assert_array_equal(made["x:z"], x * z)
    np.testing.assert_array_equal(made["x:x"], x**2)
    lag, lead = (term_columns(declare(term), data)[term] for term in ("lag(x, 1)", "lead(z, 2)"))
    np.testing.assert_array_equal(made["lag(x, 1):z"], lag * z)
    np.testing.assert_array_equal(made["lag(x, 1):lead(z, 2):x"], lag * lead * x)
    assert list(made) == ["y", "x:z", "x:x", "lag(x, 1):z", "lag(x, 1):lead(z, 2):x"]


def test_instruments_and_further_terms_have_columns_too():
    data = panel(2)
    spec = ModelSpec(
        name="m", outcome="y", regressors=("x",), endogenous=("x",), instruments=("lag(x, 2)",), lag_by="wave",
        estimator="iv",
    )  # fmt: skip
    assert list(term_columns(spec, data, also=("z", "x"))) == ["y", "x", "lag(x, 2)", "z"]


def test_rows_once_prepared_can_be_used_again():
    data = panel(4)
    spec = declare("lag(x, 1)", "lag(x, 1):z", "mean(x:z)")
    made = term_columns(spec, data.assign(**{"mean(x:z)": 1.0}))
    some = made.dropna()
    pd.testing.assert_frame_equal(term_columns(spec, some), some)


@pytest.mark.parametrize(
    ("given", "spelt"),
    [("x", "x"), ("lag( x,1 )", "lag(x, 1)"), ("lag(x,1) : z", "lag(x, 1):z"), ("x : x", "x:x"),
     ("mean(lag(x, 1):z)", "mean(lag(x, 1):z)"), ("lead(gdp_2015,12)", "lead(gdp_2015, 12)")],
)  # fmt: skip
def test_a_term_has_one_spelling(given, spelt):
    assert canonical(given) == spelt == canonical(spelt)


@pytest.mark.parametrize(
    ("term", "message"),
    [
        ("lag(x)", "'lag\\(x\\)' is not readable; write lag\\(x, 1\\)"),
        ("lag(x, 0)", "a whole number of 1 or more"),
        ("lag(x, -1)", "a whole number of 1 or more"),
        ("lag(x, 1.5)", "a whole number of 1 or more"),
        ("lag(x:z, 1)", "the lag of a product is lag\\(x, 1\\):lag\\(z, 1\\)"),
        ("lag(lag(x, 1), 1)", "with one column"),
        ("lag(, 1)", "with one column"),
        ("lag (x, 1)", "write lag\\(x, 1\\)"),
        ("x:", "a product is written x:z"),
        ("x*z", "a product is written x:z"),
        ("lag(x, 1", "brackets that do not match"),
        ("x):z", "brackets that do not match"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_term(term, message):
    with pytest.raises(InputError, match=f"^term '.*{message}"):
        canonical(term)


def test_what_a_term_is_made_of():
    assert columns_of("lag(x, 1):z:x") == ("x", "z")
    assert is_shifted("z:lead(x, 1)")
    assert not is_shifted("x:z")
    assert same_product("x:lag(z, 1)") == same_product("lag(z, 1):x") != same_product("lag(x, 1):z")
    assert in_words("lag(x, 1):z:lead(w, 2)", {"x": "LPI", "w": "Tariff"}) == "LPI (lag 1) x z x Tariff (lead 2)"


@pytest.mark.parametrize(
    ("term", "years", "message"),
    [
        ("lag(x, 1)", WAVES, r"lags over 1 calendar years do not fit the years 2007, 2010, .*use lag_by 'wave'"),
        ("lag(x, 2)", WAVES, "lags over 2 calendar years"),
        ("lead(x, 5)", WAVES, "leads over 5 calendar years"),
        ("lag(x, 1)", (2001, 2002, 2004), "years 2001, 2002, 2004, which must be equally spaced"),
        ("lag(x, 3)", (2000, 2002, 2004), "lags over 3 calendar years"),
        ("lag(x, 4)", (2000, 2001, 2002), "lags over 4 calendar years"),
        ("lag(x, 1)", (2000,), "lags over 1 calendar years"),
        ("lag(x, 1)", ("2000", "2001"), "the years are '2000', ...; lags by year need whole numbers"),
    ],
)
def test_lags_by_year_are_refused_where_years_have_gaps(term, years, message):
    with pytest.raises(InputError, match=f"^model 'm': .*{message}"):
        term_columns(declare(term, lag_by="year"), panel(5, years, keep=1))


def test_bad_cells_and_columns_are_named():
    data = panel(6)
    with pytest.raises(InputError, match=r"model 'm': unknown column 'w'; known are"):
        term_columns(declare("lag(w, 1)"), data)
    with pytest.raises(InputError, match=r"'high' at row .*, column 'z'; expected a number"):
        term_columns(declare("x:z"), data.assign(z="high"))
    with pytest.raises(InputError, match=r"infinite .*column 'x:z'"):
        term_columns(declare("x:z"), data.assign(x=1e200, z=1e200))
    with pytest.raises(InputError, match="twice"):
        term_columns(declare("lag(x, 1)"), pd.concat([data, data.head(1)]))


def test_the_data_are_left_alone():
    data = panel(8)
    before = data.copy()
    term_columns(declare("lag(x, 1)", "x:z"), data)
    pd.testing.assert_frame_equal(data, before)
