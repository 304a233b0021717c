"""The declared hierarchy: what is read, and what is refused."""

from __future__ import annotations

import pytest

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.framework import Framework, Group, Indicator, ancestors, families, flat_framework

HEAD = """
schema = 1
[goal]
code = "goal"
name = "Capability"
"""
GROUP = """
[[group]]
code = "{code}"
parent = "{parent}"
{more}
"""
LEAF = """
[[indicator]]
code = "{code}"
parent = "{parent}"
{more}
"""


def group(code: str, parent: str = "goal", more: str = "") -> str:
    return GROUP.format(code=code, parent=parent, more=more)


def leaf(code: str, parent: str = "goal", more: str = "") -> str:
    return LEAF.format(code=code, parent=parent, more=more)


@pytest.fixture
def read(write):
    return lambda *parts: be.read_framework(write("f.toml", "".join(parts)))


# what is read


def test_read_framework(read):
    found = read(HEAD, group("a", more='aggregator = "geometric"'), leaf("x", "a", "cap = 150"), leaf("y", "a"))
    assert found.goal == "goal"
    assert found.group_codes == ["goal", "a"]
    assert found.codes == ["x", "y"]
    assert found.groups[1].aggregator == "geometric"
    assert found.indicators[0].cap == 150
    assert found.names == {"goal": "Capability", "a": "a", "x": "x", "y": "y"}


def test_indicator_defaults(read):
    one = read(HEAD, leaf("x")).indicators[0]
    assert (one.direction, one.transform, one.scale, one.look_back, one.look_around) == ("benefit", "none", 1.0, 0, 0)
    assert not one.required
    assert one.weight is one.denominator is one.goalposts is one.structural_zero is None


def test_a_tree_of_any_depth():
    deep = Framework(
        groups=(Group(code="g"), Group(code="a", parent="g"), Group(code="b", parent="a"), Group(code="c", parent="b")),
        indicators=(Indicator(code="y", parent="g"), Indicator(code="x", parent="c")),
    )
    assert deep.children("g") == ["a", "y"]
    assert deep.leaves("g") == ["y", "x"]
    assert deep.leaves("a") == deep.leaves("c") == ["x"]
    assert deep.pillars == ["a"]
    assert list(families(deep)) == [["a", "y"], ["b"], ["c"], ["x"]]


def test_ancestors_stop_when_the_path_repeats():
    assert ancestors("x", {"x": "a", "a": "g", "g": None}) == ["a", "g"]
    assert ancestors("a", {"a": "b", "b": "a"}) == ["b", "a"]


def test_flat_framework():
    flat = flat_framework((("price", "cost"), ("7", "benefit")))
    assert flat.codes == ["price", "7"]
    assert [one.direction for one in flat.indicators] == ["cost", "benefit"]
    assert {one.parent for one in flat.indicators} == {flat.goal} == {"score"}


def test_flat_framework_needs_directions():
    with pytest.raises(InputError, match=r"directions lack 'price', '7'; write \{'price': 'benefit'\} or 'cost'"):
        flat_framework((("price", ""), ("range", "benefit"), ("7", "")))


@pytest.mark.parametrize(
    ("more", "best"),
    [
        ('direction = "target"\ntarget = 7', (7, 7)),
        ('direction = "interval"\ninterval = [6.0, 8.0]\ntolerance = 2', (6, 8)),
        ("target = 7.0", None),
        ('direction = "cost"\ngoalposts = [0, 1]', None),
    ],
)
def test_best_values_of_targets_and_intervals(read, more, best):
    assert read(HEAD, leaf("x", more=more)).indicators[0].best == best


def test_an_indicator_may_declare_its_own_treatment_and_normaliser(read):
    one = read(HEAD, leaf("x", more='treatment = "winsorise"\nnormaliser = "rank"')).indicators[0]
    assert (one.treatment, one.normaliser) == ("winsorise", "rank")


# the shipped frameworks


@pytest.mark.parametrize(("name", "sizes"), [("panel", [3, 2, 2, 5, 2]), ("full", [4, 5, 6, 5, 4])])
def test_shipped_frameworks(data, name, sizes):
    found = be.read_framework(data / "frameworks" / f"{name}.toml")
    assert found.pillars == ["network", "infrastructure", "service", "enterprise", "flexibility"]
    assert [len(found.leaves(pillar)) for pillar in found.pillars] == sizes
    assert found.goal == "capability"


def test_shipped_costs_and_required(full_framework, framework):
    costs = [one.code for one in full_framework.indicators if one.direction == "cost"]
    assert costs == ["import_time_border", "import_time_documents", "import_cost", "tariff"]
    for shipped in (framework, full_framework):
        required = {one.code for one in shipped.indicators if one.required}
        assert required == {code for code in shipped.codes if code.startswith("lpi_")}
        assert len(required) == 6


def test_panel_leaves_are_full_leaves(framework, full_framework):
    assert set(framework.codes) < set(full_framework.codes)


