"""The page's numbers, computed in node, against the engine's: random weights, methods, scales, editions."""

from __future__ import annotations

import dataclasses
import itertools

import explorer_made as made
import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, kstest

import bri_eval as be
from bri_eval.aggregate import rank_scores, score_arrays
from bri_eval.checks import Table
from bri_eval.report.explorer_data import METHODS, SCALINGS
from bri_eval.tables import read_groups

EXACT = 1e-9
"""What the issue asks; sums are taken in another order than by BLAS."""

FIXED = "needs the fixed ends of min-max"

GAPS = (
    ("study.toml", "[recipe]\n", '[recipe]\navailability = 0.4\nimputer = "none"\n'),
    ("study.toml", 'aggregator = "topsis"', 'aggregator = "geometric"'),
    ("study.toml", 'weighter = "ahp_entropy"', 'weighter = "ahp"'),
)
MIXED = (("framework.toml", 'name = "Software & care"\n', 'name = "Software & care"\naggregator = "geometric"\n'),)
BY_YEAR = (
    ("study.toml", 'aggregator = "topsis"', 'aggregator = "topsis"\nscope = "by_year"'),
    ("study.toml", '[regressions]\nmodels = "models.toml"', ""),
)


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    made.node()
    base = tmp_path_factory.mktemp("explorer")
    return {
        "shipped": made.shipped(),
        "gaps": made.tiny(base / "gaps", edits=GAPS),
        "mixed": made.tiny(base / "mixed", edits=MIXED),
        "by_year": made.tiny(base / "by_year", edits=BY_YEAR),
    }


@pytest.fixture(scope="module")
def books(ready):
    return {name: made.data(one) for name, one in ready.items()}


@pytest.fixture(scope="module")
def told(books):
    """Ask everything of one process."""
    names, jobs = zip(*_questions(books), strict=True)
    return dict(zip(names, zip(jobs, made.answers(books, list(jobs)), strict=True), strict=True))


def _questions(books):
    rng = np.random.default_rng(20)
    for name, book in books.items():
        yield (name, "start"), {"book": name, "kind": "evaluate", "state": {}}
        for scaling, scope, method in _combinations(book):
            shares = made.random_shares(book, rng, zeros=name != "mixed" and method in ("topsis", "grey", "geometric"))
            state = {"scaling": scaling, "scope": scope, "method": method, "shares": shares, "own": True}
            yield (name, scaling, scope, method), {"book": name, "kind": "evaluate", "state": state}
            yield (name, scaling, scope, method, "no"), {"book": name, "kind": "refused", "state": state}
    for method, scope in itertools.product(("topsis", "arithmetic", "vikor"), ("pooled", "by_year")):
        state = {"method": method, "scope": scope, "edition": 2016, "own": True}
        state["shares"] = made.random_shares(books["shipped"], rng)
        yield ("intervals", method, scope), {"book": "shipped", "kind": "intervals", "state": state}
    state = {"method": "arithmetic", "shares": made.random_shares(books["gaps"], rng), "own": True}
    yield ("intervals", "gaps"), {"book": "gaps", "kind": "intervals", "state": state}
    state = {"shares": made.random_shares(books["mixed"], rng), "own": True}
    yield ("intervals", "mixed"), {"book": "mixed", "kind": "intervals", "state": state}
    weights, shape = [0.5, 0.3, 0.196, 0.004, 0.0], {"concentration": 50, "number": 4000}
    yield "draws", {"kind": "draws", "weights": weights, "seed": 5, **shape}
    near = [0.501, 0.299, 0.196, 0.004, 0.0]
    yield "near", {"kind": "draws", "weights": near, "seed": 5, **shape}
    yield "uniforms", {"kind": "uniforms", "seed": 1, "draw": 2, "column": 3, "number": 5000}
    yield "ranks", {"kind": "ranks", "scores": TIES}
    yield (
        "move",
        {
            "kind": "move",
            "shares": [0.5, 0.3, 0.2],
            "memory": [0.5, 0.3, 0.2],
            "members": [0, 1, 2],
            "member": 0,
            "value": 0.2,
        },
    )
    yield (
        "all",
        {
            "kind": "move",
            "shares": [0.5, 0.3, 0.2],
            "memory": [0.5, 0.3, 0.2],
            "members": [0, 1, 2],
            "member": 0,
            "value": 1,
        },
    )
    yield (
        "back",
        {"kind": "move", "shares": [1, 0, 0], "memory": [1, 0.3, 0.2], "members": [0, 1, 2], "member": 0, "value": 0.5},
    )
    yield (
        "nothing",
        {"kind": "move", "shares": [1, 0, 0], "memory": [1, 0, 0], "members": [0, 1, 2], "member": 0, "value": 0.4},
    )


TIES = [0.5, 0.5 * (1 + 1e-14), 0.7, 0.7 * (1 + 1e-11), None, 1e-15, -1e-15, -3.0, 0.1234567890125, 0.1234567890135]


def _combinations(book):
    """Give every scale and scope with every method, each scale with a quarter of them but the usual ones always."""
    tables = [(table["scaling"], table["scope"]) for table in book["tables"]]
    usual = ("topsis", "arithmetic", "geometric")
    for number, (scaling, scope) in enumerate(tables):
        for place, method in enumerate(METHODS):
            if method in usual or (place + number) % 4 == 0:
                yield scaling, scope, method


def _recipe(ready, scaling, scope, method):
    _, fields = SCALINGS.get(scaling, ("", {}))
    return dataclasses.replace(ready.main.recipe, **fields, scope=scope, aggregator=method)


def _evaluate(ready, recipe, weights):
    groups = read_groups(ready.study.tables, ready.study.groups)
    return be.evaluate(ready.main.panel, ready.study.framework, recipe, groups=groups, weights=weights)


