"""Files of judgements: what is read, and what is refused with file, row and column."""

from __future__ import annotations

import numpy as np
import pytest

import bri_eval as be
from bri_eval.checks import InputError
from bri_eval.weights.judgements import check_judgements, parse_judgement

HEADER = "expert,node,row,col,value\n"


def rows(*lines: str, header: str = HEADER) -> str:
    return header + "".join(f"{line}\n" for line in lines)


@pytest.fixture
def read(write):
    return lambda *lines, **more: be.read_judgements(write("j.csv", rows(*lines, **more)))


def test_the_upper_triangle_suffices(read):
    (one,) = read("li,goal,a,b,3", "li,goal,a,c,1/2", "li,goal,b,c,0.25")
    assert (one.expert, one.node, one.weight) == ("li", "goal", 1.0)
    assert list(one.matrix.index) == list(one.matrix.columns) == ["a", "b", "c"]
    expected = [[1, 3, 1 / 2], [1 / 3, 1, 1 / 4], [2, 4, 1]]
    np.testing.assert_allclose(one.matrix, expected, rtol=0, atol=1e-15)
    assert one.origin.endswith("j.csv")


def test_a_full_matrix_and_a_diagonal_are_accepted(read):
    (one,) = read("li,goal,a,a,1", "li,goal,a,b,3", "li,goal,b,a,0.33", "li,goal,b,b,1")
    assert one.matrix.loc["a", "b"] == pytest.approx(3, rel=0.05)


def test_experts_and_nodes_are_kept_apart(read):
    found = read("li,goal,a,b,3", "wu,goal,a,b,5", "li,a,x,y,2")
    assert [(one.expert, one.node, one.matrix.iloc[0, 1]) for one in found] == [
        ("li", "goal", 3),
        ("wu", "goal", 5),
        ("li", "a", 2),
    ]


def test_other_columns_are_allowed(read):
    (one,) = read("li,academic,goal,a,b,3,sure", header="expert,group,node,row,col,value,remark\n")
    assert one.matrix.loc["a", "b"] == 3


def test_a_folder_is_read_in_order_of_names(write, tmp_path):
    for name, value in (("b.csv", 5), ("a.csv", 3)):
        write(name, rows(f"{name},goal,a,b,{value}"))
    write("notes.txt", "not a judgement")
    assert [one.expert for one in be.read_judgements(tmp_path)] == ["a.csv", "b.csv"]


def test_shipped_presets(data):
    for folder in sorted(one for one in (data / "judgements").iterdir() if one.name != "modes"):
        (one,) = be.read_judgements(folder)
        assert (one.node, one.expert) == ("capability", folder.name)
        assert one.matrix.shape == (5, 5)


def test_consensus_is_one_file_after_the_other(write, tree):
    path = write("j.csv", rows("li,goal,a,b,4", "wu,goal,b,a,4"))
    local, _ = be.ahp.prior_weights(tree, be.read_judgements(path))
    assert local["a"] == pytest.approx(0.5, abs=1e-12)


# values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        (" 9 ", 9),
        ("1/9", 1 / 9),
        ("1/3", 1 / 3),
        ("0.3333", 0.3333),
        ("0.1111", 0.1111),
        ("2/3", 2 / 3),
        ("2.5", 2.5),
    ],
)
def test_parse_judgement(text, value):
    assert parse_judgement(text, "here") == pytest.approx(value, abs=1e-15)


@pytest.mark.parametrize("text", ["0", "10", "1/10", "0.1", "-3", "", "three", "3;5", "1/0", "1//3", "1/3/3", "nan"])
def test_a_judgement_off_the_scale(read, text):
    with pytest.raises(InputError) as error:
        read("li,goal,a,b,3", f"li,goal,a,c,{text}")
    assert error.match(rf"j\.csv: row 3, column 'value': found '{text}'; expected 1 to 9 or a reciprocal such as 1/3$")


@pytest.mark.parametrize("text", ["1/00", "1/0.5", "1/3.0", "0.5/2", "5/0.0"])
def test_odd_fractions_are_read_or_refused(text):
    try:
        value = parse_judgement(text, "here")
    except InputError:
        return
    top, bottom = text.split("/")
    assert value == pytest.approx(float(top) / float(bottom))


def test_digits_that_are_not_ascii_are_refused():
    with pytest.raises(InputError, match="expected 1 to 9"):
        parse_judgement("\uff13", "here")


# what is refused


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ["li,goal,a,b,3", "li,goal,b,a,3"],
            "row 3: 'b' over 'a' is 3, which is not reciprocal: another row, .* makes 'b' over 'a' 0.3333",
        ),
        (
            ["li,goal,a,b,3", "li,goal,a,b,5"],
            "row 3: 'a' over 'b' is 5, which is not reciprocal: .* 'a' over 'b' 3; keep",
        ),
        (["li,goal,a,a,2"], "row 2: 'a' over 'a' is 2, which is not reciprocal"),
        (["li,goal,a,b,3", "li,goal,a,c,2"], "expert 'li' has not judged 'b over c' of node 'goal'; add the rows"),
        (
            ["li,goal,a,b,3", "li,goal,c,d,2"],
            "expert 'li' has not judged 'a over c', 'a over d', 'b over c', 'b over d' of node 'goal'",
        ),
    ],
)
def test_contradictory_and_incomplete_judgements(read, lines, message):
    with pytest.raises(InputError, match=rf"j\.csv: {message}"):
        read(*lines)


