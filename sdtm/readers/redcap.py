"""REDCap: the CSV export in raw coding with its data dictionary, or the project as XML.

One CSV holds the records of every form: a row is a subject at an event, or one instance of a
repeating instrument or event; or it has a row for each value. The reader splits it into one frame
per form. The XML of a project has the same records, its dictionary and its events in one file, and
gives the same forms; XML of records alone is read with the dictionary.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sdtm.raw import RawData
from sdtm.readers._encoding import shape_of
from sdtm.readers._files import read_delimited, read_options
from sdtm.readers._redcap_checks import (
    check_coding,
    check_columns,
    check_doubled,
    check_events,
    check_instances,
    read_listing,
)
from sdtm.readers._redcap_dictionary import RedcapOptions, read_dictionary
from sdtm.readers._redcap_eav import flat, is_eav
from sdtm.readers._redcap_export import (
    blank_for_unsaved,
    check_absent,
    check_deidentified,
    check_labels,
    check_order,
    check_repeats,
    not_declared,
    undeclared,
)
from sdtm.readers._redcap_forms import Export, form_of
from sdtm.readers._redcap_xml import read_project
from specs.errors import SpecError
from specs.findings import all_findings
from specs.paths import inside

if TYPE_CHECKING:
    from pathlib import Path

    from specs.model import RawSource


def read(source: RawSource, folder: Path) -> RawData:
    """Read an export; RawDataError where its parts do not belong together or rows are doubled."""
    options = read_options(source, RedcapOptions)
    path = inside(folder, options.data, source.place)
    named = options.dictionary
    dictionary_path = inside(folder, named, source.place) if named else None
    if options.data.lower().endswith(".xml"):
        return read_project(path, options, dictionary_path)
    if dictionary_path is None:
        raise SpecError(
            "a CSV export is read with its dictionary",
            where=source.place,
            remedy="add dictionary: with the data dictionary's file",
        )
    shape = shape_of(path, options.encoding, options.delimiter)
    of_dictionary = shape_of(dictionary_path, options.encoding)
    dictionary = read_dictionary(dictionary_path, options, of_dictionary)
    data = read_delimited(path, shape.delimiter, shape.encoding)
    finding_tables = [shape.findings, of_dictionary.findings]
    codes = undeclared(data.columns, (data[name] for name in data), dictionary)
    if codes:
        finding_tables.append(not_declared(codes, path))
        options = options.model_copy(update={"missing": {**options.missing, **codes}})
        dictionary = read_dictionary(dictionary_path, options, of_dictionary)
    by_value = is_eav(data.columns)
    if by_value:
        data, of_values = flat(data, dictionary, path)
        finding_tables.append(of_values)
    check_labels(data, dictionary, path)
    check_columns(data, dictionary, path)
    check_coding(data, dictionary, path)
    check_instances(data, dictionary, path)
    paths = [path, dictionary.path]
    if options.events:
        paths.append(inside(folder, options.events, source.place))
        check_events(data, paths[-1], path)
    expected = None
    if options.event_forms:
        paths.append(inside(folder, options.event_forms, source.place))
        expected = read_listing(paths[-1], "unique_event_name", "form")
    check_doubled(data, dictionary.record_id, path)
    saved = by_value or blank_for_unsaved(data, dictionary)
    export = Export(data, data.index.to_series(), dictionary, path, expected, saved)
    read_forms = [form_of(name, export) for name in dict.fromkeys(dictionary.form_of.values())]
    finding_tables += [
        *check_absent(data, dictionary, path),
        *check_order(data, dictionary, path),
        *check_repeats(data, dictionary, path),
        *check_deidentified(data, dictionary, options, path),
        *(table for _, of_form in read_forms for table in of_form),
    ]
    return RawData(
        MappingProxyType({form.name: form for form, _ in read_forms}),
        tuple(paths),
        all_findings(finding_tables),
    )
