"""Tables with measurement error: the treated and normalised tables that an evaluation of the noisy panel has."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from small_study import APART, PANEL, PLAIN, REGIONS, SHARED, TREE, WHOLE, problem_of, sizes

import bri_eval as be
from bri_eval.framework import Framework
from bri_eval.robustness.noise import CellError, Noise
from bri_eval.robustness.prepare import prepare

RECIPE = be.Recipe(range=(1, 10), centre=100, spread=10, reference="J")


def agree(levels, errors, *, panel=PANEL, framework=TREE, recipe=RECIPE, draws=2, year=2018, seed=0):
    """Assert that every cut of a space gives the tables of evaluations; return the space."""
    space = prepare(problem_of(recipe, levels, Noise(cells=errors), panel=panel, framework=framework, year=year))
    normals = np.random.default_rng(seed).standard_normal((draws, space.errors))
    for (cut, *_), (_, one, _) in zip(space.parts, be.choices(recipe, levels).recipes(), strict=True):
        treated, matrix = space.cuts[cut].redraw.tables(normals.copy())
        for draw, numbers in enumerate(normals):
            noisy = be.evaluate(moved(panel, errors, numbers), framework, one, groups=REGIONS)
            rows = noisy.treated.index.get_level_values("year") == year if one.scope == "by_year" else slice(None)
            np.testing.assert_allclose(treated[draw], noisy.treated[rows], rtol=1e-9, err_msg=str(one))
            np.testing.assert_allclose(matrix[draw], noisy.matrix[rows], rtol=1e-8, atol=1e-9, err_msg=str(one))
    return space


def moved(panel, errors, normals):
    panel, numbers = panel.copy(), iter(normals)
    for error in errors:
        for row, size in error.standard_errors.reindex(panel.index).items():
            if size > 0:
                shared = next(numbers) if error.shared else None
                for code in error.indicators:
                    panel.loc[row, code] += size * (next(numbers) if shared is None else shared)
    return panel


@pytest.mark.parametrize("imputer", ["linear_time", "group_mean", "nearest_neighbours", "iterative"])
@pytest.mark.filterwarnings("ignore:.*did not converge")
def test_noise_goes_through_imputation_and_treatment(imputer):
    """In columns with gaps, and where an imputer looks across indicators in all of them."""
    ways = [{"treatment": "none", "scope": "by_year"}, {"treatment": "winsorise", "scope": "pooled"}]
    agree({"way": ways}, SHARED, recipe=dataclasses.replace(RECIPE, imputer=imputer))


def test_noise_goes_through_caps_transforms_and_structural_zeros():
    errors = (CellError(indicators=("cost", "speed", "zero"), standard_errors=sizes("x", 0.4), shared=False),)
    agree({"way": [{"treatment": "none"}, {"treatment": "winsorise", "winsorised": 2}]}, errors, panel=WHOLE)


def test_outliers_of_one_draw_are_treated_in_that_draw_only():
    """With an error this large a column of uniform numbers fails the rule in some draws and passes in others."""
    errors = (CellError(indicators=("road",), standard_errors=sizes("road", 40.0, rows=["E"])),)
    space = agree({"treatment": ["winsorise"], "normaliser": ["zscore"]}, errors, panel=WHOLE, draws=12)
    redraw = space.cuts[0].redraw
    normals = np.random.default_rng(0).standard_normal((12, space.errors))
    changed = (
        np.abs(redraw.tables(normals.copy())[0][..., 0] - redraw._observed(normals.copy())[..., 0]).max(axis=1) > 0
    )
    assert 0 < changed.sum() < 12


@pytest.mark.parametrize(
    "normaliser",
    [
        "minmax", "zscore", "vector", "sum", "max", "distance_to_best", "distance_to_target", "distance_to_reference",
        "rank", "percentile_rank", "borda", np.tanh,
    ],
)  # fmt: skip
def test_noise_goes_through_every_normaliser(normaliser):
    level = {"normaliser": normaliser, "name": "it"}
    agree({"normaliser": [level], "scope": ["pooled", "by_year"]}, APART, panel=WHOLE, framework=PLAIN)


def with_indicator(code, **fields) -> Framework:
    changed = tuple(dataclasses.replace(one, **fields) if one.code == code else one for one in PLAIN.indicators)
    return dataclasses.replace(PLAIN, indicators=changed)


@pytest.mark.parametrize(
    "fields",
    [
        {"target": 20.0},
        {"target": 20.0, "direction": "cost"},
        {"goalposts": (3.0, 7.0)},
        {"normaliser": "rank"},
        {"direction": "interval", "interval": (4.0, 5.0), "tolerance": 2.0},
    ],
)
def test_what_an_indicator_declares_for_itself_holds_for_its_noisy_values(fields):
    errors = (CellError(indicators=("road",), standard_errors=sizes("road", 1.0)),)
    framework = with_indicator("road", **fields)
    agree({"normaliser": ["distance_to_target", "minmax"]}, errors, panel=WHOLE, framework=framework)


def test_codes_may_be_numbers():
    """Copies of indicators are numbered too, and may not be taken for groups."""
    groups = tuple(
        dataclasses.replace(
            one, code=code, parent=None if one.parent is None else {"index": "0", "soft": "2"}[one.parent]
        )
        for one, code in zip(TREE.groups, "0123", strict=True)
    )
    parents = {"hard": "1", "soft": "2", "care": "3"}
    indicators = tuple(dataclasses.replace(one, parent=parents[one.parent]) for one in TREE.indicators)
    agree({"treatment": ["winsorise"]}, SHARED, framework=Framework(groups=groups, indicators=indicators))


def test_only_noisy_columns_change_and_only_observed_cells_have_errors():
    space = agree({}, SHARED)
    redraw = space.cuts[0].redraw
    assert [TREE.codes[column] for column in redraw.columns] == ["road", "staff"]
    noisy = np.argwhere(redraw.sizes.reshape(redraw.base.shape) > 0)
    there = {(redraw.observed.index[row], TREE.codes[redraw.columns[line]]) for line, row in noisy}
    assert (("A", 2014), "road") not in there  # no standard error
    assert (("B", 2018), "road") not in there  # not observed
    assert (
        len(there)
        == 2 * sizes("road").notna().sum() - PANEL[["road", "staff"]][sizes("road").notna()].isna().sum().sum()
    )
    both = redraw.tables(np.zeros((2, space.errors)), raw=False)
    assert both[0] is None
    np.testing.assert_allclose(both[1], np.stack([redraw.matrix] * 2), rtol=1e-12)


def test_an_error_in_what_is_left_out_is_none():
    space = prepare(problem_of(RECIPE, {"exclude": [(), ("road", "staff")]}, Noise(cells=SHARED)))
    assert [cut.redraw is None for cut in space.cuts] == [False, True]


def test_rows_that_are_screened_out_have_no_error():
    panel = PANEL.copy()
    panel.loc["A", TREE.codes[1:]] = np.nan
    space = agree({"screen": [0.5]}, SHARED, panel=panel)
    assert "A" not in space.alternatives
    assert len(space.cuts[0].redraw.observed) == len(panel) - 3
