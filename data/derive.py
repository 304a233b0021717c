"""Derive the columns that no publisher prints: `python data/derive.py` writes data/raw/derived.csv.

The columns are described, with formula and inputs, in data/datapackage.json.
"""

from pathlib import Path

import numpy as np
import pandas as pd

RAW = Path(__file__).parent / "raw"
KEYS = ["economy", "year"]
CORE_CHAPTERS = [33, 42, 61, 62, 63, 64, 65, 90, 91, 95, 96]
WIDE_CHAPTERS = [*CORE_CHAPTERS, 85, 94]
DIGITS = 10


def derive() -> pd.DataFrame:
    """Return every derived column, indexed by (economy, year), without empty rows."""
    columns = [import_cost(), mode_diversity(), parcels(CORE_CHAPTERS, "core"), parcels(WIDE_CHAPTERS, "wide")]
    return pd.concat(columns, axis=1).sort_index().dropna(how="all")


def import_cost() -> pd.Series:
    """Add the costs of border and documentary compliance of an import; both must be there."""
    table = read("border_compliance").set_index(KEYS)
    return (table["import_cost_border_usd"] + table["import_cost_documents_usd"]).rename("import_cost_usd")


def mode_diversity() -> pd.Series:
    """Return ln k / ln 4 for the k modes present among sea, air, rail and land, for 2018."""
    economies, development, shipping = read("economies").set_index("economy"), read("development"), read("shipping")
    modes = pd.DataFrame(
        {
            "sea": sea(economies, shipping),
            "air": positive(latest(development, "air_freight_million_tkm"), latest(development, "air_departures")),
            "rail": positive(highest(development, "rail_lines_km"), highest(development, "rail_freight_million_tkm")),
            "land": economies["borders_china"],
        },
        index=economies.index,
    )
    # On the lists PSE and TLS lack a value: unknown rail is absent but not known, and they have no air in any year.
    present, known = modes.sum(axis=1), modes.notna().sum(axis=1)
    diversity = (np.log(present.clip(lower=1)) / np.log(4)).where(known >= 3).rename("mode_diversity")
    return diversity.to_frame().assign(year=2018).set_index("year", append=True)["mode_diversity"]


def sea(economies: pd.DataFrame, shipping: pd.DataFrame) -> pd.Series:
    """Return 1 with liner connectivity, 0 for a landlocked economy that shipping never lists, else missing."""
    listed = shipping.dropna(subset=["liner_connectivity_2023q1", "container_teu_unctad"], how="all")["economy"]
    inland = (economies["landlocked"] == 1) & ~economies.index.isin(listed)
    connectivity = latest(shipping, "liner_connectivity_2023q1", since=2014).reindex(economies.index)
    return positive(connectivity).mask(inland, 0)


def latest(table: pd.DataFrame, column: str, since: int = 0) -> pd.Series:
    """Return each economy's last value up to 2018; air takes any year, as MDV and MKD end in 2009."""
    return table[table["year"].between(since, 2018)].sort_values("year").groupby("economy")[column].last().dropna()


def highest(table: pd.DataFrame, column: str) -> pd.Series:
    """Return each economy's largest value in any year."""
    return table.groupby("economy")[column].max().dropna()


def positive(*series: pd.Series) -> pd.Series:
    """Return 1 where one of the series is positive, 0 where all that is known is zero, missing where nothing is."""
    values = pd.concat(series, axis=1).max(axis=1)
    return (values > 0).astype(float).where(values.notna())


def parcels(chapters: list[int], basket: str) -> pd.Series:
    """Add China's exports over the chapters; the blank cells (ARM 2010 HS 91, BTN 2014 HS 33) are left out."""
    table = read("parcel_chapters")
    table = table[table["hs_chapter"].isin(chapters)]
    return table.groupby(KEYS)["china_exports_usd"].sum(min_count=1).rename(f"parcel_{basket}_usd")


def read(name: str) -> pd.DataFrame:
    """Read a table of data/raw; an empty cell is missing and nothing else is."""
    return pd.read_csv(RAW / f"{name}.csv", keep_default_na=False, na_values=[""])


def digits(value: float) -> str:
    """Write a number with up to ten significant digits and without exponent."""
    return np.format_float_positional(value, precision=DIGITS, fractional=False, trim="-")


if __name__ == "__main__":
    derive().to_csv(RAW / "derived.csv", float_format=digits, lineterminator="\n")
