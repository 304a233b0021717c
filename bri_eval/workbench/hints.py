"""What is no mistake in a study and worth a second look, in lines to print."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.checks import label, nearest
from bri_eval.files import ECONOMIES, read_table, split_source
from bri_eval.weights.ahp import THRESHOLD
from bri_eval.weights.experts import experts_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bri_eval.evaluation import Evaluation
    from bri_eval.study import Study

FEW = 0.5
"""Share of observed cells below which an indicator is said to have few values."""
ALIKE = 0.98
"""Absolute correlation from which two indicators are said to measure the same."""
AGAINST = -0.1
"""Correlation with the rest of its pillar below which an indicator is said to run against it."""
HEAVY = 0.4
"""Share in the goal from which one indicator is said to carry it."""
SHOWN = 5
"""Rows left out that are named."""
LEAST = 4
"""Rows from which correlations are looked at."""


def hint_lines(study: Study, evaluations: Mapping[str, Evaluation]) -> Iterator[str]:
    """Yield hints on the main index of a study: values, twins, directions, weights, judgements, rows left out.

    Parameters
    ----------
    study
        From ``read_study``.
    evaluations
        From ``evaluate_study``.

    Yields
    ------
    str
        One line each: what is seen, where, and what to look at.
    """
    main = evaluations[study.main.name]
    yield from _few(main)
    yield from _flat(main)
    yield from _twins(main.treated)
    yield from _against(main)
    yield from _heavy(main, study.headline)
    yield from _left_out(main)
    yield from _strangers(study)
    yield from _inconsistent(study)
    if main.clipped:
        yield f"{main.clipped} cells lie beyond their goalposts and count as the ends; widen goalposts, or say why"


def next_lines(study: Study) -> Iterator[str]:
    """Yield the commands that come next."""
    path = study.origin
    yield f"bri-eval evaluate --study {path}    the ranking, with tables and figures"
    for case in study.cases[1:2]:
        yield f"bri-eval compare --study {path} --with {case.name}    what another recipe changes"
    if study.robustness is not None:
        yield f"bri-eval robustness --study {path}    every rank with its interval"


def _few(main: Evaluation) -> Iterator[str]:
    """Point at indicators with few values."""
    share = main.panel.notna().mean()
    for code in share.index[share < FEW]:
        seen = int(main.panel[code].notna().sum())
        yield f"indicator '{code}' has {seen} values in {len(main.panel)} rows; find more data, or exclude it"


def _flat(main: Evaluation) -> Iterator[str]:
    """Point at indicators that hardly tell rows apart, or not within a year."""
    for code, column in main.treated.items():
        values = column.dropna()
        if len(set(values)) == 2 < len(values):
            yield f"indicator '{code}' has two values only ({values.min():g}, {values.max():g}): yes or no, no measure"
        for year, rows in values.groupby(level="year"):
            if len(set(rows)) == 1 < len(rows) < len(values):
                yield f"indicator '{code}' is {rows.iloc[0]:g} for all in {year} and cannot tell them apart there"


def _twins(table: pd.DataFrame) -> Iterator[str]:
    """Point at pairs of indicators that measure the same."""
    related = table.corr(min_periods=LEAST).to_numpy()
    for first, second in combinations(range(len(related)), 2):
        found = related[first, second]
        if abs(found) > ALIKE:
            names = f"'{table.columns[first]}' and '{table.columns[second]}'"
            what = f"indicators {names} are nearly the same (r = {found:.3f}) and count twice"
            yield f"{what}; keep one, or put both below a group of their own"


def _against(main: Evaluation) -> Iterator[str]:
    """Point at indicators that run against the rest of their pillar after directions are settled."""
    for group in main.framework.group_codes:
        leaves = [leaf for leaf in main.framework.leaves(group) if group in main.framework.pillars]
        for leaf in leaves if len(leaves) > 1 and len(main.matrix) >= LEAST else ():
            rest = main.matrix[[other for other in leaves if other != leaf]].mean(axis=1)
            found = main.matrix[leaf].corr(rest)
            if found < AGAINST:
                direction = next(i.direction for i in main.framework.indicators if i.code == leaf)
                yield (
                    f"indicator '{leaf}' (direction '{direction}') runs against the rest of pillar '{group}' "
                    f"(r = {found:.2f}); is its direction right, and does it belong there?"
                )


def _heavy(main: Evaluation, year: int) -> Iterator[str]:
    """Point at indicators that carry the goal."""
    weights = main.weights_in(year)
    for code in weights.index[weights > HEAVY]:
        yield f"indicator '{code}' has {weights[code]:.0%} of the weight; the ranking is nearly its own: is that meant?"


def _left_out(main: Evaluation) -> Iterator[str]:
    """Point at rows that are not ranked, and at those that nearly were not."""
    for reason, rows in main.screened.groupby(main.screened):
        named = ", ".join(map(label, rows.index[:SHOWN])) + (" and more" if len(rows) > SHOWN else "")
        yield f"{len(rows)} rows are not ranked ({named}): {reason}; add data, lower screen, or tell the reader"
    share = main.panel.notna().mean(axis=1)
    near = share[(share < FEW) & ~share.index.isin(main.screened.index)]
    for row, part in near.items():
        yield f"{label(row)} is ranked on {part:.0%} of the indicators; screen = {FEW:g} in [recipe] would leave it out"


def _strangers(study: Study) -> Iterator[str]:
    """Point at economies that stand in the tables and not on the list, where no register says which there are."""
    if isinstance(study.economies, str) or (study.tables / ECONOMIES).is_file():
        return
    for file, sheet in sorted({split_source(i.source)[:2] for i in study.framework.indicators}):
        for code in sorted(set(read_table(study.tables / file, sheet)["economy"]) - set(study.economies)):
            near = nearest(code, study.economies)
            hint = f"; is '{near}' meant?" if near else ""
            yield f"{file}: economy '{code}' is not on the study's list and is not read{hint}"


def _inconsistent(study: Study) -> Iterator[str]:
    """Point at judgements that contradict each other."""
    if not study.judgements:
        return
    table = experts_table(study.framework, study.judgements, random_index=study.recipe.random_index)
    for row in table[table["consistency_ratio"] > THRESHOLD].itertuples():
        yield (
            f"judgements of expert '{row.expert}' on '{row.node}' contradict each other (consistency ratio "
            f"{row.consistency_ratio:.2f}, expected {THRESHOLD:g} or less); be.ahp.most_inconsistent names the pair to "
            "judge again"
        )
