"""What the tables hold for a study, in lines to print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.econometrics.sample import complete_rows
from bri_eval.files import ECONOMIES
from bri_eval.pipeline import evaluate_study, regression_data
from bri_eval.tables import coverage_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bri_eval.evaluation import Evaluation
    from bri_eval.study import Study
    from bri_eval.tables import Sourced


def coverage_lines(study: Study) -> Iterator[str]:
    """Yield coverage by indicator, edition and economy, for each framework, and the columns that nothing uses."""
    evaluations = evaluate_study(study)
    if study.models:
        data = regression_data(study, evaluations)
        for spec in study.models:
            complete_rows(spec, data)
    seen = set()
    for case in study.cases:
        if case.framework.origin not in seen:
            seen.add(case.framework.origin)
            yield from _framework_lines(case.framework.origin, evaluations[case.name])
    yield ""
    yield "Columns of the tables that neither a framework nor a model uses"
    yield from _unused(study)
    yield ""
    cases = f"{len(study.cases)} evaluations, {len(study.models)} models"
    yield f"{study.origin}: framework, tables, judgements and recipes fit each other ({cases})"


def _framework_lines(origin: str, evaluation: Evaluation) -> Iterator[str]:
    """Yield the coverage of one framework."""
    panel = evaluation.panel
    yield f"{origin}: economies with a value, by indicator and edition"
    yield from coverage_table(panel).to_string().splitlines()
    yield ""
    yield "Economies by edition: on the list, ranked, left out"
    for year, rows in panel.groupby(level="year"):
        out = [economy for economy, y in evaluation.screened.index if y == year]
        named = f": {' '.join(out)}" if out else ""
        yield f"  {year}: {len(rows)}, {len(rows) - len(out)}, {len(out)}{named}"
    yield "Economies with gaps: share of cells observed, and what is missing most"
    share = panel.notna().groupby(level="economy").mean()
    total = share.mean(axis=1)
    for economy in total.index[total < 1]:
        worst = share.loc[economy].sort_values()
        gaps = ", ".join(f"{code} {1 - part:.0%}" for code, part in worst[worst < 1].head(4).items())
        yield f"  {economy} {total[economy]:.0%}: {gaps}"
    yield ""


def _unused(study: Study) -> Iterator[str]:
    """Yield table:column pairs that no framework and no variable names."""
    read: list[Sourced] = [*study.variables, *(i for case in study.cases for i in case.framework.indicators)]
    used = {one.source for one in read} | {one.denominator for one in read}
    used |= {f"{ECONOMIES}:{one.structural_zero}" for one in read}
    for path in sorted(study.tables.glob("*.csv")):
        columns = [c for c in pd.read_csv(path, nrows=0).columns if c not in ("economy", "year")]
        idle = [column for column in columns if f"{path.name}:{column}" not in used]
        if idle:
            yield f"  {path.name}: {' '.join(idle)}"
