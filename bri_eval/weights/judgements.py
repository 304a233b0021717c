"""Pairwise judgements of experts: their files, their checks, their joining."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components

from bri_eval.checks import InputError, listing, mistakes_of, nearest, refuse, tried, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bri_eval.framework import Framework

RECIPROCITY = 0.05
"""How far a_ij * a_ji may be from 1: two printed digits of 1/3 or 1/6 pass, a contradiction does not."""

EXPERTS = "experts.csv"
"""File of a judgement folder that weighs the experts; it holds no judgements."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judgement:
    """One expert's pairwise comparisons of the children of one node; a missing one is NaN on both sides.

    Parameters
    ----------
    expert, group
        Who judged, and to which group the expert belongs.
    node
        Code of the group of the framework whose children are compared.
    matrix
        Square, items as labels; a_ij says how much more i matters than j, 1/9 to 9.
    weight
        Of the expert, above 0.
    origin
        The file, for messages.

    Examples
    --------
    >>> matrix = pd.DataFrame([[1, 3], [1 / 3, 1]], index=["road", "rail"], columns=["road", "rail"])
    >>> Judgement(expert="A", node="goal", matrix=matrix).weight
    1.0
    """

    expert: str
    node: str
    matrix: pd.DataFrame
    weight: float = 1.0
    origin: str = ""
    group: str = ""


def read_judgements(path: str | Path, *, incomplete: bool = False) -> tuple[Judgement, ...]:
    """Read the judgements of one or more experts.

    Parameters
    ----------
    path
        A CSV file with columns ``expert, node, row, col, value`` (``group`` is allowed), or a folder of such files.
        A value is 1 to 9 or its reciprocal, written 3, 1/3 or 0.3333; the upper triangle suffices. An expert
        who gave no name is called after the file. In a folder,
        ``experts.csv`` with columns ``expert, weight`` (``group``, ``years`` are allowed) gives every expert a weight
        above 0.
    incomplete
        Whether a pair may be absent or its value empty, as long as the other judgements link all items of the node.

    Returns
    -------
    tuple of Judgement
        One per expert and node, in order of reading; a missing judgement is NaN.

    Raises
    ------
    InputError
        Naming file, row and column: a value off the scale, a pair judged twice differently, a pair that is lacking,
        an item that no judgement links to the others, an expert without weight or a weight without expert.

    Examples
    --------
    >>> found = read_judgements("data/judgements/literature_rank")
    >>> found[0].expert, found[0].node, float(found[0].matrix.loc["infrastructure", "flexibility"])
    ('literature_rank', 'capability', 4.0)
    """
    found = read_forms(path, incomplete=incomplete)
    for one in found:
        check_linked(one.matrix, f"{one.origin}: expert '{one.expert}', node '{one.node}'")
    return found


def read_forms(path: str | Path, *, incomplete: bool = True) -> tuple[Judgement, ...]:
    """Read judgement files as ``read_judgements`` does, without asking whether the judgements link the items."""
    path = Path(path)
    files = sorted(file for file in path.glob("*.csv") if file.name != EXPERTS) if path.is_dir() else [path]
    if not files or not files[0].is_file():
        raise InputError(f"{path}: there is no judgement file; give a CSV file or a folder of them")
    read = [tried(partial(_read_file, file, incomplete)) for file in files]
    refuse(line for _, lines in read for line in lines)
    found = tuple(judgement for judgements, _ in read for judgement in judgements or ())
    roll = path / EXPERTS
    return _weighed(found, roll) if roll.is_file() else found


def join_judgements(group: Sequence[Judgement]) -> pd.DataFrame:
    """Join experts by the weighted geometric mean of their judgements (AIJ), which keeps reciprocity.

    The mean of a pair is over the experts who judged it; a pair that nobody judged stays missing.
    """
    first = group[0].matrix
    shares = np.array([one.weight for one in group], dtype=float)
    logs = np.stack([np.log(one.matrix.to_numpy(dtype=float)) for one in group])
    known = ~np.isnan(logs)
    total = np.tensordot(shares, known, axes=1)
    sums = np.tensordot(shares, np.where(known, logs, 0.0), axes=1)
    joined = np.exp(np.divide(sums, total, out=np.full_like(sums, np.nan), where=total > 0))
    return pd.DataFrame(joined, index=first.index, columns=first.columns)


def join_priorities(table: pd.DataFrame, shares: Sequence[float] | np.ndarray) -> pd.Series:
    """Join experts (rows) by the weighted geometric mean of their priorities (AIP), rescaled to sum to 1."""
    means = np.exp(np.average(np.log(table.to_numpy(dtype=float)), axis=0, weights=np.asarray(shares, dtype=float)))
    return pd.Series(means / means.sum(), index=table.columns, name="weight")


