"""Places on a map: distances, trees, and codes that lie on nothing."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.sparse.csgraph import minimum_spanning_tree

from bri_eval.report.places import LETTER, great_circle, shortest_tree, spread_codes, spread_out

RNG = np.random.default_rng(11)
SPOTS = pd.DataFrame({"lon": RNG.uniform(-170, 170, 12), "lat": RNG.uniform(-80, 80, 12)}, index=list("abcdefghijkl"))


def test_great_circle_by_known_distances():
    """A quarter of the equator, pole to pole, and Beijing to Moscow (about 5,800 km)."""
    lon, lat = np.array([0.0, 90.0, 0.0, 0.0, 116.41, 37.7]), np.array([0.0, 0.0, 90.0, -90.0, 39.9, 55.75])
    found = great_circle(lon, lat)
    assert found[0, 1] == pytest.approx(6371 * np.pi / 2, abs=1e-6)
    assert found[2, 3] == pytest.approx(6371 * np.pi, abs=1e-6)
    assert 5780 < found[4, 5] < 5820
    np.testing.assert_allclose(np.diag(found), 0, atol=1e-9)


def test_great_circle_by_the_angle_between_vectors():
    x, y = np.radians(SPOTS["lon"].to_numpy()), np.radians(SPOTS["lat"].to_numpy())
    unit = np.column_stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])
    expected = 6371 * np.arccos((unit @ unit.T).clip(-1, 1))
    np.testing.assert_allclose(great_circle(SPOTS["lon"].to_numpy(), SPOTS["lat"].to_numpy()), expected, atol=1e-3)


def test_the_tree_is_the_shortest():
    distance = great_circle(SPOTS["lon"].to_numpy(), SPOTS["lat"].to_numpy())
    place = {code: number for number, code in enumerate(SPOTS.index)}
    edges = shortest_tree(SPOTS)
    length = sum(distance[place[a], place[b]] for a, b in edges)
    assert length == pytest.approx(minimum_spanning_tree(distance).sum(), rel=1e-12)
    joined = {"a"}
    for start, end in edges:
        assert start in joined
        assert end not in joined
        joined.add(end)
    assert joined == set(SPOTS.index)


def test_one_place_needs_no_line():
    assert shortest_tree(SPOTS.head(1)) == []


def test_codes_lie_on_no_code_and_no_dot():
    dots = {f"A{n:02d}": tuple(at) for n, at in enumerate(RNG.uniform(0, 90, (60, 2)))}
    places = spread_codes(dots, 2.0)
    assert {place.code: place.dot for place in places} == dots
    size = (0.38 * LETTER * 3, 0.56 * LETTER)
    for one, other in itertools.combinations(places, 2):
        gaps = np.abs(np.subtract(one.label, other.label))
        assert gaps[0] >= 2 * size[0] or gaps[1] >= 2 * size[1]
    for place, dot in itertools.product(places, dots.values()):
        gaps = np.abs(np.subtract(place.label, dot))
        assert gaps[0] >= size[0] + 2 or gaps[1] >= size[1] + 2


def test_a_lone_code_stands_right_of_its_dot():
    (place,) = spread_codes({"AFG": (10.0, 20.0)})
    assert place.label == pytest.approx((10 + 2 + 0.38 * LETTER * 3 + 0.6, 20.0))


def test_no_dot_has_no_code():
    assert spread_codes({}) == []


def test_codes_stay_in_their_frame():
    dots = {f"A{n:02d}": tuple(at) for n, at in enumerate(RNG.uniform(0, 90, (30, 2)))}
    wide, high = 0.38 * LETTER * 3, 0.56 * LETTER
    for place in spread_codes(dots, 2.0, frame=(-2.0, -2.0, 92.0, 92.0)):
        assert -2 + wide <= place.label[0] <= 92 - wide
        assert -2 + high <= place.label[1] <= 92 - high
    assert any(abs(place.label[0] - 45) > 47 - wide for place in spread_codes(dots, 2.0))


@pytest.mark.parametrize(
    ("wanted", "limits", "expected"),
    [
        ([1.0, 5.0], None, [1.0, 5.0]),
        ([1.0, 1.0, 1.0], None, [0.0, 1.0, 2.0]),
        ([1.0, 1.5, 9.0], None, [0.75, 1.75, 9.0]),
        ([0.0, 0.0, 3.0], (0.0, 9.0), [0.0, 1.0, 3.0]),
        ([8.9, 9.0, 9.0], (0.0, 9.0), [7.0, 8.0, 9.0]),
        ([4.0], (5.0, 9.0), [5.0]),
        ([], (0.0, 1.0), []),
    ],
)
def test_places_on_a_line_move_no_more_than_they_must(wanted, limits, expected):
    np.testing.assert_allclose(spread_out(np.array(wanted), 1.0, limits), expected, atol=1e-12)


def test_places_on_a_line_are_the_least_squares_of_a_solver():
    wanted = np.sort(RNG.uniform(0, 6, 9))
    bounds = [{"type": "ineq", "fun": lambda x, i=i: x[i + 1] - x[i] - 1.0} for i in range(8)]
    found = minimize(lambda x: ((x - wanted) ** 2).sum(), np.arange(9.0), constraints=bounds, options={"ftol": 1e-12})
    np.testing.assert_allclose(spread_out(wanted, 1.0), found.x, atol=1e-5)  # to which the solver is good
