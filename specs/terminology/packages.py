"""Terminology packages on disk: those shipped with cdisckit and those a user has added.

A package is a CSV file named after it (sdtm-2025-03-28.csv) with the columns of COLUMNS. As in
NCI's own tables a codelist is a row without `codelist`; the rows of its terms follow it.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from specs.cache import cache_folder
from specs.errors import OutputError, TerminologyError
from specs.output import new_file, plain
from specs.terminology.codelist import ADD_PACKAGE, Package, Terminology

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from specs.terminology.codelist import Codelist

COLUMNS = (
    "codelist",  # C-code of the codelist a term is in; "" in a codelist's own row
    "code",  # C-code of the term or codelist
    "extensible",  # Yes or No in a codelist's row
    "value",  # submission value of the term, short name of the codelist
    "name",  # preferred term of the term, title of the codelist
    "synonyms",  # separated by "; "
)

_SHIPPED = Path(__file__).parent
_NAMES = {"sdtm": "SDTM", "adam": "ADaM"}


def load_terminology(
    sdtm: str | None = "2025-03-28", adam: str | None = "2025-03-28"
) -> Terminology:
    """The terminology of the versions given, SDTM first; None leaves a package out.

    A whole package in the user's cache is preferred to the shipped selection of the same version.
    TerminologyError when a version is in neither.
    """
    wanted = (("sdtm", sdtm), ("adam", adam))
    return Terminology(tuple(_load(name, version) for name, version in wanted if version))


def added_folder() -> Path:
    """Where packages that a user adds are kept."""
    return cache_folder("terminology")


def store_package(name: str, version: str, codelists: Iterable[Codelist]) -> Path:
    """Write a whole package into the cache, in one step, and tell where."""
    folder = added_folder()
    target = folder / f"{name.lower()}-{version}.csv"
    try:
        with (
            new_file(target) as partial,
            partial.open("w", encoding="utf-8", newline="") as file,
        ):
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            for codelist in codelists:
                extensible = "Yes" if codelist.extensible else "No"
                writer.writerow(("", codelist.code, extensible, codelist.name, codelist.title, ""))
                writer.writerows(
                    (codelist.code, t.code, "", t.value, t.preferred, "; ".join(t.synonyms))
                    for t in codelist.terms
                )
    except (OutputError, OSError) as error:
        what = plain(error)[0] if isinstance(error, OSError) else error.what
        raise TerminologyError(
            f"the package cannot be stored: {what}",
            where=str(target),
            remedy="set CDISCKIT_CACHE to a folder that can be written",
        ) from error
    return target


def versions() -> tuple[tuple[str, str, bool], ...]:
    """The packages at hand as (name, version, whole), sorted; what is cached counts as whole."""
    packages = {
        (name, path.stem.removeprefix(f"{name}-")): folder != _SHIPPED
        for folder in (_SHIPPED, added_folder())
        for name in _NAMES
        for path in folder.glob(f"{name}-*.csv")
    }
    return tuple(
        (_NAMES[name], version, packages[name, version]) for name, version in sorted(packages)
    )


def latest_versions() -> Mapping[str, str]:
    """The latest version at hand of each package, by name: SDTM, ADaM."""
    return {name: version for name, version, _ in versions()}


def _load(name: str, version: str) -> Package:
    file = f"{name}-{version}.csv"
    for folder in (added_folder(), _SHIPPED):
        path = folder / file
        if path.is_file():
            return _read(name, version, path, path.stat().st_mtime_ns)
    versions_held = ", ".join(held for package, held, _ in versions() if package == _NAMES[name])
    raise TerminologyError(
        f"{_NAMES[name]} terminology {version} is not here (there is {versions_held})",
        remedy=ADD_PACKAGE,
    )


@cache
def _read(name: str, version: str, path: Path, _changed: int) -> Package:
    """A package from its file; `_changed` is the file's time, so that a new file is read anew."""
    rows: dict[str, list[list[str]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        if next(reader, None) != list(COLUMNS):
            raise TerminologyError(
                "not a package stored by cdisckit", where=str(path), remedy=ADD_PACKAGE
            )
        for row in reader:
            rows.setdefault(row[0] or row[1], []).append(row)
    whole = path.parent != _SHIPPED
    return Package(_NAMES[name], version, path, whole, rows)
