"""What is covered: every public rule with how it is decided, as a table in docs/."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from validation.define.check import PublicId, public_ids
from validation.define.data import TITLES as DATA_TITLES
from validation.define.run import all_checks
from validation.define.schema import TITLE as SCHEMA_TITLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Public ids that no check answers to, and why.
NOT_DECIDED: Final[Mapping[str, str]] = MappingProxyType(
    {"DD0000": "says that the file has results metadata, which is not a fault"}
)

# Ids that are found outside the checks of the file: in the folder.
FOLDER_TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {"DD0101": "A folder of transport files has a define.xml"}
)

_NEEDS: Final = {
    "xml": "",
    "std": "the guide's tables (SDTMIG 3.4)",
    "ct": "the terminology package",
    "data": "the datasets",
    "files": "the folder",
}


@dataclass(frozen=True)
class Covered:
    """How a public rule is covered: its titles, by which means, what it needs beside the file."""

    id: str
    titles: tuple[str, ...]
    means: tuple[str, ...]
    needs: str

    @property
    def how(self) -> str:
        """The means in words."""
        return " and ".join(self.means)


@cache
def coverage() -> tuple[Covered, ...]:
    """Every public rule in the order of ids.csv, with how it is covered."""
    titles = _titles()
    through: dict[str, list[str]] = {}
    for public in public_ids().values():
        if public.id in titles:
            for other in public.also:
                through.setdefault(other, []).append(public.id)
    return tuple(_covered(public, titles, through) for public in public_ids().values())


def rule_titles() -> Mapping[str, str]:
    """The title of every rule that findings of a define.xml may have."""
    return MappingProxyType({name: texts[0] for name, texts in _titles().items()})


def _titles() -> dict[str, tuple[str, ...]]:
    titles: dict[str, tuple[str, ...]] = {}
    for check in all_checks():
        for name in check.ids:
            titles[name] = (*titles.get(name, ()), check.title)
    others = {**DATA_TITLES, **FOLDER_TITLES, **SCHEMA_TITLE}
    for name, title in others.items():
        titles[name] = (*titles.get(name, ()), title)
    return titles


def _covered(
    public: PublicId, titles: Mapping[str, tuple[str, ...]], through: Mapping[str, list[str]]
) -> Covered:
    means = []
    if public.id in titles:
        means.append("own check")
    elif public.id in through:
        means.append(f"own check {_shortened(through[public.id])}")
    if public.schema == "full":
        means.append("schema")
    elif public.schema in ("part", "idref"):
        means.append("schema in part")
    if public.id in NOT_DECIDED:
        means.append(f"not decided: {NOT_DECIDED[public.id]}")
    return Covered(public.id, titles.get(public.id, ()), tuple(means), _NEEDS[public.needs])


def _shortened(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def coverage_page() -> str:
    """The table of coverage as Markdown, docs/define-rules.md."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    """The lines of docs/define-rules.md."""
    groups = {
        "Rules of CDISC": [c for c in coverage() if c.id.startswith("DEFINE-")],
        "Rules of the agencies": [c for c in coverage() if c.id.startswith("DD")],
        "Rules of cdisckit": [c for c in coverage() if c.id.startswith("CK-")],
    }
    yield "# Rules for define.xml"
    yield ""
    yield (
        "Which rule is decided how. *Own check*: decided by cdisckit alone. *Schema*: the XML"
        " schema finds it too, where an installed package brings the schema. The ids of CDISC are"
        " those of the Define-XML 2.1 conformance rules, the DD ids those of PMDA and Pinnacle 21;"
        " the words are ours. A rule that needs the guide or a terminology package says nothing"
        " where cdisckit does not have that version. This page is written from the code."
    )
    yield ""
    yield "| | rules | own check | schema too | not decided |"
    yield "|---|---|---|---|---|"
    for title, group in groups.items():
        own = sum(any(m.startswith("own check") for m in c.means) for c in group)
        both = sum("schema" in c.means for c in group)
        left = sum(not c.means or c.means[-1].startswith("not decided") for c in group)
        yield f"| {title} | {len(group)} | {own} | {both} | {left} |"
    for title, group in groups.items():
        yield ""
        yield f"## {title}"
        yield ""
        yield "| rule | what holds | covered by | needs beside the file |"
        yield "|---|---|---|---|"
        for one in group:
            titles = "; ".join(dict.fromkeys(one.titles)).replace("|", "\\|")
            yield f"| {one.id} | {titles} | {one.how} | {one.needs} |"
