"""What a method text or comment of define.xml must not have, for whoever programs from it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import adam.derivations
import sdtm.derivations
from engine.values import empty_table
from specs.derivation import derivations_of
from submission.attributes import measured, topic
from submission.define import read_define, write_define
from submission.define.origins import Origins

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from specs.model import Dataset, Study

_QUOTED = re.compile('"[^"]*"')

_FAULTS = {
    "a brace": re.compile(r"[{}]"),
    "a square bracket": re.compile(r"[\[\]]"),
    "empty brackets": re.compile(r"\(\s*\)"),
    "a quote of Python": re.compile(r"(?<![A-Za-z])'|'(?![a-z])"),
    "a word of Python": re.compile(r"\b(None|True|False|nan|NaT|DataFrame|Series)\b|@\w"),
    "a number of names instead of the names": re.compile(r"\bfirst \d+ of\b"),
    "an undeclared name": re.compile(r"\b[a-z][a-z0-9]*_[a-z0-9_]+\b|\b[a-z]+\d+\b"),
    "a pattern instead of names": re.compile(r"[A-Z0-9]\*|\*\."),
    "nothing where a word should be": re.compile(r" [,;.:](?!\d)|[,;:]{2}|[:;,]\.|\(\s|\s\)"),
}

_FUNCTIONS = frozenset({*derivations_of(sdtm.derivations), *derivations_of(adam.derivations)})


def faults(text: str) -> list[str]:
    """What is wrong with a text; none where it is well. What stands in double quotes is data."""
    plain = _QUOTED.sub('""', text)
    found = [f"{name}: {m[0]}" for name, fault in _FAULTS.items() if (m := fault.search(plain))]
    found += [f"a function: {w}" for w in re.findall(r"[a-z]+_[a-z_]+", plain) if w in _FUNCTIONS]
    if not text.isascii():
        found.append("a character that is not ASCII")
    if not text.endswith("."):
        found.append("no full stop at the end")
    sentences = re.split(r"(?<=\.) ", re.sub(r"\(\d+\) ", "", plain))
    found += [f"a sentence without a capital: {s}" for s in sentences if re.match("[a-z]", s)]
    return found


def texts(study: Study, standard: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Every text of a define.xml that a study could have, whatever its data, with its place."""
    datasets = study.of(standard)
    attributes = measured(study, standard, {d.name: empty_table(d) for d in datasets})
    path = folder / f"{standard}.xml"
    write_define(study, standard, attributes, path, datetime(2020, 1, 1, tzinfo=UTC))
    document = read_define(path)
    for noun in (*document.methods, *document.comments):
        yield noun.oid, noun.text
    for dataset in datasets:
        yield from _by_value(study, dataset)


def _by_value(study: Study, dataset: Dataset) -> Iterator[tuple[str, str]]:
    name = topic(dataset)
    codes = {
        *(p.code for p in dataset.parameters),
        *(str(b.assign[name]) for b in dataset.blocks if name in b.assign),
    }
    origins = Origins(study, dataset)
    for variable in dataset.variables if name else ():
        for code in sorted(codes):
            of_value = origins.under(variable, code)
            for text in (of_value.method, of_value.comment, *of_value.tables):
                if text:
                    yield f"{dataset.name}.{variable.name}.{code}", text
