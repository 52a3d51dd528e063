"""Dataset-JSON: a dataset as JSON, in one text or a row on each line, as a form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sdtm.raw import RawData, combined
from sdtm.readers._datasets import DatasetOptions, Records, raw_of
from sdtm.readers._files import LONGEST, read_options
from sdtm.readers.table import files_named
from specs.errors import AbsentDataError, RawDataError
from specs.numbers import number_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from specs.model import RawSource


def read(source: RawSource, folder: Path) -> RawData:
    """Read the files; RawDataError where one is no Dataset-JSON."""
    options = read_options(source, DatasetOptions)
    paths = files_named(folder, options.data, source.place)
    return combined(raw_of([_dataset(path)], path, options) for path in paths)


def _dataset(path: Path) -> Records:
    """The records of a file of version 1.1, or of its kind with a row on each line."""
    if not path.is_file():
        raise AbsentDataError(
            "there is no such file", where=str(path), remedy="check raw: in study.yaml"
        )
    lines = path.suffix.lower() == ".ndjson"
    lines_read = _lines(path) if lines else iter([(1, _parsed(path.read_bytes(), path, 1))])
    _, head = next(lines_read, (1, None))
    if not isinstance(head, dict) or not isinstance(head.get("columns"), list):
        raise RawDataError(
            "has no columns, so it is not a dataset",
            where=path.name,
            remedy="name a file of Dataset-JSON 1.1; JSON of other makers is not read",
        )
    columns = [str(of.get("name", "")) if isinstance(of, dict) else "" for of in head["columns"]]
    labels = [str(of.get("label") or "") if isinstance(of, dict) else "" for of in head["columns"]]
    name = str(head.get("name") or path.stem)
    records = Records(name, str(head.get("label") or ""), dict(zip(columns, labels, strict=True)))
    within = head.get("rows")
    rows = lines_read if lines else enumerate(within if isinstance(within, list) else [], start=1)
    for number, row in rows:
        if not isinstance(row, list) or len(row) != len(columns):
            raise RawDataError(
                f"the row is not a list of {len(columns)} values",
                where=f"{path.name} {'line' if lines else 'row'} {number}",
                remedy="the file was cut or edited; export it again",
            )
        records.rows.append(dict(zip(columns, map(_text, row), strict=True)))
        records.lines.append(number)
    return records


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    with path.open("rb") as file:
        number = 0
        while line := file.readline(LONGEST):
            number += 1
            if line.strip():
                yield number, _parsed(line, path, number)


def _parsed(text: bytes, path: Path, line: int) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RawDataError(
            f"is not JSON ({error})",
            where=f"{path.name} line {getattr(error, 'lineno', line)}",
            remedy="the file was cut or edited; export it again",
        ) from None


def _text(value: object) -> str | None:
    """A value as text: numbers as one types them, truth values as words, null as none."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value) if isinstance(value, float) else str(value)
