"""Characters of answers that a package cannot hold: replaced as the study declares, or told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from sdtm.raw import Form, RawData, findings_on
from specs.characters import character, foreign_characters, with_replacements
from specs.findings import all_findings, findings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def writable(data: RawData, encoding: str, replacements: Mapping[str, str]) -> RawData:
    """The data with characters replaced; what was replaced, or cannot be written, is found.

    A notice for each field tells how many answers were changed (CK-RAW-REPLACED), a warning for
    each answer that still has a character which the encoding lacks (CK-RAW-CHARACTER).
    """
    forms: dict[str, Form] = {}
    finding_tables: list[pd.DataFrame] = []
    for name, form in data.forms.items():
        changed, replaced = _replaced(form, replacements) if replacements else (form, [])
        forms[name] = changed
        finding_tables.extend((*replaced, *_unwritable(changed, encoding)))
    return replace(data, forms=forms, findings=all_findings([data.findings, *finding_tables]))


def _replaced(form: Form, replacements: Mapping[str, str]) -> tuple[Form, list[pd.DataFrame]]:
    """A form with characters replaced as study.yaml declares; a notice for each field."""
    columns: dict[str, pd.Series] = {}
    finding_tables: list[pd.DataFrame] = []
    pattern = f"[{''.join(map(_in_class, replacements))}]"
    for name in form.fields:
        texts = form.frame[name].dropna()
        held = texts[texts.astype("str").str.contains(pattern)]
        if held.empty:
            continue
        columns[name] = with_replacements(form.frame[name], replacements)
        there = "".join(held.astype("str").unique())
        names = ", ".join(
            f"{text or 'nothing'} for {character(old)}"
            for old, text in replacements.items()
            if old in there
        )
        finding_tables.append(
            findings(
                severity="notice",
                rule="CK-RAW-REPLACED",
                form=form.name,
                variable=name,
                value=str(held.iloc[0]),
                message=f"{len(held):,} answers are read with {names}, as study.yaml declares",
                file="study.yaml",
            )
        )
    return replace(form, frame=form.frame.assign(**columns)) if columns else form, finding_tables


def _in_class(text: str) -> str:
    return f"\\{text}" if text in r"\]^-" else text


def _unwritable(form: Form, encoding: str) -> Iterator[pd.DataFrame]:
    for name in form.fields:
        lacking = foreign_characters(form.frame[name], encoding)
        if len(lacking):
            yield findings_on(
                form,
                lacking.index,
                severity="warning",
                rule="CK-RAW-CHARACTER",
                variable=name,
                value=form.frame.loc[lacking.index, name],
                message=lacking.map(character)
                + f" is not a character of {encoding}; declare what stands for it under replace,"
                " or the encoding of the package under encoding, in study.yaml",
            )
