"""Closed forms of acceptability; the same result on any workers, killed or not; interruption; what is refused."""

from __future__ import annotations

import os
import signal

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from scipy import stats
from small_study import CODES, JUDGEMENTS, PANEL, PLAIN, REGIONS, SHARED, TREE, WHOLE, judgement

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.framework import Framework, Group, Indicator
from bri_eval.robustness import uncertainty as module
from bri_eval.robustness.noise import CellError, Noise
from bri_eval.robustness.tally import CHUNK

BENEFITS = {"x": "benefit", "y": "benefit", "z": "benefit"}
N = 40_000


def raw(x):
    """Leave values as they are."""
    return x


RAW = be.Recipe(normaliser=raw)


def first(rows, noise, *, recipe=RAW, weights=None, n=N):
    """Share of draws in which the first row is ranked first."""
    frame = pd.DataFrame(rows, index=list("ABCD")[: len(rows)])
    frame.columns = list("xyz")[: frame.shape[1]]
    cloud = be.uncertainty_matrix(frame, BENEFITS, recipe, noise=noise, n=n, seed=4, weights=weights)
    return cloud.best(1)["A"]


def near(found, chance, n=N):
    """Within four standard deviations of a binomial."""
    assert 0 < chance < 1
    assert abs(found - chance) < 4 * np.sqrt(chance * (1 - chance) / n)


# closed forms ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("gain", "loss"), [(0.6, 0.9), (0.9, 0.3), (0.5, 0.5)])
def test_two_criteria_under_any_weights(gain, loss):
    """A leads where w gain > (1 - w) loss, w uniform on (0, 1): above loss / (gain + loss)."""
    near(first([[0.1 + gain, 0.1], [0.1, 0.1 + loss]], Noise(weights="dirichlet")), gain / (gain + loss))


def test_three_criteria_under_any_weights():
    """A leads in the corner of x that the line w d = 0 cuts off: d1^2 / ((d1 - d2) (d1 - d3)) of the triangle."""
    d = np.array([0.7, -0.4, -0.2])
    rows = [0.5 + d / 2, 0.5 - d / 2]
    near(first(rows, Noise(weights="dirichlet")), d[0] ** 2 / ((d[0] - d[1]) * (d[0] - d[2])))


def test_geometric_means_under_any_weights():
    """The same with logarithms: ln 2 against ln 3."""
    recipe = be.Recipe(normaliser=raw, aggregator="geometric")
    near(first([[2.0, 1.0], [1.0, 3.0]], Noise(weights="dirichlet"), recipe=recipe), np.log(2) / np.log(6))


def test_weights_around_given_ones():
    """Beta with parameters K w and K (1 - w): A leads where the weight of x is above 0.6. R: 1 - pbeta(.6, 21, 9)."""
    noise = Noise(weights="dirichlet", concentration=30.0)
    chance = stats.beta(21, 9).sf(0.6)
    assert chance == pytest.approx(0.8813, abs=5e-5)
    near(first([[0.4, 0.0], [0.0, 0.6]], noise, weights={"x": 0.7, "y": 0.3}), chance)


def test_weights_in_a_band():
    """X > 0.8 Y, both uniform on (0.5, 1.5): 1 - integral of 0.8 y - 0.5 over y from 0.625 to 1.5, which is 0.69375."""
    near(first([[1.0, 0.0], [0.0, 0.8]], Noise(weights="uniform", band=0.5)), 0.69375)


def test_one_cell_with_an_error():
    """The difference of two independent normal errors, 0.3 and 0.4: 0.25 / 0.5 standard deviations. R: pnorm(0.5)."""
    errors = pd.DataFrame({"x": [0.3, 0.4]}, index=["A", "B"])
    near(first([[1.0], [0.75]], Noise(cells=errors)), 0.6914624612740131)


@pytest.mark.parametrize(("shared", "deviation"), [(True, 2 * 0.3), (False, np.sqrt(2) * 0.3)])
def test_errors_that_two_indicators_share(shared, deviation):
    """Of A alone: the sum of both moves by twice one error, or by the root of two."""
    error = CellError(indicators=("x", "y"), standard_errors=pd.Series({"A": 0.3}), shared=shared)
    found = first([[1.0, 1.0], [0.9, 0.7]], Noise(cells=(error,)))
    near(found, stats.norm.cdf(0.4 / deviation))


