"""The commands of the loop of an edit: preview a dataset, watch its files, plan a build."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cdisckit.ending import CLEAN, FINDINGS
from cdisckit.subcommands import (
    CacheFolder,
    Dictionaries,
    RawFolder,
    StudyCode,
    StudyFolder,
    UseCache,
    cache_of,
)
from cdisckit.terminal import say, terminal
from specs.errors import CdisckitError


def preview(
    study: StudyFolder,
    dataset: Annotated[str, typer.Argument(help="Its name, such as AE.")],
    subject: Annotated[str, typer.Option(help="Only this subject; the end of its name does.")] = "",
    rows: Annotated[int, typer.Option(min=0, help="How many rows to show.")] = 10,
    diff: Annotated[
        bool, typer.Option("--diff", help="List what changed against the last package.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Where the last package is.")] = Path("out"),
    raw: RawFolder = None,
    study_code: StudyCode = True,
    cache_folder: CacheFolder = None,
    use_cache: UseCache = True,
) -> None:
    """Make one dataset with what it needs, show its rows, its findings and what changed in it.

    Nothing but the cache is written. Ends with 0 when nothing is found in it, 1 with unexplained
    findings, 2 when it could not run.
    """
    from cdisckit.preview import previewed, print_preview

    cache = cache_of(cache_folder, used=use_cache)
    preview_made = previewed(study, dataset, out, raw=raw, study_code=study_code, cache=cache)
    print_preview(preview_made, terminal(), subject=subject, rows=rows, diff=diff)
    raise typer.Exit(CLEAN if preview_made.clean else FINDINGS)


def watch(
    study: StudyFolder,
    dataset: Annotated[
        str, typer.Argument(help="Its name; without one, that of the file that was saved.")
    ] = "",
    subject: Annotated[str, typer.Option(help="Only this subject; the end of its name does.")] = "",
    rows: Annotated[int, typer.Option(min=0, help="How many rows to show.")] = 5,
    out: Annotated[Path, typer.Option(help="Where the last package is.")] = Path("out"),
    raw: RawFolder = None,
    study_code: StudyCode = True,
    cache_folder: CacheFolder = None,
    use_cache: UseCache = True,
) -> None:
    """Show a dataset as preview does, again at every save of the study's files, until stopped."""
    from cdisckit.preview import previewed, print_preview
    from cdisckit.watch import dataset_of, saves

    cache = cache_of(cache_folder, used=use_cache)
    console = terminal()

    def show(name: str) -> None:
        try:
            shown = previewed(study, name, out, raw=raw, study_code=study_code, cache=cache)
        except CdisckitError as error:
            say(console, ("Error", "red"), f" {error}")
            return
        print_preview(shown, console, subject=subject, rows=rows, diff=True)

    if dataset:
        show(dataset)
    say(console, f"Waiting for a save in {study}; Ctrl-C ends it.")
    for files in saves([study, *([raw] if raw else [])]):
        names = {dataset} if dataset else {dataset_of(path, study) for path in files} - {""}
        for name in sorted(names):
            show(name)
        if not names:
            saved = ", ".join(sorted(path.name for path in files))
            say(console, f"{saved}: of no single dataset; cdisckit plan tells what it changes.")


def plan(
    study: StudyFolder,
    out: Annotated[Path, typer.Option(help="Where the last package is.")] = Path("out"),
    raw: RawFolder = None,
    dictionaries: Dictionaries = None,
    study_code: StudyCode = True,
    cache_folder: CacheFolder = None,
    use_cache: UseCache = True,
) -> None:
    """Tell what building an edited study would change in its package; nothing is written there.

    Ends with 0 when nothing would change, 1 when something would, 2 when it could not run.
    """
    from cdisckit.plan import planned, print_plan

    cache = cache_of(cache_folder, used=use_cache)
    plan_made = planned(
        study, out, raw=raw, dictionaries=dictionaries, study_code=study_code, cache=cache
    )
    print_plan(plan_made, terminal())
    raise typer.Exit(CLEAN if plan_made.clean else FINDINGS)
