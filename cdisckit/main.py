"""The command line: a function for each command; those of `ct` and `spec` are beside it.

Exit codes are a contract: 0 clean, 1 findings or differences, 2 could not run, 3 a fault of
cdisckit itself.
"""

from __future__ import annotations

import gc
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

from cdisckit import loop
from cdisckit.ending import CLEAN, COULD_NOT_RUN, FINDINGS, shell_endings
from cdisckit.faults import faults_reported, printable
from cdisckit.subcommands import (
    CacheFolder,
    Dictionaries,
    RawFolder,
    StudyCode,
    StudyFolder,
    UseCache,
    cache_of,
    ct,
    spec,
)
from cdisckit.subcommands import cache as cache_commands
from cdisckit.terminal import say, terminal
from specs.errors import CdisckitError, remedy_text
from specs.output import check_new, new_folder, plain

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (loop.preview, loop.watch, loop.plan):
    app.command()(command)
app.add_typer(cache_commands, name="cache")
app.add_typer(ct, name="ct")
app.add_typer(spec, name="spec")


def _version(*, wanted: bool) -> None:
    if wanted:
        from cdisckit import __version__

        typer.echo(f"cdisckit {__version__}")
        raise typer.Exit(CLEAN)


@app.callback()
def start(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """From the raw data of a clinical trial to SDTM and ADaM in XPT with define.xml."""
    import pyarrow as pa

    # Arrow's own memory pool hands pages back and forth; the system's saves a third of a build.
    pa.set_memory_pool(pa.system_memory_pool())


@app.command()
def build(
    study: StudyFolder,
    out: Annotated[Path, typer.Option(help="Where packages go.")] = Path("out"),
    raw: RawFolder = None,
    dictionaries: Dictionaries = None,
    final: Annotated[
        bool,
        typer.Option("--final/--draft", help="Final refuses a package with unexplained errors."),
    ] = False,
    study_code: StudyCode = True,
    cache_folder: CacheFolder = None,
    use_cache: UseCache = True,
    workers: Annotated[
        int, typer.Option(min=1, help="How many processes build groups of subjects.")
    ] = 1,
    engine: Annotated[
        Literal["processes", "dask"], typer.Option(help="What runs groups of subjects.")
    ] = "processes",
    scheduler: Annotated[
        str, typer.Option(help="The address of a Dask scheduler, such as tcp://host:8786.")
    ] = "",
    group_size: Annotated[
        int | None, typer.Option(min=1, help="Raw records in a group, at most; 50,000 unless told.")
    ] = None,
    log: Annotated[Path | None, typer.Option(help="A file for progress, as JSON lines.")] = None,
    profile: Annotated[
        bool, typer.Option("--profile", help="Print seconds and memory by step and dataset.")
    ] = False,
) -> None:
    """Build a study's package: SDTM and ADaM in XPT, define.xml, findings, lineage.

    What nothing has changed since an earlier build is taken from the cache; where nothing at all
    has, the package stays. A final build makes all of it anew. Ends with 0 when nothing is found, 1
    with unexplained findings, 2 when it could not run.
    """
    from cdisckit.summary import print_summary
    from cdisckit.unchanged import Inputs, remember, standing

    cache = cache_of(cache_folder, used=use_cache and not final)
    mode: Literal["draft", "final"] = "final" if final else "draft"
    inputs = Inputs(study, out, raw, dictionaries, mode, study_code)
    key = inputs.key() if cache else ""
    unchanged = standing(key, cache)
    if unchanged:
        summary, name = unchanged
        print_summary(summary, out / name, terminal())
        say(terminal(), "Nothing has changed since this package was built: it stays as it is.")
        raise typer.Exit(CLEAN if summary.clean else FINDINGS)

    from cdisckit.build_summary import reads_elsewhere, summary_of
    from cdisckit.building import build as build_package
    from cdisckit.groups.way import Way
    from cdisckit.reporting import print_steps, reported

    # What is loaded by now stays: looking it through for garbage is a twentieth of a build.
    gc.freeze()
    with reported(terminal(errors=True), log) as watch:
        built = build_package(
            study,
            out,
            raw=raw,
            dictionaries=dictionaries,
            mode=mode,
            study_code=study_code,
            way=Way(workers, engine, scheduler, group_size),
            watch=watch,
            cache=cache,
        )
    summary = summary_of(built)
    if cache and inputs.key() == key and not reads_elsewhere(built.study):
        remember(key, summary, built.report, cache)
    cache.trim()
    if profile:
        print_steps(built.steps, terminal())
    print_summary(summary, built.report, terminal())
    raise typer.Exit(CLEAN if summary.clean else FINDINGS)


@app.command()
def analyze(
    study: StudyFolder,
    out: Annotated[Path, typer.Option(help="Where results go.")] = Path("out"),
    raw: RawFolder = None,
    study_code: StudyCode = True,
) -> None:
    """Compute a study's declared results: data, CDISC ARS, tables, figures and a page of all."""
    from cdisckit.analyze import analyze as analyze_study

    folder, written = analyze_study(study, out, raw=raw, study_code=study_code)
    console = terminal()
    count = sum(len(files) for files in written.files.values())
    say(console, f"{len(written.files)} tables and figures in {count} files")
    for left_out in written.left_out:
        say(console, ("Left out", "yellow"), f" {left_out}")
    say(console, f"Results: {folder / 'index.html'}")


@app.command()
def simulate(
    study: StudyFolder,
    out: Annotated[Path, typer.Option(help="New or empty folder, for build --raw.")],
    subjects: Annotated[int, typer.Option(min=1, help="How many subjects.")] = 6,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bytes.")] = 20180411,
    study_code: StudyCode = True,
) -> None:
    """Write a synthetic raw export of a study, as its EDC would have exported it.

    The files stand in the folder as study.yaml names them (raw/data.csv), so that it can be given
    to build --raw. A folder that is called raw itself gets them without that: give the one above
    it.
    """
    from cdisckit.building import folder_of_raw_files, simulator

    check_new(out)
    run = simulator(study, study_code=study_code)
    within = folder_of_raw_files(study)
    named = within and out.resolve().parts[-len(within.parts) :] == within.parts
    with new_folder(out) as aside:
        place = aside if named or not within else aside / within
        place.mkdir(parents=True, exist_ok=True)
        run(place, subjects, seed)
    above = out.resolve().parents[len(within.parts) - 1] if named and within else out
    say(terminal(), f"Synthetic export of {subjects:,} subjects, for --raw {above}")


@app.command()
def define(
    file: Annotated[Path, typer.Argument(help="A define.xml, 2.0 or 2.1, of whatever maker.")],
    html: Annotated[Path | None, typer.Option(help="Write it as one page of HTML.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write it as PDF; needs a browser.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Check it, and the data beside it.")
    ] = False,
    diff: Annotated[Path | None, typer.Option(help="Compare it with this older version.")] = None,
) -> None:
    """Show, print, check and compare a define.xml.

    Ends with 0 when nothing is found and nothing differs, 1 with findings or differences, 2 when it
    could not run.
    """
    from cdisckit.define import DefineTasks
    from cdisckit.define import define as do

    clean = do(file, DefineTasks(html, pdf, check, diff), terminal())
    raise typer.Exit(CLEAN if clean else FINDINGS)


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(help="A .xpt, .json, .ndjson, .dsjc, .parquet, .csv.")],
    target: Annotated[Path, typer.Argument(help="The file to write, of any of these formats.")],
    encoding: Annotated[str, typer.Option(help="Of the text in transport files.")] = "ascii",
    created: Annotated[
        datetime | None,
        typer.Option(help="The time written into the target, if not the source's."),
    ] = None,
) -> None:
    """Write the dataset of one file as another; name what the other format cannot say."""
    from cdisckit.convert import convert as convert_file

    for difference in convert_file(source, target, encoding=encoding, created=created):
        say(terminal(errors=True), f"Not kept: {difference}")


