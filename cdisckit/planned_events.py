"""The events of an export in the order in which its EDC plans them, with their names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sdtm.readers._files import read_delimited
from sdtm.readers._xml import local, stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cdisckit.exports import Export
    from sdtm.raw import RawData


def planned_events(export: Export, data: RawData) -> Mapping[str, str]:
    """The events that have records, each with its name; those that no plan has come last."""
    met = list(data.records()["event"].dropna().unique())
    names: dict[str, str] = {}
    for source in export.sources:
        options = dict(source.options)
        events = options.get("events", "")
        if source.reader == "redcap" and events:
            names |= dict(_listed(export.folder / events))
        elif source.reader in ("redcap", "odm") and isinstance(options["data"], str):
            path = export.folder / options["data"]
            if path.suffix.lower() in (".xml", ".zip"):
                names |= dict(_defined(path))
    planned = {event: name for event, name in names.items() if event in met}
    return planned | {e: re.sub(r"[_\s]+", " ", e) for e in met if e not in planned}


def _listed(path: Path) -> Iterator[tuple[str, str]]:
    """REDCap's list of events."""
    table = read_delimited(path)
    unique = table.get("unique_event_name")
    named = table.get("event_name", unique)
    if unique is not None and named is not None:
        yield from zip(unique.dropna(), named[unique.notna()].fillna(unique), strict=True)


def _defined(path: Path) -> Iterator[tuple[str, str]]:
    """The definitions of events in ODM, by the name that records have."""
    for event, element in stream(path, frozenset()):
        if event == "start" and local(element) == "ClinicalData":
            return
        if event == "start" and local(element) == "StudyEventDef":
            attributes = {str(k).rpartition("}")[2]: str(v) for k, v in element.attrib.items()}
            oid = attributes.get("OID", "")
            name = attributes.get("EventName") or attributes.get("Name") or oid
            yield attributes.get("UniqueEventName", oid), name
