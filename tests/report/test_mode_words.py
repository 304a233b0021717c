"""Words on modes."""

from __future__ import annotations

from dataclasses import replace

import decided
import pytest

from bri_eval.modes.catalogue import ILLUSTRATIVE
from bri_eval.modes.feasibility import RULES
from bri_eval.report import mode_words


def plain():
    """Return the catalogue as if every number had a source."""
    own = decided.catalogue()
    entries = {
        kind: tuple(replace(one, illustrative=False, source="a survey") for one in getattr(own, kind))
        for kind in ("modes", "segments", "merchants")
    }
    return replace(own, illustrative=False, **entries)


def test_captions_and_notes_of_illustrative_catalogues_say_so():
    assert mode_words.titled(decided.catalogue(), "Cards") == "Cards (illustrative)"
    assert mode_words.labelled(decided.catalogue()) == (ILLUSTRATIVE,)
    assert mode_words.titled(plain(), "Cards") == "Cards"
    assert mode_words.labelled(plain()) == ()


def test_every_rule_has_words():
    assert set(mode_words.RULES) == set(RULES)


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("Overseas warehouse", "overseas warehouse"),
        ("China-Europe rail", "China-Europe rail"),
        ("Rail-sea", "rail-sea"),
    ],
)
def test_names_inside_a_sentence(name, inside):
    assert mode_words.lowered(name) == inside


def test_pairs_and_changes():
    own = decided.catalogue()
    assert mode_words.pair_words(own, "express", "postal") == "international express instead of postal small parcel"
    assert mode_words.pair_words(own, "express", "") == "international express"
    assert mode_words.second_words(-0.004) == "less than 1 % less"
    assert (mode_words.verdict(1 > 0), mode_words.verdict(0 > 1)) == ("as the paper says", "against the paper")
