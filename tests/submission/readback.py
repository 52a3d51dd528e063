"""A written file against what define.xml says of it: lengths, digits and formats, read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submission.measures import number_measure, text_size
from submission.xpt.reader import read_xpt

if TYPE_CHECKING:
    import os

    import pandas as pd

    from submission.attributes import Attributes, DatasetAttributes
    from submission.xpt.layout import Column


def read_back(
    path: str | os.PathLike[str], stated: DatasetAttributes, *, encoding: str = "ascii"
) -> tuple[str, ...]:
    """What a transport file holds otherwise than was stated of it; nothing when all is well.

    Compared are rows, variables, planned bytes and formats as the file's header has them, and the
    bytes of the longest text and the digits of the numbers as its rows have them.
    """
    frame, member = read_xpt(path, encoding=encoding)
    lines = []
    if member.rows != stated.records:
        lines.append(f"{member.name}: {member.rows} rows, {stated.records} stated")
    names = [column.name for column in member.columns]
    if sorted(names) != sorted(stated.variables):
        listed = ", ".join(sorted(set(names) ^ set(stated.variables)))
        lines.append(f"{member.name}: in the file or stated, not both: {listed}")
    for column in member.columns:
        if column.name in stated.variables:
            of_variable = stated.variables[column.name]
            differences = _differences(column, frame[column.name], of_variable)
            lines += [f"{member.name}, {column.name}: {what}" for what in differences]
    return tuple(lines)


def _differences(column: Column, values: pd.Series, stated: Attributes) -> list[str]:
    """What a variable of the file has otherwise than stated."""
    texts = []
    if column.length != stated.size:
        texts.append(f"{column.length} bytes planned, {stated.size} stated")
    if column.format != stated.display_format:
        texts.append(f"format {column.format or '(none)'}, stated {stated.display_format!r}")
    if column.type == "Char":
        longest = text_size(values) if stated.data_type == "text" else 0
        if stated.length is not None and longest > max(stated.length, 1):
            texts.append(f"a text of {longest} bytes, length {stated.length} stated")
        return texts
    if stated.data_type in ("integer", "float") and values.notna().any():
        digits = number_measure(values)
        # A number of no decimals is also a float, one with decimals is no integer.
        if digits.data_type == "float" and stated.data_type == "integer":
            texts.append("numbers with decimals, integer stated")
        if (digits.significant_digits or 0) > (stated.significant_digits or 0):
            texts.append(
                f"{digits.significant_digits} decimals,"
                f" {stated.significant_digits or 0} stated as significant digits"
            )
        if stated.length is not None and (digits.length or 0) > stated.length:
            texts.append(f"numbers of {digits.length} digits, length {stated.length} stated")
    return texts
