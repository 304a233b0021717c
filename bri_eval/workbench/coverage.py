"""What the tables hold for a study, in lines to print."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from bri_eval.checks import InputError
from bri_eval.econometrics.sample import complete_rows
from bri_eval.files import ECONOMIES, read_table, split_source, tables_in
from bri_eval.pipeline import evaluate_study, regression_data
from bri_eval.tables import coverage_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bri_eval.evaluation import Evaluation
    from bri_eval.study import Study
    from bri_eval.tables import Sourced


def coverage_lines(study: Study, evaluations: Mapping[str, Evaluation] | None = None) -> Iterator[str]:
    """Yield coverage by indicator, edition and economy, for each framework, and the columns that nothing uses.

    Parameters
    ----------
    study
        From ``read_study``.
    evaluations
        From ``evaluate_study``, if they are at hand.
    """
    evaluations = evaluations or evaluate_study(study)
    if study.models:
        data = regression_data(study, evaluations)
        for spec in study.models:
            complete_rows(spec, data)
    seen = set()
    for case in study.cases:
        if case.framework.origin not in seen:
            seen.add(case.framework.origin)
            yield from _framework_lines(case.framework.origin, evaluations[case.name])
    unused = list(_unused(study))
    if unused:
        yield from ("", "Columns of the tables that neither a framework nor a model uses", *unused)
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
    share = panel.notna().groupby(level="economy").mean()
    total = share.mean(axis=1)
    if (total < 1).any():
        yield "Economies with gaps: share of cells observed, and what is missing most"
    for economy in total.index[total < 1]:
        worst = share.loc[economy].sort_values()
        gaps = ", ".join(f"{code} {1 - part:.0%}" for code, part in worst[worst < 1].head(4).items())
        yield f"  {economy} {total[economy]:.0%}: {gaps}"
    yield ""


def _unused(study: Study) -> Iterator[str]:
    """Yield table:column pairs that no framework and no variable names."""
    read: list[Sourced] = [*study.variables, *(i for case in study.cases for i in case.framework.indicators)]
    sources = {one.source for one in read} | {one.denominator for one in read if one.denominator}
    sources |= {f"{ECONOMIES}:{one.structural_zero}" for one in read if one.structural_zero}
    sources |= {column if ":" in column else f"{ECONOMIES}:{column}" for column in ("name", study.groups) if column}
    used = {(file, column) for file, _, column in map(split_source, sources)}
    for name in tables_in(study.tables):
        with suppress(InputError):  # a file of judgements, or several sheets
            columns = [c for c in read_table(study.tables / name).columns if c not in ("economy", "year")]
            idle = [column for column in columns if (name, column) not in used]
            if idle:
                yield f"  {name}: {' '.join(idle)}"
