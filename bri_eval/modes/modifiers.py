"""Country modifiers: what a partner's indicators do to the card of a mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable


class Modifier(NamedTuple):
    """What a modifier changes, the indicators it needs, and its function of the card's value and the indicators."""

    quantity: str
    indicators: tuple[str, ...]
    rule: Callable[..., np.ndarray]


def clearance_days(
    days: np.ndarray, lpi_customs: np.ndarray, *, reference: float = 3.0, per_point: float = 1.5
) -> np.ndarray:
    """Add days for every point of customs efficiency below the reference, and take them off above it."""
    return days + per_point * (reference - lpi_customs)


def loss_by_quality(
    loss: np.ndarray, lpi_competence: np.ndarray, lpi_tracking: np.ndarray, *, reference: float = 3.0
) -> np.ndarray:
    """Scale the loss down by the mean of competence and tracking over the reference, and up where it is below."""
    return loss * reference / ((lpi_competence + lpi_tracking) / 2)


def exposure_by_stability(
    exposure: np.ndarray, political_stability: np.ndarray, *, best: float = 2.5, worst: float = -2.5
) -> np.ndarray:
    """Scale the exposure from none at the best stability to all at the worst; beyond these it stays at the end."""
    return exposure * np.clip((best - political_stability) / (best - worst), 0.0, 1.0)


MODIFIERS: dict[str, Modifier] = {
    "clearance_days": Modifier("days", ("lpi_customs",), clearance_days),
    "loss_by_quality": Modifier("loss", ("lpi_competence", "lpi_tracking"), loss_by_quality),
    "exposure_by_stability": Modifier("exposure", ("political_stability",), exposure_by_stability),
}
