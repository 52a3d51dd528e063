"""The account of collected data: every record and every field is used, left out by name, or found.

A record is used when a row of a dataset comes from it. A field is used when a rule or a condition
reads it, or it is declared not submitted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from specs.errors import SpecError, did_you_mean
from specs.findings import all_findings, findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sdtm.raw import Form, RawData
    from sdtm.records import Records
    from specs.model import Dataset, Study

WHOLE_FORM = "*"
"""In not_submitted: all fields of the form, and with them its records."""


@dataclass(frozen=True)
class Ledger:
    """The balance of what was read.

    `forms` has one row per form: records and fields read, used, left out, not submitted,
    unaccounted. `left_out` names every record that no dataset uses: form, record, subject, file,
    line, and the rule that left it out.
    """

    forms: pd.DataFrame
    findings: pd.DataFrame
    left_out: pd.DataFrame


def ledger(study: Study, raw: RawData, usages: Iterable[tuple[Dataset, Records]]) -> Ledger:
    """Balance what was read against what the datasets used."""
    usages = list(usages)
    not_submitted = _not_submitted(study, raw)
    used_records = _ids([r.trace.rename(columns={"source": "form"}) for _, r in usages], raw)
    left_records = _ids([records.left_out for _, records in usages], raw)
    used_fields = _used_fields(usages)
    rows: list[dict[str, object]] = []
    found: list[pd.DataFrame] = []
    for form in raw.forms.values():
        fields = set(form.fields)
        declared = not_submitted.get(form.name, set())
        whole = WHOLE_FORM in declared
        used_of_form = (used_fields.get(form.name, set()) | form.identity) & fields
        open_fields = set() if whole else fields - used_of_form - declared
        ids = form.frame.index
        is_used = ids.isin(list(used_records))
        is_left = ids.isin(list(left_records)) & ~is_used
        lost = ids[~is_used & ~is_left] if not whole else ids[:0]
        rows.append(
            {
                "form": form.name,
                "records": len(ids),
                "records used": int(is_used.sum()),
                "records left out": int(is_left.sum()),
                "records not submitted": int((~is_used & ~is_left).sum()) if whole else 0,
                "records unaccounted": len(lost),
                "fields": len(fields),
                "fields used": len(used_of_form),
                "fields not submitted": len(fields - used_of_form if whole else fields & declared),
                "fields unaccounted": len(open_fields),
            }
        )
        found.extend(_findings(form, open_fields, lost))
    named = _left_out([r.left_out for _, r in usages], used_records, raw)
    return Ledger(pd.DataFrame(rows), all_findings(found), named)


def _ids(tables: Iterable[pd.DataFrame], raw: RawData) -> set[int]:
    """The ids of raw records in tables with the columns form and record."""
    filled = [table for table in tables if len(table)]
    if not filled:
        return set()
    found = pd.concat(filled)
    return set(found.loc[found["form"].isin(list(raw.forms)), "record"])


def _left_out(tables: Iterable[pd.DataFrame], used: set[int], raw: RawData) -> pd.DataFrame:
    """The records left out by a rule and used nowhere, with the rules that left them out."""
    columns = ["form", "record", "subject", "file", "line", "rule"]
    filled = [table for table in tables if len(table)]
    if not filled:
        return pd.DataFrame(columns=columns)
    found = pd.concat(filled).drop_duplicates()
    found = found[found["form"].isin(list(raw.forms)) & ~found["record"].isin(list(used))]
    rules = found.groupby(["form", "record"], sort=False)["clause"].agg("; ".join).reset_index()
    places = raw.records()[["subject", "file", "line"]]
    return rules.join(places, on="record").rename(columns={"clause": "rule"})[columns]


def _not_submitted(study: Study, raw: RawData) -> Mapping[str, set[str]]:
    declared: dict[str, set[str]] = {}
    places = [(study.not_submitted, "study.yaml")]
    places += [(d.not_submitted, d.file) for d in study.datasets]
    for given, file in places:
        for form, fields in given.items():
            known = raw.form(form, file).fields
            for field in fields:
                if field != WHOLE_FORM and field not in known:
                    raise SpecError(
                        f"not_submitted: form {form} has no field {field}",
                        where=file,
                        remedy=did_you_mean(field, known),
                    )
            declared.setdefault(form, set()).update(fields)
    return declared


def _used_fields(usages: list[tuple[Dataset, Records]]) -> Mapping[str, set[str]]:
    used: dict[str, set[str]] = {}
    for dataset, records in usages:
        for form, field in records.fields.values():
            used.setdefault(form, set()).add(field.name)
        for block in dataset.blocks:
            of_form = used.setdefault(block.form, set())
            of_form.update(block.bind.get(c.variable, c.variable) for c in block.where)
            of_form.update(block.bind.get(name, name) for name in block.distinct)
            for join in block.joins:
                chosen = {join.first, join.last} - {""}
                used.setdefault(join.form, set()).update(
                    chosen | {clause.variable for clause in join.where}
                )
    return used


def _findings(form: Form, open_fields: set[str], lost: pd.Index) -> Iterator[pd.DataFrame]:
    for name in sorted(open_fields):
        filled = int(form.frame[name].notna().sum())
        yield findings(
            severity="warning",
            rule="CK-LEDGER-FIELD",
            form=form.name,
            variable=name,
            message=f"no rule uses the field ({filled} values); map it, or declare it under"
            " not_submitted",
        )
    if len(lost):
        rows = form.frame.loc[lost]
        yield findings(
            severity="warning",
            rule="CK-LEDGER-RECORD",
            form=form.name,
            subject=rows["@subject"],
            seq=rows["@form_repeat"],
            message="the record is in no dataset and no where clause leaves it out",
            file=rows["@file"],
            line=rows["@line"],
        )
