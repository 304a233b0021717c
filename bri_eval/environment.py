"""What a run was carried out with: the interpreter, the packages, and the machine as far as its arithmetic goes."""

from __future__ import annotations

import platform as machine
import re
import tomllib
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HOME = Path(__file__).parents[1]
"""Where the package lies: in the repository beside ``pyproject.toml`` and the lock, installed beside other packages."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def environment() -> dict[str, Any]:
    """Name the interpreter, and every package that this one stands on with its version.

    Returns
    -------
    dict
        python, implementation, packages: name to version, of the declared dependencies and of what these need.
        Packages of the extras are not in it, since no result depends on them.

    Examples
    --------
    >>> found = environment()
    >>> sorted(found), "numpy" in found["packages"], "pytest" in found["packages"]
    (['implementation', 'packages', 'python'], True, False)
    """
    return {
        "python": machine.python_version(),
        "implementation": machine.python_implementation(),
        "packages": installed(_declared()),
    }


def installed(wanted: Iterable[str]) -> dict[str, str]:
    """Give the versions of some packages and of what they need, as far as installed, by their names."""
    waiting, found = [_plain(one) for one in wanted], dict[str, str]()
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:  # for another platform or interpreter
            continue
        waiting += [_plain(one) for one in metadata.requires(name) or () if "extra ==" not in one]
    return dict(sorted(found.items()))


def platform() -> dict[str, str]:
    """Name what may move a last digit: system, processor, C library, linear algebra and its kernels.

    Returns
    -------
    dict
        system, machine, libc, blas (NumPy's library), kernels (what it chose for this processor), vectors (what NumPy
        itself uses of it). No name of host or user.

    Examples
    --------
    >>> sorted(platform())
    ['blas', 'kernels', 'libc', 'machine', 'system', 'vectors']
    """
    import numpy as np

    built: Mapping[str, Any] = np.show_config(mode="dicts") or {}
    blas = built.get("Build Dependencies", {}).get("blas", {})
    return {
        "system": machine.system(),
        "machine": machine.machine(),
        "libc": " ".join(machine.libc_ver()).strip(),
        "blas": f"{blas.get('name', '')} {blas.get('version', '')}".strip(),
        "kernels": _kernels(),
        "vectors": " ".join(built.get("SIMD Extensions", {}).get("found", ())),
    }


def _declared() -> list[str]:
    """List the declared dependencies: from the repository where there is one, else as installed."""
    path = HOME / "pyproject.toml"
    if path.is_file():
        project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        return list(project["dependencies"])
    try:
        return [one for one in metadata.requires("bri-eval") or () if "extra ==" not in one]
    except metadata.PackageNotFoundError:
        return []


def _plain(requirement: str) -> str:
    """Take the name out of a requirement, spelt in the one way that all spellings have in common."""
    found = _NAME.match(requirement.strip())
    return re.sub(r"[-_.]+", "-", found.group() if found else requirement).lower()


def _kernels() -> str:
    """Name the kernels of the loaded linear algebra; threadpoolctl comes with scikit-learn."""
    try:
        from threadpoolctl import threadpool_info  # type: ignore[import-untyped]
    except ImportError:
        return ""
    loaded = [one for one in threadpool_info() if one.get("user_api") == "blas"]
    return " ".join(sorted({str(one.get("architecture", "")) for one in loaded} - {""}))
