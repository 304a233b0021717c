"""What a finished index says: tables made from an evaluation, or from plain labelled tables.

`coordination` and `obstacles` read the normalised table; `inequality`, `convergence` and `mobility` the scores; `audit`
and `reliability` the indicators as a set; `profile` one economy; `influence` and `compare` evaluate again under other
choices. Each is imported when it is first used.
"""

from __future__ import annotations

import importlib
from typing import Any

_ROOMS = (
    "audit", "compare", "convergence", "coordination", "inequality", "influence", "mobility", "obstacles", "profile",
    "reliability",
)  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a module of this folder when it is first used."""
    if name in _ROOMS:
        return importlib.import_module(f"bri_eval.analysis.{name}")
    raise AttributeError(f"module 'bri_eval.analysis' has no attribute '{name}'")
