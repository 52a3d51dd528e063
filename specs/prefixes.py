"""Names with `--` in place of the domain, and ids in place of a dataset's name.

A dataset's file may write its own variables as `--TESTCD`; the domain it names once is their
prefix. Records that may move to another domain have an `id`, by which other files name them:
`PGA.--DTC` is QS.QSDTC where the file with the id PGA says `dataset: QS`. In an analysis dataset
`--` is the prefix of the records it is made from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from specs.errors import SpecError
from specs.standards import latest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from specs.yaml_files import YamlFile

_NAME = re.compile(r"(?:(?P<owner>[^.\s]+)\.)?(?P<dashes>--)?(?P<rest>[A-Z0-9*]+)")


def with_prefix(name: str, prefix: str) -> str:
    """A name with the prefix of a domain in place of `--`; another name as it is.

    >>> with_prefix("--DTC", "AE"), with_prefix("VISIT", "AE")
    ('AEDTC', 'VISIT')
    """
    return prefix + name.removeprefix("--") if name.startswith("--") else name


@dataclass(frozen=True)
class Prefixes:
    """What stands for `--` and for ids in the files of a study.

    `owners` has, for an id, the dataset it stands for; `domains`, for ids, datasets and
    parameters, the prefix of their variables.
    """

    owners: Mapping[str, str]
    domains: Mapping[str, str]

    def resolved(self, text: str, own: str) -> str:
        """A name as it is meant: `--DTC`, `PGA.--DTC`, `PGA.DOMAIN`; other text as it is.

        >>> Prefixes({"PGA": "QS"}, {"PGA": "QS"}).resolved("PGA.--DTC", "AE")
        'QS.QSDTC'
        """
        match = _NAME.fullmatch(text) if "--" in text or "." in text else None
        if match is None:
            return text
        owner = match["owner"] or ""
        name = match["rest"]
        if match["dashes"]:
            prefix = self.domains.get(owner) if owner else own
            if not prefix:
                return text
            name = prefix + name
        owner = self.owners.get(owner, owner)
        return f"{owner}.{name}" if owner else name


def prefixes(sdtm: Iterable[YamlFile], adam: Iterable[YamlFile]) -> Prefixes:
    """Read off the files which id stands for which dataset, and which prefix goes with which."""
    owners: dict[str, str] = {}
    domains: dict[str, str] = {}
    for file in sdtm:
        dataset, identifier = _text(file, "dataset"), _text(file, "id")
        domain = _text(file, "domain") or latest("SDTMIG").of_associated(dataset) or dataset
        domains.setdefault(dataset, domain)
        if not identifier:
            continue
        if identifier in owners:
            raise SpecError(
                f"two files have the id {identifier}", where=file.place("id"), remedy="rename one"
            )
        owners[identifier] = dataset
        domains[identifier] = domain
    waiting = {_text(file, "dataset"): file for file in adam}
    for name in waiting:
        domains[name] = _of_records(name, waiting, domains)
    for name, file in waiting.items():
        codes = file.data.get("parameters")
        for code in codes if isinstance(codes, dict) else ():
            domains.setdefault(str(code), domains[name])
    for identifier in owners:
        if identifier in waiting or identifier in owners.values():
            raise SpecError(
                f"{identifier} is the name of a dataset and an id",
                remedy="choose another id",
            )
    return Prefixes(owners, domains)


def own_prefix(file: YamlFile, prefixes: Prefixes) -> str:
    """The prefix that `--` stands for in a file."""
    name = _text(file, "id") or _text(file, "dataset")
    return prefixes.domains.get(name, "")


def _of_records(name: str, files: Mapping[str, YamlFile], domains: Mapping[str, str]) -> str:
    """The prefix of the first records a dataset is made from, through other analysis datasets."""
    seen: list[str] = []
    while name in files and name not in seen:
        seen.append(name)
        blocks = files[name].data.get("records")
        first: Any = blocks[0] if isinstance(blocks, list) and blocks else blocks
        source = first.get("from", "") if isinstance(first, dict) else first
        name = source.partition(".")[0] if isinstance(source, str) else ""
    return domains.get(name, "")


def _text(file: YamlFile, key: str) -> str:
    value = file.data.get(key, "")
    return value if isinstance(value, str) else ""
