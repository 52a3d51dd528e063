"""REDCap: the project as XML, brought into the shape of its flat export."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from sdtm.raw import Form, RawData
from sdtm.readers._encoding import shape_of
from sdtm.readers._odm_data import read_odm
from sdtm.readers._odm_definitions import merged
from sdtm.readers._redcap_dictionary import (
    BESIDE,
    EVENT,
    FORM,
    GROUP,
    INSTANCE,
    STRUCTURE,
    Asked,
    Dictionary,
    choices_in,
    made_field,
    read_dictionary,
)
from sdtm.readers._redcap_export import not_declared, undeclared
from sdtm.readers._redcap_forms import Export, form_of
from sdtm.readers._redcap_validation import accepted, validation
from specs.errors import RawDataError, did_you_mean
from specs.findings import all_findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sdtm.raw import Field
    from sdtm.readers._odm_data import OdmFile
    from sdtm.readers._odm_definitions import Definition, Definitions
    from sdtm.readers._odm_state import Cell, KeySet
    from sdtm.readers._redcap_dictionary import RedcapOptions

    Saved = dict[KeySet, tuple[int, dict[str, Cell]]]

_KINDS = {"select": "dropdown", "textarea": "notes"}


def read_project(
    path: Path, options: RedcapOptions, dictionary_path: Path | None = None
) -> RawData:
    """Read a project, or its records alone with the data dictionary `dictionary_path`.

    RawDataError where the file is no project of REDCap, has no data, or neither defines its forms
    nor has a dictionary.
    """
    file = read_odm(path, "")
    definitions = merged(file.definitions, file.used)
    options = options.model_copy(update={"missing": {**_missing(file), **options.missing}})
    finding_tables = [file.findings.table()]
    files: tuple[Path, ...] = (path,)
    if definitions.of["FormDef"]:
        dictionary, notices = _defined(file, definitions, options)
        finding_tables += notices
        names = {oid: _form_name(form) for oid, form in definitions.of["FormDef"].items()}
    elif dictionary_path is not None:
        shape = shape_of(dictionary_path, options.encoding)
        dictionary = read_dictionary(dictionary_path, options, shape)
        names = {f"Form.{name}": name for name in dictionary.form_of.values()}
        finding_tables.append(shape.findings)
        files = (path, dictionary_path)
    else:
        raise RawDataError(
            "has records and no definitions of forms",
            where=path.name,
            remedy="name the data dictionary under dictionary in study.yaml, or export the project"
            " as XML with its metadata",
        )
    events = _event_names(file, definitions)
    planned = _planned(definitions, events, names)
    saved = _with_groups(_saved_forms(file, dictionary, names))
    forms: dict[str, Form] = {}
    only_saved = any(
        f"{name}_complete" not in cells
        for name, of_form in saved.items()
        for _, cells in of_form.values()
    )
    for name in dict.fromkeys(dictionary.form_of.values()):
        data, lines = _flat(name, saved.get(name, {}), dictionary, file, events)
        export = Export(data, lines, dictionary, path, planned, only_saved)
        forms[name], of_form = form_of(name, export)
        finding_tables.extend(of_form)
    return RawData(MappingProxyType(forms), files, all_findings(finding_tables))


def _defined(
    file: OdmFile, definitions: Definitions, options: RedcapOptions
) -> tuple[Dictionary, list[pd.DataFrame]]:
    """The dictionary by the definitions, with the missing-data codes that columns alone show."""
    dictionary = _dictionary(file.path, definitions, options)
    cells = [instance.cells for instance in file.collected.instances.values()]
    texts = pd.Series([cell.text for of in cells for cell in of.values()], dtype="str")
    codes = undeclared({item for of in cells for item in of}, [texts], dictionary)
    if not codes:
        return dictionary, []
    options = options.model_copy(update={"missing": {**options.missing, **codes}})
    return _dictionary(file.path, definitions, options), [not_declared(codes, file.path)]


def _event_names(file: OdmFile, definitions: Definitions) -> Mapping[str, str]:
    """The unique names of events by OID."""
    oids = (keys.event for keys in file.collected.instances)
    return {oid: oid.removeprefix("Event.") for oid in oids} | {
        oid: event.attributes.get("UniqueEventName", oid)
        for oid, event in definitions.of["StudyEventDef"].items()
    }


def _planned(
    definitions: Definitions, events: Mapping[str, str], names: Mapping[str, str]
) -> pd.DataFrame | None:
    """The forms planned at each event; None where the project plans none."""
    planned = [
        (events[oid], names.get(form, form))
        for oid, event in definitions.of["StudyEventDef"].items()
        for form in event.refs
    ]
    return pd.DataFrame(planned, columns=["unique_event_name", "form"]) if planned else None


def _missing(file: OdmFile) -> Mapping[str, str]:
    """The project's missing-data codes: `NASK, Not asked`, one on a line or separated by `|`."""
    texts = re.split(r"[|\n]", file.project.get("MissingDataCodes", ""))
    pairs = (text.partition(",") for text in texts if text.strip())
    return {code.strip(): (meaning or code).strip() for code, _, meaning in pairs}


