"""The sheets and columns of the three layouts, and of the sheets that are added to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Family = Literal["A", "B", "C"]

FIRST: Final[Mapping[Family, str]] = {"A": "Study", "B": "Define", "C": "Define"}


def _columns(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))


_CODELISTS: Final = _columns(
    "ID, Name, NCI Codelist Code, Data Type, Order, Term, NCI Term Code, Decoded Value"
)
_SHARED: Final = {
    "Dictionaries": _columns("ID, Name, Data Type, Dictionary, Version"),
    "Methods": _columns(
        "ID, Name, Type, Description, Expression Context, Expression Code, Document, Pages"
    ),
    "Comments": _columns("ID, Description, Document, Pages"),
    "Documents": _columns("ID, Title, Href"),
}
_FIRST_COLUMNS: Final = ("Attribute", "Value")

LAYOUTS: Final[Mapping[Family, Mapping[str, tuple[str, ...]]]] = {
    "A": {
        "Study": _FIRST_COLUMNS,
        "Datasets": _columns(
            "Dataset, Description, Class, Structure, Purpose, Key Variables, Repeating,"
            " Reference Data, Comment"
        ),
        "Variables": _columns(
            "Order, Dataset, Variable, Label, Data Type, Length, Significant Digits, Format,"
            " Mandatory, Codelist, Origin, Pages, Method, Predecessor, Role, Comment"
        ),
        "ValueLevel": _columns(
            "Order, Dataset, Variable, Where Clause, Description, Data Type, Length,"
            " Significant Digits, Format, Mandatory, Codelist, Origin, Pages, Method, Predecessor,"
            " Comment"
        ),
        "WhereClauses": _columns("ID, Dataset, Variable, Comparator, Value"),
        "Codelists": _CODELISTS,
        **_SHARED,
    },
    "B": {
        "Define": _FIRST_COLUMNS,
        "Datasets": _columns(
            "Dataset, Label, Class, Structure, Key Variables, Repeating, Reference Data, Comment,"
            " Developer Notes"
        ),
        "Variables": _columns(
            "Order, Dataset, Variable, Label, Data Type, Length, Significant Digits, Format,"
            " Mandatory, Assigned Value, Codelist, Common, Origin, Pages, Method, Predecessor,"
            " Role, Comment, Developer Notes"
        ),
        "ValueLevel": _columns(
            "Order, Dataset, Variable, Where Clause, Label, Data Type, Length, Significant Digits,"
            " Format, Mandatory, Assigned Value, Codelist, Origin, Pages, Method, Predecessor,"
            " Comment, Developer Notes"
        ),
        "Codelists": _CODELISTS,
        **_SHARED,
    },
    "C": {
        "Define": _FIRST_COLUMNS,
        "Datasets": _columns(
            "Dataset, Label, Class, SubClass, Structure, Key Variables, Standard, Has No Data,"
            " Repeating, Reference Data, Comment, Developer Notes"
        ),
        "Variables": _columns(
            "Order, Dataset, Variable, Label, Data Type, Length, Significant Digits, Format,"
            " Mandatory, Assigned Value, Codelist, Common, Origin, Source, Pages, Method,"
            " Predecessor, Role, Has No Data, Comment, Developer Notes"
        ),
        "ValueLevel": _columns(
            "Order, Dataset, Variable, Where Clause, Label, Data Type, Length, Significant Digits,"
            " Format, Mandatory, Assigned Value, Codelist, Origin, Source, Pages, Method,"
            " Predecessor, Comment, Developer Notes"
        ),
        "Codelists": _columns(
            "ID, Name, NCI Codelist Code, Data Type, Terminology, Comment, Order, Term,"
            " NCI Term Code, Decoded Value"
        ),
        **_SHARED,
    },
}

RULED: Final = ("Variables", "ValueLevel")
"""The sheets to whose columns those of rules are added."""

ADDED: Final[Mapping[str, tuple[str, ...]]] = {
    "Files": ("File", "Dataset", "ID", "Domain", "Other"),
    "Records": (
        *("File", "From", "Name", "Where", "Join", "Bind", "Assign", "Rule", "Sources"),
        *("Constants", "Other"),
    ),
    "Rules": (
        *("File", "Part", "Name", "Given", "Verb", "Rule", "Sources", "Constants"),
        *("Condition", "Where", "Other"),
    ),
    "Terms": ("Codelist", "Kind", "Value", "Meaning"),
}
"""Sheets with what the layouts have no place for; Tests has the columns of all tables of tests."""

ORIGINS_2_0: Final = {
    "collected": "CRF",
    "derived": "Derived",
    "assigned": "Assigned",
    "protocol": "Protocol",
    "predecessor": "Predecessor",
}
