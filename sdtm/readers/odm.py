"""ODM: exports of ODM 1.1 to 1.3 and 2.0, the state at one time or the history of transactions.

A form has one record for each time it was saved. An item group that repeats has a form of its own,
named `form.group`, with one record for each repeat; a group that does not is part of its form.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import pandas as pd
from pydantic import Field as Default

from sdtm.dates import DateStyle
from sdtm.raw import TIDY, RawData
from sdtm.readers._files import Options, read_options
from sdtm.readers._odm_checks import check_attributes, check_data, check_definitions
from sdtm.readers._odm_data import read_odm
from sdtm.readers._odm_definitions import merged
from sdtm.readers._odm_forms import OdmNames, attribute_forms, forms_of
from specs.errors import RawDataError, did_you_mean
from specs.findings import all_findings
from specs.paths import inside

if TYPE_CHECKING:
    from pathlib import Path

    from sdtm.readers._odm_data import OdmFile
    from specs.model import RawSource


class OdmOptions(Options):
    """`data` is a path from the study's folder.

    `without` gives prefixes to take off OIDs, for event, form, group and item. `study` names the
    StudyOID, `subject` the attribute of SubjectData that is the subject. `dates` is the order of
    numbers in date texts that are not ISO 8601, `missing` the codes that stand for no answer.
    `versions` says that versions of a form, `F_VS_V10` and `F_VS_V11`, are one.
    """

    data: str
    study: str = ""
    subject: str = "SubjectKey"
    without: dict[Literal["event", "form", "group", "item"], str] = Default(default={})
    dates: Literal["DMY", "MDY", "YMD", ""] = ""
    missing: dict[str, str] = Default(default={})
    language: str = "en"
    versions: bool = False


def read(source: RawSource, folder: Path) -> RawData:
    """Read a file; RawDataError where it is no ODM, holds no data, or values stand twice."""
    options = read_options(source, OdmOptions)
    path = inside(folder, options.data, source.place)
    file = read_odm(path, options.language)
    _check_study(file, options)
    definitions = merged(file.definitions, file.used)
    names = OdmNames(
        without={str(kind): prefix for kind, prefix in options.without.items()},
        style=DateStyle.from_options(options.dates, ""),
        missing=MappingProxyType({**file.nulls, **options.missing}),
        versions=options.versions,
    )
    forms = {form.name: form for form in forms_of(file, definitions, names)}
    for form in attribute_forms(file, names):
        forms.setdefault(form.name, form)
    if options.subject != "SubjectKey":
        subjects = check_attributes(file, options.subject)
        for name, form in forms.items():
            frame = form.frame.assign(**{"@subject": form.frame["@subject"].map(subjects)})
            forms[name] = replace(form, frame=frame)
    check_definitions(file, definitions)
    finding_tables = [file.findings.table(), *check_data(forms.values())]
    return RawData(
        MappingProxyType(forms), (path,), all_findings(finding_tables), _superseded(file, names)
    )


def _check_study(file: OdmFile, options: OdmOptions) -> None:
    """RawDataError where data of several studies stand in the file, or not those declared."""
    studies = list(dict.fromkeys(study for study, _ in file.used))
    if (options.study and studies != [options.study]) or len(studies) > 1:
        raise RawDataError(
            f"holds data of the study {', '.join(studies)}"
            + (f", not of {options.study}" if options.study else ""),
            where=file.path.name,
            remedy=did_you_mean(options.study, studies)
            if options.study
            else "export each study by itself",
        )


def _superseded(file: OdmFile, names: OdmNames) -> pd.DataFrame:
    """The values that later transactions changed or removed, as tidy rows."""
    rows = [
        {
            "subject": keys.subject,
            "event": names.short("event", keys.event),
            "event_repeat": keys.event_repeat or None,
            "form": names.short("form", keys.form),
            "form_repeat": keys.form_repeat or None,
            "group_repeat": keys.groups[-1][1] or None if keys.groups else None,
            "item": names.short("item", item),
            "text": cell.text,
            "unit": cell.unit or None,
            "file": file.path.name,
            "line": cell.line,
            "transaction": transaction,
        }
        for keys, item, cell, transaction in file.collected.superseded
    ]
    return pd.DataFrame(rows, columns=[*TIDY, "transaction"])
