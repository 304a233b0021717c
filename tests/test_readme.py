"""What the README shows, run."""

import re
import tomllib
from pathlib import Path

import pages
import pytest

from bri_eval.cli import _parser

PATH = Path(__file__).parents[1] / "README.md"
README = PATH.read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    bri-eval ([a-z][^#\n]*?)(?: *&| *#.*)?$", README, flags=re.MULTILINE)


def test_python_runs_in_order_from_the_root_of_the_repository(monkeypatch, capsys):
    monkeypatch.chdir(Path(__file__).parents[1])
    names, failures = pages.follow(PATH, Path())
    assert failures == []
    assert names["result"].ranks_in(2018).idxmin() == "ARE"
    assert "Weights: entropy" in capsys.readouterr().out


@pytest.mark.parametrize("block", [block.text for block in pages.blocks(PATH, "toml")])
def test_toml_is_read(block):
    assert tomllib.loads(block)


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_parse(command):
    assert _parser().parse_args(command.split()).verb == command.split()[0]


def test_every_verb_of_the_command_line_is_named():
    verbs = next(action for action in _parser()._actions if action.dest == "verb").choices
    assert [verb for verb in verbs if verb != "paper" and f"bri-eval {verb}" not in README] == []


def test_every_method_is_named():
    from bri_eval.aggregate import AGGREGATORS
    from bri_eval.impute import IMPUTERS
    from bri_eval.normalise import NORMALISERS
    from bri_eval.treat import TREATMENTS
    from bri_eval.weights import WEIGHTERS

    names = [*IMPUTERS, *TREATMENTS, *NORMALISERS, *WEIGHTERS, *AGGREGATORS]
    assert [name for name in names if f"`{name}`" not in README] == []