def _form_name(form: Definition) -> str:
    return form.attributes.get("FormName") or form.oid.removeprefix("Form.")


def _dictionary(path: Path, definitions: Definitions, options: RedcapOptions) -> Dictionary:
    """The data dictionary as the project's definitions have it, in their order."""
    fields: dict[str, Field] = {}
    form_of: dict[str, str] = {}
    identifiers, unvalidated = set(), set()
    for form in definitions.of["FormDef"].values():
        items = [item for group in form.refs for item in definitions.items_of(group)]
        for item in map(definitions.of["ItemDef"].__getitem__, items):
            name = item.attributes.get("Variable", item.oid)
            of_form = {f"{_form_name(form)}_complete", f"{_form_name(form)}_timestamp"}
            if name in fields or name in of_form | STRUCTURE:
                continue
            kind = _KINDS.get(of := item.attributes.get("FieldType", "text"), of)
            if kind == "descriptive":
                continue
            valid = validation(item.attributes.get("TextValidationType", ""))
            low, high = (_bound(item, comparator) for comparator in ("GE", "LE"))
            asked = Asked(
                accepted(kind, valid, low, high),
                item.attributes.get("RequiredField", "").lower() == "y",
                item.attributes.get("BranchingLogic", ""),
            )
            annotation = item.attributes.get("FieldAnnotation", "")
            choices = _choices(item, kind, definitions)
            fields[name] = made_field(
                name, item.label, kind, choices, valid, asked, annotation, options
            )
            form_of[name] = _form_name(form)
            if item.attributes.get("Identifier", "").lower() == "y":
                identifiers.add(name)
            if kind == "notes" or (kind == "text" and not valid):
                unvalidated.add(name)
    if not fields:
        raise RawDataError(
            "defines no form with fields",
            where=path.name,
            remedy="export the project with its metadata and all records",
        )
    return Dictionary(path, fields, form_of, frozenset(identifiers), frozenset(unvalidated))


def _bound(item: Definition, comparator: str) -> str:
    """The value of a limit of an item; "" where it has none."""
    values = (limit.values for limit in item.limits if limit.comparator == comparator)
    return next((value for value, *_ in values), "")


def _choices(item: Definition, kind: str, definitions: Definitions) -> Mapping[str, str]:
    codelist = definitions.get("CodeList", item.codelist)
    if kind == "checkbox":
        text = codelist.attributes.get("CheckboxChoices", "") if codelist else ""
        return choices_in(text, kind)
    if kind in ("radio", "dropdown") and codelist:
        return codelist.choices
    return choices_in("", kind)


