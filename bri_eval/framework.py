"""The declared hierarchy: indicators below groups below one goal, read from a TOML file."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bri_eval.checks import WEIGHT_TOLERANCE, InputError, listing, mistakes_of, nearest, refuse, unknown
from bri_eval.records import make_record, read_toml, refuse_unknown, right_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DIRECTIONS = ("benefit", "cost", "target", "interval")
TRANSFORMS = ("none", "log", "log1p", "sqrt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """An inner node; the goal is the group without a parent.

    Examples
    --------
    >>> Group(code="land", parent="goal", weight=0.6, aggregator="geometric").weight
    0.6
    """

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

    Examples
    --------
    >>> Indicator(code="tariff", parent="border", direction="cost", unit="%", goalposts=(0.0, 30.0)).best is None
    True
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
    """Groups (the goal first) and indicators, in the order of the file.

    Examples
    --------
    >>> tree = Framework(groups=(Group(code="goal"),), indicators=(Indicator(code="road", parent="goal"),))
    >>> tree.goal, tree.codes
    ('goal', ['road'])
    """

    groups: tuple[Group, ...]
    indicators: tuple[Indicator, ...]
    origin: str = "framework"

    def __post_init__(self) -> None:
        refuse(_mistakes(self))

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

    Examples
    --------
    >>> tree = read_framework("data/frameworks/panel.toml")
    >>> tree.goal, len(tree.codes), tree.pillars[0]
    ('capability', 14, 'network')
    """
    path = Path(path)
    document = read_toml(path)
    found = mistakes_of(lambda: refuse_unknown(document, ("schema", "goal", "group", "indicator"), f"{path}"))
    if document.get("schema") != 1:
        found.append(f"{path}: schema is {document.get('schema')!r}; this version reads schema = 1")
    unread = list(_bracket_mistakes(document, path))
    refuse([*found, *unread] if unread else [])
    nodes, wrong = _nodes(document, path)
    found += wrong
    if None in nodes:
        refuse(found)
    groups = tuple(node for node in nodes if isinstance(node, Group))
    indicators = tuple(node for node in nodes if isinstance(node, Indicator))
    refuse([*found, *mistakes_of(lambda: Framework(groups=groups, indicators=indicators, origin=str(path)))])
    return Framework(groups=groups, indicators=indicators, origin=str(path))


def _nodes(document: Mapping[str, Any], path: Path) -> tuple[list[Any], list[str]]:
    """Make every node of what is right in its entry, None without code and parent; and say what is wrong."""
    entries: list[tuple[type[Any], Any, str]] = [(Group, document["goal"], f"{path}: goal")]
    entries += [(Group, entry, f"{path}: group") for entry in document.get("group", [])]
    entries += [(Indicator, entry, f"{path}: indicator") for entry in document.get("indicator", [])]
    wrong = [line for record, entry, where in entries for line in mistakes_of(partial(_node, record, entry, where))]
    return [_right_node(record, entry) for record, entry, _ in entries], wrong


def _bracket_mistakes(document: Mapping[str, Any], path: Path) -> Iterator[str]:
    """Find that there is no [goal], and [[goal]], [group] or [indicator]."""
    if "goal" not in document:
        yield f"{path}: there is no [goal]; give it a code and a name"
    for key, kind, brackets in (
        ("goal", dict, "[goal]"),
        ("group", list, "[[group]]"),
        ("indicator", list, "[[indicator]]"),
    ):
        value = document.get(key, kind())
        if not isinstance(value, kind) or not all(isinstance(entry, dict) for entry in value if kind is list):
            yield f"{path}: '{key}' is written with other brackets; write {brackets} above its lines"


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


def _right_node(record: type[Any], entry: Mapping[str, Any]) -> Any:
    """Make one node of what is right in its entry, if that is enough."""
    try:
        return make_record(record, right_values(record, entry, ""), "")
    except InputError:
        return None


def _mistakes(framework: Framework) -> Iterator[str]:
    """Look for mistakes in codes, parents, leaves below every group, directions and weights."""
    codes = [node.code for node in framework.nodes]
    where = framework.origin
    for code in codes:
        if not code.strip():
            yield f"{where}: code {code!r} is blank; give every group and indicator a code"
        elif codes.count(code) > 1:
            yield f"{where}: code '{code}' occurs twice; codes of groups and indicators are unique"
    if not framework.indicators:
        yield f"{where}: there is no [[indicator]]; an index needs at least one"
    yield from _tree_mistakes(framework)
    for indicator in framework.indicators:
        yield from _indicator_mistakes(indicator, where)
    yield from _weight_mistakes(framework)


