"""The account of collected data: every record and every field is used, left out by name, or found.

A record is used when a row of a dataset comes from it. A field is used when a rule or a condition
reads it, or it is declared not submitted. A limit or a unit beside a result that is blank makes no
record, so it is found.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sdtm.raw import findings_on
from sdtm.readers import UNFINISHED
from sdtm.records.blocks import RESULT
from sdtm.records.sources import met
from specs.distinct import on_distinct, trimmed
from specs.errors import SpecError, did_you_mean
from specs.findings import all_findings, findings
from specs.where import variables_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from sdtm.raw import Field, Form, RawData
    from specs.model import Dataset, Study

_FILLED = "filled"
_COUNTS = ("answers", "missing-data codes", _FILLED)

WHOLE_FORM = "*"
"""In not_submitted: all fields of the form, and with them its records."""


@dataclass(frozen=True)
class Ledger:
    """The balance of what was read.

    `forms` has one row per form: records and fields read, used, left out, not submitted,
    unaccounted, and the records whose form is not complete. `fields` has one row per field: what
    its codes mean, how many records have an answer or a missing-data code, and what became of it.
    `left_out` names every record that no dataset uses, and every one that was made one with
    another: form, record, subject, file, line, and the rule that did so.
    """

    forms: pd.DataFrame
    fields: pd.DataFrame
    findings: pd.DataFrame
    left_out: pd.DataFrame


@dataclass(frozen=True)
class Usage:
    """What a dataset took of the raw data.

    `fields` are the fields read, by the name that stands for it and the number of a block: form and
    field. `left_out` are the records left out by a rule, `merged` those made one with another:
    form, record, clause.
    """

    dataset: Dataset
    fields: Mapping[tuple[str, int], tuple[str, Field]]
    left_out: pd.DataFrame
    merged: pd.DataFrame


def ledger(
    study: Study, raw: RawData, usages: Sequence[Usage], traces: Iterable[pd.DataFrame]
) -> Ledger:
    """Balance what was read against what the datasets used; `traces` are those of their rows."""
    return added_up([of_group(study, raw, usages, traces)])


def added_up(ledgers: Sequence[Ledger]) -> Ledger:
    """The balance of the study from those of its groups of subjects (see `of_group`)."""
    forms, fields = ledgers[0].forms.copy(), ledgers[0].fields.copy()
    for whole, tables in (
        (forms, [p.forms for p in ledgers]),
        (fields, [p.fields for p in ledgers]),
    ):
        for name in whole:
            if str(name).startswith("records") or name in _COUNTS:
                whole[name] = sum(table[name] for table in tables)
    finding_tables = [*(ledger.findings for ledger in ledgers), *_unused_fields(fields)]
    filled = [p.left_out for p in ledgers if len(p.left_out)] or [ledgers[0].left_out]
    left_out = pd.concat(filled).sort_values(["record", "form"], ignore_index=True, kind="stable")
    return Ledger(
        forms, fields.drop(columns=_FILLED, errors="ignore"), all_findings(finding_tables), left_out
    )


def of_group(
    study: Study, raw: RawData, usages: Sequence[Usage], traces: Iterable[pd.DataFrame]
) -> Ledger:
    """The balance of a group of subjects; `fields` tells also how many records have a text.

    Fields that no rule uses are findings of the study, once all groups are added up.
    """
    not_submitted = _not_submitted(study, raw)
    used_records = _among((t.set_axis(["row", "form", "record"], axis=1) for t in traces), raw)
    left_records = _among([usage.left_out for usage in usages], raw)
    used_fields = _used_fields(usages)
    rows: list[dict[str, object]] = []
    of_fields: list[dict[str, object]] = []
    finding_tables: list[pd.DataFrame] = [*_without_result(usages, raw)]
    for form in raw.forms.values():
        fields = set(form.fields)
        declared = not_submitted.get(form.name, set())
        whole = WHOLE_FORM in declared
        used_of_form = (used_fields.get(form.name, set()) | form.identity) & fields
        open_fields = set() if whole else fields - used_of_form - declared
        ids = form.frame.index
        is_used = used_records[ids]
        is_left = left_records[ids] & ~is_used
        lost = ids[~is_used & ~is_left] if not whole else ids[:0]
        status = form.frame["@status"]
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
                **{f"records {name.lower()}": int((status == name).sum()) for name in UNFINISHED},
            }
        )
        uses = (("used", used_of_form), ("unaccounted", open_fields))
        of_fields.extend(_of_field(form, field, uses) for field in form.fields.values())
        finding_tables.extend(_lost(form, lost))
    named = [
        _named([usage.left_out for usage in usages], used_records, raw),
        _named([usage.merged for usage in usages], np.zeros_like(used_records), raw),
    ]
    filled = [table for table in named if len(table)] or named[:1]
    return Ledger(
        pd.DataFrame(rows),
        pd.DataFrame(of_fields),
        all_findings(finding_tables),
        pd.concat(filled, ignore_index=True),
    )


def _of_field(form: Form, field: Field, uses: Iterable[tuple[str, set[str]]]) -> dict[str, object]:
    """The line of one field: how many records answer it, and what became of it."""
    column = form.frame[field.name]
    answers = int(on_distinct(field.answered, column).notna().sum())
    use = next((use for use, fields in uses if field.name in fields), "not submitted")
    return {
        "form": form.name,
        "field": field.name,
        "label": field.label,
        "choices": " | ".join(f"{code}, {label}" for code, label in field.choices.items()),
        "answers": answers,
        "missing-data codes": int(on_distinct(trimmed, column).notna().sum()) - answers,
        "use": use,
        _FILLED: int(column.notna().sum()),
    }


def _without_result(usages: Sequence[Usage], raw: RawData) -> Iterator[pd.DataFrame]:
    """Findings for answers that one test alone binds, in records that have no result of it."""
    for usage in usages:
        blocks = [b for b in usage.dataset.blocks if RESULT in b.bind and b.form in raw.forms]
        bound = Counter((b.form, field) for b in blocks for field in set(b.bind.values()))
        for block in blocks:
            form, result = raw.forms[block.form], block.bind[RESULT]
            frame = form.frame
            if result not in frame:
                continue
            none = met(block.where, form, block.bind)
            none &= on_distinct(trimmed, frame[result]).isna()
            for field in sorted({f for f in block.bind.values() if bound[block.form, f] == 1}):
                if field == result or field not in form.fields:
                    continue
                rows = frame[none & on_distinct(form.fields[field].answered, frame[field]).notna()]
                if len(rows):
                    yield findings_on(
                        form,
                        rows.index,
                        severity="warning",
                        rule="CK-LEDGER-ANSWER",
                        dataset=usage.dataset.name,
                        variable=field,
                        value=rows[field],
                        message=f"the answer stands beside a blank {result}, so no record has it",
                    )


def _among(tables: Iterable[pd.DataFrame], raw: RawData) -> NDArray[np.bool_]:
    """By the id of a raw record: whether it is in a table with the columns form and record."""
    last = max(
        (form.frame.index.max() for form in raw.forms.values() if len(form.frame)), default=-1
    )
    among = np.zeros(last + 1, dtype="bool")
    for table in tables:
        records = table["record"].to_numpy().astype("int64", copy=False)
        collected = table["form"].isin(list(raw.forms)).to_numpy()
        among[records if collected.all() else records[collected]] = True
    return among


def _named(tables: Iterable[pd.DataFrame], used: NDArray[np.bool_], raw: RawData) -> pd.DataFrame:
    """The records in tables that are not used, with the rules that name them there."""
    columns = ["form", "record", "subject", "file", "line", "rule"]
    filled = [table for table in tables if len(table)]
    if not filled:
        return pd.DataFrame(columns=columns)
    records = pd.concat(filled).drop_duplicates()
    records = records[records["form"].isin(list(raw.forms))].astype({"record": "int64"})
    records = records[~used[records["record"]]]
    rules = records.groupby(["form", "record"], sort=False)["clause"].agg("; ".join).reset_index()
    contexts = raw.records()[["subject", "file", "line"]]
    named = rules.join(contexts, on="record").rename(columns={"clause": "rule"})
    return named[columns].sort_values(["record", "form"], ignore_index=True)


def _not_submitted(study: Study, raw: RawData) -> Mapping[str, set[str]]:
    declared: dict[str, set[str]] = {}
    declarations = [(study.not_submitted, "study.yaml")]
    declarations += [(d.not_submitted, d.file) for d in study.datasets]
    for of_form, file in declarations:
        for form, fields in of_form.items():
            fields_there = raw.form(form, file).fields
            for field in fields:
                if field != WHOLE_FORM and field not in fields_there:
                    raise SpecError(
                        f"not_submitted: form {form} has no field {field}",
                        where=file,
                        remedy=did_you_mean(field, fields_there),
                    )
            declared.setdefault(form, set()).update(fields)
    return declared


def _used_fields(usages: Sequence[Usage]) -> Mapping[str, set[str]]:
    """The fields of each form that rules, conditions and joins read."""
    used: dict[str, set[str]] = {}
    for usage in usages:
        for form, field in usage.fields.values():
            used.setdefault(form, set()).add(field.name)
        for block in usage.dataset.blocks:
            of_form = used.setdefault(block.form, set())
            of_form.update(block.bind.get(name, name) for name in variables_of(block.where))
            of_form.update(block.bind.get(name, name) for name in block.distinct)
            of_form.update(block.bind.get(name, name) for name in block.group_by)
            of_form.update({block.bind.get(block.ticked, block.ticked)} - {""})
            for join in block.joins:
                chosen = {join.first, join.last} - {""}
                theirs = {name for _, name in join.by}
                used.setdefault(join.form, set()).update(chosen, theirs, variables_of(join.where))
                of_form.update(block.bind.get(name, name) for name, _ in join.by)
    return used


def _unused_fields(fields: pd.DataFrame) -> Iterator[pd.DataFrame]:
    lost = fields[fields["use"].eq("unaccounted")] if len(fields) else fields
    if len(lost):
        yield findings(
            severity="warning",
            rule="CK-LEDGER-FIELD",
            form=lost["form"],
            variable=lost["field"],
            message=[
                f"no rule uses the field ({filled} values); map it, or declare it under"
                " not_submitted"
                for filled in lost[_FILLED]
            ],
        )


def _lost(form: Form, lost: pd.Index) -> Iterator[pd.DataFrame]:
    if len(lost):
        yield findings_on(
            form,
            lost,
            severity="warning",
            rule="CK-LEDGER-RECORD",
            message="the record is in no dataset and no where clause leaves it out",
        )
