"""Transport files that are too large for an agency, split into parts."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from specs.errors import TransportError
from submission.xpt.description import opened, read_layout
from submission.xpt.layout import MAX_NAME, checked, header, padding, record_length
from submission.xpt.reader import iter_xpt
from submission.xpt.writer import new_file

if TYPE_CHECKING:
    import os

LIMIT = 5_000_000_000  # bytes of a file, as the agency's guide asks
COPIED = 8 << 20


def split_xpt(
    path: str | os.PathLike[str],
    *,
    by: str = "USUBJID",
    limit: int = LIMIT,
    encoding: str = "ascii",
) -> tuple[Path, ...]:
    """Split a transport file that is larger than the limit; the parts, none if it is not.

    The parts lie in the folder `split` beside the file, which stays: lb.xpt becomes split/lb1.xpt
    with the dataset LB1 and so on. A part has as many rows as fit without dividing those of one
    value of the variable `by`; rows are copied as they are, so lengths, labels and times are those
    of the whole. Raises `TransportError` where the rows of a value of `by` are not together, or
    alone are more than a part holds.
    """
    path = Path(path)
    if path.stat().st_size <= limit:
        return ()
    with opened(path) as file:
        layout = read_layout(file, path, encoding)
    member = layout.member
    length = record_length(member.columns)
    fitting = (limit - layout.start) // 80 * 80 // length
    starts = _starts_of_parts(path, by, encoding, fitting)
    folder = path.parent / "split"
    folder.mkdir(exist_ok=True)
    parts = []
    for number, (first, stop) in enumerate(pairwise(starts), start=1):
        name = f"{member.name}{number}"
        if len(name) > MAX_NAME:
            raise TransportError(
                f"the part {name} has more than {MAX_NAME} characters",
                where=member.name,
                remedy="shorten the name of the dataset or raise the limit",
            )
        part = folder / f"{name.lower()}.xpt"
        begin = header(checked(replace(member, name=name)))
        with new_file(part, name) as partial, opened(path) as file, partial.open("xb") as copy:
            copy.write(begin)
            file.seek(layout.start + first * length)
            rest = (stop - first) * length
            while rest:
                octets = file.read(min(rest, COPIED))
                copy.write(octets)
                rest -= len(octets)
            copy.write(padding((stop - first) * length))
        parts.append(part)
    for old in folder.glob(f"{member.name.lower()}*.xpt"):
        if old not in parts and re.fullmatch(rf"{member.name.lower()}\d+", old.stem):
            old.unlink()  # of an earlier split into more parts
    return tuple(parts)


def _starts_of_parts(path: Path, by: str, encoding: str, fitting: int) -> list[int]:
    """The first row of each part, and the number of all rows."""
    borders, values, before, last = [0], set(), 0, None
    for frame in iter_xpt(path, encoding=encoding, columns=[by]):
        texts: Any = frame[by].to_numpy(dtype=object, na_value="")
        changes = np.flatnonzero(texts[1:] != texts[:-1]) + 1
        begins = [0] if len(texts) and texts[0] != last else []
        for begin in [*begins, *changes.tolist()]:
            if texts[begin] in values:
                raise TransportError(
                    f"the rows of {texts[begin]!r} are not together",
                    where=f"{path} row {before + begin + 1}, {by}",
                    remedy="sort the dataset by the variable it is split by",
                )
            values.add(texts[begin])
            borders.append(before + begin)
        before += len(texts)
        last = texts[-1] if len(texts) else last
    borders.append(before)
    starts, previous = [0], 0
    for border in borders:
        if border - starts[-1] > fitting:
            if border - previous > fitting:
                raise TransportError(
                    f"{border - previous} rows have one value, at most {fitting} fit in a part",
                    where=f"{path} row {previous + 1}, {by}",
                    remedy="raise the limit or split by another variable",
                )
            starts.append(previous)
        previous = border
    return [*starts, before]
