"""Claims on what happens at the border and in the country: hours, tariffs, turmoil."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.analysis.claims.claim import (
    PAPER,
    SMALL,
    SURE,
    Claim,
    beside,
    in_year,
    judge,
    latest,
    partners_of,
    region_gaps,
    regions_of,
    welch,
)

if TYPE_CHECKING:
    from pathlib import Path


def delivery(folder: str | Path) -> Claim:
    """Test C4: delivery to South Asia and to Central and Eastern Europe takes longer."""
    hours = import_hours(folder).reindex(partners_of(folder)).dropna()
    gaps = region_gaps(hours, regions_of(folder, hours))
    longer = {name: gaps[name].effect >= SMALL for name in _SLOW}
    order = sorted(gaps, key=lambda name: gaps[name].mean)
    return Claim(
        id="C4",
        statement="Delivery takes longer to South Asia and to Central and Eastern Europe",
        section="4.2",
        source="border_compliance.csv: import_time_border_hours + import_time_documents_hours; means of regions, 2018",
        figure={f"hours, {name}": gap.mean for name, gap in gaps.items()}
        | {f"hours, not {name}": gaps[name].others for name in _SLOW},
        verdict=judge(
            any(longer.values()), {f"{short} is left out": not longer[name] for name, short in _SLOW.items()}
        ),
        sentence=(
            " ".join(
                f"An import clears in {gaps[name].mean:.0f} hours in {short}, in {gaps[name].others:.0f} elsewhere."
                for name, short in _SLOW.items()
            )
            + f" {order[-1]} is slowest, {order[0]} fastest. Transit is not measured."
        ),
    )


def turmoil(folder: str | Path) -> Claim:
    """Test C19: Central Asia and West Asia suffer from turmoil."""
    values = in_year(folder, "governance.csv:political_stability", PAPER).reindex(partners_of(folder)).dropna()
    gaps = region_gaps(values, regions_of(folder, values))
    worse = {name: gaps[name].effect <= -SMALL and gaps[name].mean < 0 for name in _TROUBLED}
    return Claim(
        id="C19",
        statement="Central Asia and West Asia are affected by the turmoil in Syria and Iraq",
        section="3.4",
        source="governance.csv: political_stability (0 is about the world's mean), 2018",
        figure={f"stability, {name}": gaps[name].mean for name in _TROUBLED}
        | {f"stability, not {name}": gaps[name].others for name in _TROUBLED},
        verdict=judge(
            any(worse.values()), {f"{short} is left out": not worse[name] for name, short in _TROUBLED.items()}
        ),
        sentence=" ".join(
            f"Political stability is {gaps[name].mean:.2f} in {short}, {gaps[name].others:.2f} elsewhere."
            for name, short in _TROUBLED.items()
        ),
    )


def clearance(folder: str | Path) -> Claim:
    """Test C21: clearance and inspection take too long; of settlement and refunds there are no data."""
    return _against(
        import_hours(folder),
        partners_of(folder),
        labels=(
            "C21",
            "3.3",
            "Customs clearance, inspection, exchange settlement and tax refunds are cumbersome and take too long",
        ),
        source="border_compliance.csv: import_time_border_hours + import_time_documents_hours, 2018; settlement and "
        "refunds are not measured",
        words=("hours to clear an import", ".0f"),
    )


def protection(folder: str | Path) -> Claim:
    """Test C18: protection of trade restricts logistics along the route."""
    return _against(
        latest(folder, "development.csv:tariff_weighted_mean", PAPER),
        partners_of(folder),
        labels=("C18", "2, 3.4", "There are many restrictions by trade protection along the route"),
        source="development.csv: tariff_weighted_mean, last value of 2014-2018; other barriers are not in open data",
        words=("% applied tariff", ".1f"),
    )


def import_hours(folder: str | Path, year: int = PAPER) -> pd.Series:
    """Add the hours of border and documentary compliance of an import; both must be there."""
    parts = ("border", "documents")
    table = {part: in_year(folder, f"border_compliance.csv:import_time_{part}_hours", year) for part in parts}
    return pd.DataFrame(table).dropna().sum(axis=1)


def _against(
    values: pd.Series, partners: list[str], *, labels: tuple[str, str, str], source: str, words: tuple[str, str]
) -> Claim:
    """Test that the partners have more of something bad than the rest of the world, or at least than the OECD."""
    of = beside(values, partners)
    mean = {name: float(part.mean()) for name, part in of.items()}
    higher = {
        name: mean["partners"] > mean[name] and welch(of["partners"], of[name]) < SURE for name in ("rest", "oecd")
    }
    (code, section, statement), (what, digits) = labels, words
    return Claim(
        id=code,
        statement=statement,
        section=section,
        source=source,
        figure=mean | {f"n, {name}": len(part) for name, part in of.items()},
        verdict=judge(any(higher.values()), {"the yardstick is the OECD": not higher["rest"]}),
        sentence=(
            f"The mean is {mean['partners']:{digits}} {what} in {len(of['partners'])} partners, "
            f"{mean['rest']:{digits}} in the rest of the world, {mean['oecd']:{digits}} in the OECD."
        ),
    )


_SLOW = {"South Asia": "South Asia", "Central & Eastern Europe": "Central and Eastern Europe"}
_TROUBLED = {"Central Asia": "Central Asia", "West Asia & North Africa": "West Asia"}
