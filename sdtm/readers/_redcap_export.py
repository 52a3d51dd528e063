"""REDCap: what sort of export it is: codes or labels, whole or in part, with true dates or not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sdtm.readers._redcap_dictionary import EVENT, FORM, INSTANCE, in_column_name
from specs.errors import RawDataError
from specs.findings import findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pandas as pd

    from sdtm.readers._redcap_dictionary import Dictionary, RedcapOptions

NOT_FOR_SUBMISSION = "CK-RAW-DEIDENTIFIED"

_LABEL_REMEDY = "export the raw data with raw headers; files of labels are not read"
_BOX = re.compile("(.+?)___(.+)")
_FEW = 1 / 10


def check_labels(data: pd.DataFrame, dictionary: Dictionary, path: Path) -> None:
    """RawDataError where heads or coded answers are labels, for good or among the codes."""
    labels = {field.label for field in dictionary.fields.values() if field.label}
    named = [name for name in data.columns if name not in dictionary.fields and name in labels]
    if len(named) > len(data.columns) / 3:
        raise RawDataError(
            f"the heads are labels: {named[0]}", where=f"{path.name} line 1", remedy=_LABEL_REMEDY
        )
    for name, field in dictionary.fields.items():
        if field.kind != "code" or name not in data:
            continue
        answers = field.answered(data[name]).dropna()
        meanings = set(field.choices.values()) - set(field.choices)
        strange = answers[answers.isin(list(meanings))]
        if len(strange):
            raise RawDataError(
                f"{name} is {strange.iloc[0]}, the label of a choice, not its code",
                where=f"{path.name} line {strange.index[0]}",
                remedy=_LABEL_REMEDY,
            )


def undeclared(
    columns: Iterable[str], answers: Iterable[pd.Series], dictionary: Dictionary
) -> dict[str, str]:
    """Missing-data codes that boxes show (`race___unk`) and the study does not declare.

    A whole number is none: it is a choice that the dictionary lacks. The code is spelled as answers
    of other fields have it, else in capitals.
    """
    strange = dict.fromkeys(
        box[2]
        for column in columns
        if column not in dictionary.boxes and (box := _BOX.fullmatch(column))
        if box[1] in dictionary.fields and dictionary.fields[box[1]].kind == "checkbox"
        if not box[2].isdigit()
    )
    if not strange:
        return {}
    answers_read = {str(answer) for column in answers for answer in column.dropna().unique()}
    spelled = {in_column_name(answer): answer for answer in sorted(answers_read, reverse=True)}
    usual = (re.sub("^_(?=[0-9])", "-", suffix).upper() for suffix in strange)
    codes = (spelled.get(suffix, code) for suffix, code in zip(strange, usual, strict=True))
    return {code: code for code in codes}


def not_declared(codes: Iterable[str], path: Path) -> pd.DataFrame:
    """A warning for each missing-data code that was told by a column alone."""
    return findings(
        severity="warning",
        rule="CK-RAW-MISSING-CODE",
        value=list(codes),
        message="was taken for a missing-data code, as a checkbox has a column of it; declare it"
        " with its meaning under missing in study.yaml",
        file=path.name,
    )


def blank_for_unsaved(data: pd.DataFrame, dictionary: Dictionary) -> bool:
    """Whether the status of a form never saved was exported blank, so that 0 is a saved form.

    It is where, of the statuses of forms that do not repeat and have no answer, blank ones are at
    least a tenth of those that are 0: one that was lost in an export of 0 does not make records of
    all forms never saved. A form with a status in less than a tenth of the rows of an event is not
    planned there: one that strayed to another event tells as little.
    """
    repeat = set(data[FORM].dropna()) if FORM in data else set()
    rows = data[data[FORM].isna()] if FORM in data else data
    blank = zero = 0
    for form in dict.fromkeys(dictionary.form_of.values()):
        status = rows.get(f"{form}_complete")
        if status is None or form in repeat:
            continue
        unanswered = status[~_answered(rows, form, dictionary)]
        if EVENT in rows:
            share = status.notna().groupby(rows[EVENT]).transform("mean")
            unanswered = unanswered[share[unanswered.index] >= _FEW]
        blank += int(unanswered.isna().sum())
        zero += int((unanswered == "0").sum())
    return blank > 0 and blank >= zero * _FEW


def _answered(rows: pd.DataFrame, form: str, dictionary: Dictionary) -> pd.Series:
    """Whether a row has an answer of a form, or a survey was begun; an unticked box is none."""
    columns = {c for field in dictionary.of(form).values() for c in dictionary.columns(field)}
    ticked = rows[[c for c in rows.columns if c in columns & dictionary.boxes]] == "1"
    columns = {*columns, f"{form}_timestamp"} - dictionary.boxes
    answers = rows[[c for c in rows.columns if c in columns]].notna()
    return answers.any(axis=1) | ticked.any(axis=1)


def check_absent(data: pd.DataFrame, dictionary: Dictionary, path: Path) -> Iterator[pd.DataFrame]:
    """Findings for fields, boxes and form statuses that the export has no column of."""
    rights = "; rights to export may be limited"
    absent = _absent(data, dictionary)
    lost = [
        *((name, name, f"the export has no column of the field{rights}") for name in absent),
        *(
            (name, column, f"the export has no column of this box{rights}")
            for name, field in dictionary.fields.items()
            for column, code in dictionary.columns(field).items()
            if name not in absent and code in field.choices and column not in data.columns
        ),
    ]
    rows = [(dictionary.form_of[name], column, message) for name, column, message in lost]
    statuses = {form: f"{form}_complete" for form in dict.fromkeys(dictionary.form_of.values())}
    if set(statuses.values()) & set(data.columns):
        message = f"the export has no column of the form's status{rights}"
        rows += [(f, c, message) for f, c in statuses.items() if c not in data.columns]
    if rows:
        forms, columns, messages = map(list, zip(*rows, strict=True))
        yield findings(
            severity="warning",
            rule="CK-RAW-ABSENT",
            form=forms,
            variable=columns,
            message=messages,
            file=path.name,
        )


def check_order(data: pd.DataFrame, dictionary: Dictionary, path: Path) -> Iterator[pd.DataFrame]:
    """A finding where columns stand in another order than their fields: heads may be swapped.

    REDCap exports columns in the order of the dictionary; two swapped heads of one kind change
    the data and break no other rule.
    """
    order = [c for field in dictionary.fields.values() for c in dictionary.columns(field)]
    position = {column: number for number, column in enumerate(order)}
    columns = [column for column in data.columns if column in position]
    expected = sorted(columns, key=position.__getitem__)
    moved = [there for there, here in zip(columns, expected, strict=True) if there != here]
    if moved:
        yield findings(
            severity="warning",
            rule="CK-RAW-ORDER",
            value=", ".join(moved[:10]),
            message=f"{len(moved)} columns stand in another order than the dictionary has their"
            " fields; heads may be swapped",
            file=path.name,
            line="1",
        )


def check_repeats(data: pd.DataFrame, dictionary: Dictionary, path: Path) -> Iterator[pd.DataFrame]:
    """Findings for rows whose event is numbered as one that repeats, and is not in most rows.

    REDCap numbers all instances of an event that repeats, and none of one that does not.
    """
    if not {EVENT, FORM, INSTANCE} <= set(data.columns):
        return
    rows = data[data[FORM].isna() & data[EVENT].notna()]
    numbered = rows[INSTANCE].notna()
    share = numbered.groupby(rows[EVENT]).transform("mean")
    strange = rows[numbered.where(share <= 1 / 2, ~numbered) & (share > 0) & (share < 1)]
    if len(strange):
        yield findings(
            severity="warning",
            rule="CK-RAW-REPEAT",
            subject=strange[dictionary.record_id],
            event=strange[EVENT],
            variable=INSTANCE,
            value=strange[INSTANCE],
            message="the event is numbered in some rows and not in others; one that repeats is"
            " numbered in all",
            file=path.name,
            line=strange.index.to_series(),
        )


def check_deidentified(
    data: pd.DataFrame, dictionary: Dictionary, options: RedcapOptions, path: Path
) -> Iterator[pd.DataFrame]:
    """A finding where an export was made anonymous: its dates are then not those collected.

    REDCap shifts all dates of a record by up to a year, may hash the record ids, and leaves out
    identifiers, notes and texts without validation.
    """
    absent = set(_absent(data, dictionary))
    signs = []
    if options.deidentified:
        signs.append("study.yaml says so")
    ids = data[dictionary.record_id].dropna()
    if len(ids) and ids.str.fullmatch(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}").all():
        signs.append("the record ids are hashes")
    for named, fields in (
        ("identifying fields", dictionary.identifiers - {dictionary.record_id}),
        ("notes and texts without validation", dictionary.unvalidated - {dictionary.record_id}),
    ):
        if len(fields) > 1 and fields <= absent:
            signs.append(f"it has none of the {len(fields)} {named}")
    if signs:
        yield findings(
            severity="warning",
            rule=NOT_FOR_SUBMISSION,
            message=f"the export is de-identified ({'; '.join(signs)}), so dates may be shifted:"
            " not for submission",
            file=path.name,
        )


def _absent(data: pd.DataFrame, dictionary: Dictionary) -> list[str]:
    present = set(data.columns)
    return [
        name
        for name, field in dictionary.fields.items()
        if not present & set(dictionary.columns(field))
    ]