def by_node(framework: Framework, judgements: Iterable[Judgement]) -> dict[str, list[Judgement]]:
    """Collect the judgements of each node, reduced to the children the framework has."""
    nodes: dict[str, list[Judgement]] = {}
    for one in judgements:
        if one.node not in framework.group_codes:
            raise InputError(f"{one.origin}: {unknown('node', one.node, framework.group_codes)}")
        children = framework.children(one.node)
        absent = [code for code in children if code not in one.matrix.index]
        if absent:
            near = nearest(absent[0], [code for code in one.matrix.index if code not in children])
            hint = f"; did you mean '{absent[0]}' where '{near}' stands?" if near else "; add the pairs with it"
            raise InputError(
                f"{one.origin}: the judgements of expert '{one.expert}' on '{one.node}' lack {listing(absent)}; "
                f"{framework.origin} has {listing(children)} below it{hint}"
            )
        again = next((other for other in nodes.get(one.node, []) if other.expert == one.expert), None)
        if again:
            raise InputError(
                f"{one.origin}: expert '{one.expert}' judges node '{one.node}' twice, here and in "
                f"{again.origin}; keep one"
            )
        nodes.setdefault(one.node, []).append(replace(one, matrix=one.matrix.loc[children, children]))
    return nodes


def check_judgements(
    matrix: pd.DataFrame | np.ndarray | Sequence[Sequence[float]], where: str = "", *, incomplete: bool = False
) -> pd.DataFrame:
    """Return a judgement matrix as a float frame, or raise at the entry that is not as it should be."""
    prefix = f"{where}: " if where else ""
    try:
        frame = (matrix if isinstance(matrix, pd.DataFrame) else pd.DataFrame(np.array(matrix, dtype=float))).astype(
            float
        )
    except ValueError as error:
        raise InputError(f"{prefix}the judgement matrix is no table of numbers: {error}") from None
    values = frame.to_numpy()
    if frame.shape[0] != frame.shape[1]:
        raise InputError(f"{prefix}the judgement matrix is {frame.shape[0]} x {frame.shape[1]}; expected a square")
    if list(frame.index) != list(frame.columns):
        raise InputError(
            f"{prefix}the judgement matrix names rows and columns differently: {listing(frame.index)} and "
            f"{listing(frame.columns)}; give both the same names in the same order"
        )
    missing = np.isnan(values) & np.isnan(values.T) & ~np.eye(len(values), dtype=bool) & incomplete
    bad = ~(np.isfinite(values) & (values > 0)) & ~missing
    if bad.any():
        i, j = np.argwhere(bad)[0]
        raise InputError(f"{prefix}{_pair(frame, i, j)} is {values[i, j]:g}; judgements are positive numbers, 1/9 to 9")
    product = np.where(missing, 1.0, values * values.T)
    if np.abs(product - 1).max() > RECIPROCITY:
        i, j = np.argwhere(np.abs(product - 1) > RECIPROCITY)[0]
        raise InputError(
            f"{prefix}the judgement matrix is not reciprocal: {_pair(frame, i, j)} is {values[i, j]:g} and "
            f"{_pair(frame, j, i)} is {values[j, i]:g}; expected {_pair(frame, j, i)} = {1 / values[i, j]:.4g}"
        )
    return frame


def check_linked(frame: pd.DataFrame, where: str = "") -> None:
    """Raise unless the judgements that there are link every item to every other, directly or by way of others."""
    known = np.isfinite(frame.to_numpy(dtype=float))
    pieces, piece = connected_components(known, directed=False)
    if pieces > 1:
        linked = piece == np.bincount(piece).argmax()
        raise InputError(
            f"{where}{': ' if where else ''}no judgement links {listing(frame.index[~linked])} to "
            f"{listing(frame.index[linked])}; judge at least one pair that joins them"
        )


def parse_judgement(text: str, where: str) -> float:
    """Read 3, 1/3 or 0.333 as a number between 1/9 and 9."""
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)(?:/([0-9]+(?:\.[0-9]+)?))?\s*", text or "")
    over = float(found[2] or 1) if found else 0.0
    value = float(found[1]) / over if found and over else 0.0
    if not 1 / 9.5 < value < 9.5:
        raise InputError(f"{where}, column 'value': found {text!r}; expected 1 to 9 or a reciprocal such as 1/3")
    return value


def _read_file(path: Path, incomplete: bool) -> list[Judgement]:
    """Read one CSV of judgements."""
    pairs: dict[tuple[str, str], dict[tuple[str, str], float]] = {}
    groups: dict[tuple[str, str], str] = {}
    wrong: list[str] = []
    for number, entry in enumerate(_entries(path, ("expert", "node", "row", "col", "value")), start=2):
        blank = [name for name in ("node", "row", "col") if not (entry[name] or "").strip()]
        wrong += [f"{path}: row {number}, column '{name}' is blank; give a code of the framework" for name in blank]
        if blank:
            continue
        key = (entry["expert"] or "").strip() or path.stem, entry["node"]
        judged = pairs.setdefault(key, {})
        groups.setdefault(key, entry.get("group") or "")
        if incomplete and not (entry["value"] or "").strip():
            judged.setdefault((entry["row"], entry["col"]), np.nan)
            judged.setdefault((entry["col"], entry["row"]), np.nan)
        else:
            wrong += mistakes_of(partial(_take, judged, entry, number, path))
    refuse(wrong)
    if not pairs:
        raise InputError(f"{path}: there is no judgement; add a row for each pair, or remove the file")
    made = [tried(partial(_judgement, *key, judged, path, incomplete)) for key, judged in pairs.items()]
    refuse(line for _, lines in made for line in lines)
    return [replace(one, group=groups[one.expert, one.node]) for one, _ in made if one is not None]


