"""Claims that documents settle and tables do not, and claims that nothing open can settle."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bri_eval.analysis.claims.claim import FAILS, HOLDS, PAPER, UNTESTABLE, Claim, judge
from bri_eval.analysis.routes import corridors_of
from bri_eval.files import read_table

LAW_PASSED, LAW_IN_FORCE = date(2018, 8, 31), date(2019, 1, 1)
"""E-commerce Law of China: passed by the Standing Committee of the National People's Congress; in force."""

TNT_BOUGHT = date(2016, 5, 25)
"""FedEx completed its purchase of TNT Express."""

INTERNET_ECONOMY = {2016: 200.0, 2018: 240.0, 2019: 300.0}
"""US$ bn in 2025 as forecast in the edition of e-Conomy SEA (Google and Temasek), six economies: travel, media, rides
and online purchases."""

ONLINE_PURCHASES = {2016: 88.0}
"""US$ bn in 2025 of the above that are purchases online."""

CHAPTERS = 97
"""Chapters of the Harmonised System."""


def online_transactions(_folder: str | Path) -> Claim:
    """Test C6: transactions of US$ 200 bn through the internet in Southeast Asia in 2025."""
    whole, purchases = INTERNET_ECONOMY[2016], ONLINE_PURCHASES[2016]
    return Claim(
        id="C6",
        statement="Transactions through the internet in Southeast Asia will reach US$ 200 bn by 2025",
        section="4.3",
        source="Google and Temasek, e-Conomy SEA 2016, 2018, 2019 (documents)",
        figure={f"internet economy, edition {year}": value for year, value in INTERNET_ECONOMY.items()}
        | {"online purchases, edition 2016": purchases, "stated": 200.0},
        verdict=judge(whole >= 200.0, {"the whole internet economy is meant and not purchases": purchases < 200.0}),
        sentence=(
            f"The forecast of 2016 is {whole:.0f} bn for the whole internet economy of six countries, of which "
            f"{purchases:.0f} bn are purchases online; it was raised to {INTERNET_ECONOMY[2018]:.0f} bn in 2018 and "
            f"{INTERNET_ECONOMY[2019]:.0f} bn in 2019. The paper quotes the wrong aggregate."
        ),
    )


def integrators(_folder: str | Path) -> Claim:
    """Test C7: four companies, FedEx, UPS, DHL and TNT, have a monopoly."""
    independent = 4 - (TNT_BOUGHT.year < PAPER)
    return Claim(
        id="C7",
        statement="FedEx, UPS, DHL and TNT, four companies, monopolise cross-border logistics",
        section="3.4",
        source="announcement of the purchase of TNT Express (document)",
        figure={"independent": independent, "stated": 4, "year of the purchase": TNT_BOUGHT.year},
        verdict=FAILS if independent < 4 else UNTESTABLE,
        sentence=(
            f"FedEx bought TNT on {TNT_BOUGHT:%d %B %Y}: {independent} companies are independent in {PAPER}. Shares of "
            "the market are not in open data, so the monopoly itself cannot be tested."
        ),
    )


def rail_lines(folder: str | Path) -> Claim:
    """List C8: six high-speed rail lines are planned."""
    corridors = corridors_of(folder)
    return Claim(
        id="C8",
        statement="Six high-speed rail lines are planned with the partners",
        section="1",
        source="none; economies.csv: corridors, for what the lines are not",
        figure={"corridors": len(corridors)},
        verdict=UNTESTABLE,
        sentence=f"No open list of the lines is known; the {len(corridors)} economic corridors are no rail lines.",
    )


