"""What a transport file says of its variables, against what define.xml says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from submission.xpt import Column
    from validation.define.data.delivered import Delivered, Row
    from validation.define.model import Use

_NUMBERS: Final = ("integer", "float")
# Types of a number that a display format shows as date or time.
_SHOWN_AS_DATES: Final = ("date", "datetime", "time", "integer", "float")


def column_findings(delivered: Delivered) -> Iterator[Row]:
    """Name and label of the dataset, then presence, order, label, type and format of variables."""
    dataset, member = delivered.dataset, delivered.member
    named = dataset.get("SASDatasetName") or delivered.name
    if member.name != named:
        message = f"the data are called {member.name}, define.xml says {named}"
        yield delivered.finding("CK-DEFINE-NAME", dataset, message, value=member.name)
    if dataset.translated() != member.label:
        message = f"the label of the data is {member.label or 'blank'}, define.xml says "
        yield delivered.finding(
            "CK-DEFINE-LABEL",
            dataset,
            message + (dataset.translated() or "nothing"),
            value=member.label,
        )
    yield from _presence(delivered)
    for use, column, _ in delivered.both():
        yield from _label(delivered, use, column)
        yield from _type(delivered, use, column)
        yield from _format(delivered, use, column)
        yield from _length(delivered, use, column)


def _label(delivered: Delivered, use: Use, column: Column) -> Iterator[Row]:
    label, name = use.item.translated(), column.name
    if label != column.label:
        message = f"the label of {name} in the data is {column.label or 'blank'}, define.xml says "
        yield delivered.finding(
            "CK-DEFINE-VARIABLE-LABEL",
            use.item,
            message + (label or "nothing"),
            name,
            value=column.label,
        )


def _type(delivered: Delivered, use: Use, column: Column) -> Iterator[Row]:
    """Text where define.xml has numbers, and the other way round."""
    kind, name = use.item.get("DataType"), column.name
    numeric = kind in _NUMBERS or (column.holds != "" and kind in _SHOWN_AS_DATES)
    if kind and numeric != (column.type == "Num"):
        what = "numeric" if column.type == "Num" else "text"
        message = f"{name} is {what} in the data, and of type {kind} in define.xml"
        yield delivered.finding("CK-DEFINE-TYPE", use.item, message, name, value=column.type)


def _format(delivered: Delivered, use: Use, column: Column) -> Iterator[Row]:
    shown, name = use.item.get("def:DisplayFormat"), column.name
    if _plain(shown) != _plain(column.format) and (shown or column.holds):
        message = f"the format of {name} in the data is {column.format or 'none'}, define.xml says"
        yield delivered.finding(
            "CK-DEFINE-FORMAT",
            use.item,
            f"{message} {shown or 'none'}",
            name,
            value=column.format,
        )


def _length(delivered: Delivered, use: Use, column: Column) -> Iterator[Row]:
    length = use.item.get("Length")
    if column.type == "Char" and length.isdecimal() and column.length > int(length):
        message = f"{column.name} has {column.length} bytes in the data, and Length {length}"
        yield delivered.finding(
            "CK-DEFINE-LENGTH",
            use.item,
            message,
            column.name,
            value=column.length,
            severity="notice",
        )


def _presence(delivered: Delivered) -> Iterator[Row]:
    """Variables that only the data or only define.xml has, and the first out of order."""
    variables, columns = list(delivered.variables), list(delivered.columns)
    for name in columns:
        if name not in delivered.variables:
            message = f"{name} is in the data, and not in define.xml"
            yield delivered.finding(
                "CK-DEFINE-VARIABLE", delivered.dataset, message, name, value=name
            )
    for name, use in delivered.variables.items():
        if name not in delivered.columns:
            message = f"{name} is in define.xml, and not in the data"
            yield delivered.finding("CK-DEFINE-VARIABLE", use.reference, message, name, value=name)
    described = [name for name in _ordered(delivered) if name in delivered.columns]
    held = [name for name in columns if name in variables]
    for there, here in zip(held, described, strict=True):
        if there != here:
            message = f"the data have {there} where define.xml has {here}"
            yield delivered.finding(
                "CK-DEFINE-ORDER", delivered.variables[here].reference, message, here, value=there
            )
            return


def _ordered(delivered: Delivered) -> list[str]:
    """The variables of define.xml by OrderNumber, where all have one, else as they stand."""
    numbers = {n: u.reference.get("OrderNumber") for n, u in delivered.variables.items()}
    if all(number.isdecimal() for number in numbers.values()):
        return sorted(numbers, key=lambda name: int(numbers[name]))
    return list(numbers)


def _plain(format_: str) -> str:
    return format_.upper().rstrip(".")