@app.command()
def show(
    file: Annotated[Path, typer.Argument(help="A .xpt, .json, .ndjson, .dsjc, .parquet, .csv.")],
    where: Annotated[
        list[str] | None, typer.Option(help="A condition such as 'AGE GE 40'; all must hold.")
    ] = None,
    columns: Annotated[str, typer.Option(help="Variables to show, such as AGE,SEX.")] = "",
    stats: Annotated[bool, typer.Option("--stats", help="What the values are like.")] = False,
    rows: Annotated[int, typer.Option(min=0, help="How many rows to show.")] = 20,
    encoding: Annotated[str, typer.Option(help="Of the text in transport files.")] = "ascii",
) -> None:
    """Show a dataset's description and first rows, or with --stats what its values are like."""
    from cdisckit.show import show as show_file

    chosen = [name.strip() for name in columns.split(",") if name.strip()]
    show_file(
        file,
        terminal(),
        where=where or (),
        columns=chosen,
        stats=stats,
        rows=rows,
        encoding=encoding,
    )


@app.command()
def compare(
    base: Annotated[Path, typer.Argument(help="A dataset's file, or a folder of them.")],
    other: Annotated[
        Path, typer.Argument(metavar="{compare}", help="What is compared with it, of any format.")
    ],
    keys: Annotated[
        list[str] | None,
        typer.Option(help="USUBJID,AESEQ, or AE=USUBJID,AESEQ; else those of define.xml."),
    ] = None,
    absolute: Annotated[float, typer.Option(help="How far numbers may be apart.")] = 0.0,
    relative: Annotated[float, typer.Option(help="The same, as a fraction of the larger.")] = 0.0,
    tolerance: Annotated[
        list[str] | None, typer.Option(help="The absolute one of a variable, such as AVAL=1e-9.")
    ] = None,
    first: Annotated[int, typer.Option(min=0, help="How many of a variable to show.")] = 5,
    report: Annotated[
        Path | None, typer.Option(help="A new folder for all differences, CSV and XLSX.")
    ] = None,
    encoding: Annotated[str, typer.Option(help="Of the text in transport files.")] = "ascii",
) -> None:
    """Compare datasets with other versions of them: variables, attributes, records, values.

    Files or folders of XPT, Dataset-JSON, SAS7BDAT, Parquet and CSV. Numbers are compared exactly
    where no tolerance is named. Ends with 0 when all is the same, 1 when something differs, 2 when
    it could not run.
    """
    from cdisckit.compare import compared, print_compared, read_settings, write_report

    settings = read_settings(keys or (), absolute, relative, tolerance or (), encoding)
    result = compared(base, other, settings)
    if report:
        write_report(result, report)
    print_compared(result, terminal(), first)
    if report:
        say(terminal(), f"All differences: {report}")
    raise typer.Exit(CLEAN if result.same else FINDINGS)


