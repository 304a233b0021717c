"""The hard constraints of a mode programme as one sparse matrix, and the goals as rows of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import sparse

from bri_eval.modes.faces import Linear
from bri_eval.modes.problem import GAPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bri_eval.modes.problem import Problem

GOLDEN = (5**0.5 - 1) / 2
"""Its multiples, less their whole part, are the weights that settle ties."""

_DEVIATING = (*GAPS, "concentration")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Programme:
    """A problem written down.

    Parameters
    ----------
    linear
        The constraints.
    columns
        Slice of the columns of each kind: share, open, unserved, the deviations of cells, and thin, the lack of a least
        volume, whose upper bound is 0.
    entries
        Economy, segment and mode of the columns of kind share.
    owner
        Economy of every row; of a column, see ``column_owner``.
    averages
        Economies x columns, each over the parcels of the economy: the cellwise goals, cost of parcels over the largest
        cost of one, days, value at risk over the largest, and the weights that settle ties.
    """

    linear: Linear
    columns: Mapping[str, slice]
    entries: np.ndarray
    owner: np.ndarray
    averages: Mapping[str, sparse.csr_array]


class _Rows(NamedTuple):
    """Rows of a programme: matrices by kind of column, right-hand side, the economy of each, whether equations."""

    parts: dict[str, sparse.sparray]
    right: float
    owner: np.ndarray
    equal: bool = False


def programme(problem: Problem) -> Programme:
    r"""Write the hard constraints of a problem.

    :math:`\sum_m x + u = 1`; :math:`f \le x \le c`; :math:`x \le c\,y` where a facility is needed;
    :math:`V y \le \sum D x \le K y`; and the deviations of the cells.

    Parameters
    ----------
    problem
        Cells without demand get no column of kind share.
    """
    entries = np.argwhere((problem.ceiling > 0) & (problem.demand > 0)[:, :, None])
    columns = _columns(problem, len(entries))
    rows = [*_cell_rows(problem, entries), *_facility_rows(problem, entries)]
    linear = Linear(
        matrix=sparse.vstack([_wide(row.parts, columns) for row in rows], format="csr"),
        right=np.concatenate([np.full(len(row.owner), row.right) for row in rows]),
        equal=np.concatenate([np.full(len(row.owner), row.equal) for row in rows]),
        lower=_bound(columns, {"share": problem.floor[tuple(entries.T)]}, 0.0),
        upper=_bound(columns, {"share": problem.ceiling[tuple(entries.T)], "thin": 0.0, "open": 1.0}, np.inf),
        whole=_bound(columns, {"open": 1.0}, 0.0) > 0,
    )
    return Programme(
        linear=linear,
        columns=columns,
        entries=entries,
        owner=np.concatenate([row.owner for row in rows]),
        averages=_averages(problem, entries, columns),
    )


def shares_of(problem: Problem, written: Programme, solution: np.ndarray) -> np.ndarray:
    """Put the columns of kind share back into C x G x M."""
    shares = np.zeros(problem.ceiling.shape)
    shares[tuple(written.entries.T)] = np.clip(solution[written.columns["share"]], 0, None)
    return shares


def total(written: Programme, level: str, weights: np.ndarray) -> np.ndarray:
    """Give the row of a level: the weighted sum of the averages of the economies."""
    return np.asarray(weights @ written.averages[level])


def _columns(problem: Problem, shares: int) -> dict[str, slice]:
    """Lay out the columns by kind."""
    sizes = {"share": shares, "open": len(problem.fixed), "thin": len(problem.fixed)}
    sizes |= dict.fromkeys(("unserved", *_DEVIATING), problem.demand.size)
    ends = np.cumsum(list(sizes.values()))
    return {kind: slice(int(end - size), int(end)) for (kind, size), end in zip(sizes.items(), ends, strict=True)}


def _cell_rows(problem: Problem, entries: np.ndarray) -> list[_Rows]:
    """Write that shares and the unserved sum to 1, and the deviations of the cells."""
    number, (c, g, m) = len(entries), entries.T
    cells, segments = problem.demand.size, problem.demand.shape[1]
    gather = _sparse(c * segments + g, np.arange(number), np.ones(number), (cells, number))
    one, owner = sparse.eye_array(cells, format="csr"), np.arange(cells) // segments
    gaps = [
        _Rows({"share": gather @ sparse.diags_array(gap[c, g, m]), goal: -one}, 0.0, owner)
        for goal, gap in zip(GAPS, problem.gaps, strict=True)
    ]
    crowd = _Rows({"share": sparse.eye_array(number), "concentration": -gather.T}, problem.limit, c)
    return [_Rows({"share": gather, "unserved": one}, 1.0, owner, True), *gaps, crowd]


def _facility_rows(problem: Problem, entries: np.ndarray) -> list[_Rows]:
    """Write that a mode needs its facility, and the most and fewest parcels of a facility."""
    c, g, m = entries.T
    needed, number = problem.facility[c, m], len(problem.fixed)
    some = np.flatnonzero(needed >= 0)
    each = np.arange(len(some))
    link = {
        "share": _sparse(each, some, np.ones(len(some)), (len(some), len(c))),
        "open": _sparse(each, needed[some], -problem.ceiling[c, g, m][some], (len(some), number)),
    }
    carried = _sparse(needed[some], some, problem.demand[c, g][some], (number, len(c)))
    full, few = np.flatnonzero(np.isfinite(problem.capacity)), np.flatnonzero(problem.least > 0)
    one = sparse.eye_array(number, format="csr")
    room = {"share": _over(carried, problem.capacity, full), "open": -one[full]}
    volume = {"share": -_over(carried, problem.least, few), "open": one[few], "thin": -one[few]}
    return [_Rows(link, 0.0, c[some]), _Rows(room, 0.0, problem.host[full]), _Rows(volume, 0.0, problem.host[few])]


def _averages(problem: Problem, entries: np.ndarray, columns: dict[str, slice]) -> dict[str, sparse.csr_array]:
    """Write what levels minimise, per parcel of every economy."""
    c, g, m = entries.T
    asked = problem.demand.sum(axis=1, keepdims=True)
    weights = problem.demand / np.where(asked > 0, asked, 1)
    economies, segments = weights.shape
    cells = _sparse(
        np.repeat(np.arange(economies), segments), np.arange(weights.size), weights.ravel(), (economies, weights.size)
    )
    goals = {goal: _wide({goal: cells}, columns) for goal in _DEVIATING} | {
        "demand": _wide({"unserved": cells}, columns)
    }
    for level, each in (
        ("cost", _over_largest(problem.cost)),
        ("days", problem.days),
        ("risk", _over_largest(problem.exposed)),
        ("ties", np.broadcast_to(_settling(problem), problem.cost.shape)),
    ):
        row = _sparse(c, np.arange(len(c)), weights[c, g] * each[c, g, m], (economies, len(c)))
        goals[level] = _wide({"share": row}, columns)
    return goals


def _over_largest(money: np.ndarray) -> np.ndarray:
    """Divide by the largest, so that the currency does not matter."""
    return money / (money.max() or 1.0)


def _settling(problem: Problem) -> np.ndarray:
    """Give segments x modes weights of which no two sums are equal."""
    return (np.arange(1, problem.ceiling[0].size + 1) * GOLDEN % 1).reshape(problem.ceiling.shape[1:])


def _over(carried: sparse.csr_array, volume: np.ndarray, some: np.ndarray) -> sparse.csr_array:
    """Divide the parcels through some facilities by a volume."""
    return sparse.diags_array(1 / volume[some], format="csr") @ carried[some]


def _bound(columns: Mapping[str, slice], kinds: Mapping[str, float | np.ndarray], otherwise: float) -> np.ndarray:
    """Set a number for the columns of some kinds."""
    bound = np.full(max(where.stop for where in columns.values()), otherwise)
    for kind, value in kinds.items():
        bound[columns[kind]] = value
    return bound


def _wide(parts: dict[str, sparse.sparray], columns: dict[str, slice]) -> sparse.csr_array:
    """Place matrices side by side under the columns of their kinds, zeros elsewhere."""
    height = next(iter(parts.values())).shape[0]
    widths = {kind: where.stop - where.start for kind, where in columns.items()}
    blocks = [parts[kind] if kind in parts else sparse.csr_array((height, width)) for kind, width in widths.items()]
    return sparse.hstack(blocks, format="csr")


def _sparse(rows: np.ndarray, columns: np.ndarray, values: np.ndarray, shape: tuple[int, int]) -> sparse.csr_array:
    """Make a sparse matrix of its entries."""
    return sparse.csr_array((values, (rows, columns)), shape=shape)
