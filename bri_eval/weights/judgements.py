"""Pairwise judgements of experts: their files, their checks, their joining."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, listing

if TYPE_CHECKING:
    from collections.abc import Sequence

RECIPROCITY = 0.05
"""How far a_ij * a_ji may be from 1: two printed digits of 1/3 or 1/6 pass, a contradiction does not."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judgement:
    """One expert's pairwise comparisons of the children of one node."""

    expert: str
    node: str
    matrix: pd.DataFrame
    weight: float = 1.0
    origin: str = ""


def read_judgements(path: str | Path) -> tuple[Judgement, ...]:
    """Read the judgements of one or more experts.

    Parameters
    ----------
    path
        A CSV file with columns ``expert, node, row, col, value`` (``group`` is allowed), or a folder of such files.
        A value is 1 to 9 or its reciprocal, written 3, 1/3 or 0.3333; the upper triangle suffices.

    Returns
    -------
    tuple of Judgement
        One per expert and node, in order of reading.

    Raises
    ------
    InputError
        Naming file, row and column: a value off the scale, a pair judged twice differently, a pair that is lacking.
    """
    path = Path(path)
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    if not files or not files[0].is_file():
        raise InputError(f"{path}: there is no judgement file; give a CSV file or a folder of them")
    return tuple(judgement for file in files for judgement in _read_file(file))


def join_judgements(group: Sequence[Judgement]) -> pd.DataFrame:
    """Join experts by the weighted geometric mean of their judgements, which keeps reciprocity."""
    shares = np.array([one.weight for one in group], dtype=float)
    logs = np.stack([np.log(one.matrix.to_numpy(dtype=float)) for one in group])
    joined = np.exp(np.tensordot(shares / shares.sum(), logs, axes=1))
    return pd.DataFrame(joined, index=group[0].matrix.index, columns=group[0].matrix.columns)


def check_judgements(matrix: pd.DataFrame | np.ndarray | Sequence[Sequence[float]], where: str = "") -> pd.DataFrame:
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
    if not (np.isfinite(values) & (values > 0)).all():
        i, j = np.argwhere(~(np.isfinite(values) & (values > 0)))[0]
        raise InputError(f"{prefix}{_pair(frame, i, j)} is {values[i, j]:g}; judgements are positive numbers, 1/9 to 9")
    product = values * values.T
    if np.abs(product - 1).max() > RECIPROCITY:
        i, j = np.argwhere(np.abs(product - 1) > RECIPROCITY)[0]
        raise InputError(
            f"{prefix}the judgement matrix is not reciprocal: {_pair(frame, i, j)} is {values[i, j]:g} and "
            f"{_pair(frame, j, i)} is {values[j, i]:g}; expected {_pair(frame, j, i)} = {1 / values[i, j]:.4g}"
        )
    return frame


def _read_file(path: Path) -> list[Judgement]:
    """Read one CSV of judgements."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not readable as CSV in UTF-8: {error}; save it as CSV UTF-8") from None
    with io.StringIO(text, newline="") as stream:
        reader = csv.DictReader(stream)
        header = reader.fieldnames or []
        absent = [name for name in ("expert", "node", "row", "col", "value") if name not in header]
        if absent:
            raise InputError(f"{path}: there is no column {listing(absent)}; expected expert, node, row, col, value")
        pairs: dict[tuple[str, str], dict[tuple[str, str], float]] = {}
        for number, entry in enumerate(reader, start=2):
            judged = pairs.setdefault((entry["expert"], entry["node"]), {})
            _enter(
                judged,
                entry["row"],
                entry["col"],
                parse_judgement(entry["value"], f"{path}: row {number}"),
                number,
                path,
            )
    if not pairs:
        raise InputError(f"{path}: there is no judgement; add a row for each pair, or remove the file")
    return [_judgement(expert, node, judged, path) for (expert, node), judged in pairs.items()]


def parse_judgement(text: str, where: str) -> float:
    """Read 3, 1/3 or 0.333 as a number between 1/9 and 9."""
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)(?:/([0-9]+(?:\.[0-9]+)?))?\s*", text or "")
    over = float(found[2] or 1) if found else 0.0
    value = float(found[1]) / over if found and over else 0.0
    if not 1 / 9.5 < value < 9.5:
        raise InputError(f"{where}, column 'value': found {text!r}; expected 1 to 9 or a reciprocal such as 1/3")
    return value


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


def _judgement(expert: str, node: str, judged: dict[tuple[str, str], float], path: Path) -> Judgement:
    """Arrange the judgements of one expert on one node as a matrix."""
    codes = list(dict.fromkeys(code for pair in judged for code in pair))
    absent = [f"{a} over {b}" for i, a in enumerate(codes) for b in codes[i + 1 :] if (a, b) not in judged]
    if absent:
        raise InputError(f"{path}: expert '{expert}' has not judged {listing(absent)} of node '{node}'; add the rows")
    values = [[judged.get((a, b), 1.0) for b in codes] for a in codes]
    return Judgement(
        expert=expert, node=node, matrix=pd.DataFrame(values, index=codes, columns=codes), origin=str(path)
    )


def _pair(frame: pd.DataFrame, i: int, j: int) -> str:
    """Name an entry of a judgement matrix."""
    return f"'{frame.index[i]}' over '{frame.columns[j]}'"
