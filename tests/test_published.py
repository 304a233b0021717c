"""Indices of others, declared as frameworks: the Human Development Index, and a foreign index of three levels."""

from __future__ import annotations

import csv
import math

import numpy as np
import pandas as pd
import pytest

import bri_eval as be

# the Human Development Index (HDR 2020, technical note 1)

HDI = """
schema = 1
[goal]
code = "hdi"
name = "Human Development Index"
aggregator = "geometric"

[[group]]
code = "health"
parent = "hdi"

[[group]]
code = "education"
parent = "hdi"

[[group]]
code = "living"
parent = "hdi"

[[indicator]]
code = "life_expectancy"
parent = "health"
unit = "years"
source = "hdi.csv:life_expectancy"
goalposts = [20.0, 85.0]

[[indicator]]
code = "expected_years"
parent = "education"
source = "hdi.csv:expected_years"
goalposts = [0.0, 18.0]

[[indicator]]
code = "mean_years"
parent = "education"
source = "hdi.csv:mean_years"
goalposts = [0.0, 15.0]

[[indicator]]
code = "income"
parent = "living"
unit = "2017 PPP $"
source = "hdi.csv:income"
transform = "log"
goalposts = [100.0, 75000.0]
"""


@pytest.fixture
def hdi(write, published):
    """Return framework, panel and printed index of 2019."""
    table = published("hdi2019").matrix
    economies = [f"E{number}" for number in range(len(table))]
    index = pd.MultiIndex.from_product([economies, [2019]], names=["economy", "year"])
    printed = table.pop("index").to_numpy()
    return be.read_framework(write("hdi.toml", HDI)), table.set_axis(index), printed


def hdi_by_hand(life: float, expected: float, mean: float, income: float) -> float:
    health, living = (life - 20) / 65, math.log(income / 100) / math.log(750)
    return (health * (min(expected, 18) / 18 + mean / 15) / 2 * living) ** (1 / 3)


def test_the_human_development_index_as_printed(hdi):
    framework, panel, printed = hdi
    found = be.evaluate(panel, framework).scores["hdi"]
    assert [round(score, 3) for score in found] == printed.tolist()
    np.testing.assert_allclose(found, [hdi_by_hand(*row) for row in panel.to_numpy()], rtol=0, atol=1e-14)


def test_dimensions_of_the_human_development_index(hdi):
    framework, panel, _ = hdi
    scores = be.evaluate(panel, framework).scores
    norway = scores.iloc[0]
    assert norway["health"] == pytest.approx(62.4 / 65, abs=1e-14)
    assert norway["education"] == pytest.approx((1 + 12.9 / 15) / 2, abs=1e-14)
    assert norway["living"] == pytest.approx(math.log(664.94) / math.log(750), abs=1e-14)


def test_years_of_schooling_above_the_goalpost_count_as_the_goalpost(hdi):
    framework, panel, _ = hdi
    plain = be.evaluate(panel, framework).scores["hdi"]
    assert panel["expected_years"].iloc[0] == 18.1
    capped = be.evaluate(panel.assign(expected_years=panel["expected_years"].clip(upper=18)), framework).scores["hdi"]
    np.testing.assert_array_equal(capped, plain)
    rich = be.evaluate(panel.assign(income=[100_000.0, 1201.0]), framework).scores["living"]
    assert rich.iloc[0] == 1


def test_the_human_development_index_of_one_economy_does_not_depend_on_the_others(hdi):
    framework, panel, _ = hdi
    more = panel.copy()
    more.loc[("E9", 2019), :] = [50.0, 4.0, 1.0, 800.0]
    alone = be.evaluate(panel, framework).scores["hdi"]
    np.testing.assert_array_equal(be.evaluate(more, framework).scores["hdi"].iloc[:2], alone)


# a foreign index in one framework and one table

ECONOMIES, PILLARS, LEAVES = 64, 8, 6
GROUPS = ("alpha", "beta", "gamma", "delta")


