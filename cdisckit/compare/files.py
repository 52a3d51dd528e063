"""The sides of a comparison, read from files of any format, and paired by dataset."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from cdisckit.convert import SUFFIXES, check_encoding, opened
from cdisckit.sas_files import read_sas7bdat
from specs.errors import CdisckitError
from submission.define import read_define
from submission.xpt import read_member, read_xpt
from validation.comparison import Comparison, Side, SideVariable, compare

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cdisckit.compare.settings import Settings
    from submission.dataset_json import JsonColumn
    from validation.comparison.sides import Kind

READ = (*SUFFIXES, ".sas7bdat")
_HELD: Mapping[str, Kind] = {"dates": "date", "datetimes": "datetime", "times": "time"}


@dataclass(frozen=True)
class Compared:
    """The comparisons by dataset, and the datasets that only one side has, with their files."""

    comparisons: Mapping[str, Comparison]
    only_base: Mapping[str, Path]
    only_compare: Mapping[str, Path]
    base: Mapping[str, Path]
    compare: Mapping[str, Path]
    notes: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether both sides have the same datasets, and nothing in them differs."""
        return not (self.only_base or self.only_compare) and all(
            one.same for one in self.comparisons.values()
        )


def compared(base: Path, other: Path, settings: Settings) -> Compared:
    """Compare two files, or the files of two folders by the names of their datasets.

    CdisckitError where a side has no dataset, or where files of a folder hold the same one.
    """
    check_encoding(settings.encoding)
    notes: list[str] = []
    sides = [_files(path, settings, notes) for path in (base, other)]
    if base.is_file() and other.is_file():  # whatever they are called
        name = next(iter(sides[0]))
        sides[1] = {name: other}
    common = [name for name in sides[0] if name in sides[1]]
    if not common:
        raise CdisckitError(
            "have no dataset in common",
            where=f"{base} and {other}",
            remedy=f"they hold {', '.join(sides[0])} and {', '.join(sides[1])}",
        )
    return Compared(
        {name: _compared(name, sides[0][name], sides[1][name], settings) for name in common},
        {name: path for name, path in sides[0].items() if name not in sides[1]},
        {name: path for name, path in sides[1].items() if name not in sides[0]},
        sides[0],
        sides[1],
        tuple(notes),
    )


def side_of(path: Path, encoding: str = "ascii", name: str = "") -> Side:
    """The dataset of a file as a side; its keys are those of the define.xml beside it."""
    suffix = path.suffix.lower()
    if suffix == ".xpt":
        member = read_member(path, encoding=encoding)
        variables = tuple(
            SideVariable(
                column.name,
                "text" if column.type == "Char" else _HELD.get(column.holds, "number"),
                column.label,
                column.length,
                column.format,
                column.informat,
            )
            for column in member.columns
        )
        frame, _ = read_xpt(path, encoding=encoding)
        side = Side(member.name, frame, variables, member.label, tells_codes=True)
    elif suffix == ".sas7bdat":
        side = read_sas7bdat(path)
    else:
        file = opened(path, encoding)
        frame = pd.concat(list(file.frames()), ignore_index=True)
        is_described = suffix != ".csv"
        variables = tuple(
            _json_variable(column) if is_described else SideVariable(column.name)
            for column in file.dataset.columns
        )
        keyed = sorted(
            (c for c in file.dataset.columns if c.key_sequence), key=lambda c: c.key_sequence or 0
        )
        side = Side(
            file.dataset.name,
            frame,
            variables,
            file.dataset.label if is_described else None,
            tuple(column.name for column in keyed),
            tells_blanks=True,
        )
    named = replace(side, name=name or side.name)
    return replace(named, keys=side.keys or _defined_keys(path, named.name))


def _compared(name: str, base: Path, other: Path, settings: Settings) -> Comparison:
    sides = [side_of(path, settings.encoding, name) for path in (base, other)]
    here = {
        variable: limit
        for variable, limit in settings.tolerances.items()
        if all(variable in side.variable for side in sides)
    }
    keys = settings.keys_of(name)
    return compare(sides[0], sides[1], keys=keys, tolerance=settings.tolerance, tolerances=here)


def _json_variable(column: JsonColumn) -> SideVariable:
    kinds: Mapping[str, Kind] = {"integer": "integer", "boolean": "boolean"}
    kind: Kind = "text"
    if column.is_numeric_date:
        kind = _HELD[f"{column.data_type}s"]
    elif column.data_type in ("float", "double"):
        kind = "double"
    else:
        kind = kinds.get(column.data_type, "text")
    return SideVariable(
        column.name, kind, column.label, column.length, column.display_format or None
    )


def _files(path: Path, settings: Settings, notes: list[str]) -> dict[str, Path]:
    """The files of a side by the names of their datasets."""
    if path.is_file():
        if path.suffix.lower() not in READ:
            raise CdisckitError(
                "is of no format that is compared here",
                where=str(path),
                remedy=f"name a folder, or a file that ends in {', '.join(READ)}",
            )
        return {_name(path, settings): path}
    if not path.is_dir():
        raise CdisckitError("there is no such file or folder", where=str(path))
    files: dict[str, Path] = {}
    for file in sorted(_readable(path), key=lambda file: (len(file.parts), file)):
        name = _name(file, settings)
        if name not in files:
            files[name] = file
        elif files[name].parent in file.parent.parents:  # such as split/
            notes.append(f"{file} was not compared: {files[name]} holds {name} too")
        else:
            raise CdisckitError(
                f"two files hold {name}: {files[name].name} and {file.name}",
                where=str(path),
                remedy="compare them one by one, or keep one of them",
            )
    if not files:
        raise CdisckitError(
            "holds no dataset", where=str(path), remedy=f"it must end in {', '.join(READ)}"
        )
    return dict(sorted(files.items()))


def _readable(folder: Path) -> Iterator[Path]:
    """The files of datasets in a folder: those of a package are in its m5."""
    root = folder / "m5" if (folder / "m5").is_dir() else folder
    for file in root.rglob("*"):
        if file.suffix.lower() in READ and file.is_file():
            yield file


def _name(path: Path, settings: Settings) -> str:
    if path.suffix.lower() == ".xpt":
        return read_member(path, encoding=settings.encoding).name
    return path.stem.upper()


def _defined_keys(path: Path, dataset: str) -> tuple[str, ...]:
    """The keys that the define.xml beside a file states for a dataset."""
    file = path.parent / "define.xml"
    if not file.exists():
        return ()
    document = read_define(file)
    group = next((group for group in document.groups if group.name == dataset), None)
    keys = group.keys if group else ()
    return tuple(document.item[r.item].name for r in keys if r.item in document.item)
