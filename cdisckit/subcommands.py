"""The commands of two words: `cdisckit ct add`, `cdisckit spec export` and the like."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cdisckit.ending import CLEAN, FINDINGS
from cdisckit.terminal import say, terminal
from specs.cache import NO_CACHE, opened
from specs.errors import CdisckitError, OutputError
from specs.shown import counted

if TYPE_CHECKING:
    from specs.cache import Cache, Contents

StudyFolder = Annotated[Path, typer.Argument(help="The study's folder, with study.yaml.")]

RawFolder = Annotated[
    Path | None,
    typer.Option(envvar="CDISCKIT_RAW", help="Folder of the raw files, if not the study's."),
]

Dictionaries = Annotated[
    Path | None,
    typer.Option(envvar="CDISCKIT_DICTIONARIES", help="Folder of MedDRA-28.0 and the like."),
]

CacheFolder = Annotated[
    Path | None,
    typer.Option("--cache", help="Folder of the cache, if not that of the user."),
]

UseCache = Annotated[
    bool,
    typer.Option(
        " /--no-cache", help="Make everything anew: take nothing from the cache, keep nothing."
    ),
]

ct = typer.Typer(help="Controlled terminology packages.", no_args_is_help=True)
cache = typer.Typer(help="What earlier builds made, kept for the next.", no_args_is_help=True)
spec = typer.Typer(
    help="Specifications as workbooks or define.xml, and back.", no_args_is_help=True
)

StudyCode = Annotated[
    bool,
    typer.Option(
        "--study-code/--no-study-code",
        help="Whether the study's own Python may run; without it what needs it is refused.",
    ),
]


def cache_of(folder: Path | None, *, used: bool) -> Cache:
    """The cache that a command is told to use; without a folder `$CDISCKIT_NO_CACHE` counts too."""
    wanted = used and (folder is not None or not os.environ.get("CDISCKIT_NO_CACHE"))
    return opened(folder) if wanted else NO_CACHE


@cache.command("info")
def cache_info(folder: CacheFolder = None) -> None:
    """Tell where the cache is, and how much it holds."""
    held = opened(folder).contents()
    say(terminal(), f"{held.folder}: {_worded(held)}, of {held.limit / 1e9:.1f} GB at most")


@cache.command("clear")
def cache_clear(folder: CacheFolder = None) -> None:
    """Remove all that the cache holds; the next build makes everything anew."""
    held = opened(folder).clear()
    say(terminal(), f"{held.folder}: {_worded(held)} removed")


def _worded(held: Contents) -> str:
    return f"{counted(held.files, 'result')}, {held.size / 1e6:.1f} MB"


@ct.command("add")
def ct_add(
    file: Annotated[Path, typer.Argument(help="A package of NCI EVS: ODM-XML or text.")],
) -> None:
    """Load a whole official terminology package into the user's cache."""
    from specs.terminology.nci import add_package

    added = add_package(file)
    say(
        terminal(),
        f"{added.name} {added.version}: {added.codelists:,} codelists, {added.terms:,} terms",
    )


@ct.command("list")
def ct_list() -> None:
    """List the terminology packages at hand."""
    from specs.terminology import versions

    for name, version, whole in versions():
        kind = "whole package" if whole else "shipped selection"
        say(terminal(), f"{name} {version}: {kind}")


@spec.command("export")
def spec_export(
    study: StudyFolder,
    to: Annotated[
        Path | None, typer.Option(help="The file to write; a new spec.xlsx if none is named.")
    ] = None,
    layout: Annotated[
        str, typer.Option(help="A (Community, Define 2.0), B (Enterprise, 2.0) or C (2.1).")
    ] = "C",
    standard: Annotated[
        str, typer.Option(help="For a define.xml: SDTMIG or ADaMIG, where a study has both.")
    ] = "",
) -> None:
    """Write a study's specification as a workbook in a layout of Pinnacle 21, or as define.xml.

    A define.xml written from the specification alone has the planned types and lengths.
    """
    from cdisckit.spec import export_spec

    if layout not in ("A", "B", "C"):
        raise CdisckitError(f"there is no layout {layout}", remedy="choose A, B or C")
    if standard not in ("", "SDTMIG", "ADaMIG"):
        raise CdisckitError(f"there is no standard {standard}", remedy="choose SDTMIG or ADaMIG")
    if to is None:
        to = Path("spec.xlsx")
        if to.exists():
            raise OutputError(
                "is there already, and may hold edits",
                where=str(to),
                remedy="name the file with --to; it is replaced if it is named",
            )
    count = export_spec(study, to, layout, standard)  # type: ignore[arg-type]  # checked above
    say(terminal(), f"{count} datasets: {to}")


@spec.command("import")
def spec_import(
    files: Annotated[
        list[Path],
        typer.Argument(help="A workbook in one of the three layouts, or define.xml files."),
    ],
    to: Annotated[
        Path, typer.Option(help="The study's folder: a workbook replaces files, a define.xml none.")
    ],
) -> None:
    """Write the files of a study from a workbook, or start a study from its define.xml files.

    Columns of a workbook that are not known are named, and what is not kept of it or of a
    define.xml. Nothing is changed when the study cannot be loaded after an import. Ends with 1
    when a workbook's edit is not kept, or the study has problems.
    """
    from cdisckit.spec import import_spec

    done = import_spec(files, to)
    for remark in done.remarks:
        say(terminal(errors=True), remark)
    for line in done.summary:
        say(terminal(), line)
    raise typer.Exit(CLEAN if done.clean else FINDINGS)


@spec.command("schema")
def spec_schema(
    study: StudyFolder,
    to: Annotated[
        Path | None, typer.Option(help="Another folder for them than .vscode/schemas of the study.")
    ] = None,
    raw: RawFolder = None,
) -> None:
    """Write JSON Schemas of a study's YAML files, by which an editor completes and checks them.

    Without --to they go into the study's folder, with settings for Visual Studio Code.
    """
    from cdisckit.editors import names_in
    from specs.editors import write_schemas
    from specs.editors.settings import SCHEMAS, write_settings

    folder = to or study / SCHEMAS
    count = len(write_schemas(names_in(study, raw), folder))
    say(terminal(), f"{count} schemas: {folder}")
    if to is None:
        say(terminal(), f"Settings: {write_settings(study)}")
