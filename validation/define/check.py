"""What a check of a define.xml is, and how it is declared.

    @rule("DEFINE-084")
    def join_comment(define: Define) -> Iterator[Fault]:
        '''A where clause over several datasets has a comment.'''

A check answers to one or more public ids; the first is the rule of its findings. Versions,
severity and the DD ids that go with an id are read off `ids.csv`. The docstring is the title.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from specs.findings import findings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import pandas as pd

    from validation.define.document import Node
    from validation.define.model import Define

FOLDER: Final = Path(__file__).parent

_SEVERITIES: Final = {"Reject": "error", "Error": "error", "Warning": "warning", "Notice": "notice"}


@dataclass(frozen=True)
class PublicId:
    """A rule id: the versions it is for, its severity, the ids that go with it.

    `schema` is what the XML schema finds of it (full, part, idref, none); `needs` what a check
    must be given: the file (xml), a guide (std), terminology (ct), the data, the folder (files).
    """

    id: str
    versions: tuple[str, ...]
    severity: str
    schema: str
    also: tuple[str, ...]
    needs: str


@cache
def public_ids() -> Mapping[str, PublicId]:
    """The rules of CDISC, of the agencies, and our own, by id."""
    return MappingProxyType(
        {
            row["id"]: PublicId(
                row["id"],
                tuple(row["versions"].split("+")),
                _SEVERITIES.get(row["severity"], "error"),
                row["schema"],
                tuple(row["also"].split()),
                row["needs"],
            )
            for row in table("ids.csv")
        }
    )


def table(file: str) -> list[dict[str, str]]:
    """The rows of a table of this package."""
    with (FOLDER / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@dataclass(frozen=True, eq=False)
class Fault:
    """What is wrong at an element. `place` is used where the element does not tell it.

    `severity` is that of the rule unless given.
    """

    node: Node
    message: str
    value: str = ""
    place: tuple[str, str] | None = None
    severity: str = ""


@dataclass(frozen=True)
class Check:
    """A check of a define.xml; `submission` ones hold only when the file is for a submission."""

    ids: tuple[str, ...]
    title: str
    find: Callable[[Define], Iterable[Fault]]
    submission: bool = False

    @property
    def id(self) -> str:
        """The rule id of the findings."""
        return self.ids[0]

    def applies(self, define: Define) -> bool:
        """Whether the check is for files of that version and context."""
        return define.version in public_ids()[self.id].versions and (
            define.submission or not self.submission
        )

    def __call__(self, define: Define) -> list[dict[str, Any]]:
        """The findings of a check, as rows."""
        if not self.applies(define):
            return []
        return [finding(define, self.id, fault) for fault in self.find(define)]


def finding(define: Define, rule_id: str, fault: Fault) -> dict[str, Any]:
    """One row of the findings table; the ids that go with the rule end its message."""
    public = public_ids()[rule_id]
    dataset, variable = fault.place or define.place(fault.node)
    also = [other for other in public.also if other.startswith("DD")]
    return {
        "severity": fault.severity or public.severity,
        "rule": rule_id,
        "dataset": dataset or None,
        "variable": variable or None,
        "value": fault.value or None,
        "message": f"{fault.message} ({', '.join(also)})" if also else fault.message,
        "file": define.document.path.name,
        "line": str(fault.node.line),
    }


def as_findings(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as a table of findings."""
    names = ("severity", "rule", "dataset", "variable", "value", "message", "file", "line")
    return findings(**{name: [row[name] for row in rows] for name in names})


def rule(
    *ids: str, submission: bool = False
) -> Callable[[Callable[[Define], Iterator[Fault]]], Check]:
    """Declare the function below to be a check that answers to the ids."""

    def declared(find: Callable[[Define], Iterator[Fault]]) -> Check:
        title = (find.__doc__ or "").strip().splitlines()[0].removesuffix(".")
        return Check(ids, title, find, submission)

    return declared