def leaves_of(pillar: int) -> list[int]:
    return list(range(LEAVES * pillar, LEAVES * (pillar + 1)))


def cost(leaf: int) -> bool:
    return leaf % 5 == 2


def divided(leaf: int) -> str | None:
    """Name the denominator: every fourth indicator is per head, every seventh per unit of output."""
    return "people" if leaf % 4 == 1 else "output" if leaf % 7 == 3 else None


def declared() -> str:
    """Write the framework: two sub-indexes of four pillars of six indicators."""
    parts = ['schema = 1\n[goal]\ncode = "index"\nname = "A foreign index"\n']
    parts += [f'[[group]]\ncode = "sub{sub}"\nparent = "index"\n' for sub in range(2)]
    parts += [f'[[group]]\ncode = "pillar{p}"\nparent = "sub{p * 2 // PILLARS}"\n' for p in range(PILLARS)]
    for leaf in range(PILLARS * LEAVES):
        lines = [f'[[indicator]]\ncode = "i{leaf:02d}"\nparent = "pillar{leaf // LEAVES}"']
        lines += [f'source = "table.csv:i{leaf:02d}"', f'direction = "{"cost" if cost(leaf) else "benefit"}"']
        if divided(leaf):
            lines += [f'denominator = "table.csv:{divided(leaf)}"', "scale = 1000.0"]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def drawn() -> list[dict[str, str]]:
    """Draw the table: raw totals, some with long tails, an eighth of the cells missing."""
    rng = np.random.default_rng(20)
    people, output = rng.lognormal(8, 1, ECONOMIES), rng.lognormal(5, 1, ECONOMIES)
    rows = []
    for number in range(ECONOMIES):
        row = {"economy": f"land-{number:02d}", "group": GROUPS[number % 4]}
        row |= {"people": repr(float(people[number])), "output": repr(float(output[number]))}
        rows.append(row)
    for leaf in range(PILLARS * LEAVES):
        rates = rng.normal(50, 8, ECONOMIES)
        if leaf % 6 == 0:
            rates[rng.choice(ECONOMIES, 2, replace=False)] = rng.uniform(150, 300, 2)
        if leaf % 8 == 3:
            rates[rng.choice(ECONOMIES, 8, replace=False)] = rng.uniform(500, 3000, 8)
        by = {"people": people, "output": output, None: np.full(ECONOMIES, 1000.0)}[divided(leaf)]
        missing = rng.uniform(size=ECONOMIES) < 0.12
        for number, row in enumerate(rows):
            row[f"i{leaf:02d}"] = "" if missing[number] else repr(float(rates[number] * by[number] / 1000))
    return rows


def type_two(values: list[float]) -> tuple[float, float]:
    n, mean = len(values), sum(values) / len(values)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / (n - 1))
    third = sum(((value - mean) / deviation) ** 3 for value in values)
    fourth = sum(((value - mean) / deviation) ** 4 for value in values)
    skewness = n / ((n - 1) * (n - 2)) * third
    kurtosis = n * (n + 1) / ((n - 1) * (n - 2) * (n - 3)) * fourth - 3 * (n - 1) ** 2 / ((n - 2) * (n - 3))
    return skewness, kurtosis


def fails(values: list[float]) -> bool:
    skewness, kurtosis = type_two(values)
    return abs(skewness) > 2 and kurtosis > 3.5


def treated(values: list[float]) -> tuple[str, list[float]]:
    """Pull in what lies furthest on the skewed side, tied points together, until five are; then take the logarithm."""
    changed, moved = list(values), {"high": 0, "low": 0}
    while fails(changed) and sum(moved.values()) < 5:
        side = "high" if type_two(changed)[0] >= 0 else "low"
        end = max(changed) if side == "high" else min(changed)
        others = [value for value in changed if value != end]
        moved[side] = len(changed) - len(others)
        changed = [(max(others) if side == "high" else min(others)) if value == end else value for value in changed]
    if not fails(changed):
        return ("as it was" if changed == values else "winsorised"), changed
    low, spread = min(values), max(values) - min(values)
    return "log", [math.log(value - low + 0.01 * spread) for value in values]


