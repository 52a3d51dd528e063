"""Readers of raw data: a module for each format, named as study.yaml names the format.

A reader is a function `read(source, folder) -> RawData`; `source` holds its options as written in
study.yaml, `folder` is where relative paths start. What a form offers as answers the reader says in
its fields; that the answers keep to it is checked here, for all readers alike.
"""

from __future__ import annotations

import pkgutil
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from sdtm.raw import RawData, apart_from, combined
from sdtm.readers._characters import writable
from sdtm.readers._form_checks import UNFINISHED, accounted
from sdtm.readers._kept import kept_or_read
from sdtm.readers._system_reader import read_system
from sdtm.readers._systems import SYSTEMS
from sdtm.readers._unread import unread
from sdtm.visits import with_visits_in_order
from specs.cache import NO_CACHE
from specs.errors import SpecError, did_you_mean
from specs.findings import all_findings

if TYPE_CHECKING:
    from pathlib import Path

    from specs.cache import Cache
    from specs.model import RawSource, Study


__all__ = ["UNFINISHED", "read_raw", "read_source"]


def read_raw(study: Study, folder: Path, cache: Cache = NO_CACHE) -> RawData:
    """The raw data of a study, from all its sources; record ids follow the order of the sources.

    A form named like a dataset of the study is known by its name in lower case.

    A file that lies beside those that were read, and is not named under not_read, is a finding. A
    source whose files are as they were is taken from the `cache`.
    """
    data = combined(kept_or_read(source, folder, cache, read_source) for source in study.sources)
    data = apart_from(data, [dataset.name for dataset in study.datasets])
    data = with_visits_in_order(study, writable(data, study.encoding, study.replace))
    beside = unread(folder, data.files, (*study.not_read, *study.table_files))
    return replace(data, findings=all_findings([data.findings, beside]))


def read_source(source: RawSource, folder: Path) -> RawData:
    """The raw data of one source, its answers held against what its forms offer.

    SpecError where there is no such reader.
    """
    readers = [
        info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_")
    ]
    if source.reader not in {*readers, *SYSTEMS}:
        raise SpecError(
            f"there is no reader {source.reader}",
            where=source.place,
            remedy=did_you_mean(source.reader, [*readers, *SYSTEMS]),
        )
    data: RawData
    try:
        if source.reader in SYSTEMS:
            data = read_system(source.reader, source, folder)
        else:
            data = import_module(f"{__name__}.{source.reader}").read(source, folder)
    except SpecError as error:
        where = error.where or source.place
        raise SpecError(error.what, where=where, remedy=error.remedy) from None
    return replace(data, findings=all_findings([data.findings, *accounted(data)]))
