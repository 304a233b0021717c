"""Numbers of the text on designs and the curve, and the words that turn with them."""

from dataclasses import replace

import pytest
from evidence_made import VARIABLES, made

from bri_eval.econometrics.anderson_rubin import ConfidenceSet
from bri_eval.report.design_findings import design_findings


def numbers(fits=None, **changes):
    study = made()
    return design_findings(replace(study.checks, **changes), fits or study.fits, VARIABLES)


@pytest.fixture(scope="module")
def told():
    return numbers()


def test_pairs_are_counted_and_named(told):
    assert told["pairs/count"] == "2"
    assert (told["pairs/between_positive"], told["pairs/between_positive_names"]) == ("all 2", "trade and online")
    assert (told["pairs/within_positive"], told["pairs/within_positive_names"]) == ("1 of 2", "trade")
    assert (told["pairs/within_negative"], told["pairs/within_negative_names"]) == ("not one of 2", "no pair")
    assert told["pairs/chance"] == "0.1"  # half of 5 % of two


def test_coefficients_beside_the_first_are_given(told):
    fit = made().by_name["means"]
    assert told["contextual/means/estimate"] == f"{fit.params['mean(x)']:.2f}"
    assert told["contextual/means/verdict"] == "clearly positive"
    lagged = made().by_name["lagged, two-way"]
    assert told["lag/lagged, two-way/error"] == f"{lagged.std_errors['lag(y, 1)']:.3f}"


def test_a_table_of_models_has_its_range_and_its_clear_slopes(told):
    pooled, within = (made().by_name[f"online, {kind}"].params["x"] for kind in ("pooled", "two-way"))
    assert told["table/online/span"] == f"{within:.2f} to {pooled:.2f}".replace("-", "\u2212")
    assert (told["table/online/positive"], told["table/online/negative"]) == ("1 of 2", "not one of 2")


def test_signs_are_counted_by_design(told):
    trade = {key.removeprefix("signs/trade/"): text for key, text in told.items() if key.startswith("signs/trade/")}
    assert (trade["compared"], trade["agree"], trade["contradict"]) == ("4", "2 of 4", "2")
    assert trade["contradict_names"] == "Size (trade, pooled) and Size (trade, two-way)"
    assert (told["signs/online/right"], told["signs/online/silent"]) == ("1", "X")


def confidence(shape: str, *intervals: tuple[float, float]) -> ConfidenceSet:
    return ConfidenceSet(name="x", level=0.95, intervals=intervals, shape=shape, law="", sentence="")


@pytest.mark.parametrize(
    ("given", "words", "zero"),
    [
        (confidence("bounded", (0.5, 1.0)), "0.50 to 1.00", "without zero"),
        (confidence("disjoint", (-2.0, -1.0), (0.5, 1.0)), "\u22122.00 to \u22121.00 and 0.50 to 1.00", "without zero"),
        (confidence("unbounded", (-1.0, float("inf"))), "\u22121.00 to infinity", "with zero in it"),
        (confidence("whole line", (-float("inf"), float("inf"))), "the whole line", "with zero in it"),
        (confidence("empty"), "empty", "without zero"),
    ],
)
def test_sets_of_slopes_are_printed_as_they_are(given, words, zero):
    found = made().checks.instruments["instrumented"]
    told = numbers(instruments={"instrumented": replace(found, confidence=given)})
    assert (told["instrument/instrumented/set"], told["instrument/instrumented/zero"]) == (words, zero)


def test_weak_instruments_are_called_weak(told):
    assert told["instrument/instrumented/strength"] == "not weak"
    fit = made().by_name["instrumented"]
    weak = replace(fit, extra={**fit.extra, "joint_f": 9.9})
    fits = [weak if one is fit else one for one in made().fits]
    assert numbers(fits)["instrument/instrumented/strength"] == "weak"


def test_several_instrumented_slopes_have_no_set():
    found = made().checks.instruments["instrumented"]
    told = numbers(instruments={"instrumented": replace(found, confidence=None)})
    assert "instrument/instrumented/set" not in told


def test_a_threshold_is_found_or_not(told):
    found = made().checks.thresholds["split"]
    assert told["threshold/split/verdict"] == "no threshold is found"
    clear = replace(found, table=found.table.assign(pvalue=0.01))
    assert numbers(thresholds={"split": clear})["threshold/split/verdict"] == "a threshold is found"


def test_a_slope_depends_on_its_moderator_or_not(told):
    (one,) = made().checks.moderations
    assert told["moderation/by m/verdict"] == ("depends" if one.pvalue < 0.05 else "is not shown to depend")
    for p, verdict in ((0.01, "depends"), (0.5, "is not shown to depend")):
        assert numbers(moderations=(replace(one, pvalue=p),))["moderation/by m/verdict"] == verdict
    assert told["moderation/by m/clear"] == "100 %"


def test_the_curve_is_told_as_a_whole_and_by_effects(told):
    curves = made().checks.curves
    assert told["curve/all/models"] == "16"
    assert told["curve/year/median"] == f"{curves['year'].median:.2f}"
    assert told["curve/year/verdict"] == "more than chance would give"
    part = replace(curves["year"], pvalues={**curves["year"].pvalues, "median": 0.2})
    assert numbers(curves={"year": part})["curve/year/verdict"] == "no more than chance would give"


def test_the_measures_with_the_lowest_and_the_highest_median_are_named(told):
    table = made().checks.curves["two-way"].table
    x, z = (table.loc[table["measure"] == name, "slope"].median() for name in ("x", "z"))
    assert x > z
    at = "curve/two-way/measure"
    assert (told[f"{at}_low_name"], told[f"{at}_high_name"]) == ("z", "x")
    assert (told[f"{at}_low"], told[f"{at}_high"]) == (f"{z:.2f}", f"{x:.2f}")
    plain = replace(made().checks.curve, table=made().checks.curve.table.drop(columns="measure"))
    assert "curve/all/measure_low" not in numbers(curve=plain)


def test_without_pairs_and_checks_only_tables_are_told():
    study = made()
    bare = replace(
        study.checks,
        plan=replace(study.plan, signs={}),
        moderations=(),
        instruments={},
        thresholds={},
        curve=None,
        curves={},
    )
    told = design_findings(bare, [study.by_name["trade, pooled"]], VARIABLES)
    assert {key.partition("/")[0] for key in told} == {"table"}