def filled(values: dict[str, float | None], group: dict[str, str]) -> list[float]:
    """Give the mean of the group where a value is missing, of all where nobody of the group has one."""
    found = []
    for economy, value in values.items():
        among = [v for other, v in values.items() if v is not None and group[other] == group[economy]]
        among = among or [v for v in values.values() if v is not None]
        found.append(sum(among) / len(among) if value is None else value)
    return found


def slowly(rows: list[dict[str, str]]) -> tuple[dict[str, list[float]], list[str]]:
    """Compute the index in plain Python; give the scores of every node and what the treatment did."""
    group = {row["economy"]: row["group"] for row in rows}
    scores: dict[str, list[float]] = {}
    steps = []
    for leaf in range(PILLARS * LEAVES):
        by = divided(leaf)
        values = {
            row["economy"]: None
            if row[f"i{leaf:02d}"] == ""
            else float(row[f"i{leaf:02d}"]) / (float(row[by]) if by else 1.0) * (1000.0 if by else 1.0)
            for row in rows
        }
        step, column = treated(filled(values, group))
        steps.append(step)
        low, high = min(column), max(column)
        scores[f"i{leaf:02d}"] = [
            100 * ((high - value) if cost(leaf) else (value - low)) / (high - low) for value in column
        ]
    children = {f"pillar{p}": [f"i{leaf:02d}" for leaf in leaves_of(p)] for p in range(PILLARS)}
    children |= {f"sub{sub}": [f"pillar{p}" for p in range(PILLARS) if p * 2 // PILLARS == sub] for sub in range(2)}
    for node, below in {**children, "index": ["sub0", "sub1"]}.items():
        scores[node] = [sum(cells) / len(cells) for cells in zip(*(scores[code] for code in below), strict=True)]
    return scores, steps


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    """Return the evaluation of the foreign index, and its table."""
    folder, rows = tmp_path_factory.mktemp("foreign"), drawn()
    (folder / "framework.toml").write_text(declared(), encoding="utf-8")
    with (folder / "table.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    framework = be.read_framework(folder / "framework.toml")
    panel = be.read_panel(framework, folder, economies="all", years=(2020,))
    groups = be.read_groups(folder, "table.csv:group")
    recipe = be.Recipe(imputer="group_mean", donors=1, treatment="winsorise_log", range=(0.0, 100.0))
    return be.evaluate(panel, framework, recipe, groups=groups), rows


def test_the_foreign_table_meets_every_case(foreign):
    found, rows = foreign
    _, steps = slowly(rows)
    assert set(steps) == {"as it was", "winsorised", "log"}
    assert set(found.moved["step"]) == {"winsorise", "log"}
    assert 200 < (found.filled == "group mean").to_numpy().sum() < 600
    assert found.panel.shape == (ECONOMIES, PILLARS * LEAVES)
    assert {cost(leaf) for leaf in leaves_of(0)} == {True, False}


def test_a_foreign_index_against_a_slow_implementation(foreign):
    found, rows = foreign
    scores, _ = slowly(rows)
    assert list(found.scores.columns) == ["index", "sub0", "sub1", *(f"pillar{p}" for p in range(PILLARS))]
    assert found.scores.index.get_level_values("economy").tolist() == [row["economy"] for row in rows]
    for code in found.matrix.columns:
        np.testing.assert_allclose(found.matrix[code], scores[code], rtol=0, atol=1e-10)
    for code in found.scores.columns:
        np.testing.assert_allclose(found.scores[code], scores[code], rtol=0, atol=1e-10)


def test_ranks_of_a_foreign_index(foreign):
    found, rows = foreign
    index = slowly(rows)[0]["index"]
    assert found.ranks["index"].tolist() == [1 + sum(other > mine for other in index) for mine in index]
