"""The declared logistics modes, goods segments and merchants, read from a TOML file."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bri_eval.checks import InputError, unknown
from bri_eval.modes.countries import check_once
from bri_eval.modes.validity import check_catalogue
from bri_eval.records import make_record, read_toml, refuse_unknown
from bri_eval.weights.judgements import read_judgements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bri_eval.weights.judgements import Judgement

ILLUSTRATIVE = "Illustrative: rate cards, demand, budgets and tolerances are assumptions, not market data."
"""Label of every table and figure that is made from an illustrative catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """A logistics mode and its card.

    Parameters
    ----------
    base, per_kg
        Price of a parcel and of a kilogram.
    days
        Door to door, 0 or more before country modifiers.
    loss, return_ease, coverage, exposure
        Share of parcels lost; how easily they come back; share of addresses reached; share of the goods' value at risk
        in the partner's country. From 0 to 1.
    fixed
        Cost of a period in each partner in which the mode is used.
    min_kg, max_kg
        Weights carried, both included.
    capacity, min_volume
        Most and fewest parcels of a period in one partner; None is no limit.
    not_carried
        Goods that the mode refuses.
    surcharge
        Goods to the factor on the price.
    rules, modifiers
        Names in ``RULES`` that a partner must meet, and in ``MODIFIERS`` that fit the card to a partner.
    coverage_source, coverage_scale
        A ``table.csv:column`` of the user with the coverage of each economy, and what to multiply it by.
    planned
        Off, until ``switch_on``.

    Examples
    --------
    >>> card = {"days": 12.0, "loss": 0.02, "return_ease": 0.3, "coverage": 0.8}
    >>> Mode(code="road", base=4.0, per_kg=6.0, **card).max_kg
    inf
    """

    code: str
    base: float
    per_kg: float
    days: float
    loss: float
    return_ease: float
    coverage: float
    name: str = ""
    fixed: float = 0.0
    exposure: float = 0.0
    min_kg: float = 0.0
    max_kg: float = float("inf")
    capacity: float | None = None
    min_volume: float = 0.0
    not_carried: tuple[str, ...] = ()
    surcharge: Mapping[str, float] = field(default_factory=dict)
    rules: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()
    coverage_source: str = ""
    coverage_scale: float = 1.0
    planned: bool = False
    source: str = ""
    illustrative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Goods that are sent alike: weight and value of a parcel, what is asked of a mode, parcels of a period."""

    code: str
    kg: float
    value: float
    target_days: float
    cost_limit: float
    loss_tolerance: float
    return_rate: float
    parcels: float
    name: str = ""
    goods: tuple[str, ...] = ()
    source: str = ""
    illustrative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """A seller: what it can spend on fixed costs in a period, and the value it can have at risk.

    Examples
    --------
    >>> Merchant(code="small", budget=5_000.0, risk_limit=2_000.0).budget
    5000.0
    """

    code: str
    budget: float
    risk_limit: float
    name: str = ""
    source: str = ""
    illustrative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """How the parcels of a partner follow: ``"equal"``, ``"given"`` by scale, or ``"proportional"`` to a series."""

    rule: str
    source: str = ""
    year: int | None = None
    reference: str = ""
    scale: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """The presets of judgements that weigh the cells of an income group or with one of some goods; of all if none."""

    presets: tuple[str, ...]
    income_groups: tuple[str, ...] = ()
    goods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpolation:
    """Two presets, the first up to ``low`` and the second from ``high`` of a series, between them by its logarithm."""

    presets: tuple[str, ...]
    source: str
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything that a modes file declares, in the order of the file."""

    modes: tuple[Mode, ...]
    segments: tuple[Segment, ...]
    merchants: tuple[Merchant, ...]
    demand: Demand
    preferences: tuple[Preference, ...]
    judgements: tuple[Judgement, ...]
    goods: tuple[str, ...] = ()
    return_cost: float = 0.0
    worst_at: float = 2.0
    income_factors: Mapping[str, float] = field(default_factory=dict)
    modifiers: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    lanes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    excluded: Mapping[str, str] = field(default_factory=dict)
    interpolation: Interpolation | None = None
    weigh_by: str = "preference"
    currency: str = ""
    period: str = "period"
    illustrative: bool = False
    origin: str = "catalogue"

    def __post_init__(self) -> None:
        check_catalogue(self)

    @property
    def active(self) -> tuple[Mode, ...]:
        """Modes that are not switched off."""
        return tuple(mode for mode in self.modes if not mode.planned)

    @property
    def labelled(self) -> bool:
        """Whether any number is illustrative."""
        entries: tuple[Mode | Segment | Merchant, ...] = (*self.modes, *self.segments, *self.merchants)
        return self.illustrative or any(entry.illustrative for entry in entries)

    def mode(self, code: str) -> Mode:
        """Return a mode by its code."""
        return self._entry("mode", self.modes, code)

    def segment(self, code: str) -> Segment:
        """Return a segment by its code."""
        return self._entry("segment", self.segments, code)

    def chosen(self, codes: Sequence[str] | None) -> tuple[Segment, ...]:
        """Return some segments by their codes, or all."""
        if codes is None:
            return self.segments
        check_once("segment", codes)
        return tuple(self.segment(code) for code in codes)

    def merchant(self, code: str) -> Merchant:
        """Return a merchant by its code."""
        return self._entry("merchant", self.merchants, code)

    def _entry(self, kind: str, entries: tuple[Any, ...], code: str) -> Any:
        """Find an entry, or raise naming the known ones."""
        found = {entry.code: entry for entry in entries}
        if code not in found:
            raise InputError(f"{self.origin}: {unknown(kind, code, found)}")
        return found[code]


