"""Tables of designs, instruments, thresholds and the curve."""

from dataclasses import replace

import numpy as np
import pytest
from evidence_made import VARIABLES, made

from bri_eval.econometrics.evidence import SpecificationCurve
from bri_eval.report import design_tables


@pytest.fixture(scope="module")
def study():
    return made()


@pytest.mark.parametrize(
    ("sign", "estimate", "low", "high", "words"),
    [
        ("+", 1.0, 0.5, 1.5, "yes"),
        ("+", 1.0, -0.5, 2.5, "right side"),
        ("+", -1.0, -2.5, 0.5, "wrong side"),
        ("+", -1.0, -1.5, -0.5, "no"),
        ("-", -1.0, -1.5, -0.5, "yes"),
        ("-", 1.0, 0.5, 1.5, "no"),
        ("-", 1.0, -0.5, 2.5, "wrong side"),
        ("none", 1.0, 0.5, 1.5, ""),
    ],
)
def test_a_sign_agrees_clearly_or_not(sign, estimate, low, high, words):
    assert design_tables.agreement(sign, estimate, low, high) == words


def test_signs_set_what_is_expected_beside_ours(study):
    exhibit = design_tables.signs(study.checks, study.fits, VARIABLES)
    table = exhibit.table.set_index(["design", "term", "model"])
    row = table.loc[("trade", "Size", "trade, two-way")]
    fit = study.by_name["trade, two-way"]
    assert (row["expected"], row["estimate"], row["agrees"]) == ("-", fit.params["a"], "no")
    assert table.loc[("trade", "X", "trade, pooled"), "agrees"] == "yes"
    assert table.loc[("online", "X", "online, pooled"), "agrees"] == ""
    assert len(table) == 8
    assert "Outcome Online: a share, a proxy." in exhibit.notes


def test_instrument_tests_leave_out_what_is_not_defined_and_print_the_set(study):
    exhibit = design_tables.instrument_tests(study.checks, study.fits)
    assert "Sargan" not in set(exhibit.table["test"])
    fit = study.by_name["instrumented"]
    row = exhibit.table.set_index("test").loc["Kleibergen-Paap F"]
    assert (row["statistic"], row["df"]) == (pytest.approx(fit.extra["joint_f"]), "1")
    reduced = study.checks.instruments["instrumented"].reduced
    row = exhibit.table.set_index("test").loc["Reduced form: t of 'z'"]
    assert (row["statistic"], row["p"]) == (reduced.tvalues["z"], reduced.pvalues["z"])
    assert exhibit.notes[-1].startswith("instrumented: 95 % Anderson-Rubin set of 'x'")


def test_thresholds_stand_beside_their_regimes(study):
    table = design_tables.threshold_tests(study.checks).table
    found = study.checks.thresholds["split"]
    assert table["threshold"].to_list() == list(found.gammas)
    assert table[["low", "high"]].to_numpy().tolist() == [found.regimes["economies"].to_list()]


def test_marginal_effects_list_every_value(study):
    table = design_tables.marginal_effects(study.checks, VARIABLES).table
    (one,) = study.checks.moderations
    np.testing.assert_array_equal(table["slope"], one.table["slope"])
    assert table["moderator"].unique().tolist() == ["Income"]


def test_the_curve_is_summed_up_as_a_whole_and_by_effects(study):
    exhibit = design_tables.curve(study.checks.curve, study.checks.curves)
    table = exhibit.table.set_index("effects")
    assert list(table.index) == ["all", "year", "two-way"]
    assert table["models"].to_list() == [16, 8, 8]
    assert table.loc["year", "p_median"] == study.checks.curves["year"].pvalues["median"]
    assert table.loc["all", "median"] == study.checks.curve.table["slope"].median()
    assert exhibit.headings["share_expected"] == "Positive"


def test_a_curve_with_a_negative_sign_says_so(study):
    turned = replace(study.checks.curve, sign=-1)
    exhibit = design_tables.curve(turned, {})
    assert exhibit.headings["share_expected"] == "Negative"
    assert "negative and significant" in exhibit.notes[0]


def test_choices_have_the_median_of_their_models(study):
    table = design_tables.curve_choices(study.checks.curve).table.set_index(["choice", "level"])
    whole = study.checks.curve.table
    own = whole[(whole["measure"] == "z") & (whole["effects"] == "two-way")]
    assert table.loc[("measure", "z"), "two-way"] == own["slope"].median()
    assert table.loc[("outcome", "trade"), "models"] == 8


def test_every_model_of_the_curve_is_listed(study):
    exhibit = design_tables.curve_models(study.checks.curve)
    assert exhibit.table["number"].to_list() == list(range(1, 17))


def test_a_curve_of_listed_models_has_no_choices(study):
    table = study.checks.curve.table.drop(columns=["outcome", "measure", "controls", "effects", "sample"])
    plain = replace(study.checks.curve, table=table.assign(model=[f"m{n}" for n in table.index]))
    assert isinstance(plain, SpecificationCurve)
    assert design_tables.curve_choices(plain).table.empty
    assert "model" in design_tables.curve_models(plain).keys


def test_what_is_not_declared_has_no_table(study):
    bare = replace(
        study.checks,
        plan=replace(study.plan, signs={}),
        moderations=(),
        instruments={},
        thresholds={},
        curve=None,
        curves={},
    )
    assert design_tables.design_exhibits(bare, study.fits, VARIABLES) == []