def _entries(path: Path, expected: Sequence[str]) -> list[dict[str, str]]:
    """Read the rows of a CSV that must have some columns."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not readable as CSV in UTF-8: {error}; save it as CSV UTF-8") from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    absent = [name for name in expected if name not in (reader.fieldnames or [])]
    if absent:
        raise InputError(
            f"{path}: there is no column {listing(absent)}; expected {', '.join(expected)}, separated by commas; the "
            f"first row is {text.partition(chr(10))[0].strip()!r}"
        )
    return list(reader)


def _weighed(found: Iterable[Judgement], roll: Path) -> tuple[Judgement, ...]:
    """Give every judgement the weight and the group of its expert."""
    found = tuple(found)
    names = list(dict.fromkeys(one.expert for one in found))
    entries: dict[str, tuple[float, str]] = {}
    for number, entry in enumerate(_entries(roll, ("expert", "weight")), start=2):
        expert = entry["expert"]
        if expert not in names:
            raise InputError(f"{roll}: row {number}: {unknown('expert', expert, names)}")
        if expert in entries:
            raise InputError(f"{roll}: row {number}: expert '{expert}' occurs twice; keep one row")
        entries[expert] = _expert_weight(entry, f"{roll}: row {number}"), entry.get("group") or ""
    judging = {one.expert for one in found if not is_blank(one)}
    absent = [name for name in names if name in judging and name not in entries]
    if absent:
        raise InputError(f"{roll}: there is no row for {listing(absent)}; give every expert a weight")
    weights = {name: entries.get(name, (1.0, "")) for name in names}
    return tuple(
        replace(one, weight=weights[one.expert][0], group=weights[one.expert][1] or one.group) for one in found
    )


def is_blank(one: Judgement) -> bool:
    """Say whether an expert has judged no pair of a node."""
    return int(one.matrix.notna().to_numpy().sum()) <= len(one.matrix)


def _expert_weight(entry: Mapping[str, str], where: str) -> float:
    """Read the weight of an expert."""
    text = entry["weight"] or ""
    value = float(text) if re.fullmatch(r"\s*[0-9]+(\.[0-9]+)?\s*", text, flags=re.ASCII) else 0.0
    if not value > 0:
        raise InputError(f"{where}, column 'weight': found {text!r}; expected a number above 0")
    return value


def _take(judged: dict[tuple[str, str], float], entry: Mapping[str, str], number: int, path: Path) -> None:
    """Enter the judgement of one row."""
    value = parse_judgement(entry["value"], f"{path}: row {number}")
    _enter(judged, entry["row"], entry["col"], value, number, path)


def _enter(judged: dict[tuple[str, str], float], row: str, col: str, value: float, number: int, path: Path) -> None:
    """Enter a judgement and its reciprocal, refusing a contradiction."""
    for pair, number_value in (((row, col), value), ((col, row), 1 / value)):
        before = judged.get(pair)
        if (row == col and abs(value - 1) > RECIPROCITY) or (before and abs(before / number_value - 1) > RECIPROCITY):
            other = f"{before:.4g}" if before else "1"
            raise InputError(
                f"{path}: row {number}: '{row}' over '{col}' is {value:.4g}, which is not reciprocal: another row, or "
                f"the diagonal, makes '{pair[0]}' over '{pair[1]}' {other}; keep one judgement of the pair"
            )
        judged[pair] = number_value


def _judgement(expert: str, node: str, judged: dict[tuple[str, str], float], path: Path, incomplete: bool) -> Judgement:
    """Arrange the judgements of one expert on one node as a matrix."""
    codes = list(dict.fromkeys(code for pair in judged for code in pair))
    absent = [f"{a} over {b}" for i, a in enumerate(codes) for b in codes[i + 1 :] if (a, b) not in judged]
    if absent and not incomplete:
        raise InputError(
            f"{path}: expert '{expert}' has not judged {listing(absent)} of node '{node}'; add the rows, or read with "
            "incomplete=True to have them completed from the other judgements"
        )
    values = [[1.0 if a == b else judged.get((a, b), np.nan) for b in codes] for a in codes]
    return Judgement(
        expert=expert, node=node, matrix=pd.DataFrame(values, index=codes, columns=codes), origin=str(path)
    )


def _pair(frame: pd.DataFrame, i: int, j: int) -> str:
    """Name an entry of a judgement matrix."""
    return f"'{frame.index[i]}' over '{frame.columns[j]}'"
