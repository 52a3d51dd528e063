"""Schemas for editors, with the names that a study's files may use."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from cdisckit.building import check_study, known_derivations
from sdtm.readers import read_raw
from specs.cache import NO_CACHE
from specs.editors import Names
from specs.errors import CdisckitError
from specs.files import StudyFile, TerminologyFile
from specs.load import load_study
from specs.terminology import load_terminology
from specs.yaml_files import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sdtm.raw import RawData
    from specs.cache import Cache


def names_in(
    study: Path,
    raw: Path | None = None,
    *,
    data: RawData | None = None,
    cache: Cache = NO_CACHE,
) -> Names:
    """What the files of a study may name; nothing of its code is run.

    `data` are its raw data, where they have been read. Files of datasets that are wrong at the
    moment, and raw data that cannot be read, add no names.
    """
    check_study(study)
    derivations = known_derivations(study)
    specification = load_study(study, derivations, problems=[], cache=cache)
    datasets = {d.name: tuple(v.name for v in d.variables) for d in specification.datasets}
    forms: dict[str, tuple[str, ...]] = {}
    with suppress(CdisckitError):
        data = data or read_raw(specification, raw or study, cache)
        forms = {name: tuple(form.fields) for name, form in data.forms.items()}
    return Names(derivations, tuple(_codelists(study, cache)), datasets, forms)


def _codelists(study: Path, cache: Cache) -> Iterator[str]:
    """The codelists of the standard by name and code, and the study's own."""
    versions = read_yaml(study / "study.yaml", cache).parsed(StudyFile).terminology
    terminology = load_terminology(sdtm=versions.get("SDTM"), adam=versions.get("ADaM"))
    for package in terminology.packages:
        for code, lines in package.rows.items():
            yield from (code, lines[0][3])
    own = study / "terminology.yaml"
    if own.exists():
        yield from read_yaml(own, cache).parsed(TerminologyFile).codelists
