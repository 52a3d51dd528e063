"""Variables: labels, names for transport files, methods, data that are not there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from validation.define.check import Fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validation.define.model import Define, Use

_FIELD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,7}")


def name_of(use: Use) -> str:
    """What to call a variable, or a value-level item, in a message."""
    dataset = use.dataset.get("Name") if use.dataset is not None else ""
    name = ".".join(text for text in (dataset, use.variable.get("Name")) if text)
    return f"{use.item.get('OID')} (value level of {name})" if use.value_level else name


def place_of(use: Use) -> tuple[str, str]:
    """Dataset and variable of a use, for a finding."""
    dataset = use.dataset.get("Name") if use.dataset is not None else ""
    return dataset, use.variable.get("Name")


@rule("DEFINE-168", submission=True)
def variable_label(define: Define) -> Iterator[Fault]:
    """A variable of a dataset has a label."""
    for use in define.variables:
        if not use.item.translated():
            yield Fault(use.item, f"{name_of(use)} has no label", place=place_of(use))


@rule("DEFINE-147", submission=True)
def sas_field_name(define: Define) -> Iterator[Fault]:
    """A variable of a dataset has a name for transport files."""
    for use in define.variables:
        name = use.item.get("SASFieldName")
        if not name:
            yield Fault(use.item, f"{name_of(use)} has no SASFieldName", place=place_of(use))
        elif not _FIELD.fullmatch(name):
            yield Fault(
                use.item,
                f"SASFieldName {name} of {name_of(use)} is not a name for a transport file",
                name,
                place_of(use),
            )


@rule("DEFINE-073")
def method_of_derived(define: Define) -> Iterator[Fault]:
    """A variable or value of origin Derived has a method."""
    for use in (*define.variables, *define.values):
        origins = {origin.get("Type") for origin in use.item.all("def:Origin")}
        # A derived variable may leave the method to every one of its values.
        if "Derived" not in origins or use.reference.get("MethodOID"):
            continue
        values = [] if use.value_level else define.values_of(use.item, use.dataset)
        if not values or not all(value.reference.get("MethodOID") for value in values):
            yield Fault(
                use.reference, f"{name_of(use)} is Derived and has no MethodOID", "", place_of(use)
            )


@rule("DEFINE-242")
def comment_on_no_data(define: Define) -> Iterator[Fault]:
    """A variable or value without data has a comment that says why."""
    for use in (*define.variables, *define.values):
        if use.reference.get("def:HasNoData") and not use.item.get("def:CommentOID"):
            yield Fault(
                use.item, f"{name_of(use)} has def:HasNoData and no comment", place=place_of(use)
            )


@rule("DEFINE-055", "DD0038")
def qualifier_values(define: Define) -> Iterator[Fault]:
    """QVAL of every SUPP-- dataset has a value list."""
    for use in define.variables:
        if (
            use.item.get("Name") == "QVAL"
            and use.dataset is not None
            and use.dataset.get("Name").startswith(("SUPP", "SQ"))
            and use.item.first("def:ValueListRef") is None
        ):
            yield Fault(use.item, f"{name_of(use)} has no value list", place=place_of(use))


@rule("CK-DEFINE-VARIABLE-TWICE")
def variable_name_once(define: Define) -> Iterator[Fault]:
    """A dataset has each variable once."""
    seen: set[tuple[str, str]] = set()
    for use in define.variables:
        key = place_of(use)
        if key in seen:
            yield Fault(use.reference, f"{name_of(use)} is listed before", place=key)
        seen.add(key)