@app.command()
def verify(
    package: Annotated[Path, typer.Argument(help="A package's folder, or a define.xml.")],
) -> None:
    """Derive the variables of a delivered package again, from its own files, and compare.

    Ends with 0 when all that could be derived again is equal, 1 when something differs.
    """
    from cdisckit.define import print_verified
    from cdisckit.verify import verify as derive_again

    equal = print_verified(derive_again(package), terminal())
    raise typer.Exit(CLEAN if equal else FINDINGS)


@app.command()
def explain(
    package: Annotated[Path, typer.Argument(help="A built package, such as out/STUDY.")],
    cell: Annotated[str, typer.Argument(help="DATASET.VARIABLE, such as ADRS.AVALC.")],
    where: Annotated[
        list[str] | None, typer.Option(help="VARIABLE=value; together they name one row.")
    ] = None,
    depth: Annotated[int, typer.Option(min=0, help="How far back.")] = 8,
    records: Annotated[int, typer.Option(min=1, help="How many of many records to list.")] = 3,
    study: Annotated[
        Path | None, typer.Option(help="The study's folder, to show the raw values too.")
    ] = None,
    raw: RawFolder = None,
) -> None:
    """Trace one value of a package back to the fields on the forms, with the methods used."""
    from cdisckit.explain import drawn, explained, raw_values

    values = raw_values(study, raw) if study else None
    cell_shown = explained(package, cell, where or (), depth=depth, most=records, raw_value=values)
    terminal().print(drawn(cell_shown))