def test_a_judgement_with_an_error():
    """One judgement of 2: the weight of x exceeds 0.5 where ln 2 + 0.5 z > 0. R: pnorm(log(2) / 0.5)."""
    near(judged([judgement("one", "goal", ["x", "y"], [2.0])], Noise(judgements=0.5)), stats.norm.cdf(np.log(2) / 0.5))


def test_experts_drawn_with_replacement():
    """One says 9, the other 1/3: A leads unless both drawn are the other, by 3 to 1 (the mean of both favours x)."""
    experts = [judgement("one", "goal", ["x", "y"], [9.0]), judgement("two", "goal", ["x", "y"], [1 / 3])]
    near(judged(experts, Noise(experts=True)), 0.75)


def test_the_share_of_the_prior():
    """Judged (0.2, 0.8), equal variation: the weight of x is 0.5 - 0.3 s, above 0.35 where s < 0.5, s on (0.2, 0.6)."""
    one = judgement("one", "goal", ["x", "y"], [0.25])
    near(judged([one], Noise(prior_share=(0.2, 0.6)), "ahp_cv", 0.35 / 0.65), 0.75)


def judged(judgements, noise, weighter="ahp", odds=1.0):
    """Share of draws in which A, with 1 and 0, leads B, with 0 and the odds: where w_x > odds w_y."""
    framework = Framework(
        groups=(Group(code="goal"),), indicators=tuple(Indicator(code=code, parent="goal") for code in "xy")
    )
    index = pd.MultiIndex.from_product([["A", "B"], [2018]], names=["economy", "year"])
    panel = pd.DataFrame({"x": [1.0, 0.0], "y": [0.0, odds]}, index=index)
    recipe = be.Recipe(normaliser=raw, weighter=weighter)
    return be.uncertainty(panel, framework, recipe, judgements, noise=noise, n=N, seed=4).best(1)["A"]


# workers --------------------------------------------------------------------------------------------------------------

MANY = 5 * CHUNK + 100


def run(progress=None, n=MANY, aggregators=("arithmetic", "topsis")):
    levels = {"aggregator": list(aggregators), "weighter": ["ahp_entropy", "equal"]}
    noise = Noise(weights="dirichlet", judgements=0.2)
    recipes = be.choices(be.Recipe(), levels)
    return be.uncertainty(WHOLE, PLAIN, recipes, JUDGEMENTS, noise=noise, n=n, seed=2, progress=progress)


@pytest.fixture(scope="module")
def alone():
    return run()


def same(one, other):
    assert (one.asked, one.seed, one.nodes, one.inert, one.about) == (
        other.asked, other.seed, other.nodes, other.inert, other.about,
    )  # fmt: skip
    pd.testing.assert_index_equal(one.alternatives, other.alternatives)
    np.testing.assert_array_equal(one.baseline, other.baseline)
    for first_part, second_part in zip(one.tally, other.tally, strict=True):
        np.testing.assert_array_equal(first_part, second_part)


def test_the_seed_gives_the_result(alone):
    assert alone.draws == MANY
    same(run(), alone)
    other = be.uncertainty(WHOLE, PLAIN, noise=Noise(weights="dirichlet"), n=100, seed=3)
    again = be.uncertainty(WHOLE, PLAIN, noise=Noise(weights="dirichlet"), n=100, seed=4)
    assert (other.tally.places != again.tally.places).any()


@pytest.mark.parametrize("tasks", [1, 3])
def test_the_result_does_not_depend_on_workers(alone, tasks, monkeypatch):
    monkeypatch.setattr(module, "TASKS", tasks)
    with parallel_config(backend="threading", n_jobs=2):
        same(run(), alone)


def test_the_result_does_not_depend_on_processes(alone):
    with parallel_config(backend="loky", n_jobs=2):
        same(run(), alone)


