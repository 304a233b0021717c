"""What the command line prints of a run, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bri_eval.report.regressions import leading

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bri_eval.econometrics.specs import Evidence
    from bri_eval.report.exhibits import Exhibit
    from bri_eval.robustness.doubts import Doubts
    from bri_eval.study import Study


def ranking_lines(ranking: Exhibit, goal: str, most: int | None = None) -> Iterator[str]:
    """Give the best economies of the headline year, or all."""
    yield f"\n{ranking.title}" + (f" (first {most})" if most else "")
    for _, row in ranking.table.head(most or len(ranking.table)).iterrows():
        yield f"{row['rank']:>4}  {row['economy']}  {row['name']:<28.28} {row[goal]:.3f}"


def interval_lines(doubts: Doubts, intervals: Exhibit, year: int) -> Iterator[str]:
    """Give the interval of every rank, and what causes the spread."""
    cloud, names = doubts.cloud, intervals.table.set_index("economy")["name"]
    yield f"\nRanks {year}: base recipe, median, 5 to 95 % of {cloud.draws:,} draws"
    for economy, row in cloud.table.iterrows():
        interval = f"{row['lower']:.0f} to {row['upper']:.0f}"
        yield f"{row['baseline']:>4.0f} {row['median']:>4.0f}  {interval:<9} {economy}  {names[str(economy)]:<28.28}"
    if doubts.sensitivity is not None:
        yield "\nWhat moves ranks: total Sobol' index of the mean shift, 95 % interval"
        for factor, row in doubts.sensitivity.table.iterrows():
            yield f"  {factor:<20} {row['total']:.3f}  [{row['total_lower']:.3f}, {row['total_upper']:.3f}]"
    yield from (f"Without effect: {name}: {reason}" for name, reason in cloud.inert.items())
    if cloud.draws < cloud.asked:
        yield f"Stopped after {cloud.draws:,} of {cloud.asked:,} draws; the tables hold these"


def coefficient_lines(study: Study, evidence: Evidence, exhibits: Mapping[str, Exhibit]) -> Iterator[str]:
    """Give the coefficient of interest of every model with its interval, what doubts it, and the proxies."""
    yield "\nCoefficient of interest of each model, with 95 % interval"
    for fit in evidence.fits:
        term = leading(fit)
        low, high = fit.conf_int.loc[term]
        yield (
            f"  {fit.spec.name:<30} {term:<20} {fit.params[term]:>7.3f}  [{low:>6.3f}, {high:>6.3f}]"
            f"  n {fit.nobs}, {fit.clusters} economies"
        )
    if evidence.checks is not None:
        yield from table_lines(exhibits, "doubts", "curve", index=True)
    yield from dict.fromkeys(f"{v.name}: {v.proxy}" for v in study.variables if v.proxy)


def claim_lines(claims: Exhibit) -> Iterator[str]:
    """Give the ledger of claims."""
    for _, row in claims.table.iterrows():
        yield f"\n{row['id']} (section {row['section']}): {row['statement']}"
        yield f"    {row['verdict']}: {row['sentence']}"


def table_lines(exhibits: Mapping[str, Exhibit], *codes: str, index: bool = False) -> Iterator[str]:
    """Give tables as plain text, those that were made; ``index`` sets the first column apart."""
    for code in codes:
        if code in exhibits:
            table = exhibits[code].table.round(3)
            yield f"\n{exhibits[code].title}"
            yield table.set_index(table.columns[0]).to_string() if index else table.to_string(index=False)
