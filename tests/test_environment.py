"""What a run was carried out with: no extra, no name of a person or a host."""

from __future__ import annotations

import getpass
import re
import socket
from importlib import metadata

import numpy as np
import pytest

import bri_eval.environment
from bri_eval.environment import environment, installed, platform

CORE = {"numpy", "pandas", "scipy", "matplotlib", "statsmodels", "linearmodels", "scikit-criteria", "typst", "rich"}


def test_the_packages_are_those_that_results_depend_on_with_their_versions():
    packages = environment()["packages"]
    assert set(packages) > CORE | {"python-dateutil", "patsy"}  # what these need is in, too
    assert not set(packages) & {"pytest", "hypothesis", "ruff", "mypy", "pypdf", "bri-eval"}
    assert packages["numpy"] == np.__version__
    assert list(packages) == sorted(packages)


def test_a_package_that_is_not_installed_is_left_out_and_names_are_spelt_in_one_way():
    found = installed(["Scikit_Learn>=1.5", "no-such-package-anywhere>=1 ; sys_platform == 'win32'"])
    assert found["scikit-learn"] == metadata.version("scikit-learn")
    assert not [name for name in found if name.startswith("no-such")]


def test_away_from_the_repository_the_installed_package_says_what_it_needs(tmp_path, monkeypatch):
    monkeypatch.setattr(bri_eval.environment, "HOME", tmp_path)
    assert set(environment()["packages"]) > {"numpy", "pandas"}

    def absent(_):
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "requires", absent)
    assert environment()["packages"] == {}


def test_the_platform_names_the_linear_algebra_and_nobody(monkeypatch):
    np.ones((2, 2)) @ np.ones((2, 2))
    found = platform()
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    assert found["blas"] == f"{blas['name']} {blas['version']}"
    assert all(isinstance(text, str) for text in found.values())
    said = " ".join([*found.values(), *map(str, environment().values())]).split()
    assert not {socket.gethostname(), getpass.getuser()} & set(said)


@pytest.mark.parametrize("name", ["kernels", "vectors"])
def test_what_may_move_a_last_digit_is_a_word_or_nothing(name):
    assert re.fullmatch(r"[\w ]*", platform()[name])
