"""Numbers of the text on the findings: each is that of the record, and each word turns with its number."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from evidence_made import NAMES, VARIABLES, made

from bri_eval.report.evidence_findings import evidence_findings


def numbers(checks):
    return evidence_findings(checks, made().fits, VARIABLES, NAMES)


def turned(**changes):
    """Change the checks of the first finding and say what is told of it."""
    checks = made().checks
    first = replace(checks.doubted[0], **changes)
    found = numbers(replace(checks, doubted=(first, *checks.doubted[1:])))
    return {key.removeprefix("doubt/trade, two-way/"): text for key, text in found.items()}


@pytest.fixture(scope="module")
def told():
    return numbers(made().checks)


def test_numbers_are_those_of_the_record(told):
    one = made().checks.doubted[0]
    at = "doubt/trade, two-way"
    assert told[f"{at}/wild_p"] == f"p = {one.wild.pvalue:.3f}"
    assert told[f"{at}/wild_draws"] == "199"
    assert told[f"{at}/without_year/units"] == "5"
    assert told[f"{at}/oster_delta"] == f"{one.oster.delta:.2f}"
    assert told[f"{at}/index_share"] == f"{100 * one.generated.index_share:.0f} %"
    assert told[f"{at}/groups/region/p"] == f"p = {one.groups['region'].permutation_pvalue:.3f}"
    assert told[f"{at}/through/m/rows"] == "120"
    assert told[f"{at}/test/F test of effects/verdict"] == "rejected"
    assert told[f"{at}/test/Poolability F/p"] == "not reported"
    assert told[f"{at}/refused"] == "two-way clustered"
    assert all(isinstance(text, str) and text and "nan" not in text.split() for text in told.values())


def test_of_two_tests_with_one_name_the_first_is_told():
    tests = made().checks.doubted[0].tests
    assert [test.name for test in tests].count("F test of effects") == 2
    changed = (replace(tests[0], pvalue=0.9), *tests[1:])
    assert turned(tests=changed)["test/F test of effects/verdict"] == "not rejected"


def test_rules_that_agree_and_disagree_are_counted():
    inference = made().checks.doubted[0].inference
    assert turned()["reject"] == "all 4"
    assert turned(inference=inference.assign(pvalue=[0.2, 0.01, np.nan, 0.3, 0.4]))["reject"] == "1 of 4"
    none = turned(inference=inference.assign(pvalue=[0.2, 0.3, np.nan, 0.3, 0.4]))
    assert (none["reject"], none["p_low"], none["p_high"]) == ("not one of 4", "p = 0.200", "p = 0.400")


def test_the_place_among_permutations_turns():
    placebo = made().checks.doubted[0].placebo
    assert turned()["placebo_place"] == "outside"
    assert turned(placebo=replace(placebo, slope=0.0))["placebo_place"] == "within"
    assert turned(randomisation=None)["randomisation_p"] == "refused"


def test_a_turning_sign_is_named():
    found = made().checks.doubted[0].left_out["economy"]
    assert turned()["without_economy/sign"] == "its sign never turns"
    left = {"economy": replace(found, sign_changes=("E00", "E05"))}
    assert turned(left_out=left)["without_economy/sign"] == "its sign turns without Erewhon and E05"


@pytest.mark.parametrize(
    ("delta", "words"),
    [(-2.0, "only selection that works against"), (0.5, "weaker than"), (1.0, "at least as strong as")],
)
def test_what_selection_would_have_to_be_turns(delta, words):
    assert words in turned(oster=replace(made().checks.doubted[0].oster, delta=delta))["oster_words"]


def test_the_verdict_on_an_uncertain_index_turns():
    generated = made().checks.doubted[0].generated
    assert turned()["index_verdict"] == "clearly positive"
    assert turned(generated=replace(generated, lower=-0.1))["index_verdict"] == "not distinguishable from zero"


def test_unequal_groups_are_counted():
    groups = dict(made().checks.doubted[0].groups)
    assert turned()["groups/unequal"] == "not one of 2"
    groups["region"] = replace(groups["region"], permutation_pvalue=0.01)
    found = turned(groups=groups)
    assert (found["groups/unequal"], found["groups/region/equal"]) == ("1 of 2", "rejected")


def fit_with(finding, slope: float, half: float):
    """Return a finding whose slope and interval are given."""
    fit, term = finding.fit, finding.term
    interval = fit.conf_int.copy()
    interval.loc[term] = [slope - half, slope + half]
    params = fit.params.where(fit.params.index != term, slope)
    errors = fit.std_errors.where(fit.std_errors.index != term, half / 2)
    return replace(finding, fit=replace(fit, params=params, conf_int=interval, std_errors=errors))


@pytest.mark.parametrize(
    ("within", "between", "words", "claim", "reading"),
    [
        (
            (0.0, 0.1),
            (1.0, 0.2),
            "clear between economies and not",
            "is a comparison of economies",
            "The null is a result",
        ),
        (
            (0.0, 2.0),
            (1.0, 0.2),
            "clear between economies and not",
            "is a comparison of economies",
            "no proof of absence",
        ),
        ((1.0, 0.1), (1.0, 0.2), "clear both", "both as a comparison", "does not rest on what distinguishes"),
        ((1.0, 0.1), (0.0, 0.2), "clear within economies and not", "is a statement about change", "does not rest"),
        ((0.0, 0.1), (0.0, 0.2), "neither between economies nor", "neither as a comparison", "no association between"),
    ],
)
def test_what_two_findings_say_together_turns(within, between, words, claim, reading):
    checks = made().checks
    first, second = checks.doubted
    told = numbers(replace(checks, doubted=(fit_with(first, *within), fit_with(second, *between))))
    assert words in told["contrast/words"]
    assert claim in told["contrast/claim"]
    assert reading in told["contrast/reading"]


def test_power_is_that_of_the_first_finding_against_the_slope_of_the_second():
    checks = made().checks
    first, second = checks.doubted
    told = numbers(replace(checks, doubted=(fit_with(first, 0.0, 0.2), fit_with(second, 1.0, 0.2))))
    assert (told["contrast/power"], told["contrast/apart"]) == ("above", "excludes")
    # (t 0.975 + t 0.8) of 23 degrees of freedom: 2.0686576 + 0.8583 = 2.927, times 0.1
    assert told["contrast/detectable"] == "0.29"
    weak = numbers(replace(checks, doubted=(fit_with(first, 0.0, 2.0), fit_with(second, 1.0, 0.2))))
    assert (weak["contrast/power"], weak["contrast/apart"]) == ("below", "does not exclude")


def test_one_finding_alone_has_no_contrast():
    checks = made().checks
    assert not [key for key in numbers(replace(checks, doubted=checks.doubted[:1])) if key.startswith("contrast")]


def test_names_may_be_absent():
    assert evidence_findings(made().checks, made().fits, {}, pd.Series(dtype=str))[
        "doubt/trade, two-way/without_economy/most"
    ]
