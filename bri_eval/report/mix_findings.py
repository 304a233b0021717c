"""Numbers and words of the paper's text on the mode programme."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from bri_eval.modes.mixes import TINY, cost_of_parcel, main_modes, parcels_of, segment_shares
from bri_eval.modes.problem import GOALS
from bri_eval.modes.tradeoff import EXCHANGED
from bri_eval.report.mode_words import codes_and_names, lowered, verdict
from bri_eval.report.rank_words import listed, percent

if TYPE_CHECKING:
    import pandas as pd

    from bri_eval.modes.decisions import Decisions

STORE, POST = "overseas_warehouse", "postal"
LIGHT, HEAVY, RAIL = "light_low_value", ("bulky_fragile", "agri_food"), ("china_europe_rail", "rail_sea")
"""Modes and segments of the paper's statements."""

SEVERAL = 4
"""Modes that are the main one of some cell, from which a mix is called one."""


def mix_numbers(decisions: Decisions, names: pd.Series) -> dict[str, str]:
    """Give the numbers and words of the text on the mode programme.

    Parameters
    ----------
    decisions, names
        As in ``mode_numbers``.
    """
    numbers = _plans(decisions) | _orders(decisions) | _single(decisions) | _budget(decisions) | _everywhere(decisions)
    modes, segments = codes_and_names(decisions.catalogue.modes), codes_and_names(decisions.catalogue.segments)
    if STORE in modes:
        numbers |= _stores(decisions)
    if POST in modes and LIGHT in segments:
        numbers |= _light(decisions)
    if set(RAIL) & set(modes) and set(HEAVY) & set(segments):
        numbers |= _heavy(decisions)
    return numbers | _front(decisions) | _pool(decisions, names)


def _plans(decisions: Decisions) -> dict[str, str]:
    """Give what every plan deviates and costs."""
    plans, numbers = decisions.mixes.plans, dict[str, str]()
    for (merchant, order), mix in plans.items():
        at, parcels = f"mix/{merchant}_{order}", parcels_of(mix).to_numpy().sum() * (1 - mix.deviations["demand"])
        numbers |= {f"{at}_{goal}": deviation_words(mix.deviations[goal]) for goal in GOALS}
        numbers |= {
            f"{at}_overrun": percent_over(mix.deviations["finance"]),
            f"{at}_cost": f"{mix.cost / parcels:,.2f}",
        }
        numbers |= {f"{at}_main": str(len(main_modes(mix)))}
    cautious = [plans[code, "cautious"].deviations for code in decisions.by_budget]
    falls = all(
        later[goal] <= one[goal] + TINY for one, later in pairwise(cautious) for goal in ("affordability", "time")
    )
    met = all(
        plans[code, "service"].deviations[goal] < TINY for code in decisions.by_budget for goal in ("time", "loss")
    )
    several = min(len(main_modes(plans[code, "cautious"])) for code in (decisions.middle, decisions.largest))
    return numbers | {
        "mix/budget_falls_verdict": verdict(falls),
        "mix/service_met_verdict": verdict(met),
        "mix/main_least": str(several),
        "mix/main_verdict": verdict(several >= SEVERAL),
    }


def _stores(decisions: Decisions) -> dict[str, str]:
    """Say who opens overseas warehouses in how many markets."""
    plans, largest = decisions.mixes.plans, decisions.largest
    opened = {key: int(mix.facilities[STORE].sum()) for key, mix in plans.items()}
    cautious = {merchant: count for (merchant, order), count in opened.items() if order == "cautious"}
    bold = [count for (_, order), count in opened.items() if order != "cautious"]
    markets = len(decisions.instance)
    return {f"mix/{code}_stores": str(count) for code, count in cautious.items()} | {
        "mix/markets": str(markets),
        "mix/stores_share": percent(float(plans[largest, "cautious"].by_mode[STORE])),
        "mix/stores_small_verdict": verdict(not any(count for code, count in cautious.items() if code != largest)),
        "mix/stores_large_verdict": verdict(cautious[largest] == markets),
        "mix/stores_bold_verdict": verdict(min(bold) == markets),
    }