_LISTS: dict[str, tuple[str, type]] = {
    "mode": ("modes", Mode),
    "segment": ("segments", Segment),
    "merchant": ("merchants", Merchant),
    "preference": ("preferences", Preference),
}
_TABLES: dict[str, type] = {"demand": Demand, "interpolation": Interpolation}
_PLAIN = (
    "goods",
    "return_cost",
    "worst_at",
    "income_factors",
    "modifiers",
    "lanes",
    "excluded",
    "currency",
    "period",
    "weigh_by",
    "illustrative",
)


def read_modes(path: str | Path) -> Catalogue:
    """Read logistics modes, goods segments and merchants from a TOML file.

    Parameters
    ----------
    path
        See ``data/modes.toml``: ``[[mode]]``, ``[[segment]]``, ``[[merchant]]``, ``[[preference]]``, ``[demand]``, the
        judgements of the criteria and what else ``Catalogue`` holds. Paths inside are relative to it.

    Returns
    -------
    Catalogue
        Checked: unique codes, costs declared, shares from 0 to 1, known goods, rules, modifiers and presets. Economies
        are checked when tables are at hand.

    Raises
    ------
    InputError
        Naming the file and the entry, what was found and what was expected.

    Examples
    --------
    >>> catalogue = read_modes("data/modes.toml")
    >>> catalogue.modes[0].code, catalogue.currency
    ('postal', 'US$')
    """
    path = Path(path)
    document = read_toml(path)
    refuse_unknown(document, ("schema", "judgements", *_LISTS, *_TABLES, *_PLAIN), f"{path}")
    if document.get("schema") != 1:
        raise InputError(f"{path}: schema is {document.get('schema')!r}; this version reads schema = 1")
    for key in ("judgements", "demand", *_LISTS):
        if not document.get(key):
            raise InputError(f"{path}: there is no '{key}'; it is needed")
    given = {key: document[key] for key in _PLAIN if key in document}
    given |= {name: _entries(record, document[key], f"{path}: {key}") for key, (name, record) in _LISTS.items()}
    given |= {key: _entry(kind, document[key], f"{path}: {key}") for key, kind in _TABLES.items() if key in document}
    if not isinstance(given.get("lanes", {}), dict):
        raise InputError(f"{path}: lanes is written with other brackets; write [lanes] above its lines")
    given["lanes"] = {mode: _texts(found, f"{path}: lanes: {mode}") for mode, found in given.get("lanes", {}).items()}
    given["goods"] = _texts(given.get("goods", []), f"{path}: goods")
    if not isinstance(document["judgements"], str):
        raise InputError(f"{path}: judgements is {document['judgements']!r}; expected a file or a folder")
    judgements = read_judgements(path.parent / document["judgements"])
    return make_record(Catalogue, {**given, "judgements": judgements, "origin": str(path)}, f"{path}")


def switch_on(catalogue: Catalogue, *codes: str) -> Catalogue:
    """Return a catalogue in which planned modes are available.

    Parameters
    ----------
    catalogue
        From ``read_modes``.
    codes
        Of the modes to be switched on.

    Returns
    -------
    Catalogue
        A copy.

    Examples
    --------
    >>> catalogue = read_modes("data/modes.toml")
    >>> len(switch_on(catalogue, "high_speed_rail").active) - len(catalogue.active)
    1
    """
    wanted = {catalogue.mode(code).code for code in codes}
    modes = tuple(dataclasses.replace(m, planned=False) if m.code in wanted else m for m in catalogue.modes)
    return dataclasses.replace(catalogue, modes=modes)


def _entries(record: type, entries: Any, where: str) -> tuple[Any, ...]:
    """Make the records of a list of tables, naming each in messages by its code."""
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        key = where.rpartition(" ")[2]
        raise InputError(f"{where} is written with other brackets; write [[{key}]] above its lines")
    return tuple(_entry(record, one, f"{where} '{one['code']}'" if "code" in one else where) for one in entries)


def _entry(record: type, entry: Any, where: str) -> Any:
    """Make the record of one table; its lists hold text."""
    if not isinstance(entry, dict):
        key = where.rpartition(" ")[2]
        raise InputError(f"{where} is written with other brackets; write [{key}] above its lines")
    for key, value in entry.items():
        if isinstance(value, list):
            _texts(value, f"{where}: {key}")
    return make_record(record, entry, where)


def _texts(found: Any, where: str) -> tuple[str, ...]:
    """Read a list of names."""
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise InputError(f"{where} is {found!r}; expected a list of names in quotation marks")
    return tuple(found)