@pytest.mark.filterwarnings("ignore:.*large graph:UserWarning")
def test_the_result_does_not_depend_on_a_cluster_of_which_a_worker_is_killed(alone):
    distributed = pytest.importorskip("distributed")
    processing = []

    def kill(done, total):
        """Kill a worker when the first draws have come in and others are being made."""
        if not processing:
            processing.append([task for task in cluster.scheduler.tasks.values() if task.state == "processing"])
            os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)

    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as cluster,
        distributed.Client(cluster),
        parallel_config(backend="dask"),
    ):
        same(run(), alone)
        same(run(progress=kill), alone)
    assert processing[0]


# interruption ---------------------------------------------------------------------------------------------------------


def stopping(after):
    calls = []

    def progress(done, total):
        calls.append((done, total))
        if len(calls) == after:
            raise KeyboardInterrupt

    return progress, calls


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.filterwarnings("ignore:.*still being processed by the workers have been cancelled")
def test_interrupted_it_returns_what_has_been_counted(alone, workers):
    progress, calls = stopping(2)
    with parallel_config(backend="threading", n_jobs=workers):
        cloud = run(progress)
    assert calls == [(CHUNK, MANY), (2 * CHUNK, MANY)]
    assert (cloud.draws, cloud.asked) == (2 * CHUNK, MANY)
    assert (cloud.tally.places.sum(axis=1) == 2 * CHUNK).all()
    assert cloud.conventions[0].startswith(
        "Ranks over 32,768 draws, seed 2 (stopped; 82,020 were asked for); intervals"
    )
    np.testing.assert_allclose(cloud.acceptability, alone.acceptability, atol=0.02)  # 5 s.d. of a share of 32,768
    # what was counted is what the same draws are in the whole
    fewer = run(n=2 * CHUNK)
    for part, expected in zip(cloud.tally, fewer.tally, strict=True):
        np.testing.assert_array_equal(part, expected)


def test_interrupted_before_the_first_chunk_it_has_nothing_to_return():
    def stop(x, w):
        if len(w) == 7 and w[0] != 1 / 7:
            raise KeyboardInterrupt
        return x @ w

    with pytest.raises(KeyboardInterrupt):
        run(n=100, aggregators=["arithmetic", stop])


def test_progress_ends_at_what_was_asked_for():
    progress, calls = stopping(0)
    run(progress, n=CHUNK + 1)
    assert calls == [(CHUNK, CHUNK + 1), (CHUNK + 1, CHUNK + 1)]


# what is asked --------------------------------------------------------------------------------------------------------


def test_ranks_are_of_the_year_and_the_group():
    recipe = be.Recipe(weighter="ahp", aggregator="topsis")
    full = be.evaluate(PANEL, TREE, recipe, JUDGEMENTS, groups=REGIONS)
    for year, node in ((2014, "index"), (2016, "care")):
        cloud = be.uncertainty(PANEL, TREE, recipe, JUDGEMENTS, n=1, year=year, node=node, groups=REGIONS)
        ranks = full.ranks[node].xs(year, level="year")
        assert cloud.table["median"][ranks.index].tolist() == ranks.tolist() == cloud.baseline.tolist()
    latest = be.uncertainty(PANEL, TREE, recipe, JUDGEMENTS, n=1, groups=REGIONS)
    assert latest.baseline.tolist() == full.ranks_in(2018).tolist()


def test_without_recipes_and_noise_every_draw_is_the_default():
    cloud = be.uncertainty(WHOLE, PLAIN, n=50)
    assert cloud.shift == 0
    assert (cloud.table["best"] == cloud.table["worst"]).all()
    assert cloud.about == ("Base recipe: minmax, equal, arithmetic.", "One recipe.", "No noise.")


