"""Inequality: worked examples, identities, oracles by double loop, what is refused, the shipped index."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import bri_eval as be
from bri_eval.analysis.inequality import (
    dagum,
    gini,
    group_labels,
    inequality_by_year,
    mean_log_deviation,
    theil,
    theil_decomposition,
)
from bri_eval.checks import InputError
from bri_eval.files import read_numbers
from bri_eval.tables import read_economies

FIVE = [1, 2, 3, 4, 5]
SEVEN, TWO_GROUPS = [1, 2, 3, 4, 5, 6, 7], ["low"] * 3 + ["high"] * 4


def draw(seed: int, n: int = 25) -> tuple[pd.Series, pd.Series]:
    rng = np.random.default_rng(seed)
    index = [f"E{number}" for number in range(n)]
    return pd.Series(rng.lognormal(0, 0.5, n), index=index), pd.Series(rng.choice(list("abcd"), n), index=index)


each_seed = pytest.mark.parametrize("seed", range(4))


def test_inequality_of_five_theil():
    """methods.md, 5.13."""
    assert gini(FIVE) == pytest.approx(0.266667, abs=1e-6)
    assert theil(FIVE) == pytest.approx(0.119688, abs=1e-6)
    assert mean_log_deviation(FIVE) == pytest.approx(0.141114, abs=1e-6)


def test_dagum1997_without_overlap():
    """methods.md, 5.13."""
    found = dagum(SEVEN, TWO_GROUPS)
    assert found.gini == pytest.approx(0.285714, abs=1e-6)
    assert found.within == pytest.approx(0.071429, abs=1e-6)
    assert found.net_between == pytest.approx(0.214286, abs=1e-6)
    assert found.transvariation == pytest.approx(0, abs=1e-15)
    assert found.groups.loc["low", "population_share"] == pytest.approx(3 / 7, abs=1e-15)
    assert found.groups.loc["high", "value_share"] == pytest.approx(11 / 14, abs=1e-15)
    assert found.pairs[["upper", "lower"]].to_numpy().tolist() == [["high", "low"]]
    assert found.pairs["distance"].item() == pytest.approx(1, abs=1e-15)


@each_seed
def test_gini_by_double_loop(seed):
    y, _ = draw(seed)
    total = sum(abs(a - b) for a in y for b in y)
    assert gini(y) == pytest.approx(total / (2 * len(y) ** 2 * y.mean()), abs=1e-14)


@each_seed
def test_dagum_by_loops_over_pairs(seed):
    y, groups = draw(seed)
    n, parts = len(y), {"within": 0.0, "net_between": 0.0, "transvariation": 0.0}
    members = {g: y[groups == g].to_numpy() for g in sorted(set(groups))}
    for g, h in itertools.product(members, repeat=2):  # every ordered pair, so each pair of groups twice
        j, k = members[g], members[h]
        weight = len(j) / n * k.sum() / y.sum()
        gaps = [a - b for a in j for b in k]
        between = np.mean(np.abs(gaps)) / (j.mean() + k.mean())
        if g == h:
            parts["within"] += between * weight
            continue
        up, down = np.mean(np.maximum(gaps, 0)), np.mean(np.maximum(-np.array(gaps), 0))
        distance = abs(up - down) / (up + down)
        parts["net_between"] += between * weight * distance
        parts["transvariation"] += between * weight * (1 - distance)
    found = dagum(y, groups)
    for part, value in parts.items():
        assert getattr(found, part) == pytest.approx(value, abs=1e-14)


@each_seed
def test_identities(seed):
    y, groups = draw(seed)
    found = dagum(y, groups)
    assert found.gini == pytest.approx(gini(y), abs=1e-15)
    assert found.within + found.net_between + found.transvariation == pytest.approx(found.gini, abs=1e-14)
    table = theil_decomposition(y, groups)
    np.testing.assert_allclose(table["within"] + table["between"], table["total"], rtol=0, atol=1e-14)
    assert table["total"].tolist() == pytest.approx([theil(y), mean_log_deviation(y)], abs=1e-15)
    np.testing.assert_allclose(table["between_share"], table["between"] / table["total"], rtol=0, atol=1e-15)
    assert (table["between"] >= 0).all()


@each_seed
def test_between_is_the_inequality_of_group_means(seed):
    y, groups = draw(seed)
    means = y.groupby(groups).transform("mean")
    found = theil_decomposition(y, groups)["between"].tolist()
    assert found == pytest.approx([theil(means), mean_log_deviation(means)], abs=1e-14)


def test_one_group_and_groups_of_one():
    y, _ = draw(0)
    whole, single = dagum(y, ["all"] * len(y)), dagum(y, list(y.index))
    assert (whole.within, whole.net_between, whole.transvariation) == (whole.gini, 0, 0)
    assert (single.within, single.transvariation) == (0, 0)
    assert single.net_between == pytest.approx(single.gini, abs=1e-14)
    assert theil_decomposition(y, ["all"] * len(y))["between"].tolist() == pytest.approx([0, 0], abs=1e-15)


@pytest.mark.parametrize("measure", [gini, theil, mean_log_deviation])
def test_order_unit_and_replication_do_not_matter(measure):
    y, _ = draw(1)
    assert measure(y.sample(frac=1, random_state=0)) == pytest.approx(measure(y), abs=1e-14)
    assert measure(1000 * y) == pytest.approx(measure(y), abs=1e-14)
    assert measure(np.tile(y, 3)) == pytest.approx(measure(y), abs=1e-14)  # the population forms
    assert measure([2.0, 2.0, 2.0]) == pytest.approx(0, abs=1e-15)


def test_equal_groups_and_zeros():
    equal = dagum([2, 2, 2, 2], list("aabb"))
    assert (equal.gini, equal.within, equal.net_between, equal.transvariation) == (0, 0, 0, 0)
    assert theil_decomposition([2, 2], ["a", "b"])["between_share"].isna().all()
    zeros = dagum([0, 0, 1, 3], list("aabb"))
    assert zeros.within + zeros.net_between == pytest.approx(zeros.gini, abs=1e-15) == gini([0, 0, 1, 3])
    assert gini([0, 0, 0, 1]) == pytest.approx(0.75, abs=1e-15)  # (n - 1)/n


def test_groups_by_label_by_economy_and_by_position():
    y = pd.Series(SEVEN, index=list("ABCDEFG"), dtype=float)
    by_label = pd.Series(TWO_GROUPS, index=y.index)[::-1]
    assert dagum(y, by_label).within == dagum(y, TWO_GROUPS).within == dagum(y, by_label.to_dict()).within
    long = pd.Series(SEVEN * 2, index=pd.MultiIndex.from_product([[1, 2], y.index]).swaplevel().set_names([None, None]))
    assert group_labels(long, by_label).tolist() == TWO_GROUPS * 2
    own = pd.Series(range(14), index=long.index)
    assert group_labels(long, own).tolist() == list(range(14))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gini([1, -2]), "gini needs values >= 0; '1' is -2"),
        (lambda: gini([0, 0]), "gini: all 2 values are 0; inequality needs a mean above 0"),
        (lambda: gini([]), "the table of gini has 0 rows"),
        (lambda: theil(pd.Series({"AFG": 0.0, "ALB": 1.0})), "theil needs values > 0; 'AFG' is 0"),
        (lambda: mean_log_deviation([1, np.nan]), "table of mean_log_deviation has 1 missing .* row '1'"),
        (lambda: dagum([1, 2, 3], ["a", "b"]), "2 groups for 3 values; give one for each, or economy to group"),
        (lambda: dagum(pd.Series({"AFG": 1, "ALB": 2}), {"AFG": "a"}), "'ALB' has no group .1 in all.; add it"),
        (lambda: theil_decomposition([1, 0], ["a", "b"]), "theil_decomposition needs values > 0; '1' is 0"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_scores_by_year_are_refused_over_years(tree, small_panel):
    scores = be.evaluate(small_panel, tree, be.Recipe(scope="by_year")).scores["goal"]
    with pytest.raises(InputError, match="scores by year do not compare over years; evaluate with scope='pooled'"):
        inequality_by_year(scores)


def test_the_shipped_index_by_year(evaluation, data):
    """study.md, 2.3: 58 to 63 economies are ranked in an edition; 55 in 2023."""
    scores, regions = evaluation.scores["capability"], be.read_groups(data / "raw", "bri_region")
    found = inequality_by_year(scores, regions)
    assert found["n"].tolist() == [58, 62, 60, 61, 61, 63, 55]
    parts = found[["gini_within", "gini_net_between", "gini_transvariation"]].sum(axis=1)
    np.testing.assert_allclose(parts, found["gini"], rtol=0, atol=1e-13)
    assert found["theil_between_share"].between(0.3, 0.5).all()
    pd.testing.assert_frame_equal(inequality_by_year(scores), found.iloc[:, :5])


def test_regions_hold_30_per_cent_of_the_theil_of_lpi_overall(data):
    """study.md, claim C2, edition 2018 of list65: CV .149, max/min 2.05, 30 % of Theil between regions."""
    lpi = read_numbers(data / "raw", "lpi.csv:overall").xs(2018, level="year")
    members = read_economies(data / "raw", "bri_list65")
    scores = lpi[lpi.index.isin(members)]
    table = theil_decomposition(scores, be.read_groups(data / "raw", "bri_region"))
    assert scores.std() / scores.mean() == pytest.approx(0.149, abs=5e-4)
    assert scores.max() / scores.min() == pytest.approx(2.05, abs=5e-3)
    assert table.loc["theil", "between_share"] == pytest.approx(0.30, abs=5e-3)
