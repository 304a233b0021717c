"""Questions to experts: the blank form, the filled one, and the question to ask again."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError
from bri_eval.weights.ahp import priorities
from bri_eval.weights.judgements import check_judgements, check_linked, is_blank, read_forms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bri_eval.framework import Framework
    from bri_eval.weights.judgements import Judgement

SCALE = np.array([*(1 / value for value in range(9, 1, -1)), *range(1, 10)])
"""The judgements that the scale knows, 1/9 to 9."""

_COLUMNS = ("expert", "group", "node", "row", "col", "value")
_LINE = "-".join(str(step) for step in [*range(9, 0, -1), *range(2, 10)])

_INSTRUCTIONS = """# Questionnaire: {goal}

Your name or initials: ______________________  Your group (enterprise, customs, academic, platform): ________________

Each line names two items. Ask yourself which of the two matters more for what stands in the heading above them, and
circle one number. Circle on the side of the item that matters more; 1 in the middle means that both matter equally.

| number | meaning |
|---|---|
| 1 | equally important |
| 3 | somewhat more important |
| 5 | clearly more important |
| 7 | much more important |
| 9 | more important beyond doubt |

2, 4, 6 and 8 lie between. If you cannot say, leave the line as it is and go on. There are {questions} lines.

To answer in a table instead, save a copy of `blank.csv` in `{folder}` under your name and fill in the columns `expert`,
`group` and `value`: a number on the left, such as 5, as 5; on the right as 1/5.
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """The judgements of a filled questionnaire, and notes on what was left blank.

    Parameters
    ----------
    judgements
        As from ``read_judgements``.
    notes
        One sentence for every node with blanks.

    Examples
    --------
    >>> read_questionnaire("data/judgements/equal").judgements[0].expert
    'equal'
    """

    judgements: tuple[Judgement, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inconsistency:
    """The judgement that fits the others least, what would fit, and the triad that contradicts itself most.

    Parameters
    ----------
    row, col
        The pair.
    judgement, fitting, proposal
        As judged; the ratio of the two weights; that at the nearest step of the scale.
    ratio_before, ratio_after
        Consistency ratios, with the judgement and with the proposal.
    triad, triad_product
        Three items, empty if none are fully judged, and :math:`a_{ij} a_{jk} a_{ki}`, 1 if consistent.

    Examples
    --------
    >>> found = most_inconsistent([[1, 3, 2], [1 / 3, 1, 3], [1 / 2, 1 / 3, 1]])
    >>> found.row, found.col, found.proposal
    (0, 1, 2.0)
    """

    row: str
    col: str
    judgement: float
    fitting: float
    proposal: float
    ratio_before: float
    ratio_after: float
    triad: tuple[str, ...]
    triad_product: float


def question_table(framework: Framework) -> pd.DataFrame:
    """List the pairs to judge: every two children of every group.

    Parameters
    ----------
    framework
        The hierarchy; a group with one child asks nothing.

    Returns
    -------
    DataFrame
        node, row, col (codes), value (blank), node_name, row_name, col_name (printed), one row a question.

    Examples
    --------
    >>> from bri_eval.framework import flat_framework
    >>> tree = flat_framework((("road", "benefit"), ("rail", "benefit"), ("ports", "benefit")))
    >>> question_table(tree)[["row", "col"]].values.tolist()
    [['road', 'rail'], ['road', 'ports'], ['rail', 'ports']]
    """
    names = framework.names
    rows = [
        (node, row, col, "", names[node], names[row], names[col])
        for node in framework.group_codes
        for row, col in combinations(framework.children(node), 2)
    ]
    return pd.DataFrame(rows, columns=["node", "row", "col", "value", "node_name", "row_name", "col_name"])


def write_questionnaire(framework: Framework, folder: str | Path) -> dict[str, str]:
    """Compose the questionnaire of a framework; the caller writes the files.

    Parameters
    ----------
    framework
        The hierarchy.
    folder
        Where the answers will be collected; the form names it.

    Returns
    -------
    dict
        File name to text: ``blank.csv``, a table to fill in, and ``form.md``, a form to print.

    Examples
    --------
    >>> from bri_eval.framework import flat_framework
    >>> tree = flat_framework((("road", "benefit"), ("rail", "benefit"), ("ports", "benefit")))
    >>> files = write_questionnaire(tree, "answers")
    >>> list(files), files["blank.csv"].splitlines()[1]
    (['blank.csv', 'form.md'], ',,score,road,rail,')
    """
    questions = question_table(framework)
    return {"blank.csv": _blank(questions), "form.md": _form(framework, questions, Path(folder).as_posix())}


def read_questionnaire(path: str | Path) -> Answers:
    """Read a filled questionnaire, or a folder of them.

    Parameters
    ----------
    path
        As for ``read_judgements``. Values may be left blank; a node without any value is skipped.

    Returns
    -------
    Answers
        The judgements, and a note for every node with blanks.

    Raises
    ------
    InputError
        As ``read_judgements``; if every value is blank; if blanks leave an item without a link to the others.

    Examples
    --------
    >>> found = read_questionnaire("data/judgements/literature_rank")
    >>> len(found.judgements), found.notes
    (1, ())
    """
    kept, notes = [], []
    for one in read_forms(path):
        pairs = len(one.matrix) * (len(one.matrix) - 1) // 2
        blank = int(one.matrix.isna().to_numpy().sum()) // 2
        where = f"{one.origin}: expert '{one.expert}', node '{one.node}'"
        if is_blank(one):
            notes.append(f"{where}: all {pairs} judgements are blank; skipped")
            continue
        check_linked(one.matrix, where)
        kept.append(one)
        if blank:
            notes.append(f"{where}: {blank} of {pairs} judgements are blank; completed from the others")
    if not kept:
        raise InputError(f"{path}: every value is blank; fill in the column 'value'")
    return Answers(judgements=tuple(kept), notes=tuple(notes))


def most_inconsistent(
    matrix: pd.DataFrame | np.ndarray | Sequence[Sequence[float]], *, random_index: str = "saaty1980"
) -> Inconsistency:
    r"""Find the judgement to ask about again: the largest :math:`|\ln(a_{ij} w_j / w_i)|`, with eigenvector weights.

    Parameters
    ----------
    matrix
        As in ``ahp.priorities``, three items or more; missing judgements allowed.
    random_index
        A name in ``ahp.RANDOM_INDEX``.

    Returns
    -------
    Inconsistency
        A proposal, to be put to the expert; the matrix stays as it is. Ties go to the first pair. At an end of the
        scale the proposal may be the judgement itself: the scale is then too short, or another judgement is at fault.

    Raises
    ------
    InputError
        For fewer than three items, or as ``ahp.priorities``.

    References
    ----------
    saaty1980.

    Examples
    --------
    >>> found = most_inconsistent([[1, 2, 4, 1 / 8], [1 / 2, 1, 2, 4], [1 / 4, 1 / 2, 1, 2], [8, 1 / 4, 1 / 2, 1]])
    >>> found.row, found.col, found.judgement, found.proposal, found.triad
    (0, 3, 0.125, 0.5, (0, 1, 3))
    """
    frame = check_judgements(matrix, incomplete=True)
    if len(frame) < 3:
        raise InputError(f"{len(frame)} items cannot contradict each other; expected three or more")
    before = priorities(frame, random_index=random_index)
    weights = before.weights.to_numpy()
    judged, repaired = frame.to_numpy(), frame.to_numpy(copy=True)
    gap = np.round(np.abs(np.log(judged * weights / weights[:, None])), 12)
    i, j = divmod(int(np.argmax(np.triu(np.nan_to_num(gap, nan=-1.0) + 1, 1))), len(frame))
    fitting = float(weights[i] / weights[j])
    proposal = float(SCALE[np.abs(np.log(SCALE / fitting)).argmin()])
    repaired[i, j], repaired[j, i] = proposal, 1 / proposal
    triad, product = _worst_triad(frame)
    return Inconsistency(
        row=frame.index[i],
        col=frame.columns[j],
        judgement=float(judged[i, j]),
        fitting=fitting,
        proposal=proposal,
        ratio_before=before.consistency_ratio,
        ratio_after=priorities(repaired, random_index=random_index).consistency_ratio,
        triad=triad,
        triad_product=product,
    )


def _blank(questions: pd.DataFrame) -> str:
    """Write the table to fill in."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(("", "", *pair, "") for pair in questions[["node", "row", "col"]].itertuples(index=False))
    return stream.getvalue()


def _form(framework: Framework, questions: pd.DataFrame, folder: str) -> str:
    """Write the form to print: a heading a node, a scale a pair."""
    goal = framework.names[framework.goal]
    lines = [_INSTRUCTIONS.format(goal=goal, questions=len(questions), folder=folder)]
    for name, pairs in questions.groupby("node", sort=False):
        lines += [f"## {framework.names[str(name)]}", ""]
        lines += [f"- {one.row_name}  {_LINE}  {one.col_name}" for one in pairs.itertuples()]
        lines.append("")
    return "\n".join(lines)


def _worst_triad(frame: pd.DataFrame) -> tuple[tuple[str, ...], float]:
    """Find the three items whose judgements contradict each other most."""
    a = frame.to_numpy()
    products = {(i, j, k): a[i, j] * a[j, k] * a[k, i] for i, j, k in combinations(range(len(a)), 3)}
    judged = {places: float(product) for places, product in products.items() if np.isfinite(product)}
    if not judged:
        return (), np.nan
    worst = max(judged, key=lambda places: round(abs(np.log(judged[places])), 12))
    return tuple(frame.index[place] for place in worst), judged[worst]
