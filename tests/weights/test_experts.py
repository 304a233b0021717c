"""Agreement and dissent of experts: limits, hand-made cases, labels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import friedmanchisquare

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.weights.experts import consensus, dissent, experts_table, kendall_w
from bri_eval.weights.judgements import Judgement, join_priorities


def sharp(experts: int, items: int, scale: int = 9) -> np.ndarray:
    """Give c : 1 : ... : 1, each expert with another favourite as far as there are items."""
    table = np.ones((experts, items))
    table[np.arange(experts), np.arange(experts) % items] = scale
    return table / table.sum(axis=1, keepdims=True)


def judging(expert: str, weights, *, node: str = "goal", items=None, weight: float = 1.0) -> Judgement:
    """Return the consistent judgements of an expert with these priorities."""
    weights = np.asarray(weights, dtype=float)
    items = list(items or "abcdefgh"[: len(weights)])
    frame = pd.DataFrame(weights[:, None] / weights, index=items, columns=items)
    return Judgement(expert=expert, node=node, matrix=frame, weight=weight, origin=f"{expert}.csv")


# consensus


@pytest.mark.parametrize("form", ["2013", "2022"])
@pytest.mark.parametrize(("experts", "items"), [(2, 5), (5, 5), (9, 3)])
def test_identical_experts_agree_goepel2013(form, experts, items):
    table = np.tile(np.random.default_rng(items).dirichlet(np.ones(items)), (experts, 1))
    found = consensus(table, form=form)
    assert found.value == pytest.approx(1, abs=1e-12)
    assert (found.word, found.scale, found.form) == ("very high", 9, form)


@pytest.mark.parametrize(("experts", "items"), [(2, 3), (2, 7), (4, 5), (5, 5), (10, 5)])
@pytest.mark.parametrize("scale", [5, 9])
def test_experts_who_each_prefer_another_item_do_not_agree_goepel2013(experts, items, scale):
    found = consensus(sharp(experts, items, scale), scale=scale)
    assert found.value == pytest.approx(0, abs=1e-12)
    assert found.word == "very low"


def test_the_forms_differ_where_experts_are_fewer_than_items():
    few, enough = sharp(2, 5), sharp(5, 5)
    assert consensus(few, form="2022").value > 0.3
    assert consensus(enough, form="2022").value == pytest.approx(consensus(enough, form="2013").value, abs=1e-12)


def test_consensus_by_hand():
    """Two items, (9, 1)/10 and (1, 1)/2: entropies by hand; q = exp(H(.9, .1) - ln 2) in both forms."""
    h = {p: -p * np.log(p) - (1 - p) * np.log(1 - p) for p in (0.9, 0.5, 0.7)}
    m, q = np.exp((h[0.9] + h[0.5]) / 2 - h[0.7]), np.exp(h[0.9] - np.log(2))
    table = np.array([[0.9, 0.1], [0.5, 0.5]])
    assert consensus(table).value == pytest.approx((m - q) / (1 - q), abs=1e-12)
    assert consensus(table).value == pytest.approx(consensus(table, form="2022").value, abs=1e-12)


@pytest.mark.parametrize("form", ["2013", "2022"])
def test_consensus_does_not_depend_on_the_order(form):
    rng = np.random.default_rng(3)
    table = rng.dirichlet(np.ones(6), 4)
    moved = table[rng.permutation(4)][:, rng.permutation(6)]
    assert consensus(moved, form=form).value == pytest.approx(consensus(table, form=form).value, abs=1e-12)


def test_words_goepel2013():
    words = []
    for share in np.linspace(0, 1, 200):
        found = consensus(share * np.full((5, 5), 0.2) + (1 - share) * sharp(5, 5))
        words.append((found.value, found.word))
    for value, word in words:
        limits = {"very low": (0, 0.5), "low": (0.5, 0.625), "moderate": (0.625, 0.75), "high": (0.75, 0.875)}
        low, high = limits.get(word, (0.875, 1.1))
        assert low - 1e-9 <= value < high
    assert len({word for _, word in words}) == 5


def test_a_zero_priority_counts_as_nothing():
    assert np.isfinite(consensus([[1.0, 0.0], [0.5, 0.5]]).value)


@pytest.mark.parametrize(
    ("table", "choice", "message"),
    [
        ([[0.5, 0.5]], {}, "there are 1 experts and 2 items; agreement needs two of each"),
        ([[1.0], [1.0]], {}, "there are 2 experts and 1 items"),
        ([[0.5, 0.5], [0.5, 0.6]], {}, "priorities of expert '1' sum to 1.1; expected numbers >= 0 that sum to 1"),
        ([[0.5, 0.5], [1.5, -0.5]], {}, "priorities of expert '1' sum to 1; expected numbers >= 0"),
        ([[0.5, 0.5]] * 2, {"form": "2014"}, "unknown form of consensus '2014'; known are '2013', '2022'"),
        ([[0.5, 0.5]] * 2, {"scale": 1}, "the scale ends at 1; expected its largest judgement, such as 9"),
    ],
)
def test_consensus_refuses(table, choice, message):
    with pytest.raises(InputError, match=message):
        consensus(np.array(table), **choice)


# Kendall's W


def test_kendall_w_limits():
    assert kendall_w(np.tile([0.5, 0.3, 0.2], (4, 1))) == pytest.approx(1, abs=1e-12)
    assert kendall_w([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]]) == pytest.approx(0, abs=1e-12)
    assert np.isnan(kendall_w(np.full((3, 4), 0.25)))


def test_kendall_w_against_friedman():
    """The statistic of Friedman's test, ties corrected, is K (n - 1) W."""
    table = np.array([[0.4, 0.2, 0.2, 0.2], [0.1, 0.5, 0.2, 0.2], [0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4]])
    assert kendall_w(table) == pytest.approx(friedmanchisquare(*table.T).statistic / (4 * 3), abs=1e-12)


