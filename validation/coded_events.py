"""Terms of MedDRA in a dataset: names, codes, and the path from the lowest level to the SOC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from specs.terminology.meddra import LEVELS
from validation.coded_terms import Wrong, rows_of, wrong_terms
from validation.places import as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pandas as pd

    from specs.tables import Table
    from specs.terminology.meddra import Meddra

MEDDRA: Final = {
    "CK-MEDDRA-TERM": ("error", "Coded terms are terms of the study's version of MedDRA"),
    "CK-MEDDRA-CASE": ("warning", "Coded terms are written as MedDRA writes them"),
    "CK-MEDDRA-CODE": ("error", "Codes belong to the terms beside them"),
    "CK-MEDDRA-PATH": ("error", "Terms of the levels are a path of MedDRA, the primary one"),
    "CK-MEDDRA-CURRENT": ("warning", "Lowest level terms are current"),
}
"""The severity and title of each rule."""

# The variables of a level, without the domain: its term and its code.
_VARIABLES: Final = {
    "LLT": ("LLT", "LLTCD"),
    "PT": ("DECOD", "PTCD"),
    "HLT": ("HLT", "HLTCD"),
    "HLGT": ("HLGT", "HLGTCD"),
    "SOC": ("SOC", "SOCCD"),
}
_BODY: Final = ("BODSYS", "BDSYCD")


def coded_events(
    meddra: Meddra, version: str, domain: str, table: Table, names: Iterable[str]
) -> Iterator[Wrong]:
    """What of the MedDRA variables of a dataset is not as MedDRA has it."""
    texts = {name: as_text(table.column(name)) for name in names}
    levels = {**_VARIABLES, "BODY": _BODY}
    columns = {
        level: tuple(f"{domain}{name}" if f"{domain}{name}" in texts else "" for name in pair)
        for level, pair in levels.items()
    }
    for level, (term, code) in columns.items():
        names_by_code = meddra.names["SOC" if level == "BODY" else level]
        if term:
            yield from wrong_terms(
                texts[term], set(names_by_code.values()), "MEDDRA", f"MedDRA {version}"
            )
        if code:
            yield from _codes(texts, term, code, names_by_code, f"MedDRA {version}")
    yield from _paths(texts, {level: pair[0] for level, pair in columns.items()}, meddra)


def _codes(
    texts: Mapping[str, pd.Series],
    term: str,
    code: str,
    names_by_code: Mapping[str, str],
    version: str,
) -> Iterator[Wrong]:
    values = texts[code]
    named = values.map(names_by_code)
    for text in values[named.isna()].dropna().unique():
        message = f"{text} is not a code of its level in {version}"
        yield Wrong("CK-MEDDRA-CODE", code, message, rows_of(values.eq(text)))
    if not term:
        return
    differs = named.notna() & texts[term].notna()
    differs &= named.str.casefold().ne(texts[term].str.casefold())
    for text in values[differs].unique():
        message = f"{text} is the code of {names_by_code[text]}, not of the {term} beside it"
        yield Wrong("CK-MEDDRA-CODE", code, message, rows_of(differs & values.eq(text)))


def _paths(
    texts: Mapping[str, pd.Series], columns: Mapping[str, str], meddra: Meddra
) -> Iterator[Wrong]:
    """Terms that are not on the path of the preferred term, or are no longer current."""
    preferred = columns["PT"]
    if not preferred:
        return
    terms = texts[preferred]
    lowest = columns["LLT"]
    if lowest:
        of = meddra.lowest.drop_duplicates("LLT").set_index("LLT")
        belongs = texts[lowest].map(of["PT"])
        preferred_terms = set(meddra.paths["PT"])
        differs = belongs.notna() & terms.isin(preferred_terms) & belongs.ne(terms)
        for text in texts[lowest][differs].unique():
            message = f"{text} is a term of {of['PT'][text]}, not of the {preferred} beside it"
            rows = rows_of(differs & texts[lowest].eq(text))
            yield Wrong("CK-MEDDRA-PATH", lowest, message, rows)
        former = texts[lowest].map(of["current"]).eq(other=False)
        for text in texts[lowest][former].unique():
            rows = rows_of(former & texts[lowest].eq(text))
            yield Wrong("CK-MEDDRA-CURRENT", lowest, f"{text} is no longer current", rows)
    main = meddra.paths[meddra.paths["primary"]].drop_duplicates("PT").set_index("PT")
    for level in LEVELS[2:]:
        if columns[level]:
            yield from _off_path(texts[columns[level]], terms, main[level], meddra, level)
    if columns["BODY"]:
        yield from _off_path(texts[columns["BODY"]], terms, main["SOC"], meddra, "BODY")


def _off_path(
    values: pd.Series, terms: pd.Series, primary: pd.Series, meddra: Meddra, level: str
) -> Iterator[Wrong]:
    """Terms that are not above the preferred term; the body system may be on any of its paths."""
    named = "SOC" if level == "BODY" else level
    paths = set(zip(meddra.paths["PT"], meddra.paths[named], strict=True))
    expected = terms.map(primary)
    preferred = values.isin(set(meddra.paths[named]))
    differs = expected.notna() & preferred & values.notna() & values.ne(expected)
    pairs = list(zip(terms[differs], values[differs], strict=True))
    for term, value in dict.fromkeys(pairs):
        other = (term, value) in paths
        if other and level == "BODY":
            continue
        rows = rows_of(differs & terms.eq(term) & values.eq(value))
        what = "on another path of" if other else "not above"
        message = f"{value} is {what} {term}; on its primary path is {primary[term]}"
        yield Wrong("CK-MEDDRA-PATH", str(values.name), message, rows)
