"""What a Python session or a notebook calls: the commands as functions, with paths or nouns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cdisckit import building, exports, spec
from cdisckit.groups.way import Way
from sdtm.readers import read_raw as read_sources
from specs.model import Dataset, Study
from submission import define

if TYPE_CHECKING:
    import os

    from pandera.pandas import DataFrameSchema

    from cdisckit.building import Build
    from cdisckit.spec import SpecCheck
    from sdtm.raw import RawData
    from submission.define import Document

    Folder = str | os.PathLike[str]


def load_study(folder: Folder) -> Study:
    """The specification in a study's folder.

    Nothing of the study's own code is run. SpecError lists what is wrong in its files, with lines.
    """
    return building.open_study(Path(folder))


def check_spec(
    study: Study | Folder, raw: Folder | None = None, *, study_code: bool = True
) -> SpecCheck:
    """All that can be known of a specification without data: `problems` and what is `unchecked`.

    `raw` is the folder of its raw files, if it is another than the study's. Without `study_code`
    the study's own functions are not run.
    """
    return spec.check_spec(_folder(study), _path(raw), study_code=study_code)


def read_raw(source: Study | Folder, raw: Folder | None = None) -> RawData:
    """The raw data of a study, or of an export that needs no specification to be read.

    `raw` is the folder of the study's raw files, if it is another than the study's. All values are
    texts; `forms["name"].frame` is one form, `tidy()` has one row per value, `findings` what is
    wrong. RawDataError where they cannot be read.
    """
    if isinstance(source, Study):
        return read_sources(source, _path(raw) or source.folder)
    return exports.read_export(Path(source))[0]


def build(
    study: Study | Folder,
    out: Folder = "out",
    *,
    raw: Folder | None = None,
    dictionaries: Folder | None = None,
    final: bool = False,
    study_code: bool = True,
    workers: int = 1,
) -> Build:
    """Build a study's package into `out/<study id>`, as `cdisckit build` does.

    Of a Study its folder counts: it is read again. `tables["DM"].frame` is a dataset of the result,
    `findings` what is wrong in the data, `unexplained` the part of them that nothing explains.
    CdisckitError where it cannot run. With `final` a package with unexplained errors is refused:
    `folder` is then None. Without `study_code` the study's own Python is not run. Several `workers`
    are processes that build groups of subjects; what is to run alone then stands under
    `if __name__ == "__main__":`, as for any program that starts processes.
    """
    return building.build(
        _folder(study),
        Path(out),
        raw=_path(raw),
        dictionaries=_path(dictionaries),
        mode="final" if final else "draft",
        study_code=study_code,
        way=Way(workers=workers),
    )


def schema(dataset: Dataset | str, study: Study) -> DataFrameSchema:
    """The pandera schema of a dataset of the study, given as such or by its name.

    Its checks are what the specification and the guide demand, named by the ids of the findings.
    """
    from validation.schemas import schema as schema_of

    if not isinstance(study, Study):
        raise TypeError('schema takes a dataset, then its study: schema("DM", study)')
    return schema_of(study.dataset(dataset) if isinstance(dataset, str) else dataset, study)


def read_define(file: Folder) -> Document:
    """A define.xml, 2.0 or 2.1, of whatever maker."""
    return define.read_define(Path(file))


def _folder(study: Study | Folder) -> Path:
    return study.folder if isinstance(study, Study) else Path(study)


def _path(folder: Folder | None) -> Path | None:
    return None if folder is None else Path(folder)