# what is refused


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (["[goal]\ncode = 'g'"], "schema is None; this version reads schema = 1"),
        (["schema = 2\n[goal]\ncode = 'g'"], "schema is 2; this version reads schema = 1"),
        (["schema = 1"], r"there is no \[goal\]; give it a code and a name"),
        (["schema = 1\n[gaol]\ncode = 'g'"], r"unknown key 'gaol'; .* did you mean 'goal'\?"),
        ([HEAD], r"there is no \[\[indicator\]\]; an index needs at least one"),
        ([HEAD, leaf("x", "infre"), group("infra"), leaf("y", "infra")], "'x' has parent 'infre'; groups are 'goal', "),
        ([HEAD, leaf("x"), group("a", "b"), leaf("y", "a")], "group 'a' has parent 'b'; groups are 'goal', 'a'"),
        ([HEAD, leaf("x"), leaf("y", "x")], "indicator 'y' has parent 'x'; groups are 'goal'"),
        ([HEAD, leaf("x"), group("empty")], "group 'empty' has nothing below it; remove it or give it an indicator"),
        ([HEAD, leaf("x"), leaf("x")], "code 'x' occurs twice; codes of groups and indicators are unique"),
        ([HEAD, leaf("goal")], "code 'goal' occurs twice"),
        ([HEAD, leaf(" ")], "code ' ' is blank"),
        ([HEAD, leaf("x", more='direction = "cots"')], r"unknown direction 'cots'; .* did you mean 'cost'\?"),
        ([HEAD, leaf("x", more='transform = "ln"')], "indicator 'x': unknown transform 'ln'; known are 'none', 'log'"),
        ([HEAD, leaf("x", more="wieght = 1.0")], r"indicator 'x': unknown key 'wieght'; .* did you mean 'weight'\?"),
        ([HEAD, leaf("x", more="look_back = 1\nlook_around = 1")], "'x' has look_back and look_around; declare one"),
        ([HEAD, leaf("x", more="look_back = -2")], "indicator 'x' looks -2 years; expected 0 or more"),
        ([HEAD, leaf("x", more="goalposts = [5.0, 1.0]")], r"'x' has goalposts \[5.0, 1.0\]; expected \[low, high\]"),
        ([HEAD, leaf("x", more="interval = [5.0, 5.0]")], r"'x' has interval \[5.0, 5.0\]; expected \[low, high\]"),
        ([HEAD, leaf("x", more='direction = "target"')], "'x' has direction 'target' and no target; declare it"),
        ([HEAD, leaf("x", more='direction = "interval"')], "'x' has direction 'interval' and no interval; declare it"),
        ([HEAD, leaf("x", more="tolerance = 0.0")], "'x' has tolerance 0; expected a number above 0"),
        ([HEAD, leaf("x", more="weight = 0.5"), leaf("y")], "'x' declare a weight and 'y' do not; all or none"),
        (
            [HEAD, leaf("x", more="weight = 0.5"), leaf("y", more="weight = 0.4")],
            "the weights of 'x', 'y' sum to 0.9; expected numbers >= 0 that sum to 1; nothing was rescaled",
        ),
        ([HEAD, leaf("x", more="weight = -0.5"), leaf("y", more="weight = 1.5")], "expected numbers >= 0"),
        ([HEAD, "[[indicator]]\nparent = 'goal'\n"], "indicator has no 'code'; it is needed"),
        (["schema = 1\n[goal]\ncode = 'g'\nparent = 'h'\n", leaf("x", "g")], "the goal 'g' has a parent"),
    ],
)
def test_read_framework_refuses(read, parts, message):
    with pytest.raises(InputError, match=rf"f\.toml: .*{message}"):
        read(*parts)


def test_a_circle_is_shown(read):
    with pytest.raises(InputError, match=r"f\.toml: group 'a' is in a circle \(b -> c -> a\); change one parent"):
        read(HEAD, leaf("x"), group("a", "b"), group("b", "c"), group("c", "a"), leaf("y", "a"))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.toml: there is no such file"):
        be.read_framework(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    "text",
    [
        'schema = 1\n[goal]\ncode = "g"\n[indicator]\ncode = "x"\nparent = "g"\n',
        'schema = 1\n[[goal]]\ncode = "g"\n[[indicator]]\ncode = "x"\nparent = "g"\n',
    ],
)
def test_brackets_are_checked(read, text):
    with pytest.raises(InputError, match=r"\[\[indicator\]\]|\[goal\]"):
        read(text)


@pytest.mark.parametrize("posts", ["[1.0]", "[1.0, 2.0, 3.0]", '["a", "b"]'])
def test_goalposts_are_two_numbers(read, posts):
    with pytest.raises(InputError, match=r"indicator 'x'.*goalposts"):
        read(HEAD, leaf("x", more=f"goalposts = {posts}"))


def test_a_weight_is_a_number(read):
    with pytest.raises(InputError, match="expected numbers >= 0 that sum to 1"):
        read(HEAD, leaf("x", more="weight = nan"))
