"""The files of a licensed dictionary, as its maker delivers them to those who have a licence.

cdisckit ships no dictionary. Users name the folder of a copy of their own; files are found there
by name in any case, and read as UTF-8 or, where they are none, as Windows-1252.
"""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

import pandas as pd

from specs.errors import TerminologyError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def found_file(folder: Path, *names: str) -> Path | None:
    """The first of some files that the folder has, in any case."""
    if not folder.is_dir():
        raise TerminologyError(
            "there is no such folder", where=str(folder), remedy="name the dictionary's folder"
        )
    by_name = {path.name.casefold(): path for path in sorted(folder.iterdir()) if path.is_file()}
    return next((by_name[n.casefold()] for n in names if n.casefold() in by_name), None)


def needed_file(folder: Path, *names: str) -> Path:
    """The first of some files that the folder has; TerminologyError when it has none of them."""
    file = found_file(folder, *names)
    if file is None:
        names_there = [path.name for path in folder.iterdir()]
        raise TerminologyError(
            f"has no {' or '.join(names)}",
            where=str(folder),
            remedy=did_you_mean(names[0], names_there) if names_there else "it is empty",
        )
    return file


def separated(path: Path, columns: Iterable[str], separator: str) -> pd.DataFrame:
    """The leading columns of a file without head: `$` between cells, or CSV with a comma."""
    names = list(columns)
    if separator == ",":
        rows = list(csv.reader(StringIO(_text(path))))
    else:
        rows = [line.split(separator) for line in _text(path).splitlines()]
    for number, row in enumerate(rows, start=1):
        if row and any(row) and len(row) < len(names):
            raise TerminologyError(
                f"has {len(row)} columns, {len(names)} are needed",
                where=f"{path.name} line {number}",
                remedy="name the file as it was delivered",
            )
    kept = [[cell.strip() for cell in row[: len(names)]] for row in rows if any(row)]
    return pd.DataFrame(kept, columns=pd.Index(names), dtype="str")


def fixed(path: Path, widths: Mapping[str, int]) -> pd.DataFrame:
    """A file with columns of fixed widths; the last may be shorter."""
    lines = pd.Series(_text(path).splitlines(), dtype="str")
    lines = lines[lines.str.strip().ne("")]
    needed = sum(list(widths.values())[:-1])
    short = lines[lines.str.len() <= needed]
    if len(short):
        raise TerminologyError(
            f"has {len(short.iloc[0])} characters, more than {needed} are needed",
            where=f"{path.name} line {int(short.index[0]) + 1}",
            remedy="name the file as it was delivered",
        )
    columns, start = {}, 0
    for name, width in widths.items():
        columns[name] = lines.str.slice(start, start + width).str.strip()
        start += width
    return pd.DataFrame(columns).reset_index(drop=True)


def _text(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
