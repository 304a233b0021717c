"""A small awkward panel with endogenous regressors, its model, and the same model with every effect as a dummy."""

from dataclasses import replace

import numpy as np
import pandas as pd

from bri_eval.econometrics.specs import ModelSpec

BOTH = ("economy", "year")


def iv_panel(seed: int = 1, *, strength: float = 1.0, economies: int = 16) -> pd.DataFrame:
    """16 economies x 7 waves with gaps: rows missing at random, one economy without its middle waves, one seen once.

    `still` is constant within economy E03 only. Columns differ in size by ten orders of magnitude.
    """
    rng = np.random.default_rng(seed)
    waves = [2007, 2010, 2012, 2014, 2016, 2018, 2023]
    rows = pd.MultiIndex.from_product([[f"E{i:02d}" for i in range(economies)], waves], names=["economy", "year"])
    n = len(rows)
    effect = np.repeat(rng.normal(size=economies), len(waves)) + np.tile(rng.normal(size=len(waves)), economies)
    z, w, u = rng.normal(size=(3, n)), rng.normal(size=n) + effect, rng.normal(size=n)
    u = u + np.repeat(rng.normal(size=economies), len(waves))  # clustered errors
    x = strength * (z[0] + 0.5 * z[1]) + u + effect + rng.normal(size=n)
    v = strength * (z[2] - 0.5 * z[1]) - 0.5 * u + effect + rng.normal(size=n)
    still = np.where(rows.get_level_values("economy") == "E03", 1.0, rng.normal(size=n))
    y = x + 0.5 * v + w + 0.3 * still + 2 * u + effect + rng.normal(size=n)
    names = {"y": y, "x": 1e6 * x, "v": v, "w": w, "still": still, "z1": z[0], "z2": 1e-4 * z[1], "z3": z[2]}
    data = pd.DataFrame(names, index=rows)
    once = [("E05", year) for year in waves[1:]]
    gap = [("E02", 2012), ("E02", 2014), ("E02", 2016)]
    data = data.drop(index=once + gap)
    return data.drop(index=data.sample(frac=0.08, random_state=seed).index).sample(frac=1, random_state=seed)


def iv_model(*endogenous: str, effects: tuple[str, ...] = BOTH, covariance: str = "clustered") -> ModelSpec:
    """y on x, v, w, still, of which some are endogenous; instruments z1, z2, z3."""
    return ModelSpec(
        name="m",
        outcome="y",
        regressors=("w", "x", "v", "still"),
        endogenous=endogenous or ("x",),
        instruments=("z1", "z2", "z3"),
        effects=effects,
        estimator="iv",
        covariance=covariance,
    )


def with_one_instrument(spec: ModelSpec) -> ModelSpec:
    return replace(spec, instruments=spec.instruments[:1])


def dense(spec: ModelSpec, data: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sorted rows without those alone in an effect, in units near 1, and one column for each effect: full rank."""
    rows = data.sort_index() / data.abs().max()
    for _ in range(3):
        for effect in spec.effects:
            rows = rows[rows.index.get_level_values(effect).duplicated(keep=False)]
    levels = [pd.get_dummies(rows.index.get_level_values(effect), dtype=float) for effect in spec.effects]
    columns = (
        [levels[0], *(level.iloc[:, 1:] for level in levels[1:])]
        if levels
        else [pd.DataFrame({"const": 1.0}, index=range(len(rows)))]
    )
    return rows, pd.concat(columns, axis=1).set_axis(rows.index)


def codes(rows: pd.DataFrame) -> np.ndarray:
    return pd.factorize(rows.index.get_level_values("economy"))[0]


def sandwich(x: np.ndarray, u: np.ndarray, groups: np.ndarray, fitted: np.ndarray | None = None) -> np.ndarray:
    """The bare clustered covariance, by loops over clusters; `fitted` are regressors on instruments."""
    p = x if fitted is None else fitted
    bread = np.linalg.inv(p.T @ p)
    meat = np.zeros((p.shape[1], p.shape[1]))
    for group in np.unique(groups):
        score = p[groups == group].T @ u[groups == group]
        meat += np.outer(score, score)
    return bread @ meat @ bread


def factor(spec: ModelSpec, rows: pd.DataFrame, columns: int) -> float:
    """c = G/(G-1) (n-1)/(n-k); of `columns` in the regression with dummies, those of economies are not counted."""
    n, g = len(rows), len(rows.index.unique("economy"))
    k = columns - (g if "economy" in spec.effects else 0)
    return g / (g - 1) * (n - 1) / (n - k)
