"""Dataset-XML: datasets as XML, a form for each; names come from its define.xml, else from OIDs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtm.raw import RawData, combined
from sdtm.readers._datasets import DatasetOptions, Records, raw_of
from sdtm.readers._files import read_options
from sdtm.readers._xml import line_of, local, stream, text_of
from sdtm.readers.table import files_named
from specs.errors import RawDataError
from specs.paths import inside

if TYPE_CHECKING:
    from pathlib import Path

    from specs.model import RawSource

Names = dict[str, tuple[str, str]]
"""By OID the name and the label."""


def read(source: RawSource, folder: Path) -> RawData:
    """Read the files; RawDataError where one holds no datasets."""
    options = read_options(source, DatasetOptions)
    names: Names = {}
    if options.define:
        names = _defined(inside(folder, options.define, source.place))
    paths = files_named(folder, options.data, source.place)
    return combined(raw_of(_datasets(path, names), path, options) for path in paths)


def _defined(path: Path) -> Names:
    """The names and labels of variables and datasets, as a define.xml has them."""
    names: Names = {}
    for event, element in stream(path, frozenset({"ItemDef", "ItemGroupDef"})):
        if event == "end" and local(element) in ("ItemDef", "ItemGroupDef"):
            texts = [text_of(child) for child in element if local(child) == "Description"]
            label = " ".join(texts[0].split()) if texts else ""
            names[element.get("OID", "")] = (element.get("Name", ""), label)
    return names


def _datasets(path: Path, names: Names) -> list[Records]:
    datasets: dict[str, Records] = {}
    for event, element in stream(path, frozenset({"ItemGroupData"})):
        if event != "end" or local(element) != "ItemGroupData":
            continue
        oid = element.get("ItemGroupOID", "")
        name, label = _named(oid, names)
        records = datasets.setdefault(name, Records(name, label))
        row: dict[str, str | None] = {}
        for child in element:
            if local(child) == "ItemData":
                variable, text = _named(child.get("ItemOID", ""), names)
                records.labels.setdefault(variable, text)
                row[variable] = child.get("Value") or None
        records.rows.append(row)
        records.lines.append(line_of(element))
    if not datasets:
        raise RawDataError(
            "holds no datasets",
            where=path.name,
            remedy="name a file of Dataset-XML, or read ODM with reader: odm",
        )
    return list(datasets.values())


def _named(oid: str, names: Names) -> tuple[str, str]:
    """The name and label of an OID; without a define.xml its last part, AETERM of IT.AE.AETERM."""
    name, label = names.get(oid, ("", ""))
    return name or oid.rpartition(".")[2] or oid, label
