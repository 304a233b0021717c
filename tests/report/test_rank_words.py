"""Words and numbers as printed."""

import pytest

from bri_eval.recipe import Recipe
from bri_eval.report.rank_words import FACTORS, factor_words, listed, percent, plain_words
from bri_eval.robustness.noise import SOURCES, noise_name


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (0.0001, "less than 1 %"),
        (0.0049, "less than 1 %"),
        (0.005, "less than 1 %"),
        (0.0051, "1 %"),
        (0.273, "27 %"),
        (0.9949, "99 %"),
        (0.995, "more than 99 %"),
        (0.9999, "more than 99 %"),
        (1, "100 %"),
        (1.2, "120 %"),
    ],
)
def test_per_cent_claims_neither_certainty_nor_impossibility_that_is_not_there(share, text):
    assert percent(share) == text


@pytest.mark.parametrize(
    ("words", "text"), [([], "none"), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")]
)
def test_words_are_joined_as_in_a_sentence(words, text):
    assert listed(words) == text


def test_factors_have_words_of_their_own_and_others_lose_their_underscores():
    assert factor_words("noise: prior_share") == "noise in the prior share"
    assert factor_words("prior_share") == "prior share"
    assert plain_words("without lpi_customs") == "without lpi customs"


def test_no_two_factors_have_the_same_words():
    fields = [*Recipe.__dataclass_fields__, "judgements", *map(noise_name, SOURCES)]
    words = [factor_words(field) for field in fields]
    assert len(set(words)) == len(words)
    assert set(FACTORS) <= set(fields)
    assert {noise_name(source) for source in SOURCES} <= set(FACTORS)
