"""Words of the tables, figures and texts on logistics modes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bri_eval.modes.catalogue import ILLUSTRATIVE
from bri_eval.report.rank_words import percent, plain_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bri_eval.modes.catalogue import Catalogue, Merchant, Mode, Segment

SAYS, AGAINST = "as the paper says", "against the paper"

RULES = {
    "switched_on": "planned, switched off",
    "partner_not_excluded": "partner excluded",
    "within_weight": "too light or too heavy",
    "goods_carried": "goods not carried",
    "enough_parcels": "too few parcels",
    "within_budget": "fixed cost beyond the budget",
    "worth_sending": "costs more than the goods are worth",
    "border_with_china": "no land border with China",
    "rail_corridor": "off the railways",
    "coastal_asia": "no coast of South or Southeast Asia",
    "named_lane": "no lane",
}
"""Rules of feasibility by what a mode fails; others are printed as they are called."""


def titled(catalogue: Catalogue, text: str) -> str:
    """Label a caption that rests on illustrative inputs."""
    return f"{text} (illustrative)" if catalogue.labelled else text


def labelled(catalogue: Catalogue) -> tuple[str, ...]:
    """Give the label of an illustrative catalogue, to stand among the notes of a table."""
    return (ILLUSTRATIVE,) if catalogue.labelled else ()


def codes_and_names(entries: Iterable[Mode | Segment | Merchant]) -> dict[str, str]:
    """Give the printed name of every code."""
    return {entry.code: entry.name or plain_words(entry.code) for entry in entries}


def lowered(name: str) -> str:
    """Write a name inside a sentence; names with a second capital keep theirs, and what is in brackets goes.

    Examples
    --------
    >>> lowered("Overseas warehouse"), lowered("China-Europe rail"), lowered("Regulated (liquid)")
    ('overseas warehouse', 'China-Europe rail', 'regulated')
    """
    words = name.partition(" (")[0]
    return words if words[1:] != words[1:].lower() else words.lower()


def rule_words(rule: str) -> str:
    """Say what a mode fails.

    Examples
    --------
    >>> rule_words("rail_corridor"), rule_words("own_rule")
    ('off the railways', 'own rule')
    """
    return RULES.get(rule, plain_words(rule))


def pair_words(catalogue: Catalogue, mode: str, leader: str) -> str:
    """Set a mode against the leader."""
    called = codes_and_names(catalogue.modes)
    return f"{lowered(called[mode])} instead of {lowered(called[leader])}" if leader else lowered(called[mode])


def second_words(change: float) -> str:
    """Say how far something has to fall.

    Examples
    --------
    >>> second_words(-0.123), second_words(0.0)
    ('12 % less', 'level')
    """
    return f"{percent(-change)} less" if change < 0 else "level"


def verdict(holds: object) -> str:
    """Say whether a qualitative statement of the paper comes out.

    Examples
    --------
    >>> verdict(True), verdict(False)
    ('as the paper says', 'against the paper')
    """
    return SAYS if holds else AGAINST
