"""The conformance of a define.xml: the file itself, the schema, and the data it describes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from specs.findings import all_findings
from validation.define.check import Check, as_findings, finding, public_ids
from validation.define.data import data_findings
from validation.define.document import read_document
from validation.define.families import family_checks
from validation.define.model import Define
from validation.define.schema import schema_findings
from validation.define.shapes import shaped_checks

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

# What tells that a file is no Define-XML at all; nothing else can be said of such a file.
_GATE = ("DEFINE-002", "DD0002")


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check of a define.xml without its data, in the order of their ids."""
    order = {name: rank for rank, name in enumerate(public_ids())}
    checks = (*shaped_checks(), *family_checks())
    return tuple(sorted(checks, key=lambda check: order[check.id]))


def check_define(path: Path, *, datasets: Path | None = None, schema: bool = True) -> pd.DataFrame:
    """Findings of a define.xml of version 2.0 or 2.1, anybody's, in the order of the rules.

    With `datasets`, the folder of its transport files, the data are compared with the file too;
    a file stands where its def:leaf says, or in that folder. With `schema` the XML schema is
    applied where it is installed. RawDataError when the file is no XML that can be read safely.
    """
    define = Define(read_document(path))
    rows: list[dict[str, Any]] = []
    for check in all_checks():
        if check.id in _GATE:
            rows.extend(_gated(check, define))
    if rows:
        return as_findings(rows)
    for check in all_checks():
        if check.id not in _GATE:
            rows.extend(check(define))
    if schema:
        rows.extend(schema_findings(define))
    tables = [as_findings(rows)]
    if datasets is not None:
        tables.append(data_findings(define, datasets))
    return all_findings(tables)


def _gated(check: Check, define: Define) -> list[dict[str, Any]]:
    """The findings of a check before the version is known."""
    return [finding(define, check.id, fault) for fault in check.find(define)]