@app.command()
def derivations(
    study: Annotated[
        Path | None, typer.Option(help="A study's folder, whose own functions are listed too.")
    ] = None,
) -> None:
    """List the functions a rule may name under derived, with their sources, constants and text."""
    from cdisckit.building import known_derivations
    from cdisckit.derivations import page

    typer.echo(page(known_derivations(study or Path())), nl=False)


@app.command()
def profile(
    raw: Annotated[Path, typer.Argument(help="An export, a folder of files, or a study.")],
    out: Annotated[
        Path | None, typer.Option(help="The page to write; without it, beside the export.")
    ] = None,
) -> None:
    """Show what is in an export: forms, fields, how full they are, ranges, dates, codes."""
    from cdisckit.exports import read_export
    from cdisckit.profile import check_page, page_of, print_profile, profiled, write_profile

    out = out or page_of(raw)
    check_page(out)
    page = profiled(*read_export(raw))
    write_profile(page, out)
    print_profile(page, terminal())
    say(terminal(), f"Page: {out}")


@app.command()
def init(
    raw: Annotated[Path, typer.Argument(help="An export, or the folder of its files.")],
    study: Annotated[Path, typer.Argument(help="The study's folder to be made.")],
) -> None:
    """Propose a study's folder from an export; what is proposed waits for review.

    A final build refuses the study while a line of its proposals.csv is not reviewed.
    """
    from cdisckit.init import propose_study

    proposed = propose_study(raw, study)
    datasets = len({proposal.dataset for proposal in proposed.proposals} | {"DM"})
    say(
        terminal(),
        f"{proposed.folder}: {len(proposed.proposals)} variables of {datasets} datasets proposed;"
        f" {proposed.open_fields} fields are for you. Review proposals.csv, then build.",
    )
    for name, why in proposed.passed_over.items():
        say(terminal(), f"{name} {why}")


@app.command("check-spec")
def check_spec(
    study: StudyFolder,
    raw: RawFolder = None,
    study_code: StudyCode = True,
) -> None:
    """Check a study's specification for all that can be known without data, all errors at once.

    Ends with 0 when all was checked and nothing is wrong, 1 with a list of what is wrong and what
    could not be checked, 2 when there is no study.
    """
    from cdisckit.spec import check_spec as check

    checked = check(study, raw, study_code=study_code)
    console = terminal()
    for problem in checked.problems:
        say(console, problem)
    for what in checked.unchecked:
        say(console, f"Not checked: {what}")
    say(console, checked.summary)
    raise typer.Exit(CLEAN if checked.clean else FINDINGS)


def main() -> None:
    """Run the command line; errors are one message on stderr and exit code 2, faults 3."""
    with faults_reported(), printable(), shell_endings():
        try:
            app()
        except CdisckitError as error:
            _fail(str(error))
        except UnicodeEncodeError as error:
            if not re.search("[\ud800-\udfff]", error.object):
                raise
            shown = error.object[:200].encode("ascii", "backslashreplace").decode()
            _fail(f"{shown} is not text in UTF-8; rename the file, or mend the text")
        except MemoryError:
            _fail("there is not enough memory; give the process more, or read less at once")
        except OSError as error:
            what, remedy = plain(error)
            where = f"{error.filename}: " if error.filename else ""
            _fail(f"{where}{what}{remedy_text(remedy)}")


def _fail(message: str) -> NoReturn:
    say(terminal(errors=True), ("Error", "red"), f" {message}")
    sys.exit(COULD_NOT_RUN)