def test_missing_columns_are_named(read):
    with pytest.raises(
        InputError, match=r"j\.csv: there is no column 'row', 'col'; expected expert, node, row, col, val"
    ):
        read("li,goal,a,b,3", header="expert,node,i,j,value\n")


@pytest.mark.parametrize("lines", [[], [""]])
def test_a_file_without_judgements_is_refused(read, lines):
    with pytest.raises(InputError, match=r"j\.csv: there is no judgement"):
        read(*lines)


def test_a_file_of_another_encoding_is_named(tmp_path):
    path = tmp_path / "j.csv"
    path.write_bytes((HEADER + "\u674e,goal,a,b,3\n").encode("gbk"))
    with pytest.raises(InputError, match=r"j\.csv: not readable as CSV in UTF-8"):
        be.read_judgements(path)


@pytest.mark.parametrize("name", ["nowhere.csv", "."])
def test_missing_files_are_named(tmp_path, name):
    with pytest.raises(InputError, match="there is no judgement file; give a CSV file or a folder of them"):
        be.read_judgements(tmp_path / name)


def test_judgements_about_an_unknown_node_are_refused_by_evaluate(write, small_panel, tree):
    found = be.read_judgements(write("j.csv", rows("li,gaol,a,b,3")))
    with pytest.raises(InputError, match=r"j\.csv: unknown node 'gaol'; .* did you mean 'goal'\?"):
        be.evaluate(small_panel, tree, be.Recipe(weighter="ahp"), found)


def test_check_judgements_says_where():
    with pytest.raises(InputError, match=r"^form 7: the judgement matrix is 1 x 2; expected a square"):
        check_judgements([[1, 2]], "form 7")


# missing judgements


@pytest.mark.parametrize(
    "lines", [["li,goal,a,b,3", "li,goal,b,c,2"], ["li,goal,a,b,3", "li,goal,a,c,", "li,goal,b,c,2"]]
)
def test_pairs_may_be_absent_or_empty(write, lines):
    (one,) = be.read_judgements(write("j.csv", rows(*lines)), incomplete=True)
    assert np.isnan(one.matrix.loc["a", "c"])
    assert np.isnan(one.matrix.loc["c", "a"])
    assert be.ahp.priorities(one.matrix).completed.loc["a", "c"] == pytest.approx(6, abs=1e-6)


@pytest.mark.parametrize("lines", [["li,goal,a,b,", "li,goal,b,a,1/4"], ["li,goal,b,a,1/4", "li,goal,a,b, "]])
def test_an_empty_value_yields_to_a_given_one(write, lines):
    (one,) = be.read_judgements(write("j.csv", rows(*lines)), incomplete=True)
    assert one.matrix.loc["a", "b"] == 4


def test_the_remedy_for_a_lacking_pair_is_told(read):
    with pytest.raises(
        InputError, match=r"has not judged 'b over c' of node 'goal'; add the rows, or .* incomplete=True"
    ):
        read("li,goal,a,b,3", "li,goal,a,c,2")


def test_an_item_that_no_judgement_links(write):
    path = write("j.csv", rows("li,goal,a,b,3", "li,goal,b,c,3", "li,goal,c,d,"))
    with pytest.raises(InputError, match=r"j\.csv: expert 'li', node 'goal': no judgement links 'd' to 'a', 'b', 'c'"):
        be.read_judgements(path, incomplete=True)


# the weights of experts


@pytest.fixture
def folder(write, tmp_path):
    write("j.csv", rows("li,,goal,a,b,8", "wu,port,goal,a,b,1", header="expert,group,node,row,col,value\n"))

    def read_with(*lines: str, header: str = "expert,group,years,weight\n"):
        write("experts.csv", rows(*lines, header=header))
        return be.read_judgements(tmp_path)

    return read_with


def test_experts_are_weighed(folder, tree):
    found = folder("li,academic,10,2", "wu,,3,1")
    assert [(one.expert, one.weight, one.group) for one in found] == [("li", 2, "academic"), ("wu", 1, "port")]
    assert be.ahp.prior_weights(tree, found)[0]["a"] == pytest.approx(0.8, abs=1e-12)


def test_group_and_years_may_be_absent(folder):
    assert [one.weight for one in folder("li,0.5", "wu,1", header="expert,weight\n")] == [0.5, 1]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["li,,,1", "wuu,,,1"], r"row 3: unknown expert 'wuu'; known are 'li', 'wu'; did you mean 'wu'\?"),
        (["li,,,1"], "there is no row for 'wu'; give every expert a weight"),
        (["li,,,1", "li,,,1"], "row 3: expert 'li' occurs twice; keep one row"),
        (["li,,,0"], "row 2, column 'weight': found '0'; expected a number above 0"),
        (["li,,,-1"], "row 2, column 'weight': found '-1'; expected a number above 0"),
        (["li,,,"], "row 2, column 'weight': found ''; expected a number above 0"),
        (["li,,,nan"], "row 2, column 'weight': found 'nan'; expected a number above 0"),
    ],
)
def test_a_bad_list_of_experts(folder, lines, message):
    with pytest.raises(InputError, match=rf"experts\.csv: {message}"):
        folder(*lines)


def test_a_list_of_experts_without_weights(folder):
    with pytest.raises(InputError, match=r"experts\.csv: there is no column 'weight'; expected expert, weight"):
        folder("li,", header="expert,group\n")


def test_an_expert_without_name_is_called_after_the_file(read):
    assert read(",goal,a,b,3")[0].expert == "j"