def _tree_mistakes(framework: Framework) -> Iterator[str]:
    """Find nodes that do not hang below the one goal, and groups without anything below."""
    where, groups = framework.origin, framework.group_codes
    parent = {node.code: node.parent for node in framework.nodes}
    if parent[framework.goal] is not None:
        yield f"{where}: the goal '{framework.goal}' has a parent; only groups and indicators have one"
        return
    lost = {node.parent for node in framework.nodes[1:] if node.parent not in groups}
    circles: set[str] = set()
    for node in framework.nodes[1:]:
        kind, above = "group" if node.code in groups else "indicator", ancestors(node.code, parent)
        if node.parent in lost:
            near = nearest(str(node.parent), groups)
            hint = f"; did you mean '{near}'?" if near else ""
            yield f"{where}: {kind} '{node.code}' has parent '{node.parent}'; groups are {listing(groups)}{hint}"
        elif framework.goal not in above and not lost & set(above) and not circles & {node.code, *above}:
            circles |= {node.code, *above}
            yield f"{where}: {kind} '{node.code}' is in a circle ({' -> '.join(above)}); change one parent"
    meant = {nearest(str(code), groups) for code in lost}
    for code in groups:
        if not framework.children(code) and code not in meant and framework.indicators:
            yield f"{where}: group '{code}' has nothing below it; remove it or give it an indicator"


def _indicator_mistakes(indicator: Indicator, where: str) -> Iterator[str]:
    """Find values of one indicator's fields that do not fit."""
    named = f"{where}: indicator '{indicator.code}'"
    for value, allowed, what in (
        (indicator.direction, DIRECTIONS, "direction"),
        (indicator.transform, TRANSFORMS, "transform"),
    ):
        if value not in allowed:
            yield f"{named}: {unknown(what, value, allowed)}"
    if indicator.look_back and indicator.look_around:
        yield f"{named} has look_back and look_around; declare one of them"
    if indicator.look_back < 0 or indicator.look_around < 0:
        yield f"{named} looks {min(indicator.look_back, indicator.look_around)} years; expected 0 or more"
    wanted = {"target": indicator.target, "interval": indicator.interval}
    if indicator.direction in wanted and wanted[indicator.direction] is None:
        yield f"{named} has direction '{indicator.direction}' and no {indicator.direction}; declare it"
    if indicator.tolerance is not None and not indicator.tolerance > 0:
        yield f"{named} has tolerance {indicator.tolerance:g}; expected a number above 0"
    for what, ends in (("goalposts", indicator.goalposts), ("interval", indicator.interval)):
        if ends is not None and not (
            len(ends) == 2 and all(isinstance(end, int | float) for end in ends) and ends[0] < ends[1]
        ):
            yield f"{named} has {what} {list(ends)}; expected [low, high] with low < high"


def _weight_mistakes(framework: Framework) -> Iterator[str]:
    """Find families whose declared weights are not complete, or do not sum to 1."""
    declared = {node.code: node.weight for node in framework.nodes}
    for siblings in families(framework):
        given = {code: declared[code] for code in siblings if declared[code] is not None}
        if not given:
            continue
        absent = [code for code in siblings if code not in given]
        if absent:
            yield f"{framework.origin}: {listing(given)} declare a weight and {listing(absent)} do not; all or none"
            continue
        numbers = {code: float(weight) for code, weight in given.items() if weight is not None}
        below = [f"'{code}' {weight:g}" for code, weight in numbers.items() if not weight >= 0]
        if below:
            yield f"{framework.origin}: weights {', '.join(below)}; expected numbers >= 0 that sum to 1 among siblings"
        elif not abs(sum(numbers.values()) - 1) <= WEIGHT_TOLERANCE:
            yield (
                f"{framework.origin}: the weights of {listing(siblings)} sum to {sum(numbers.values()):.6g}; "
                "expected numbers >= 0 that sum to 1; nothing was rescaled: correct them"
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
