"""Coded terms against the dictionaries that coded them, where the user gives their files.

A dictionary is licensed: cdisckit ships none. `study.yaml` names version and files; what is not
there is not checked, and a notice says so. Codes are as the sponsor coded them and never changed.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import pandas as pd

from specs.distinct import as_plain
from specs.findings import all_findings, findings
from specs.paths import inside
from specs.terminology.meddra import read_meddra
from specs.terminology.whodrug import read_whodrug
from validation.coded_events import MEDDRA, coded_events
from validation.coded_medication import WHODRUG, coded_medication
from validation.places import as_text, at_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from sdtm.raw import RawData
    from specs.model import Dataset, Dictionary, Study, Variable
    from specs.tables import Table
    from specs.terminology.meddra import Meddra
    from validation.coded_terms import Wrong

TITLES: Final = {
    "CK-DICTIONARY": "The dictionary that coded a term is at hand",
    "CK-DICTIONARY-VERSION": "The dictionary at hand has the version of the study",
    **{rule: title for rule, (_, title) in {**MEDDRA, **WHODRUG}.items()},
}


def dictionary_findings(
    study: Study,
    tables: Mapping[str, Table],
    raw: RawData | None = None,
    shared: Path | None = None,
) -> pd.DataFrame:
    """What of the coded terms in SDTM is not as the study's dictionaries have it.

    With the raw data, a finding names the form, field, file and line a term was collected in.
    `shared` is a folder of dictionaries beside the study's own.
    TerminologyError when files are named and cannot be read.
    """
    records = raw.records() if raw is not None else None
    return all_findings(_findings(study, tables, records, shared))


def _findings(
    study: Study,
    tables: Mapping[str, Table],
    records: pd.DataFrame | None,
    shared: Path | None,
) -> Iterator[pd.DataFrame]:
    """Findings of each dictionary that the study's data are coded with."""
    for dictionary in study.dictionaries:
        kind = _kind(dictionary)
        used = [
            (dataset, tables[dataset.name], names)
            for dataset in study.of("SDTMIG")
            if dataset.name in tables and not dataset.parent
            for names in [_coded(dataset, dictionary, kind)]
            if kind and names
        ]
        if not used:
            continue
        folder = _folder(dictionary, study, shared)
        if folder is None:
            yield _not_checked(dictionary, used)
            continue
        if kind == "MedDRA":
            meddra = read_meddra(folder)
            yield from _version(meddra, dictionary)
            check = partial(coded_events, meddra)
        else:
            check = partial(coded_medication, read_whodrug(folder))
        for dataset, table, names in used:
            for wrong in check(dictionary.version, dataset.domain, table, names):
                yield _finding(wrong, dataset, table, records)


def _version(meddra: Meddra, dictionary: Dictionary) -> Iterator[pd.DataFrame]:
    if meddra.version and meddra.version != dictionary.version:
        yield findings(
            severity="error",
            rule="CK-DICTIONARY-VERSION",
            value=meddra.version,
            message=f"the files are of MedDRA {meddra.version}, the study says"
            f" {dictionary.version}; give the files of that version, or name this one",
            file="study.yaml",
        )


def _kind(dictionary: Dictionary) -> str:
    name = dictionary.name.upper().replace("-", "")
    return "MedDRA" if name == "MEDDRA" else "WHODrug" if name.startswith("WHOD") else ""


def _coded(dataset: Dataset, dictionary: Dictionary, kind: str) -> tuple[str, ...]:
    """The variables of a dataset that a dictionary codes: those named, and where it says MedDRA."""
    variables = (*dataset.variables, *dataset.supplemental)
    named = {v.name for v in variables if v.name in dictionary.variables}
    guide = kind == "MedDRA" and any(v.value_domain == "MedDRA" for v in variables)
    return tuple(v.name for v in variables if v.name in named or (guide and _of_meddra(v, dataset)))


def _of_meddra(variable: Variable, dataset: Dataset) -> bool:
    body = variable.name in (f"{dataset.domain}BODSYS", f"{dataset.domain}BDSYCD")
    return variable.value_domain == "MedDRA" or body


def _folder(dictionary: Dictionary, study: Study, shared: Path | None) -> Path | None:
    """Where the files of a dictionary are: as study.yaml says, else in the user's folder of them.

    There it has its name and version (`MedDRA-28.0`). A folder that study.yaml names and that is
    not there counts as not given.
    """
    version = f"{dictionary.name}-{dictionary.version}"
    named = dictionary.files or version
    folders = [(study.folder, named)] if dictionary.files else []
    folders += [(shared, named), (shared, version)] if shared is not None else []
    where = f"study.yaml: dictionaries: {dictionary.name}"
    remedy = "name a folder below the study's, or give --dictionaries FOLDER"
    paths = [inside(folder, name, where, remedy) for folder, name in folders]
    return next((path for path in paths if path.is_dir()), None)


def _not_checked(
    dictionary: Dictionary, used: Iterable[tuple[Dataset, Table, tuple[str, ...]]]
) -> pd.DataFrame:
    names = ", ".join(f"{dataset.name}.{name}" for dataset, _, held in used for name in held)
    return findings(
        severity="notice",
        rule="CK-DICTIONARY",
        value=f"{dictionary.name} {dictionary.version}",
        message=f"the files of the dictionary are not given, so these are not checked: {names}",
        file="study.yaml",
    )


def _finding(
    wrong: Wrong, dataset: Dataset, table: Table, records: pd.DataFrame | None
) -> pd.DataFrame:
    rules = {**MEDDRA, **WHODRUG}
    rows = table.frame.loc[list(wrong.rows)]
    findings = at_rows(
        dataset,
        rows,
        severity=rules[wrong.rule][0],
        rule=wrong.rule,
        variable=wrong.variable,
        value=as_text(table.column(wrong.variable)).loc[list(wrong.rows)],
        message=wrong.message,
    )
    return findings if records is None else _placed(findings, wrong, dataset, table, records)


def _placed(
    findings: pd.DataFrame, wrong: Wrong, dataset: Dataset, table: Table, records: pd.DataFrame
) -> pd.DataFrame:
    """The findings with the form, file and line of the record, and the field in the message."""
    rows = pd.Series(list(wrong.rows))
    first = table.trace.drop_duplicates("row").set_index("row").reindex(rows)
    lines = records[["file", "line"]].reindex(first["record"])
    variables = {v.name: v for v in (*dataset.variables, *dataset.supplemental)}
    sources = [s for rule in variables[wrong.variable].rules for s in rule.sources]
    fields = {
        block.form: next(iter(block.bind.get(source, source) for source in sources), "")
        for block in dataset.blocks
    }
    forms = as_plain(first["source"])
    field = forms.map(fields).fillna("").reset_index(drop=True)
    field_text = (" (field " + field + ")").where(field.ne(""), "")
    return findings.assign(
        form=forms.to_numpy(),
        file=lines["file"].astype("str").to_numpy(),
        line=lines["line"].astype("str").to_numpy(),
        message=findings["message"] + field_text,
    )