def _light(decisions: Decisions) -> dict[str, str]:
    """Say whether light goods of low value go mainly by post, whoever sends them."""
    shares = [_segment_share(decisions, code, LIGHT, (POST,)) for code in decisions.by_budget]
    return {
        "mix/light_least": percent(min(shares)),
        "mix/light_most": percent(max(shares)),
        "mix/light_verdict": verdict(min(shares) > 0.5),
    }


def _heavy(decisions: Decisions) -> dict[str, str]:
    """Say whether heavy goods go mainly by rail or rail and sea, once it can be financed."""
    declared = codes_and_names(decisions.catalogue.segments)
    goods = [code for code in HEAVY if code in declared]
    numbers = {
        f"mix/{merchant}_{code}_rail": percent(_segment_share(decisions, merchant, code, RAIL))
        for merchant in decisions.by_budget
        for code in goods
    }
    able = (decisions.middle, decisions.largest)
    least = min(_segment_share(decisions, merchant, code, RAIL) for merchant in able for code in goods)
    return numbers | {"mix/heavy_least": percent(least), "mix/heavy_verdict": verdict(least > 0.5)}


def _orders(decisions: Decisions) -> dict[str, str]:
    """Say how many different outcomes the orders have, and how far each goal moves."""
    tables = {code: found.deviations[list(GOALS)] for code, found in decisions.mixes.trade_offs.items()}
    counts = {code: len(table.round(5).drop_duplicates()) for code, table in tables.items()}
    found = tables[decisions.middle]
    spans = found.max() - found.min()
    numbers = {f"mix/orders_{code}_outcomes": str(count) for code, count in counts.items()}
    numbers |= {f"mix/orders_{goal}_least": deviation_words(found[goal].min()) for goal in EXCHANGED}
    numbers |= {f"mix/orders_{goal}_most": deviation_words(found[goal].max()) for goal in EXCHANGED}
    fewer = counts[decisions.largest] < counts[decisions.by_budget[0]]
    return numbers | {
        "mix/orders": str(len(found)),
        "mix/orders_moved": listed([goal for goal in EXCHANGED if spans[goal] > TINY]),
        "mix/orders_budget": "less" if fewer else "no less",
        "mix/orders_verdict": verdict(counts[decisions.middle] > 1),
    }


def _single(decisions: Decisions) -> dict[str, str]:
    """Say which modes can serve everything alone, and whether the hybrid plan dominates them."""
    found, called = decisions.mixes.singles, codes_and_names(decisions.catalogue.modes)
    alone = found.drop(index="plan")
    able = alone[alone["all_served"]]
    kept = able.index[~able["dominated"]]
    numbers: dict[str, str] = {}
    for code, row in found.rename(index={"plan": "hybrid"}).iterrows():
        goals = ("affordability", "time", "loss")
        numbers |= {f"mix/single_{code}_{goal}": deviation_words(row[goal]) for goal in goals}
        numbers |= {f"mix/single_{code}_served": percent(row["served"])}
    if POST in alone.index:
        numbers |= {"mix/post_verdict": verdict(not alone["all_served"][POST])}
    return numbers | {
        "mix/single_able": listed([lowered(called[code]) for code in able.index]),
        "mix/single_unable": listed([lowered(called[code]) for code in alone.index[~alone["all_served"]]]),
        "mix/single_not_dominated": listed([lowered(called[code]) for code in kept]),
        "mix/hybrid_verdict": verdict(len(able) > 0 and not len(kept)),
    }


def _budget(decisions: Decisions) -> dict[str, str]:
    """Say what the budget buys of the goal right after finance, and from when on it buys nothing."""
    path = decisions.mixes.path.deviations["affordability"]
    done = path.index[path <= path.min() + TINY]
    return {
        "mix/budget_least": f"{path.index[0]:,.0f}",
        "mix/budget_most": f"{path.index[-1]:,.0f}",
        "mix/budget_enough": f"{done[0]:,.0f}",
        "mix/budget_first": deviation_words(path.iloc[0]),
        "mix/budget_last": deviation_words(path.iloc[-1]),
        "mix/budget_verdict": verdict((path.diff().dropna() <= TINY).all()),
    }


