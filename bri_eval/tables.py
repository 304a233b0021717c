"""CSV tables and sheets of workbooks into a panel: one column per indicator, with the year each value comes from."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, refuse, unknown
from bri_eval.files import ECONOMIES, read_numbers, read_table, split_source, tables_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bri_eval.framework import Framework


class Sourced(Protocol):
    """What a column needs to be read: an indicator, or a variable of a regression."""

    @property
    def code(self) -> str: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def denominator(self) -> str | None: ...  # noqa: D102
    @property
    def scale(self) -> float: ...  # noqa: D102
    @property
    def structural_zero(self) -> str | None: ...  # noqa: D102
    @property
    def look_back(self) -> int: ...  # noqa: D102
    @property
    def look_around(self) -> int: ...  # noqa: D102


def read_panel(
    framework: Framework, folder: str | Path, *, economies: str | Sequence[str], years: Iterable[int]
) -> pd.DataFrame:
    """Read the panel of a framework from a folder of tables: CSV files, or sheets of Excel workbooks.

    Parameters
    ----------
    framework
        Says for each indicator the column, the denominator and scale, the years to look back or around, and the
        structural zeros. Transforms and caps are applied later, by ``evaluate``.
    folder
        Holds the tables; ``economies.csv`` among them, if there is one, lists the codes that others may use.
    economies
        A 0/1 column of ``economies.csv``, a list of codes, or ``"all"``; a code may be any text.
    years
        Calendar years; one row per economy and year.

    Returns
    -------
    DataFrame
        Indexed by (economy, year), sorted; columns are the indicator codes; missing cells are NaN.

    Raises
    ------
    InputError
        Naming file, row and column of the first cell, column or file that is not as declared.

    Notes
    -----
    A value of another year than the row's is taken only as declared: ``look_back = 4`` takes the latest of the last
    four years, ``look_around = 2`` the nearest within two years, the earlier of two equally near. ``read_vintages``
    gives the year of each value.

    Examples
    --------
    >>> from bri_eval.framework import read_framework
    >>> tree = read_framework("data/frameworks/panel.toml")
    >>> panel = read_panel(tree, "data/raw", economies=["KAZ", "UZB"], years=[2016, 2018])
    >>> panel["tariff"].round(2).to_dict()
    {('KAZ', 2016): 2.55, ('KAZ', 2018): 2.37, ('UZB', 2016): 8.73, ('UZB', 2018): 2.63}
    """
    return read_columns(framework.indicators, folder, economies=economies, years=years)[0]


def read_vintages(
    framework: Framework, folder: str | Path, *, economies: str | Sequence[str], years: Iterable[int]
) -> pd.DataFrame:
    """Read the year that each cell of ``read_panel`` comes from; NaN where missing, structural or without year.

    Parameters
    ----------
    framework, folder, economies, years
        As in ``read_panel``.

    Returns
    -------
    DataFrame
        In the shape of the panel.

    Examples
    --------
    >>> from bri_eval.framework import read_framework
    >>> tree = read_framework("data/frameworks/panel.toml")
    >>> vintages = read_vintages(tree, "data/raw", economies=["UZB"], years=[2016, 2018])
    >>> vintages["lpi_customs"].tolist()
    [2016.0, 2018.0]
    """
    return read_columns(framework.indicators, folder, economies=economies, years=years)[1]


def read_columns(
    columns: Iterable[Sourced], folder: str | Path, *, economies: str | Sequence[str], years: Iterable[int]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read declared columns as a panel; return values and vintages."""
    columns = tuple(columns)
    among = {column.source for column in columns}
    index = pd.MultiIndex.from_product(
        [read_economies(folder, economies, among), _check_years(years)], names=["economy", "year"]
    )
    values, vintages = {}, {}
    for column in columns:
        values[column.code], vintages[column.code] = _read_column(column, Path(folder), index)
    return pd.DataFrame(values, index=index), pd.DataFrame(vintages, index=index)


def _check_years(years: Iterable[int]) -> list[int]:
    """Sort calendar years, or raise if they are no list of whole numbers."""
    wanted = list(years) if isinstance(years, Iterable) else []
    if not wanted or not all(isinstance(year, int | np.integer) for year in wanted):
        raise InputError(f"years is {years!r}; expected a list of whole numbers, such as [2018]")
    return sorted(set(wanted))


def read_economies(folder: str | Path, economies: str | Sequence[str], among: Iterable[str] = ()) -> list[str]:
    """List codes, sorted: ``"all"``, those with 1 in a column of ``economies.csv``, or the given ones.

    Without an ``economies.csv`` the codes that there are, are those of the sources ``among``, or of all tables of the
    folder.
    """
    if economies == "all" or not (Path(folder) / ECONOMIES).is_file():
        return _economies_of(Path(folder), economies, among)
    if isinstance(economies, str):
        flag = read_numbers(folder, f"{ECONOMIES}:{economies}")
        return sorted(flag.index[flag == 1])
    there = read_table(Path(folder) / ECONOMIES)["economy"].to_list()
    refuse(f"{ECONOMIES}: {unknown('economy', code, there)}" for code in economies if code not in there)
    return sorted(set(economies))


