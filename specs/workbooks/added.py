"""The sheets with what the layouts have no place for: files, records, tests, rules, terms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from specs.rule_models import OF_VARIABLE, ORIGINS
from specs.workbooks import rule_cells
from specs.workbooks.layouts import ADDED
from specs.workbooks.rule_cells import as_json
from specs.workbooks.sheets import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Cells = Mapping[str, Any]

NUMBER = re.compile(r"-?\d+(\.\d+)?")

OF_PARAMETER = ("label", "number", "category", "codelist", "where", "per", "variables")

SECTIONS = {"variables": OF_VARIABLE, "supplemental": OF_VARIABLE, "parameters": OF_PARAMETER}
"""The parts of a dataset's file that hold rules, and what each says beside them."""


def added_sheets(contents: Mapping[str, Any]) -> tuple[Sheet, ...]:
    """The added sheets of some files of a study, by their path in its folder."""
    datasets = {name: content for name, content in contents.items() if "/" in name}
    tests = list(_tests(datasets))
    columns = ("File", *dict.fromkeys(c for row in tests for c in row if c != "File"))
    return (
        Sheet.of("Files", ADDED["Files"], _files(datasets)),
        Sheet.of("Records", ADDED["Records"], _records(datasets)),
        Sheet.of("Tests", columns, tests),
        Sheet.of("Rules", ADDED["Rules"], _rules(datasets)),
        Sheet.of("Terms", ADDED["Terms"], _terms(contents.get("terminology.yaml", {}))),
    )


def _files(contents: Mapping[str, Any]) -> Iterator[Cells]:
    sections = ("records", "tests", "variables", "supplemental", "parameters")
    for file, content in contents.items():
        keys = ("dataset", "id", "domain", *sections)
        other = {key: value for key, value in content.items() if key not in keys}
        yield {"File": file, "Dataset": content.get("dataset"), "ID": content.get("id"),
               "Domain": content.get("domain"), "Other": as_json(other)}  # fmt: skip


def _records(contents: Mapping[str, Any]) -> Iterator[Cells]:
    """The rows of the sheet Records, one for each block."""
    for file, content in contents.items():
        blocks = content.get("records", [])
        for block in blocks if isinstance(blocks, list) else [blocks]:
            entry = {"from": block} if isinstance(block, str) else dict(block)
            rule = entry.pop("derived", "")
            source = entry.pop("from", "")
            yield {
                "File": file,
                "From": "" if rule else source,
                "Name": entry.pop("name", ""),
                **{key.capitalize(): as_json(entry.pop(key, None)) for key in
                   ("where", "join", "bind", "assign")},
                "Rule": rule,
                "Sources": _lines(source) if rule else "",
                "Constants": as_json(entry.pop("with", None)),
                "Other": as_json(entry),
            }  # fmt: skip


def _tests(contents: Mapping[str, Any]) -> Iterator[Cells]:
    for file, content in contents.items():
        head, *rows = content.get("tests") or [()]
        for row in rows:
            yield {"File": file, **dict(zip(head, map(_cell, row), strict=True))}


def _cell(value: Any) -> Any:
    """A value of a table of tests; text that could be taken for a number stands in quotes."""
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return f'"{value}"'
    return value


def _rules(contents: Mapping[str, Any]) -> Iterator[Cells]:
    for file, content in contents.items():
        for section in SECTIONS:
            for name, entry in (content.get(section) or {}).items():
                own = {} if not isinstance(entry, dict) else {
                    key: value for key, value in entry.items() if key in SECTIONS[section]
                }  # fmt: skip
                rules = rule_cells.rules_of(entry, SECTIONS[section])
                for number, rule in enumerate(rules or [{}]):
                    first = {"Given": as_json(own)} if number == 0 else {}
                    yield {"File": file, "Part": section, "Name": name, **first, **_rule(rule)}


def _rule(rule: Mapping[str, Any]) -> Cells:
    for word in rule_cells.WORDS:
        if rule.get(word):
            return {"Verb": word}
    verb = next((name for name in ORIGINS if name in rule), "")
    if not verb:
        return {}
    subject = rule[verb]
    other = {k: v for k, v in rule.items() if k not in (verb, "from", "with", "when", "where")}
    cells = {"Verb": verb, "Condition": as_json(rule.get("when")),
             "Where": as_json(rule.get("where")), "Other": as_json(other)}  # fmt: skip
    if verb == "derived":
        return {**cells, "Rule": subject, "Sources": _lines(rule.get("from")),
                "Constants": as_json(rule.get("with"))}  # fmt: skip
    if isinstance(subject, dict):
        return {**cells, "Constants": as_json(subject)}
    return {**cells, "Sources": _lines(subject)}


def _lines(sources: Any) -> str:
    return "\n".join(
        map(str, sources if isinstance(sources, list) else [sources] if sources else [])
    )


def _terms(content: Mapping[str, Any]) -> Iterator[Cells]:
    for name, entry in content.get("codelists", {}).items():
        for kind, terms in entry.items():
            pairs = terms.items() if isinstance(terms, dict) else [
                (value, None) for value in (terms if isinstance(terms, list) else [terms])
            ]  # fmt: skip
            for value, meaning in pairs:
                yield {"Codelist": name, "Kind": kind, "Value": value, "Meaning": meaning}
