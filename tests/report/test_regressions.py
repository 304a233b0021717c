"""Tables of the panel evidence: errors under coefficients, what each model rests on, the proxy said under each."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
import studies

from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.specs import Evidence, ModelSpec
from bri_eval.econometrics.variables import Variable
from bri_eval.econometrics.variation import variation
from bri_eval.report import regressions

SPECS = {
    "pooled": ModelSpec(
        name="pooled", outcome="y", regressors=("index", "size"), effects=("year",), estimator="pooled"
    ),
    "within": ModelSpec(
        name="within", outcome="y", regressors=("index_net", "size"), effects=("economy",), estimator="within"
    ),
    "years": ModelSpec(name="years", outcome="y", regressors=("index",), effects=("year",), estimator="within"),
    "random": ModelSpec(name="random", outcome="y", regressors=("index",), estimator="random"),
    "changes": ModelSpec(name="changes", outcome="z", regressors=("index",), estimator="first_difference"),
    "between": ModelSpec(name="between", outcome="y", regressors=("index",), estimator="between"),
    "classic": ModelSpec(
        name="classic", outcome="z", regressors=("index",), estimator="pooled", covariance="unadjusted"
    ),
}
VARIABLES = {
    "y": Variable(code="y", name="Exports", source="t.csv:y", proxy="goods, not e-commerce"),
    "z": Variable(code="z", name="Parcels", source="t.csv:z", proxy="chapters typical of parcels"),
    "size": Variable(code="size", name="ln size", source="t.csv:size"),
}


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    index = pd.MultiIndex.from_product([list("ABCDEFGHIJ"), [2010, 2012, 2014]], names=["economy", "year"])
    frame = pd.DataFrame(rng.normal(size=(len(index), 4)), index=index, columns=["index", "index_net", "size", "e"])
    return frame.assign(y=frame["index"] - 2 * frame["size"] + frame["e"], z=frame["e"]).drop(columns="e")


@pytest.fixture(scope="module")
def fits(data) -> dict:
    return {name: estimate(spec, data) for name, spec in SPECS.items()}


@pytest.fixture(scope="module")
def table(fits) -> pd.DataFrame:
    return regressions.regression("some", "Title", list(fits.values()), VARIABLES).table


def cell(table: pd.DataFrame, row: str, model: str, below: int = 0) -> str:
    return table[model].iloc[table.index[table["term"] == row][0] + below]


# the table of models side by side


@pytest.mark.parametrize(("term", "shown"), [("index", "Index"), ("index_net", "Index (net)"), ("size", "ln size")])
def test_each_standard_error_is_below_its_coefficient(table, fits, term, shown):
    for name, fit in fits.items():
        both = cell(table, shown, name), cell(table, shown, name, below=1)
        if term in fit.params:
            assert both == (f"{fit.params[term]:.3f}", f"({fit.std_errors[term]:.3f})")
        else:
            assert both == ("", "")


def test_terms_of_interest_come_first_and_intercepts_are_not_shown(table):
    assert table["term"].to_list()[:6] == ["Index", "", "Index (net)", "", "ln size", ""]
    assert "const" not in " ".join(table["term"]).lower()


FOOT = {
    "pooled": ("no", "yes"),
    "within": ("yes", "no"),
    "years": ("no", "yes"),
    "random": ("random", "no"),
    "changes": ("differenced", "no"),
    "between": ("no", "no"),
    "classic": ("no", "no"),
}


@pytest.mark.parametrize(("name", "effects"), FOOT.items())
def test_the_foot_says_what_a_model_rests_on(table, fits, name, effects):
    fit = fits[name]
    assert (cell(table, "Economy effects", name), cell(table, "Year effects", name)) == effects
    assert cell(table, "Observations", name) == str(fit.nobs)
    assert cell(table, "Economies", name) == str(fit.clusters) == "10"
    assert cell(table, "R2 within", name) == f"{fit.r2_within:.3f}"


def test_the_foot_says_the_rule_and_its_degrees_of_freedom(table, data):
    assert cell(table, "Standard errors", "pooled") == "clustered"
    assert cell(table, "Degrees of freedom", "pooled") == "9"
    assert cell(table, "Standard errors", "classic") == "classical"
    assert cell(table, "Degrees of freedom", "classic") == "28"
    fit = estimate(dataclasses.replace(SPECS["within"], covariance="cr2"), data)
    other = regressions.regression("some", "Title", [fit], VARIABLES).table
    assert cell(other, "Standard errors", "within") == "CR2"
    assert cell(other, "Degrees of freedom", "within") == f"{fit.dfs['index_net']:.1f}"


OTHERS = {
    "quantile": ({"estimator": "quantile", "effects": ("economy",), "options": {"draws": 99}}, "bootstrap", "yes"),
    "gmm": ({"estimator": "gmm", "effects": ("economy",)}, "Windmeijer", "differenced"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_estimators_with_errors_of_their_own_say_so(name, data):
    changes, errors, effects = OTHERS[name]
    fit = estimate(ModelSpec(name=name, outcome="y", regressors=("index",), **changes), data)
    made = regressions.regression("some", "Title", [fit], VARIABLES)
    assert cell(made.table, "Standard errors", name) == errors
    assert cell(made.table, "Economy effects", name) == effects
    assert f"{name}: {fit.convention}" in made.notes


def test_stars_are_given_on_request_only(fits):
    plain = regressions.regression("some", "Title", [fits["pooled"]], VARIABLES)
    starred = regressions.regression("some", "Title", [fits["pooled"]], VARIABLES, stars=True)
    assert "*" not in plain.table.to_string() + " ".join(plain.notes)
    assert cell(starred.table, "ln size", "pooled").endswith("***")
    assert starred.notes[-1] == "* p < 0.10, ** p < 0.05, *** p < 0.01."


@pytest.mark.parametrize(("p", "marks"), [(0.2, ""), (0.1, ""), (0.09, "*"), (0.049, "**"), (0.0099, "***")])
def test_stars_have_bounds(fits, p, marks):
    fit = dataclasses.replace(fits["pooled"], pvalues=fits["pooled"].pvalues * 0 + p)
    shown = cell(regressions.regression("some", "Title", [fit], VARIABLES, stars=True).table, "Index", "pooled")
    assert shown == f"{fit.params['index']:.3f}{marks}"


def test_an_undefined_r2_is_blank(fits):
    blank = dataclasses.replace(fits["pooled"], r2_within=float("nan"))
    table = regressions.regression("some", "Title", [blank], VARIABLES).table
    assert cell(table, "R2 within", "pooled") == ""


def test_a_coefficient_that_rounds_to_zero_has_no_sign(fits):
    tiny = dataclasses.replace(fits["pooled"], params=fits["pooled"].params * 0 - 1e-5)
    assert cell(regressions.regression("some", "Title", [tiny], VARIABLES).table, "Index", "pooled") == "0.000"


# what is printed under it


def notes_of(*models) -> str:
    return " ".join(regressions.regression("some", "Title", models, VARIABLES).notes)


def test_the_proxy_of_every_outcome_is_said_once(fits):
    said = notes_of(*fits.values())
    assert said.count("Outcome Exports: goods, not e-commerce.") == 1
    assert said.count("Outcome Parcels: chapters typical of parcels.") == 1
    assert "Parcels" not in notes_of(fits["pooled"])


def test_an_outcome_that_is_no_proxy_has_no_sentence(fits, data):
    spec = dataclasses.replace(SPECS["pooled"], outcome="index_net", regressors=("index",))
    assert "Outcome" not in notes_of(estimate(spec, data))


def test_a_declared_outcome_that_is_no_proxy_has_no_sentence(fits, data):
    spec = dataclasses.replace(SPECS["pooled"], outcome="size", regressors=("index",))
    assert "Outcome" not in notes_of(estimate(spec, data))


def test_the_rule_of_clustered_errors_is_said_once(fits):
    said = notes_of(fits["pooled"], fits["within"])
    assert said.count("G/(G-1) (n-1)/(n-k)") == 1
    assert "Classical" not in said


def test_lags_samples_and_notes_are_said_of_their_model(data):
    spec = ModelSpec(
        name="late",
        outcome="y",
        regressors=("lag(index, 1)",),
        effects=("economy",),
        estimator="within",
        lag_by="wave",
        sample={"year": {"min": 2012}},
        note="Some note.",
    )
    made = regressions.regression("some", "Title", [estimate(spec, data)], VARIABLES)
    said = next(note for note in made.notes if note.startswith("late: "))
    assert said.startswith("late: Lags and leads by observed year of the data; 0 rows")
    assert said.endswith("Sample: year from 2012. Some note.")
    assert made.table["term"][0] == "Index (lag 1)"


def test_standardised_regressors_are_named():
    variables = {"size": dataclasses.replace(VARIABLES["size"], standardise=True)}
    frame = pd.DataFrame(
        np.random.default_rng(0).normal(size=(20, 3)),
        index=pd.MultiIndex.from_product([range(10), [1, 2]], names=["economy", "year"]),
        columns=["y", "index", "size"],
    )
    fit = estimate(SPECS["pooled"], frame)
    assert regressions.scale_note([fit], variables) == "Index scores and ln size are in pooled standard deviations."
    assert regressions.scale_note([fit], {}) == "Index scores are in pooled standard deviations."


def test_regimes_are_printed_with_the_names_of_their_variables(data):
    spec = ModelSpec(
        name="split",
        outcome="y",
        regressors=("index", "index_net"),
        effects=("economy",),
        estimator="threshold",
        options={"threshold": "size", "regime": ("index",), "draws": 99, "least_economies": 3, "trim": 0.2},
    )
    fit = estimate(spec, data)
    assert regressions.leading(fit).startswith("index (size <= ")
    names = [regressions.term_name(str(term), VARIABLES) for term in fit.params.index]
    assert names[1].startswith("Index, ln size <= ")
    assert names[2].startswith("Index, ln size > ")


def test_the_coefficient_of_interest_is_the_first_regressor(data):
    fit = estimate(ModelSpec(name="m", outcome="y", regressors=("index",), effects=("economy",), estimator="gmm"), data)
    assert list(fit.params.index) == ["lag(y, 1)", "index"]
    assert regressions.leading(fit) == "index"


def test_classical_errors_are_called_classical(fits):
    assert "Classical standard errors." in notes_of(fits["classic"])


def test_classical_errors_are_not_called_clustered(fits):
    assert "clustered" not in notes_of(fits["classic"])


def test_every_shipped_table_of_models_prints_its_proxies(tmp_path_factory):
    run = studies.shipped(tmp_path_factory.getbasetemp())
    proxies = {variable.code: variable.proxy for variable in run.results.study.variables if variable.proxy}
    for fit in run.results.evidence.fits:
        for kind in ("tex", "typ"):
            text = (run.out / "regressions" / f"{fit.spec.group}.{kind}").read_text(encoding="utf-8")
            assert proxies[fit.spec.outcome] in text.replace("\\", "")


# the other tables


def test_coefficients_list_every_term_with_its_interval(fits):
    table = regressions.coefficients(list(fits.values())).table
    assert len(table) == sum(len(fit.params) for fit in fits.values())
    assert ((table["lower"] < table["estimate"]) & (table["estimate"] < table["upper"])).all()
    row = table[(table["model"] == "within") & (table["term"] == "index_net")].iloc[0]
    assert row["t"] == pytest.approx(row["estimate"] / row["std_error"])
    assert (row["clusters"], row["df"], row["observations"]) == (10, 9, 30)
    assert (row["upper"] - row["lower"]) / 2 == pytest.approx(2.2621572 * row["std_error"])


def test_coefficients_carry_the_convention_of_every_model(fits):
    notes = regressions.coefficients(list(fits.values())).notes
    assert all(fit.convention in notes for fit in fits.values())


def test_variation_names_the_variables_and_splits_the_sum_of_squares(data):
    made = regressions.variation(variation(data, ["index", "size"]), VARIABLES)
    assert made.table["variable"].to_list() == ["Index", "ln size"]
    means = data["size"].groupby(level="economy").transform("mean")
    within = ((data["size"] - means) ** 2).sum() / ((data["size"] - data["size"].mean()) ** 2).sum()
    assert made.table["within_share"][1] == pytest.approx(within)
    assert set(made.formats) <= set(made.table.columns)


def test_tests_are_listed_with_their_null_and_said_in_words(tmp_path_factory):
    evidence: Evidence = studies.tiny(tmp_path_factory.getbasetemp()).results.evidence
    made = regressions.tests(evidence.tests)
    (results,) = evidence.tests.values()
    assert made.table["model"].to_list() == ["trade: two-way"] * 3
    assert made.table["null"].to_list() == [one.null for one in results]
    np.testing.assert_array_equal(made.table["p"], [one.pvalue for one in results])
    first = results[0].df
    assert made.table["df"].to_list() == [f"{first[0]}, {first[1]}", "1", "2"]
    assert made.notes == tuple(one.sentence for one in results)
