"""The declared hierarchy: indicators below groups below one goal, read from a TOML file."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bri_eval.checks import WEIGHT_TOLERANCE, InputError, listing, unknown
from bri_eval.records import make_record, read_toml, refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DIRECTIONS = ("benefit", "cost", "target", "interval")
TRANSFORMS = ("none", "log", "log1p", "sqrt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """An inner node; the goal is the group without a parent."""

    code: str
    name: str = ""
    parent: str | None = None
    weight: float | None = None
    aggregator: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """A leaf, and how its column is made from the tables and brought to one scale.

    ``direction`` is ``benefit``, ``cost``, ``target`` (nearer to ``target`` is better) or ``interval`` (inside is best,
    nearer is better; at a distance of ``tolerance`` it is worst). A benefit or cost may have a ``target`` as well, for
    normalisation by the distance to it. ``goalposts`` are the raw values that min-max maps to its ends.
    """

    code: str
    parent: str
    name: str = ""
    direction: str = "benefit"
    unit: str = ""
    source: str = ""
    weight: float | None = None
    denominator: str | None = None
    scale: float = 1.0
    transform: str = "none"
    cap: float | None = None
    goalposts: tuple[float, float] | None = None
    target: float | None = None
    interval: tuple[float, float] | None = None
    tolerance: float | None = None
    treatment: str | None = None
    normaliser: str | None = None
    structural_zero: str | None = None
    look_back: int = 0
    look_around: int = 0
    required: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
    cite: str = ""
    note: str = ""

    @property
    def best(self) -> tuple[float, float] | None:
        """Ends of the best values, for an indicator of which neither more nor less is always better."""
        if self.direction == "target" and self.target is not None:
            return self.target, self.target
        return self.interval if self.direction == "interval" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """Groups (the goal first) and indicators, in the order of the file."""

    groups: tuple[Group, ...]
    indicators: tuple[Indicator, ...]
    origin: str = "framework"

    def __post_init__(self) -> None:
        _check(self)

    @property
    def goal(self) -> str:
        """Code of the root."""
        return self.groups[0].code

    @property
    def nodes(self) -> list[Group | Indicator]:
        """Groups, the goal first, and indicators."""
        return [*self.groups, *self.indicators]

    @property
    def codes(self) -> list[str]:
        """Indicator codes in framework order."""
        return [indicator.code for indicator in self.indicators]

    @property
    def group_codes(self) -> list[str]:
        """Group codes, the goal first."""
        return [group.code for group in self.groups]

    @property
    def pillars(self) -> list[str]:
        """Codes of the groups directly below the goal."""
        return [group.code for group in self.groups if group.parent == self.goal]

    @property
    def names(self) -> dict[str, str]:
        """Printed name of every node."""
        return {node.code: node.name or node.code for node in self.nodes}

    def children(self, code: str) -> list[str]:
        """List the codes directly below a group, groups before indicators."""
        return [node.code for node in self.nodes if node.parent == code]

    def leaves(self, code: str) -> list[str]:
        """List the indicator codes anywhere below a group, in framework order."""
        parent = {node.code: node.parent for node in self.nodes}
        return [leaf for leaf in self.codes if code in ancestors(leaf, parent)]


def read_framework(path: str | Path) -> Framework:
    """Read a framework from a TOML file.

    Parameters
    ----------
    path
        A file with ``schema = 1``, one ``[goal]``, ``[[group]]`` and ``[[indicator]]`` tables.

    Returns
    -------
    Framework
        Validated: one tree, unique codes, declared weights that sum to 1 among siblings.

    Raises
    ------
    InputError
        Naming the file, the entry, what was found and the nearest valid name.
    """
    path = Path(path)
    document = read_toml(path)
    refuse_unknown(document, ("schema", "goal", "group", "indicator"), f"{path}")
    if document.get("schema") != 1:
        raise InputError(f"{path}: schema is {document.get('schema')!r}; this version reads schema = 1")
    if "goal" not in document:
        raise InputError(f"{path}: there is no [goal]; give it a code and a name")
    _check_brackets(document, path)
    goal: Group = _node(Group, document["goal"], f"{path}: goal")
    groups = [_node(Group, entry, f"{path}: group") for entry in document.get("group", [])]
    indicators = [_node(Indicator, entry, f"{path}: indicator") for entry in document.get("indicator", [])]
    return Framework(groups=(goal, *groups), indicators=tuple(indicators), origin=str(path))


def _check_brackets(document: Mapping[str, Any], path: Path) -> None:
    """Refuse [[goal]], [group] and [indicator]."""
    for key, kind, brackets in (
        ("goal", dict, "[goal]"),
        ("group", list, "[[group]]"),
        ("indicator", list, "[[indicator]]"),
    ):
        if key in document and not isinstance(document[key], kind):
            raise InputError(f"{path}: '{key}' is written with other brackets; write {brackets} above its lines")


@lru_cache(maxsize=32)
def flat_framework(directions: tuple[tuple[str, str], ...], goal: str = "score") -> Framework:
    """Make the framework of a plain table: every column an indicator directly below the goal.

    Parameters
    ----------
    directions
        Pairs of column and ``"benefit"`` or ``"cost"``.
    goal
        Code of the goal.
    """
    absent = [code for code, direction in directions if not direction]
    if absent:
        raise InputError(f"directions lack {listing(absent)}; write {{'{absent[0]}': 'benefit'}} or 'cost'")
    indicators = tuple(Indicator(code=code, parent=goal, direction=direction) for code, direction in directions)
    return Framework(groups=(Group(code=goal),), indicators=indicators, origin="directions")


def _node(record: type[Any], entry: Mapping[str, Any], where: str) -> Any:
    """Make one node, naming it in messages by its code where it has one."""
    code = entry.get("code")
    return make_record(record, entry, f"{where} '{code}'" if code else where)


def _check(framework: Framework) -> None:
    """Check codes, parents, cycles, leaves below every group, weights, directions."""
    codes = [node.code for node in framework.nodes]
    where = framework.origin
    for code in codes:
        if not code.strip():
            raise InputError(f"{where}: code {code!r} is blank; give every group and indicator a code")
        if codes.count(code) > 1:
            raise InputError(f"{where}: code '{code}' occurs twice; codes of groups and indicators are unique")
    if not framework.indicators:
        raise InputError(f"{where}: there is no [[indicator]]; an index needs at least one")
    _check_tree(framework)
    for indicator in framework.indicators:
        _check_indicator(indicator, where)
    _check_declared(framework)


def _check_tree(framework: Framework) -> None:
    """Check that every node hangs below the one goal and every group has something below it."""
    where, groups = framework.origin, framework.group_codes
    parent = {node.code: node.parent for node in framework.nodes}
    if parent[framework.goal] is not None:
        raise InputError(f"{where}: the goal '{framework.goal}' has a parent; only groups and indicators have one")
    for node in framework.nodes[1:]:
        kind = "group" if node.code in groups else "indicator"
        if node.parent not in groups:
            raise InputError(f"{where}: {kind} '{node.code}' has parent '{node.parent}'; groups are {listing(groups)}")
        if framework.goal not in ancestors(node.code, parent):
            circle = " -> ".join(ancestors(node.code, parent))
            raise InputError(f"{where}: {kind} '{node.code}' is in a circle ({circle}); change one parent")
    for code in groups:
        if not framework.children(code):
            raise InputError(f"{where}: group '{code}' has nothing below it; remove it or give it an indicator")


def _check_indicator(indicator: Indicator, where: str) -> None:
    """Check the values of one indicator's fields."""
    named = f"{where}: indicator '{indicator.code}'"
    for value, allowed, what in (
        (indicator.direction, DIRECTIONS, "direction"),
        (indicator.transform, TRANSFORMS, "transform"),
    ):
        if value not in allowed:
            raise InputError(f"{named}: {unknown(what, value, allowed)}")
    if indicator.look_back and indicator.look_around:
        raise InputError(f"{named} has look_back and look_around; declare one of them")
    if indicator.look_back < 0 or indicator.look_around < 0:
        raise InputError(f"{named} looks {min(indicator.look_back, indicator.look_around)} years; expected 0 or more")
    wanted = {"target": indicator.target, "interval": indicator.interval}
    if indicator.direction in wanted and wanted[indicator.direction] is None:
        raise InputError(f"{named} has direction '{indicator.direction}' and no {indicator.direction}; declare it")
    if indicator.tolerance is not None and not indicator.tolerance > 0:
        raise InputError(f"{named} has tolerance {indicator.tolerance:g}; expected a number above 0")
    for what, ends in (("goalposts", indicator.goalposts), ("interval", indicator.interval)):
        if ends is not None and not (
            len(ends) == 2 and all(isinstance(end, int | float) for end in ends) and ends[0] < ends[1]
        ):
            raise InputError(f"{named} has {what} {list(ends)}; expected [low, high] with low < high")


