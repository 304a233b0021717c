"""Three stages of a parcel's way: at home in China, between the countries, at the destination."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.analysis.coordination import tagged_scores
from bri_eval.analysis.obstacles import unit_matrix, weights_by_row
from bri_eval.checks import InputError, check_panel, listing
from bri_eval.evaluation import evaluate
from bri_eval.result import freeze_goalposts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bri_eval.evaluation import Evaluation

ABROAD = ("international", "destination")
"""Values of the tag ``stage``; the domestic stage has no indicator of its own."""


def stage_scores(evaluation: Evaluation, home: pd.DataFrame) -> pd.DataFrame:
    """Score the three stages of every partner: the home economy's own score is the domestic one of all.

    Parameters
    ----------
    evaluation
        Of the partners: pooled, min-max, without outlier treatment.
    home
        Raw values of the home economy in the years of the evaluation, from ``read_panel`` with its code alone.

    Returns
    -------
    DataFrame
        Rows as the matrix; columns domestic, international, destination, each from 0 to 1; ready for
        ``coordination_table``.

    Raises
    ------
    InputError
        If the framework has not both stages abroad, or the home economy lacks a year.

    Notes
    -----
    The domestic stage is made of the same indicators as the index: no series measures China's domestic logistics apart.
    It is one number a year, so the differences between partners come from the two stages abroad.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> stages = {"road": "international", "rail": "destination"}
    >>> leaves = tuple(be.Indicator(code=code, parent="goal", tags={"stage": stage}) for code, stage in stages.items())
    >>> tree = be.Framework(groups=(be.Group(code="goal"),), indicators=leaves)
    >>> rows = pd.MultiIndex.from_product([list("ABC"), [2018]], names=["economy", "year"])
    >>> panel = pd.DataFrame({"road": [1.0, 2, 4], "rail": [2.0, 3, 1]}, index=rows)
    >>> found = be.evaluate(panel, tree)
    >>> one = pd.MultiIndex.from_product([["H"], [2018]], names=["economy", "year"])
    >>> home = pd.DataFrame({"road": [3.0], "rail": [2.0]}, index=one)
    >>> stage_scores(found, home).round(2).values.tolist()
    [[0.58, 0.0, 0.5], [0.58, 0.33, 1.0], [0.58, 1.0, 0.0]]
    """
    abroad = tagged_scores(evaluation, "stage")
    absent = [stage for stage in ABROAD if stage not in abroad.columns]
    if absent:
        raise InputError(f"no indicator has stage {listing(absent)}; tag one, such as stage = '{absent[0]}'")
    own = home_scores(evaluation, home)["score"]
    years = abroad.index.get_level_values("year")
    lacking = sorted(set(years) - set(own.index))
    if lacking:
        raise InputError(f"the home economy has no row of {listing(lacking)}; read it for the years of the partners")
    table = abroad[list(ABROAD)].copy()
    table.insert(0, "domestic", own.reindex(years).to_numpy())
    table.attrs.update(abroad.attrs)
    return table


def home_scores(evaluation: Evaluation, home: pd.DataFrame) -> pd.DataFrame:
    """Place the home economy on the partners' scale, without moving theirs.

    Parameters
    ----------
    evaluation, home
        As in ``stage_scores``.

    Returns
    -------
    DataFrame
        One row per year: score (weighted mean of its normalised values, the partners' weights), observed (share of
        the weight of the indicators that it has), missing and beyond (indicators that it lacks, and those in which it
        lies beyond the best or the worst partner and counts as equal to it).

    Notes
    -----
    Nothing of the home economy is imputed: the weight of a missing indicator is shared among the others.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> stages = {"road": "international", "rail": "destination"}
    >>> leaves = tuple(be.Indicator(code=code, parent="goal", tags={"stage": stage}) for code, stage in stages.items())
    >>> tree = be.Framework(groups=(be.Group(code="goal"),), indicators=leaves)
    >>> rows = pd.MultiIndex.from_product([list("ABC"), [2018]], names=["economy", "year"])
    >>> panel = pd.DataFrame({"road": [1.0, 2, 4], "rail": [2.0, 3, 1]}, index=rows)
    >>> found = be.evaluate(panel, tree)
    >>> one = pd.MultiIndex.from_product([["H"], [2018]], names=["economy", "year"])
    >>> home = pd.DataFrame({"road": [3.0], "rail": [2.0]}, index=one)
    >>> home_scores(found, home)[["score", "observed"]].round(2).values.tolist()
    [[0.58, 1.0]]
    """
    joint = _with_home(evaluation, home)
    rows = joint.matrix.index.isin(home.index)
    matrix, raw, weights = unit_matrix(joint)[rows], joint.treated[rows], weights_by_row(joint)[rows]
    seen = matrix.notna()
    observed = (seen * weights).sum(axis=1)
    low, high = evaluation.treated.min(), evaluation.treated.max()
    beyond = (raw < low) | (raw > high)
    table = pd.DataFrame({"score": (matrix * weights).sum(axis=1) / observed, "observed": observed})
    table["missing"] = [listing_of(row, present=False) for _, row in seen.iterrows()]
    table["beyond"] = [listing_of(row, present=True) for _, row in beyond.iterrows()]
    return table.droplevel("economy")


def home_table(evaluation: Evaluation, home: pd.DataFrame, year: int) -> pd.DataFrame:
    """Compare the home economy with the median partner, indicator by indicator.

    Parameters
    ----------
    evaluation, home
        As in ``stage_scores``.
    year
        Of the evaluation.

    Returns
    -------
    DataFrame
        One row per indicator: stage (its tag), home and partners (raw, the median), home_score and partners_score
        (normalised, the median), from 0 to 1; missing where the home economy has no value.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> stages = {"road": "international", "rail": "destination"}
    >>> leaves = tuple(be.Indicator(code=code, parent="goal", tags={"stage": stage}) for code, stage in stages.items())
    >>> tree = be.Framework(groups=(be.Group(code="goal"),), indicators=leaves)
    >>> rows = pd.MultiIndex.from_product([list("ABC"), [2018]], names=["economy", "year"])
    >>> panel = pd.DataFrame({"road": [1.0, 2, 4], "rail": [2.0, 3, 1]}, index=rows)
    >>> found = be.evaluate(panel, tree)
    >>> one = pd.MultiIndex.from_product([["H"], [2018]], names=["economy", "year"])
    >>> home = pd.DataFrame({"road": [3.0], "rail": [2.0]}, index=one)
    >>> home_table(found, home, 2018)[["stage", "home", "partners"]].values.tolist()
    [['international', 3.0, 2.0], ['destination', 2.0, 2.0]]
    """
    joint = _with_home(evaluation, home)
    own = joint.matrix.index.isin(home.index)
    in_year = joint.matrix.index.get_level_values("year") == year
    if not (own & in_year).any():
        raise InputError(f"the home economy has no row of {year}; years are {listing(home.index.unique('year'))}")
    raw, unit = joint.panel.reindex(joint.matrix.index), unit_matrix(joint)
    table = pd.DataFrame({"stage": {i.code: i.tags.get("stage", "") for i in evaluation.framework.indicators}})
    table["home"], table["partners"] = raw[own & in_year].iloc[0], raw[~own & in_year].median()
    table["home_score"], table["partners_score"] = unit[own & in_year].iloc[0], unit[~own & in_year].median()
    return table.rename_axis("indicator")


def home_notes(found: pd.DataFrame, name: str = "China", names: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Say under a table what the home economy lacks and where it lies beyond the partners.

    Parameters
    ----------
    found
        From ``home_scores``.
    name
        Of the home economy.
    names
        Indicator to printed name; the code if not given.
    """
    words = {"missing": "has no value of", "beyond": "lies beyond all partners, and counts as the nearest, in"}
    return tuple(
        f"{name} {told} {_printed(codes, names or {})} ({', '.join(map(str, years))})."
        for column, told in words.items()
        for codes, years in _years_by(found[column]).items()
    )