def _everywhere(decisions: Decisions) -> dict[str, str]:
    """Say what one budget does over all economies."""
    mix, called = decisions.mixes.everywhere, codes_and_names(decisions.catalogue.modes)
    order = mix.by_mode.drop("unserved").sort_values(ascending=False, kind="stable")
    numbers = {f"mix/everywhere_{goal}": deviation_words(mix.deviations[goal]) for goal in GOALS}
    for place, (mode, share) in zip(("most", "second"), order.items(), strict=False):
        numbers[f"mix/everywhere_{place}"] = lowered(called[str(mode)])
        numbers[f"mix/everywhere_{place}_share"] = percent(float(share))
    return numbers | {
        "mix/everywhere_economies": str(len(mix.facilities)),
        "mix/everywhere_used": str(int((order > TINY).sum())),
        "mix/everywhere_facilities": str(int(mix.facilities.to_numpy().sum())),
        "mix/everywhere_hosts": str(int(mix.facilities.any(axis=1).sum())),
    }


def _front(decisions: Decisions) -> dict[str, str]:
    """Give cost and days at the two ends of every front."""
    numbers: dict[str, str] = {}
    for code, front in decisions.mixes.fronts.items():
        table, plan = front.deviations, decisions.mixes.plans[code, "cautious"]
        table = table.assign(parcel=cost_of_parcel(table, plan)).sort_values("days", kind="stable")
        for end, row in (("fast", table.iloc[0]), ("cheap", table.iloc[-1])):
            numbers[f"mix/front_{code}_{end}_cost"] = f"{row['parcel']:,.2f}"
            numbers[f"mix/front_{code}_{end}_days"] = f"{row['days']:.1f}"
    return numbers


def _pool(decisions: Decisions, names: pd.Series) -> dict[str, str]:
    """Say what sharing warehouses along a corridor saves, and whether anybody would leave."""
    pool = decisions.mixes.pool
    if pool is None:
        return {}
    each = pool.division["shapley"] / pool.division["alone"]
    saving = pool.division["shapley"].sum() / pool.division["alone"].sum()
    leaving = [str(names.get(code, code)) for code in pool.objection.split("+") if code]
    return {
        "mix/pool_corridor": decisions.mixes.corridor,
        "mix/pool_members": listed([str(names.get(code, code)) for code in pool.members]),
        "mix/pool_saving": percent(saving),
        "mix/pool_pays": "pays" if saving > TINY else "does not pay",
        "mix/pool_most": str(names.get(each.idxmax(), each.idxmax())),
        "mix/pool_most_share": percent(float(each.max())),
        "mix/pool_least": str(names.get(each.idxmin(), each.idxmin())),
        "mix/pool_least_share": percent(float(each.min())),
        "mix/pool_shapley": "in the core" if pool.shapley_in_core else "not in the core",
        "mix/pool_core": "empty" if pool.core_empty else "not empty",
        "mix/pool_objection": listed(leaving, nobody="no group"),
    }


def percent_over(deviation: float) -> str:
    """Print a deviation from the budget in per cent of it.

    Examples
    --------
    >>> percent_over(1.3), percent_over(22.0), percent_over(0.0)
    ('130 %', '2,200 %', '0 %')
    """
    return f"{100 * deviation:,.0f} %"


def deviation_words(value: float) -> str:
    """Print a deviation; what is met reads 0.

    Examples
    --------
    >>> deviation_words(0.0261), deviation_words(1e-9)
    ('0.026', '0')
    """
    return "0" if abs(value) < TINY else f"{value:.3f}"


def _segment_share(decisions: Decisions, merchant: str, segment: str, modes: tuple[str, ...]) -> float:
    """Give the share of a segment that some modes carry in the cautious plan, over all markets."""
    table = segment_shares(decisions.mixes.plans[merchant, "cautious"])
    return float(table.loc[[segment], [code for code in modes if code in table]].to_numpy().sum())
