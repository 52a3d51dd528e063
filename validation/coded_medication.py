"""Names of WHODrug in a dataset, and their ATC classes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pandas as pd

from validation.coded_terms import Wrong, rows_of, wrong_terms
from validation.places import as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from specs.tables import Table
    from specs.terminology.whodrug import WhoDrug

WHODRUG: Final = {
    "CK-WHODRUG-TERM": ("error", "Coded names are names of the study's version of WHODrug"),
    "CK-WHODRUG-CASE": ("warning", "Coded names are written as WHODrug writes them"),
    "CK-WHODRUG-PREFERRED": ("warning", "Coded names are the preferred ones"),
    "CK-WHODRUG-ATC": ("error", "Classes are ATC classes, of the medication beside them"),
}
"""The severity and title of each rule."""

_CODE: Final = re.compile(r"[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?")


def coded_medication(
    drugs: WhoDrug, version: str, domain: str, table: Table, names: Iterable[str]
) -> Iterator[Wrong]:
    """What of the WHODrug variables of a dataset is not as WHODrug has it.

    Values written as ATC codes are classes, those of --CLAS their names; others name medication.
    """
    label = f"WHODrug {version}"
    texts = {name: as_text(table.column(name)) for name in names}
    medication = texts.get(f"{domain}DECOD")
    for name, values in texts.items():
        present = values.dropna()
        if len(present) and present.map(lambda text: bool(_CODE.fullmatch(text))).all():
            yield from _classes(values, medication, drugs, label)
        elif name == f"{domain}CLAS":
            named = set(drugs.texts.values())
            yield from wrong_terms(values, named, "WHODRUG", label)
            codes = texts.get(f"{domain}CLASCD")
            if codes is not None:
                yield from _named(values, codes, drugs)
        else:
            yield from wrong_terms(values, set(drugs.names["name"]), "WHODRUG", label)
            yield from _preferred(values, drugs)


def _preferred(values: pd.Series, drugs: WhoDrug) -> Iterator[Wrong]:
    """Names of medication that are not the preferred name of their drug."""
    preferred = drugs.names[drugs.names["preferred"]]
    accepted = set(preferred["name"])
    by_record = preferred.drop_duplicates("record").set_index("record")["name"]
    records = drugs.names.drop_duplicates("name").set_index("name")["record"]
    for text in values.dropna().unique():
        better = by_record.get(records.get(text, ""))
        if text not in accepted and better is not None:
            message = f"{text} is a name of {better}, which is the preferred one"
            yield Wrong("CK-WHODRUG-PREFERRED", str(values.name), message, rows_of(values.eq(text)))


def _classes(
    codes: pd.Series, medication: pd.Series | None, drugs: WhoDrug, label: str
) -> Iterator[Wrong]:
    """Codes that are no ATC class, or none of the medication's; a class holds those below it."""
    variable = str(codes.name)
    for text in codes.dropna().unique():
        if text not in drugs.texts:
            message = f"{text} is not an ATC class in {label}"
            yield Wrong("CK-WHODRUG-ATC", variable, message, rows_of(codes.eq(text)))
    if medication is None:
        return
    by_name = drugs.names.drop_duplicates(["name", "record"]).merge(drugs.classes, on="record")
    held = by_name.groupby("name")["atc"].agg(tuple).to_dict()
    both = medication.notna() & codes.isin(set(drugs.texts))
    for name, code in dict.fromkeys(zip(medication[both], codes[both], strict=True)):
        classes = held.get(name)
        if classes and not any(one.startswith(code) for one in classes):
            rows = rows_of(both & medication.eq(name) & codes.eq(code))
            message = (
                f"{code} is not a class of {name}; its classes are {', '.join(sorted(classes))}"
            )
            yield Wrong("CK-WHODRUG-ATC", variable, message, rows)


def _named(values: pd.Series, codes: pd.Series, drugs: WhoDrug) -> Iterator[Wrong]:
    """Names of classes that are not the name of the code beside them."""
    expected = codes.map(dict(drugs.texts))
    differs = expected.notna() & values.notna()
    differs &= expected.str.casefold().ne(values.str.casefold())
    for code in codes[differs].unique():
        message = f"the class {code} is {drugs.texts[code]}"
        yield Wrong("CK-WHODRUG-ATC", str(values.name), message, rows_of(differs & codes.eq(code)))