def read_groups(folder: str | Path, column: str) -> pd.Series:
    """Read a text column of ``economies.csv``, or a ``table.csv:column``; economies without one are left out.

    Parameters
    ----------
    folder
        Holds the tables.
    column
        Of ``economies.csv``, or ``table.csv:column``.

    Returns
    -------
    Series
        Economy to text.

    Examples
    --------
    >>> read_groups("data/raw", "bri_region")["KAZ"]
    'Central Asia'
    """
    file, sheet, column = split_source(column if ":" in column else f"{ECONOMIES}:{column}")
    path = Path(folder) / file
    table = read_table(path, sheet)
    if column not in table.columns:
        raise InputError(f"{path}: {unknown('column', column, table.columns)}")
    groups = table.drop_duplicates("economy").set_index("economy")[column]
    return groups[groups != ""].rename(column)


def coverage_table(panel: pd.DataFrame) -> pd.DataFrame:
    """Count the economies with a value, indicator x year, with all indicators together in the last row.

    Parameters
    ----------
    panel
        From ``read_panel``.

    Returns
    -------
    DataFrame
        One row per indicator, then one for all together; one column per year.

    Examples
    --------
    >>> rows = pd.MultiIndex.from_product([["KAZ", "UZB"], [2016, 2018]], names=["economy", "year"])
    >>> coverage_table(pd.DataFrame({"road": [1.0, 2, np.nan, 4]}, index=rows)).values.tolist()
    [[1, 2], [1, 2]]
    """
    counts = panel.notna().groupby(level="year").sum().T
    counts.loc["all indicators"] = panel.notna().all(axis=1).groupby(level="year").sum()
    return counts.rename_axis(index="indicator", columns=None)


def _economies_of(folder: Path, economies: str | Sequence[str], among: Iterable[str]) -> list[str]:
    """List all economies, or check the given ones, where no ``economies.csv`` says which there are."""
    there = sorted({code for table in _listing_tables(folder, among) for code in table["economy"]})
    if economies == "all":
        return there
    if isinstance(economies, str) and economies not in there:
        raise InputError(
            f"{folder}: economies is '{economies}', a column of {ECONOMIES}, and there is no such file; write "
            'economies = "all", or a list of codes such as ["AFG", "ALB"]'
        )
    economies = [economies] if isinstance(economies, str) else economies
    refuse(f"{folder}: {unknown('economy', code, there)}" for code in economies if code not in there)
    return sorted(set(economies))


def _listing_tables(folder: Path, among: Iterable[str]) -> Iterator[pd.DataFrame]:
    """Yield the tables whose codes are those that there are."""
    sources = {split_source(source)[:2] for source in among}
    if (folder / ECONOMIES).is_file():
        yield read_table(folder / ECONOMIES)
    elif sources:
        yield from (read_table(folder / file, sheet) for file, sheet in sorted(sources))
    else:
        for name in tables_in(folder):
            with suppress(InputError):
                yield read_table(folder / name)


def _read_column(column: Sourced, folder: Path, index: pd.MultiIndex) -> tuple[pd.Series, pd.Series]:
    """Read one declared column, match years, and set structural zeros."""
    try:
        series = read_numbers(folder, column.source)
        if column.denominator:
            series = _divide(series, read_numbers(folder, column.denominator), column)
    except InputError as error:
        raise error.within(f"'{column.code}'") from None
    values, vintages = _match(series * column.scale, index, column)
    if column.structural_zero:
        zero = _structural(column, folder, index) & values.isna()
        values = values.mask(zero, 0.0)
    return values, vintages


def _divide(series: pd.Series, by: pd.Series, column: Sourced) -> pd.Series:
    """Divide values of the same year; a side without years holds for every year of the other."""
    if series.index.nlevels < by.index.nlevels:
        series = series.reindex(by.index.get_level_values("economy")).set_axis(by.index)
    elif by.index.nlevels < series.index.nlevels:
        by = by.reindex(series.index.get_level_values("economy")).set_axis(series.index)
    by = by.reindex(series.index)
    if (by == 0).any():
        raise InputError(f"{column.denominator} is 0 for {by.index[by == 0][0]}; a denominator is above 0")
    return (series / by).dropna()


def _match(series: pd.Series, index: pd.MultiIndex, column: Sourced) -> tuple[pd.Series, pd.Series]:
    """Take for each row the value of its year, or of the nearest year that the column's declaration allows."""
    economy, year = index.get_level_values("economy"), index.get_level_values("year")
    if series.index.nlevels == 1:
        values = series.reindex(economy).set_axis(index)
        return values, pd.Series(np.nan, index=index)
    values, vintages = pd.Series(np.nan, index=index), pd.Series(np.nan, index=index)
    for offset in _offsets(column):
        candidate = series.reindex(pd.MultiIndex.from_arrays([economy, year + offset])).to_numpy()
        take = values.isna().to_numpy() & ~np.isnan(candidate)
        values[take], vintages[take] = candidate[take], (year + offset).to_numpy()[take]
    return values, vintages


def _offsets(column: Sourced) -> list[int]:
    """List the years to try, relative to the row's, in order of preference."""
    around = [offset for step in range(1, column.look_around + 1) for offset in (-step, step)]
    return [0, *around, *range(-1, -column.look_back - 1, -1)]


def _structural(column: Sourced, folder: Path, index: pd.MultiIndex) -> pd.Series:
    """Tell the rows whose missing value is 0 by nature: flagged, and absent from the whole source table."""
    flag = read_numbers(folder, f"{ECONOMIES}:{column.structural_zero}")
    file, sheet, _ = split_source(column.source)
    table = read_table(folder / file, sheet)
    cells = table.drop(columns=["economy", "year"], errors="ignore")
    observed = set(table["economy"][(cells != "").any(axis=1)])
    economy = index.get_level_values("economy")
    zero = [flag.get(code, 0) == 1 and code not in observed for code in economy]
    return pd.Series(zero, index=index)
