"""The rules of CDISC as published: defects made at the XPaths of the rules, found under their ids.

What is broken and which id must answer is read from the table of the rules, not from the code.
"""

from __future__ import annotations

import csv
import re
from copy import deepcopy
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from tests import beside
from tests.validation.define import examples
from tests.validation.define.edits import URIS, named
from validation.define import coverage
from validation.define.check import public_ids
from validation.define.document import read_document
from validation.define.model import Define
from validation.define.run import all_checks

if TYPE_CHECKING:
    from pathlib import Path


RULES = beside.reference("define")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return examples.with_files(tmp_path_factory.mktemp("define"))


def elements(root: etree._Element, path: str) -> list[etree._Element]:
    path = "/".join(
        part if not part or part.startswith(("@", "*", "def:", "arm:")) else f"o:{part}"
        for part in path.split("/")
    )
    found = root.xpath(path, namespaces={k: v for k, v in URIS.items() if k != "xml"})
    assert isinstance(found, list)
    return [node for node in found if isinstance(node, etree._Element)]


def defect(root: etree._Element, rule: dict[str, str]) -> bool:
    """Break what the rule says at its XPath; False when its words are not of the simple kinds."""
    check, (path, _, attribute) = rule["check"], rule["xpath"].partition("/@")
    said = check.split(";")[0]
    found = elements(root, path)
    name = named(attribute) if attribute else ""
    if attribute and said == "attribute present":
        held = [node for node in found if node.get(name) is not None]
        for node in held[:1]:
            del node.attrib[name]
        return bool(held)
    if attribute and re.match("value is an integer|the only value is|value is (Yes|Soft)", said):
        for node in found[:1]:
            node.set(name, "Wrong")
        return bool(found)
    if attribute and said.startswith("points to an existing"):
        for node in found[:1]:
            node.set(name, "NO.SUCH")
        return bool(found)
    if not attribute and re.match("at most one", said):
        for node in found[:1]:
            node.addnext(deepcopy(node))
        return bool(found)
    if not attribute and re.match("element present|method has a description", said):
        for node in found:
            parent = node.getparent()
            assert parent is not None
            parent.remove(node)
        return bool(found)
    return False


def test_simple_rules_are_found_where_the_published_table_says(folder: Path) -> None:
    checks: dict[str, list[object]] = {}
    tried, missed = [], []
    with (RULES / "rules.csv").open(encoding="utf-8") as lines:
        rules = list(csv.DictReader(lines))
    for check in all_checks():
        for name in check.ids:
            checks.setdefault(name, []).append(check)
    for rule in rules:
        for text in (examples.tabulations(), examples.analysis()):
            root = etree.fromstring(text.encode())
            if not defect(root, rule):
                continue
            path = folder / "define.xml"
            path.write_bytes(etree.tostring(root))
            define = Define(read_document(path))
            tried.append(rule["id"])
            if not any(check(define) for check in all_checks() if rule["id"] in check.ids):
                missed.append(rule["id"])
    assert missed == []
    assert len(set(tried)) >= 100


@pytest.mark.parametrize("file", ["rules.csv", "dd-rules.csv"])
def test_every_public_rule_is_in_the_table_of_coverage(file: str) -> None:
    with (RULES / file).open(encoding="utf-8") as lines:
        published = {row["id"] for row in csv.DictReader(lines)}
    covered = {one.id: one for one in coverage()}
    assert published <= set(covered)
    assert [name for name in sorted(published) if not covered[name].means] == []


def test_versions_and_schema_are_those_of_the_published_table() -> None:
    with (RULES / "rules.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            known = public_ids()[row["id"]]
            assert "+".join(known.versions) == row["applies_to"]
            assert known.schema == row["xsd"]