def listing_of(row: pd.Series, *, present: bool) -> str:
    """Join the names of the cells that are true, or false."""
    return ", ".join(str(code) for code, value in row.items() if bool(value) == present)


def _with_home(evaluation: Evaluation, home: pd.DataFrame) -> Evaluation:
    """Evaluate the partners and the home economy on the partners' bounds and weights."""
    twice = sorted(set(home.index.unique("economy")) & set(evaluation.panel.index.unique("economy")))
    if twice:
        raise InputError(f"{listing(twice)} is a partner already; the home economy stands apart")
    if len(home.index.unique("economy")) != 1:
        raise InputError(f"home holds {listing(home.index.unique('economy'))}; expected one economy")
    frozen = freeze_goalposts(evaluation)
    panel = pd.concat([evaluation.panel, check_panel(home, frozen.codes)]).sort_index()
    recipe = dataclasses.replace(
        evaluation.recipe, exclude=(), screen=0.0, imputer="none", aggregator="arithmetic", availability=0.0
    )
    return evaluate(panel, frozen, recipe, weights=evaluation.weights_in(panel.index.unique("year")[0]))


def _printed(codes: str, names: Mapping[str, str]) -> str:
    """Name the indicators of a list of codes, in small letters where they have a name."""
    return ", ".join(names[code].lower() if code in names else code for code in codes.split(", "))


def _years_by(cells: pd.Series) -> dict[str, list[object]]:
    """List the years of every text that is not empty."""
    years: dict[str, list[object]] = {}
    for year, text in cells.items():
        if text:
            years.setdefault(str(text), []).append(year)
    return years
