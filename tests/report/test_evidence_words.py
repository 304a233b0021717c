"""Numbers and verdicts as printed."""

from types import SimpleNamespace

import pandas as pd
import pytest

from bri_eval.report.evidence_words import counted, ends, rejected, side, signed, span, unit_name


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.126, "0.13"),
        (-0.126, "\u22120.13"),
        (-0.001, "0.00"),
        (0.0, "0.00"),
        (float("inf"), "infinity"),
        (-float("inf"), "\u2212infinity"),
    ],
)
def test_numbers_have_a_minus_sign_and_zero_has_none(value, text):
    assert signed(value) == text


def test_a_number_may_have_other_digits():
    assert signed(-1234.5, ",.1f") == "\u22121,234.5"


def test_two_ends_are_printed_together():
    assert span(-0.5, 0.25) == "\u22120.50 to 0.25"


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.01, 1, "clearly positive"),
        (-1, -0.01, "clearly negative"),
        (-1, 1, "not distinguishable from zero"),
        (0, 1, "not distinguishable from zero"),
        (-1, 0, "not distinguishable from zero"),
    ],
)
def test_an_interval_that_touches_zero_says_nothing(low, high, words):
    assert side(low, high) == words


@pytest.mark.parametrize(
    ("p", "word"), [(0.0499, "rejected"), (0.05, "not rejected"), (1.0, "not rejected"), (float("nan"), "not tested")]
)
def test_a_hypothesis_is_rejected_below_five_per_cent(p, word):
    assert rejected(p) == word


@pytest.mark.parametrize(
    ("number", "total", "words"), [(0, 3, "not one of 3"), (1, 3, "1 of 3"), (3, 3, "all 3"), (0, 0, "all 0")]
)
def test_none_and_all_are_words(number, total, words):
    assert counted(number, total) == words


def test_ends_are_those_of_the_interval():
    interval = pd.DataFrame({"lower": [0.0, 1.0], "upper": [2.0, 3.0]}, index=["x", "z"])
    assert ends(SimpleNamespace(conf_int=interval), "z") == (1.0, 3.0)


@pytest.mark.parametrize(
    ("by", "unit", "name"), [("economy", "ARM", "Armenia"), ("economy", "X", "X"), ("year", 2010, "2010")]
)
def test_units_are_named(by, unit, name):
    assert unit_name(SimpleNamespace(by=by), unit, pd.Series({"ARM": "Armenia", 2010: "no"})) == name
