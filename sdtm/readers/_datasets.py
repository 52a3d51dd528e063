"""Datasets of CDISC as raw data: a form for each, its records known by the subject's identifier."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import pandas as pd
from pydantic import Field as Default

from sdtm.dates import DateStyle
from sdtm.raw import Field, Form, RawData, check_reserved, combined, context
from sdtm.readers._files import Options
from specs.findings import findings, no_findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

SUBJECTS = ("USUBJID", "SUBJID")
"""The variables that say whose a record is, the first that a dataset has."""


class DatasetOptions(Options):
    """`data` is a file, several, or a name with `*`, from the study's folder.

    `define` is the define.xml with the names of what Dataset-XML calls by OIDs. `subject` and
    `event` are variables; without them they are USUBJID, else SUBJID, and VISIT.
    """

    data: str | list[str]
    define: str = ""
    subject: str = ""
    event: str = "VISIT"
    dates: Literal["DMY", "MDY", "YMD", ""] = ""
    missing: dict[str, str] = Default(default={})


@dataclass
class Records:
    """The records of one dataset: rows by variable, the line of each, and labels."""

    name: str
    label: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    rows: list[Mapping[str, str | None]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def raw_of(datasets: Iterable[Records], path: Path, options: DatasetOptions) -> RawData:
    """A form for each dataset with a subject; others are nobody's, and found."""
    sources = []
    for records in datasets:
        columns = list(dict.fromkeys((*records.labels, *(n for row in records.rows for n in row))))
        check_reserved(columns, path.name)
        wanted = (options.subject,) if options.subject else SUBJECTS
        subject = next((name for name in wanted if name in columns), "")
        if not subject:
            sources.append(RawData({}, (), _nobody(records.name, path)))
            continue
        frame = pd.DataFrame(records.rows, columns=columns).astype("str")
        frame = frame.where(frame != "")
        whose = context(
            frame.index,
            path.name,
            pd.Series(records.lines, index=frame.index, dtype="Int64"),
            subject=frame[subject],
            **({"event": frame[options.event]} if options.event in frame else {}),
        )
        fields = {
            name: Field(
                name,
                records.labels.get(name) or name,
                missing=MappingProxyType(options.missing),
                style=DateStyle.from_options(options.dates, ""),
            )
            for name in columns
        }
        identity = frozenset({subject, options.event} & set(columns))
        whole = pd.concat([whose, frame], axis=1)
        form = Form(records.name, whole, MappingProxyType(fields), identity, records.label)
        sources.append(RawData({records.name: form}))
    return combined([*sources, RawData({}, (path,), no_findings())])


def _nobody(name: str, path: Path) -> pd.DataFrame:
    return findings(
        severity="notice",
        rule="CK-RAW-UNREAD",
        value=name,
        message="is a dataset without a subject, so it is not read as raw data",
        file=path.name,
    )