# dissent


def test_joining_priorities_by_hand():
    table = pd.DataFrame([[0.8, 0.2], [0.5, 0.5]], columns=list("ab"))
    assert join_priorities(table, [1, 1]).to_dict() == pytest.approx({"a": 2 / 3, "b": 1 / 3}, abs=1e-12)
    assert join_priorities(table, [1, 0.5])["a"] == pytest.approx(4 ** (2 / 3) / (1 + 4 ** (2 / 3)), abs=1e-12)


@pytest.mark.parametrize("group", ["aij", "aip"])
def test_who_disagrees_most(group):
    crowd = [judging(str(k), [0.5, 0.3, 0.2]) for k in range(3)]
    found = dissent([crowd[0], judging("odd", [0.2, 0.3, 0.5]), *crowd[1:]], group=group)
    assert found["expert"].tolist() == ["odd", "0", "1", "2"]
    assert found["spearman"].tolist() == pytest.approx([-1, 1, 1, 1], abs=1e-12)
    assert found["change"].idxmax() == 0
    # the group's log weights are (ln 5, ln 3, ln 2) - (d, 0, -d) with d = ln(5/2)/4, up to the sum
    weights = np.array([5 ** (3 / 4) * 2 ** (1 / 4), 3, 2 ** (3 / 4) * 5 ** (1 / 4)])
    weights /= weights.sum()
    assert found.loc[0, "distance"] == pytest.approx(np.abs(np.log([0.2, 0.3, 0.5] / weights)).mean(), abs=1e-12)
    assert found.loc[0, "change"] == pytest.approx(np.abs(np.log([0.5, 0.3, 0.2] / weights)).mean(), abs=1e-12)


def test_experts_are_aligned_and_those_alone_left_out():
    found = dissent(
        [judging("li", [0.8, 0.2]), judging("wu", [0.2, 0.8], items="ba"), judging("li", [0.6, 0.4], node="x")]
    )
    assert found["node"].tolist() == ["goal", "goal"]
    assert found[["distance", "change"]].to_numpy() == pytest.approx(0, abs=1e-12)


def test_without_groups_there_is_no_dissent():
    found = dissent([judging("li", [0.8, 0.2])])
    assert found.empty
    assert list(found) == ["node", "expert", "weight", "distance", "spearman", "change"]


def test_an_expert_who_ties_all_items_has_no_rank_correlation():
    found = dissent([judging("li", [0.8, 0.2]), judging("wu", [0.5, 0.5])]).set_index("expert")
    assert np.isnan(found.loc["wu", "spearman"])


def test_more_items_than_a_random_index_knows_can_be_compared():
    rng = np.random.default_rng(0)
    items = [f"i{k}" for k in range(13)]
    assert len(dissent([judging(name, rng.dirichlet(np.ones(13) * 5), items=items) for name in "ab"])) == 2


def test_experts_of_one_node_judge_the_same_items():
    message = (
        r"wu\.csv: expert 'wu' judges 'a', 'c' of node 'goal' and 'li' 'a', 'b'; compare experts who judge the same"
    )
    with pytest.raises(InputError, match=message):
        dissent([judging("li", [0.8, 0.2]), judging("wu", [0.2, 0.8], items="ac")])


# the table of a report


def test_experts_table(framework):
    items = framework.children("capability")
    good = judging("li", [0.3, 0.3, 0.2, 0.1, 0.1], node="capability", items=items)
    circle = good.matrix.copy()
    for one, other in zip(items, [*items[1:], items[0]], strict=True):
        circle.loc[one, other], circle.loc[other, one] = 9, 1 / 9
    bad = Judgement(expert="wu", node="capability", matrix=circle, origin="wu.csv")
    gap = good.matrix.copy()
    gap.loc[items[0], items[1]] = gap.loc[items[1], items[0]] = np.nan
    third = Judgement(expert="xu", node="capability", matrix=gap, origin="xu.csv")
    table = experts_table(framework, [good, bad, third])
    assert list(table) == ["node", "name", "expert", "missing", "consistency_ratio", "verdict", "distance"]
    assert set(table["name"]) == {"International logistics service capability"}
    assert table["missing"].tolist() == [0, 0, 1]
    assert table["verdict"].tolist() == ["consistent", "inconsistent (> 0.10)", "consistent"]
    assert table["expert"].tolist() == ["li", "wu", "xu"]
    assert table["distance"].idxmax() == 1


def test_a_single_expert_has_no_distance(framework, judgements):
    table = experts_table(framework, judgements)
    assert table["verdict"].tolist() == ["consistent"]
    assert table["distance"].isna().all()
    assert be.ahp.experts_table is experts_table
