"""What a Dataset-JSON file, version 1.1, says of its dataset and columns, read strictly.

The schema of the standard lets much pass that no receiver can use; what it does not check is
checked here as well: `check_description` says what.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from specs.errors import CdisckitError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = "1.1.0"
TEXT_TYPES = ("string", "URI")
DATE_TYPES = ("datetime", "date", "time")
NUMBER_TYPES = ("integer", "float", "double", "decimal")
DATA_TYPES = (*TEXT_TYPES, *DATE_TYPES, *NUMBER_TYPES, "boolean")
TARGET_TYPES = {"integer": DATE_TYPES, "decimal": ("decimal",)}  # and the types that take them

_VERSION = re.compile(r"1\.1(\.(0|[1-9][0-9]*))?")
_TIME = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)?", re.ASCII
)

# The attributes in the order of the standard, and the names of the fields here.
_OF_DATASET = {
    "datasetJSONCreationDateTime": "created",
    "datasetJSONVersion": "version",
    "fileOID": "file_oid",
    "dbLastModifiedDateTime": "last_modified",
    "originator": "originator",
    "sourceSystem": "source_system",
    "studyOID": "study_oid",
    "metaDataVersionOID": "metadata_version_oid",
    "metaDataRef": "metadata_ref",
    "itemGroupOID": "item_group_oid",
    "records": "records",
    "name": "name",
    "label": "label",
    "columns": "columns",
}
_OF_COLUMN = {
    "itemOID": "item_oid",
    "name": "name",
    "label": "label",
    "dataType": "data_type",
    "targetDataType": "target_data_type",
    "length": "length",
    "displayFormat": "display_format",
    "keySequence": "key_sequence",
}
_REQUIRED_OF_DATASET = (
    "datasetJSONCreationDateTime",
    "datasetJSONVersion",
    "itemGroupOID",
    "records",
    "name",
    "label",
    "columns",
)
_REQUIRED_OF_COLUMN = ("itemOID", "name", "label", "dataType")
_WHOLE = ("records", "length", "keySequence")


@dataclass(frozen=True, slots=True)
class JsonColumn:
    """A column: its data type and the attributes that the standard has for it.

    `length` is in characters, None where not said. Numeric dates, times and datetimes have
    `target_data_type` integer, numbers exchanged as text have decimal.
    """

    item_oid: str
    name: str
    label: str
    data_type: str
    target_data_type: str = ""
    length: int | None = None
    display_format: str = ""
    key_sequence: int | None = None

    @property
    def is_numeric_date(self) -> bool:
        """Whether ISO 8601 texts in the file stand for numbers of days or seconds."""
        return self.target_data_type == "integer"


@dataclass(frozen=True, slots=True)
class JsonDataset:
    """A dataset as its file describes it; times are ISO 8601 texts, `records` counts its rows.

    `source_system` is its name and version; "" and None are what is not said.
    """

    name: str
    label: str
    item_group_oid: str
    columns: tuple[JsonColumn, ...]
    created: str
    records: int = 0
    version: str = VERSION
    file_oid: str = ""
    last_modified: str = ""
    originator: str = ""
    source_system: tuple[str, str] | None = None
    study_oid: str = ""
    metadata_version_oid: str = ""
    metadata_ref: str = ""


def as_attributes(dataset: JsonDataset) -> dict[str, Any]:
    """The description as JSON objects, its attributes in the order of the standard."""
    objects: dict[str, Any] = {}
    for attribute, field in _OF_DATASET.items():
        value = getattr(dataset, field)
        if attribute == "sourceSystem" and value is not None:
            value = {"name": value[0], "version": value[1]}
        elif attribute == "columns":
            value = [_column_attributes(column) for column in value]
        if attribute in _REQUIRED_OF_DATASET or value not in ("", None):
            objects[attribute] = value
    return objects


def from_attributes(
    attributes: Any, error: type[CdisckitError], where: str, *, rows: bool
) -> JsonDataset:
    """The description that JSON objects state; `error` at `where` if it is not one.

    `rows` says whether the attribute `rows` belongs to it.
    """
    names = [*_OF_DATASET, "rows"] if rows else list(_OF_DATASET)
    _check_attributes(attributes, names, _REQUIRED_OF_DATASET, error, where)
    fields: dict[str, Any] = {}
    for attribute, field in _OF_DATASET.items():
        if attribute not in attributes:
            continue
        value = attributes[attribute]
        if attribute == "sourceSystem":
            _check_attributes(
                value, ["name", "version"], ("name", "version"), error, f"{where}, sourceSystem"
            )
            value = (value["name"], value["version"])
        elif attribute == "columns":
            if not isinstance(value, list):
                raise error(f"columns is {_kind(value)}, expected an array", where=where)
            value = tuple(
                _column(column, error, f"{where}, column {number}")
                for number, column in enumerate(value, start=1)
            )
        fields[field] = value
    dataset = JsonDataset(**fields)
    check_description(dataset, error, where)
    return dataset


def check_description(dataset: JsonDataset, error: type[CdisckitError], where: str) -> None:
    """A description that is complete and consistent; else `error` at `where`.

    Beyond the schema of the standard: versions and times that are some, names, OIDs and key
    numbers that are not empty and not there twice, target types only where they apply.
    """
    if not _VERSION.fullmatch(dataset.version):
        raise error(f"version {dataset.version!r}, expected 1.1 or 1.1.n", where=where)
    created = _checked_time(dataset.created, "datasetJSONCreationDateTime", error, where)
    if dataset.last_modified:
        modified = _checked_time(dataset.last_modified, "dbLastModifiedDateTime", error, where)
        if (created.tzinfo is None) == (modified.tzinfo is None) and modified > created:
            raise error(
                f"the database was modified {dataset.last_modified}, after the file was created"
                f" {dataset.created}",
                where=where,
            )
    if dataset.records < 0:
        raise error(f"records is {dataset.records}, expected 0 or more", where=where)
    for attribute, value in (("name", dataset.name), ("itemGroupOID", dataset.item_group_oid)):
        if not value:
            raise error(f"{attribute} is empty", where=where)
    if not dataset.columns:
        raise error("there are no columns", where=where)
    for column in dataset.columns:
        _check_column(column, error, f"{where}, {column.name or 'a column without name'}")
    for attribute in ("name", "item_oid", "key_sequence"):
        values = (getattr(column, attribute) for column in dataset.columns)
        count = Counter(value for value in values if value is not None)
        twice = [value for value, times in count.items() if times > 1]
        if twice:
            named = next(key for key, field in _OF_COLUMN.items() if field == attribute)
            raise error(f"{named} {twice[0]!r} is there twice", where=where)


def _column_attributes(column: JsonColumn) -> dict[str, Any]:
    values = {attribute: getattr(column, field) for attribute, field in _OF_COLUMN.items()}
    return {
        attribute: value
        for attribute, value in values.items()
        if attribute in _REQUIRED_OF_COLUMN or value not in ("", None)
    }


def _column(attributes: Any, error: type[CdisckitError], where: str) -> JsonColumn:
    _check_attributes(attributes, list(_OF_COLUMN), _REQUIRED_OF_COLUMN, error, where)
    return JsonColumn(**{_OF_COLUMN[attribute]: value for attribute, value in attributes.items()})


def _check_attributes(
    attributes: Any,
    names: list[str],
    required: tuple[str, ...],
    error: type[CdisckitError],
    where: str,
) -> None:
    """An object with the required attributes and no unknown one, its values of the right kind."""
    if not isinstance(attributes, dict):
        raise error(f"{_kind(attributes)}, expected an object", where=where)
    for attribute in required:
        if attribute not in attributes:
            raise error(f"there is no {attribute}", where=where)
    for attribute, value in attributes.items():
        if attribute not in names:
            remedy = did_you_mean(attribute, names)
            raise error(f"unknown attribute {attribute!r}", where=where, remedy=remedy)
        if attribute in ("sourceSystem", "columns", "rows"):
            continue
        wanted = int if attribute in _WHOLE else str
        if type(value) is not wanted:
            expected = "a whole number" if wanted is int else "text"
            raise error(f"{attribute} is {_kind(value)}, expected {expected}", where=where)


def _check_column(column: JsonColumn, error: type[CdisckitError], where: str) -> None:
    for attribute, value in (("name", column.name), ("itemOID", column.item_oid)):
        if not value:
            raise error(f"{attribute} is empty", where=where)
    if column.data_type not in DATA_TYPES:
        remedy = did_you_mean(column.data_type, DATA_TYPES)
        raise error(f"unknown dataType {column.data_type!r}", where=where, remedy=remedy)
    target = column.target_data_type
    if target and column.data_type not in TARGET_TYPES.get(target, ()):
        raise error(f"targetDataType {target!r} for the dataType {column.data_type}", where=where)
    if column.data_type == "decimal" and not target:
        raise error("dataType decimal without targetDataType decimal", where=where)
    for attribute, number in (("length", column.length), ("keySequence", column.key_sequence)):
        if number is not None and number < 1:
            raise error(f"{attribute} is {number}, expected 1 or more", where=where)


def _checked_time(text: str, attribute: str, error: type[CdisckitError], where: str) -> datetime:
    if _TIME.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    raise error(
        f"{attribute} {text!r} is not a time, expected one such as 2024-12-31T23:59:59", where=where
    )


def _kind(value: object) -> str:
    """The kind of a JSON value for a message."""
    kinds: Mapping[type, str] = {
        dict: "an object",
        list: "an array",
        str: "text",
        bool: "true or false",
        int: "a whole number",
        float: "a number",
    }
    return kinds.get(type(value), "null")
