"""The transport files that a define.xml describes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from specs.errors import SpecError
from specs.paths import inside
from submission.xpt import read_categories
from validation.define.check import Fault, finding
from validation.define.data.terms import TermsInData
from validation.define.families.documents import file_of, is_there

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from submission.xpt import Column, Member
    from validation.define.document import Node
    from validation.define.model import Define, Use

Row = dict[str, Any]


class Frames:
    """The data of transport files, of which two at most are in memory."""

    def __init__(self) -> None:
        self._read: dict[Path, tuple[pd.DataFrame, Member]] = {}

    def of(self, path: Path) -> tuple[pd.DataFrame, Member]:
        """The rows of a file, texts as categories, and what it says of them."""
        if path not in self._read:
            for old in list(self._read)[:-1]:
                del self._read[old]
            self._read[path] = read_categories(path)
        return self._read[path]


@dataclass(frozen=True, eq=False)
class Delivered:
    """A dataset of the file with its data. The name of the transport file stands in findings."""

    define: Define
    dataset: Node
    path: Path
    frames: Frames
    terms: TermsInData  # of all datasets

    @property
    def frame(self) -> pd.DataFrame:
        """The rows of the transport file."""
        return self.frames.of(self.path)[0]

    @property
    def member(self) -> Member:
        """What the transport file says of them."""
        return self.frames.of(self.path)[1]

    @property
    def name(self) -> str:
        """The dataset's name."""
        return self.dataset.get("Name")

    @cached_property
    def variables(self) -> dict[str, Use]:
        """The variables of the dataset in define.xml, by name, in its order."""
        return {
            use.item.get("Name"): use
            for use in self.define.variables
            if use.dataset is self.dataset
        }

    @cached_property
    def columns(self) -> dict[str, Column]:
        """The variables of the transport file."""
        return {column.name: column for column in self.member.columns}

    def both(self) -> Iterator[tuple[Use, Column, pd.Series]]:
        """The variables that are in define.xml and in the data, with their values."""
        for name, use in self.variables.items():
            if name in self.columns:
                yield use, self.columns[name], self.frame[name]

    def finding(
        self,
        rule: str,
        node: Node,
        message: str,
        variable: str = "",
        *,
        value: object = "",
        severity: str = "",
    ) -> Row:
        """A finding about the dataset or one of its variables."""
        fault = Fault(node, message, str(value)[:200], (self.name, variable), severity)
        return finding(self.define, rule, fault)


def deliveries(define: Define, folder: Path, rows: list[Row]) -> list[Delivered]:
    """Every dataset whose file is there; a file that is too much becomes a row."""
    files = {path.name.casefold(): path for path in sorted(folder.glob("*")) if path.is_file()}
    read: list[Delivered] = []
    names: set[str] = set()
    terms, frames = TermsInData(), Frames()
    for dataset in define.datasets:
        path = _file(define, dataset, files)
        if path is None:
            continue
        names.add(path.name.casefold())
        if dataset.get("def:HasNoData"):
            message = f"{dataset.get('Name')} has def:HasNoData, and there is the file {path.name}"
            rows.append(finding(define, "CK-DEFINE-NO-DATA", Fault(dataset, message)))
        read.append(Delivered(define, dataset, path, frames, terms))
    for name, path in files.items():
        if path.suffix.lower() == ".xpt" and name not in names:
            message = f"{path.name} is in the folder, and no dataset of {define.document.path.name}"
            rows.append(
                finding(define, "CK-DEFINE-EXTRA-FILE", Fault(define.root, message, path.name))
            )
    return read


def _file(define: Define, dataset: Node, files: dict[str, Path]) -> Path | None:
    """The transport file of a dataset: as its leaf says, or of its name in the folder."""
    hrefs = [leaf.get("xlink:href") for leaf in dataset.all("def:leaf")]
    for href in hrefs:
        path = file_of(define.folder, href)
        if path is not None and is_there(path) and _is_below(define.folder, href):
            return path
    names = [PurePosixPath(href).name for href in hrefs] + [f"{dataset.get('Name')}.xpt"]
    return next((files[n.casefold()] for n in names if n.casefold() in files), None)


def _is_below(folder: Path, href: str) -> bool:
    """Whether a file lies in the folder of the define.xml: data from elsewhere are not read."""
    try:
        inside(folder, unquote(urlsplit(href).path))
    except SpecError:
        return False
    return True