def _saved_forms(
    file: OdmFile, dictionary: Dictionary, names: Mapping[str, str]
) -> dict[str, Saved]:
    """The saved forms by name and place, with the values of all their item groups."""
    columns = {c for field in dictionary.fields.values() for c in dictionary.columns(field)}
    columns |= {f"{form}_complete" for form in dictionary.form_of.values()} | STRUCTURE
    columns |= {f"{form}_timestamp" for form in dictionary.form_of.values()}
    saved: dict[str, Saved] = {}
    for keys, instance in file.collected.instances.items():
        if keys.form not in names:
            raise RawDataError(
                f"form {keys.form} is not defined",
                where=f"{file.path.name} line {instance.line}",
                remedy=did_you_mean(keys.form, names),
            )
        of_form = saved.setdefault(names[keys.form], {})
        _, cells = of_form.setdefault(keys._replace(groups=()), (instance.line, {}))
        for item, cell in instance.cells.items():
            if item not in columns:
                raise RawDataError(
                    f"item {item} is not defined",
                    where=f"{file.path.name} line {cell.line}",
                    remedy=did_you_mean(item, columns),
                )
            if item in cells and cells[item].text != cell.text:
                raise RawDataError(
                    f"subject {keys.subject}, {keys.named()}: {item} has two values",
                    where=f"{file.path.name} lines {cells[item].line} and {cell.line}",
                    remedy="export the project again",
                )
            cells[item] = cell
    return saved


def _with_groups(saved: dict[str, Saved]) -> dict[str, Saved]:
    """The saved forms, each with what the project says once of its record or event.

    A flat export has the data access group on every row of a record, and the identifier of the
    survey on every row of a record's event.
    """
    of_record: dict[tuple[str, str, str], Cell] = {}
    for of_form in saved.values():
        for keys, (_, cells) in of_form.items():
            for item in BESIDE:
                if item in cells:
                    of_record.setdefault(_whose(item, keys), cells[item])
    for of_form in saved.values():
        for keys, (_, cells) in of_form.items():
            for item in BESIDE:
                if _whose(item, keys) in of_record:
                    cells.setdefault(item, of_record[_whose(item, keys)])
    return saved


def _whose(item: str, keys: KeySet) -> tuple[str, str, str]:
    return item, keys.subject, "" if item == GROUP else keys.event


def _flat(
    name: str,
    saved: Mapping[KeySet, tuple[int, Mapping[str, Cell]]],
    dictionary: Dictionary,
    file: OdmFile,
    events: Mapping[str, str],
) -> tuple[pd.DataFrame, pd.Series]:
    """The saved instances of one form as rows of a flat export, and the line of each."""
    index = pd.RangeIndex(len(saved))
    key_sets = list(saved)
    named = [events.get(keys.event, keys.event) for keys in key_sets]
    repeated = _repeated(name, key_sets, named, file)
    values = {
        dictionary.record_id: [keys.subject for keys in key_sets],
        FORM: [name if kind == "form" else None for kind in repeated],
        INSTANCE: [
            {"form": keys.form_repeat, "event": keys.event_repeat}.get(kind)
            for keys, kind in zip(key_sets, repeated, strict=True)
        ],
    }
    if any(named):
        values[EVENT] = [event or None for event in named]
    fields = dictionary.of(name).values()
    columns = [c for field in fields for c in _columns(field, dictionary)]
    cells = [cells for _, cells in saved.values()]
    beside = dict.fromkeys(item for row in cells for item in row if item not in values)
    for column in dict.fromkeys((*columns, f"{name}_complete", *beside)):
        values[column] = [row[column].text if column in row else None for row in cells]
    lines = pd.Series([line for line, _ in saved.values()], index=index, dtype="int64")
    return pd.DataFrame(values, index=index).astype("str"), lines


def _columns(field: Field, dictionary: Dictionary) -> Iterable[str]:
    """The columns a flat export always has; those of missing-data codes it has when used."""
    return [c for c, code in dictionary.columns(field).items() if not code or code in field.choices]


def _repeated(name: str, key_sets: list[KeySet], named: list[str], file: OdmFile) -> list[str]:
    """What repeats at each place: the form, the event, or neither ("").

    The settings of the project tell; the definitions say No for forms that repeat.
    """
    forms = {event for event, form in file.repeating if form == name}
    events = {event for event, form in file.repeating if not form}
    several = {keys.event for keys in key_sets if keys.event_repeat not in ("", "1")}
    kinds = []
    for keys, event in zip(key_sets, named, strict=True):
        if event in forms or (forms and not event):
            kinds.append("form")
        elif event in events or keys.event in several:
            kinds.append("event")
        elif keys.form_repeat not in ("", "1"):
            kinds.append("form")
        else:
            kinds.append("")
    return kinds
