"""Agreement of rankings."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bri_eval.checks import InputError
from bri_eval.robustness.agreement import consensus, kendall_w, rank_correlations, weighted_spearman, ws

R, Q = np.array([1.0, 2, 3, 4, 5]), np.array([1.0, 3, 2, 4, 5])


def test_rank_similarity_salabun2020():
    assert stats.spearmanr(R, Q).statistic == pytest.approx(0.9)
    assert weighted_spearman(R, Q) == pytest.approx(0.8833, abs=5e-5)
    assert ws(R, Q) == pytest.approx(0.8542, abs=5e-5)


def test_ws_is_not_symmetric():
    first, second = np.array([1.0, 2, 3]), np.array([2.0, 3, 1])
    assert ws(first, second) != pytest.approx(ws(second, first))


def test_consensus_by_brute_force():
    rng = np.random.default_rng(3)
    ranks = pd.DataFrame({m: rng.permutation(7) + 1 for m in "abcd"})
    table = consensus(ranks)
    values = ranks.to_numpy()
    for i in range(7):
        copeland = sum(
            np.sign((values[i] < values[h]).sum() - (values[h] < values[i]).sum()) for h in range(7) if h != i
        )
        assert table["copeland"][i] == copeland
        assert table["borda"][i] == sum(7 - values[i])
    assert table["rank_mean_rank"].equals(table["rank_borda"].rename("rank_mean_rank"))


def test_unanimous_methods_agree_fully():
    ranks = pd.DataFrame({m: [1, 2, 3, 4] for m in "abc"})
    assert kendall_w(ranks) == pytest.approx(1)
    assert consensus(ranks)["rank_copeland"].tolist() == [1, 2, 3, 4]
    assert (rank_correlations(ranks, "a").to_numpy() == 1).all()


def test_opposite_pair_has_no_concordance():
    assert kendall_w(pd.DataFrame({"a": [1, 2, 3], "b": [3, 2, 1]})) == pytest.approx(0)


def test_kendall_w_is_linear_in_mean_spearman_without_ties():
    rng = np.random.default_rng(5)
    ranks = pd.DataFrame({m: rng.permutation(9) + 1 for m in "abc"})
    pairs = [stats.spearmanr(ranks[x], ranks[y]).statistic for x, y in (("a", "b"), ("a", "c"), ("b", "c"))]
    assert kendall_w(ranks) == pytest.approx((1 + 2 * np.mean(pairs)) / 3)


def test_kendall_w_corrects_for_ties():
    assert kendall_w(pd.DataFrame({"a": [1, 1, 3, 4], "b": [1, 1, 3, 4]})) == pytest.approx(1)


def test_errors():
    with pytest.raises(InputError, match="nothing to agree on"):
        kendall_w(pd.DataFrame({"a": [1, 1], "b": [1, 1]}))
    with pytest.raises(InputError, match="no ranking 'c'"):
        rank_correlations(pd.DataFrame({"a": [1, 2], "b": [2, 1]}), "c")
