# ruff: noqa: E501 - a table of cases reads best with one case per line
from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel, ConfigDict

from specs.errors import SpecError
from specs.yaml_files import known_keys, read_yaml

if TYPE_CHECKING:
    from pathlib import Path


class Leaf(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: int = 1


class Tree(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = ""
    leaves: tuple[Leaf, ...] = ()
    parts: dict[str, Leaf] = {}


def read(folder: Path, text: str | bytes) -> object:
    path = folder / "x.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_yaml(path).parsed(Tree)


def test_every_entry_knows_its_line(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("name: a\n\nleaves:\n  - size: 1\n  - {size: 2}\n", encoding="utf-8")
    file = read_yaml(path)
    assert file.place("name") == "x.yaml line 1"
    assert file.place("leaves") == "x.yaml line 3"
    assert file.place("leaves", 1, "size") == "x.yaml line 5"
    assert file.place("leaves", 7) == "x.yaml line 3"


def test_text_stays_text_and_yes_is_no_truth_value(tmp_path: Path) -> None:
    assert read(tmp_path, "name: YES\n") == Tree(name="YES")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: a\nnmae: b\n", "x.yaml line 2: nmae: is not known here; did you mean name?"),
        ("leaves:\n  - {siz: 1}\n", "x.yaml line 2: leaves.0.siz: is not known here; did you mean size?"),
        ("parts:\n  a:\n    siz: 1\n", "x.yaml line 3: parts.a.siz: is not known here; did you mean size?"),
        ("name: a\nname: b\n", 'x.yaml line 2: is not YAML: found duplicate key "name"'),
        ("name: [a\n", "x.yaml line 2: is not YAML: "),
        ("name: a\n\tb: c\n", "x.yaml line 2: is not YAML: "),
        ("name: a\n---\nname: b\n", "x.yaml line 2: is not YAML: "),
        ("name: *gone\n", "x.yaml line 1: is not YAML: found undefined alias"),
        ("name: 2020-13-45\n", "x.yaml line 1: is not YAML: 2020-13-45 is not a value (month must be in 1..12); put it in"),
        ("name: a\x00b\n", "x.yaml line 1: is not YAML: a control character"),
        ("", "x.yaml: holds no keys"),
        ("- a\n- b\n", "x.yaml: holds no keys"),
        (b"name: \xe9\n", "is not UTF-8 text (byte 6); save it as UTF-8"),
        ("leaves: 5\nname: [a]\n", "x.yaml line 2: name: is not a text; put it in quotes"),
    ],
)  # fmt: skip
def test_what_is_wrong_names_line_and_remedy(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    with pytest.raises(SpecError) as error:
        read(tmp_path, text)
    assert message in str(error.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"none\.yaml: there is no such file; check the study"):
        read_yaml(tmp_path / "none.yaml")
    with pytest.raises(SpecError, match="cannot be read"):
        read_yaml(tmp_path)


def test_known_keys_are_those_of_the_model_at_that_place() -> None:
    assert known_keys(Tree, ("x",)) == ["name", "leaves", "parts"]
    assert known_keys(Tree, ("leaves", 0, "x")) == ["size"]


@pytest.mark.parametrize("text", ["a: 1\n? {b: c}\n: d\n", "a: 1\n? [b, c]\n: d\n"])
def test_a_key_is_one_value(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SpecError, match=r"x\.yaml line 2: is not YAML: a list or a mapping is not"):
        read_yaml(tmp_path / "x.yaml")