def _check_declared(framework: Framework) -> None:
    """Check that the declared weights of each family are complete and sum to 1."""
    declared = {node.code: node.weight for node in framework.nodes}
    for siblings in families(framework):
        given = {code: declared[code] for code in siblings if declared[code] is not None}
        if not given:
            continue
        absent = [code for code in siblings if code not in given]
        if absent:
            raise InputError(
                f"{framework.origin}: {listing(given)} declare a weight and {listing(absent)} do not; all or none"
            )
        numbers = [float(weight) for weight in given.values() if weight is not None]
        if not (min(numbers) >= 0 and abs(sum(numbers) - 1) <= WEIGHT_TOLERANCE):
            raise InputError(
                f"{framework.origin}: the weights of {listing(siblings)} sum to {sum(numbers):.6g}; "
                "expected numbers >= 0 that sum to 1; nothing was rescaled"
            )


def families(framework: Framework) -> Iterator[list[str]]:
    """Yield the children of every group."""
    for code in framework.group_codes:
        yield framework.children(code)


def ancestors(code: str, parent: Mapping[str, str | None]) -> list[str]:
    """List the nodes above, nearest first, stopping when the path repeats."""
    path: list[str] = []
    up = parent.get(code)
    while up is not None and up not in path:
        path.append(up)
        up = parent.get(up)
    return path