def test_what_was_varied_is_said():
    noise = Noise(weights="uniform", band=0.1, judgements=0.2, experts=True, prior_share=(0.25, 0.75), cells=SHARED)
    levels = {"aggregator": ["topsis", "vikor"], "exclude": "each"}
    recipe = be.Recipe(weighter="ahp_entropy")
    cloud = be.uncertainty(WHOLE, PLAIN, be.choices(recipe, levels), JUDGEMENTS, noise=noise, n=10)
    assert cloud.about == (
        "Base recipe: minmax, ahp_entropy, arithmetic.",
        "Factors, 16 recipes equally likely: aggregator (topsis, vikor); exclude (all, "
        + ", ".join(f"without {code}" for code in CODES)
        + ").",
        "Noise: weights uniform around the recipe's, band 0.1; judgements log-normal, s.d. 0.2; experts drawn with "
        "replacement; prior share uniform from 0.25 to 0.75; normal measurement errors (28 independent ones).",
    )
    flat = be.uncertainty(WHOLE, PLAIN, noise=Noise(weights="dirichlet"), n=10).about[-1]
    assert flat == "Noise: weights dirichlet around the recipe's, concentration 7."


def test_given_weights_are_the_centre_of_noise():
    weights = dict(zip(CODES, [0.4, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05], strict=True))
    noise = Noise(weights="dirichlet", concentration=1e7)
    cloud = be.uncertainty(WHOLE, PLAIN, noise=noise, n=20, weights=weights)
    expected = be.evaluate(WHOLE, PLAIN, weights=weights).ranks_in(2018)
    assert cloud.baseline.tolist() == expected.tolist()
    assert cloud.table["median"][expected.index].tolist() == expected.tolist()
    assert cloud.about[0] == "Base recipe: minmax, given, arithmetic."


def test_a_plain_array_is_labelled_by_its_positions():
    x = np.array([[1.0, 5.0], [2.0, 1.0], [3.0, 4.0]])
    for directions in ({0: "benefit", 1: "cost"}, {"0": "benefit", "1": "cost"}):
        cloud = be.uncertainty_matrix(x, directions, weights={0: 0.5, 1: 0.5} if 0 in directions else None, n=5)
        assert cloud.alternatives.tolist() == [0, 1, 2]
        assert cloud.baseline.tolist() == [3, 1, 2]


# what is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [0, -5, 2.5])
def test_a_number_of_draws(n):
    with pytest.raises(InputError, match=f"n is {n}; expected a whole number of draws, 1 or more"):
        be.uncertainty(WHOLE, PLAIN, n=n)


def test_a_whole_number_may_be_written_as_a_power_of_ten():
    assert be.uncertainty(WHOLE, PLAIN, n=1e2).draws == 100


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"year": 1999}, "no economy is ranked in 1999; the years are '2014', '2016', '2018'"),
        ({"node": "hrad"}, r"node: unknown group 'hrad'; .*did you mean 'hard'"),
        ({"weights": {"road": 1.0}}, "the weights lack 'cost', 'tax'"),
        ({"weights": dict.fromkeys(CODES, "much")}, "the weights hold 'much'; expected numbers >= 0 that sum to 1"),
        ({"recipes": "topsis"}, "recipes: expected a Recipe, a list of them, or choices"),
        ({"noise": Noise(cells=pd.DataFrame({"raod": SHARED[0].standard_errors}))}, "cells: unknown indicator 'raod'"),
        ({"recipes": be.Recipe(weighter="ahp")}, "weighter 'ahp' needs judgements"),
        ({"panel": WHOLE.drop(columns="tax")}, "the panel has no column 'tax'"),
    ],
)
def test_what_cannot_be_asked(given, message):
    with pytest.raises(InputError, match=message):
        be.uncertainty(**{"panel": WHOLE, "framework": PLAIN, **given})


def test_directions_of_a_plain_table():
    frame = WHOLE.xs(2018, level="year")[["road", "cost"]]
    with pytest.raises(InputError, match="directions lack 'cost'"):
        be.uncertainty_matrix(frame, {"road": "benefit"})
    with pytest.raises(InputError, match="indicator 'cost': unknown direction 'bad'"):
        be.uncertainty_matrix(frame, {"road": "benefit", "cost": "bad"})
    gaps = frame.astype(float)
    gaps.loc["A", "road"] = np.nan
    with pytest.raises(InputError, match="'road' is missing for A"):
        be.uncertainty_matrix(gaps, {"road": "benefit", "cost": "cost"})