def law(_folder: str | Path) -> Claim:
    """Test C9: the E-commerce Law was passed on 31 August 2018."""
    return Claim(
        id="C9",
        statement="The E-commerce Law was passed on 31 August 2018",
        section="1",
        source="text of the law (document)",
        figure={"year": LAW_PASSED.year, "month": LAW_PASSED.month, "day": LAW_PASSED.day},
        verdict=HOLDS if date(2018, 8, 31) == LAW_PASSED else FAILS,
        sentence=f"Passed on {LAW_PASSED:%d %B %Y}; in force since {LAW_IN_FORCE:%d %B %Y}.".replace(" 0", " "),
    )


def agreements(folder: str | Path) -> Claim:
    """Test C10: agreements on logistics have been signed with Thailand and Singapore."""
    signed = {event: [_by_then(folder, code, event) for code in _NAMED] for event in ("fta_in_force", "ecommerce_mou")}
    trade, online = (all(signed[event]) for event in ("fta_in_force", "ecommerce_mou"))
    later = [row["date"] for row in _events(folder, "SGP", "ecommerce_mou")]
    return Claim(
        id="C10",
        statement="China has signed cooperation agreements with Thailand and Singapore",
        section="4.1",
        source="policy_events.csv: fta_in_force, ecommerce_mou; rows to be verified left out",
        figure={
            f"{event}, {code}": n for event, counts in signed.items() for code, n in zip(_NAMED, counts, strict=True)
        },
        verdict=judge(trade or online, {"free trade agreements are meant": not online}),
        sentence=(
            f"By {PAPER} free trade agreements are in force with {_both(signed['fta_in_force'])}, "
            f"memoranda on e-commerce with {_both(signed['ecommerce_mou'])}"
            + (f"; that with Singapore is of {later[0]}." if later else ".")
        ),
    )


def _both(counts: list[int]) -> str:
    """Say how many of two have something."""
    return ("neither", "one of them", "both")[sum(map(bool, counts))]


def postal(_folder: str | Path) -> Claim:
    """List C11: postal parcels dominate."""
    return Claim(
        id="C11",
        statement="Cross-border e-commerce along the route is carried mainly by post",
        section="3.5",
        source="none",
        figure={},
        verdict=UNTESTABLE,
        sentence="No open series divides parcels by mode; the trade press says about 70 %, from incomplete statistics.",
    )


def complementarity(folder: str | Path) -> Claim:
    """List C12: the economies of Mongolia, Russia and the ASEAN complement China's."""
    chapters = set(read_table(Path(folder) / "parcel_chapters.csv")["hs_chapter"])
    return Claim(
        id="C12",
        statement="China's economy is strongly complementary to the ASEAN, and meets demand of Mongolia and Russia",
        section="4.4",
        source="parcel_chapters.csv",
        figure={"chapters": len(chapters), "of": CHAPTERS},
        verdict=UNTESTABLE,
        sentence=(
            f"An index of complementarity needs all {CHAPTERS} chapters, both ways and against the world; the table "
            f"has {len(chapters)}, with China alone."
        ),
    )


def modes(_folder: str | Path) -> Claim:
    """List C15: no mode is both cheap and fast, and a hybrid is better."""
    return Claim(
        id="C15",
        statement="No mode of logistics is both cheap and fast; a hybrid of modes is better",
        section="1, 4.5",
        source="none; the rate card of the modes is illustrative",
        figure={},
        verdict=UNTESTABLE,
        sentence="The models of modes show the logic on an illustrative rate card; that proves nothing on the market.",
    )


def _events(folder: str | Path, economy: str, event: str) -> list[dict[str, str]]:
    """List the rows of an economy and event that need no verification."""
    table = read_table(Path(folder) / "policy_events.csv")
    kept = (table["economy"] == economy) & (table["event"] == event) & (table["status"] == "reported")
    return [{str(key): str(value) for key, value in row.items()} for row in table[kept].to_dict("records")]


def _by_then(folder: str | Path, economy: str, event: str) -> int:
    """Count the events dated up to the year of the paper."""
    return sum(row["date"][:4] <= str(PAPER) for row in _events(folder, economy, event))


_NAMED = ("THA", "SGP")