def _table(answer, kind, index):
    return pd.DataFrame(answer[kind], index=index, dtype=float)


def test_the_page_starts_with_the_studys_own_scores_and_ranks(ready, books, told):
    for name, one in ready.items():
        _, answer = told[name, "start"]
        scores, ranks = one.main.scores, one.main.ranks
        pd.testing.assert_frame_equal(
            _table(answer, "scores", scores.index)[scores.columns], scores, rtol=0, atol=EXACT
        )
        np.testing.assert_array_equal(_table(answer, "ranks", ranks.index)[ranks.columns], ranks)


def test_scores_and_ranks_equal_the_engines(ready, books, told):
    """Every method and scale that the engine accepts, with random weights, some of them 0."""
    compared = 0
    for name, book in books.items():
        for scaling, scope, method in _combinations(book):
            job, answer = told[name, scaling, scope, method]
            refused = told[name, scaling, scope, method, "no"][1]
            weights = made.given(book, job["state"]["shares"])
            try:
                found = _evaluate(ready[name], _recipe(ready[name], scaling, scope, method), weights)
            except be.InputError:
                assert refused or "error" in answer, (name, scaling, scope, method)
                continue
            if refused:  # fixed ideal points fit other scales by accident only
                assert (method, refused) == ("topsis_fixed", FIXED), (name, scaling, scope, method)
                continue
            where = f"{name} {scaling} {scope} {method}"
            assert "error" not in answer, f"{where}: {answer}"
            for code in found.scores:
                scores, mine = found.scores[code].to_numpy(), np.array(answer["scores"][code], dtype=float)
                np.testing.assert_allclose(
                    mine, scores, rtol=0, atol=EXACT * max(1, np.nanmax(np.abs(scores), initial=1)), err_msg=where
                )
                np.testing.assert_array_equal(
                    np.array(answer["ranks"][code], dtype=float), found.ranks[code], err_msg=where
                )
            compared += 1
    assert compared > 80


def test_intervals_equal_those_of_the_same_draws(ready, books, told):
    """The engine's scores under the page's drawn weights, ranked and sorted by numpy."""
    for key in [key for key in told if key[0] == "intervals"]:
        job, answer = told[key]
        book, one = books[job["book"]], ready[job["book"]]
        state = {**book["start"], "edition": book["headline"], **job["state"]}
        recipe = _recipe(one, state["scaling"], state["scope"], state["method"])
        drawn = np.array(answer["drawn"])
        assert drawn.shape == (book["noise"]["draws"], len(book["indicators"]))
        np.testing.assert_allclose(drawn.sum(axis=1), 1, rtol=0, atol=1e-12)
        matrix = next(t for t in book["tables"] if (t["scaling"], t["scope"]) == (state["scaling"], state["scope"]))
        x = np.array(matrix["values"], dtype=float).T
        years = one.main.scores.index.get_level_values("year") == state["edition"]
        x, rows = (x[years], slice(None)) if state["scope"] == "by_year" else (x, years)
        framework, codes = one.main.framework, one.main.framework.codes
        table = Table(x, pd.RangeIndex(len(x)), codes)
        scores = np.array([score_arrays(framework, table, w, recipe)[framework.goal][rows] for w in drawn])
        ranks = np.sort(rank_scores(scores), axis=0)
        for name, share in (("lower", 0.05), ("median", 0.5), ("upper", 0.95)):
            expected = ranks[int(np.ceil(share * len(ranks))) - 1]
            np.testing.assert_array_equal([row[name] for row in answer["found"]], expected, err_msg=str(key))


def test_weights_are_drawn_from_the_dirichlet_distribution(told):
    """Each weight has the beta distribution that it should have; a weight of 0 stays 0. Fixed seed: no chance."""
    job, drawn = told["draws"]
    drawn = np.array(drawn)
    for weight, values in zip(job["weights"], drawn.T, strict=True):
        if weight:
            a = job["concentration"] * weight
            assert kstest(values, beta(a, job["concentration"] - a).cdf).pvalue > 0.01
        else:
            assert (values == 0).all()
    pairs = np.corrcoef(drawn[:, :2].T)[0, 1]
    assert pairs == pytest.approx(-np.sqrt(0.5 * 0.3 / (0.5 * 0.7)), abs=0.03)  # 4,000 draws: s.e. below 0.01


def test_a_small_move_of_a_weight_moves_the_draws_little(told):
    """The same random numbers serve both; only where one is refused does a draw jump."""
    moves = np.abs(np.array(told["near"][1]) - np.array(told["draws"][1])).max(axis=1)
    assert np.median(moves) < 0.002
    assert (moves > 0.02).mean() < 0.02


def test_the_generator_is_uniform(told):
    numbers = np.array(told["uniforms"][1])
    assert kstest(numbers, "uniform").pvalue > 0.01
    assert abs(np.corrcoef(numbers[1:], numbers[:-1])[0, 1]) < 0.05
    assert numbers[:2].tolist() != numbers[2:4].tolist()


def test_ranks_have_the_engines_ties(told):
    found = np.array(told["ranks"][1], dtype=float)
    np.testing.assert_array_equal(found, rank_scores(np.array(TIES, dtype=float)))


def test_a_moved_share_rescales_the_others_and_comes_back(told):
    assert told["move"][1]["shares"] == pytest.approx([0.2, 0.48, 0.32])
    assert told["all"][1] == {"shares": [1, 0, 0], "memory": [1, 0.3, 0.2]}
    assert told["back"][1]["shares"] == pytest.approx([0.5, 0.3, 0.2])
    assert told["nothing"][1]["shares"] == pytest.approx([0.4, 0.3, 0.3])
