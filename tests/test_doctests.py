"""The examples in the docstrings of every module."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import bri_eval

MODULES = [module.name for module in pkgutil.walk_packages(bri_eval.__path__, "bri_eval.")]


@pytest.mark.parametrize("name", ["bri_eval", *(name for name in MODULES if name != "bri_eval.__main__")])
def test_the_examples_of_a_module_hold(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    modules = [importlib.import_module(name) for name in MODULES if name != "bri_eval.__main__"]
    assert len([test for module in modules for test in finder.find(module) if test.examples]) >= 8
