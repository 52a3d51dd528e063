"""The rows a dataset starts from: records taken over, and records made by a derivation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from adam.lookup import NONE, taken
from adam.records import Copies, Records
from engine.calls import outcome_of
from specs.derivation import Outcome
from specs.distinct import texts_at
from specs.errors import MappingError
from specs.findings import findings
from specs.references import split_source

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adam.library import Library
    from engine.account import Account
    from specs.model import Block, Dataset

FROM = "@"
"""Prefix of the column with the position of the record of a dataset that a row was made from."""


def block_rows(
    dataset: Dataset, library: Library, account: Account
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """The rows of all blocks of a dataset, labelled from 0 on, and apart from them its grid.

    The columns are USUBJID, PARAMCD if the dataset has parameters, what a derivation made or the
    block assigns, and `@RS` for rows taken over from RS or copied from it. Records made for no
    parameter are the grid, on which derived parameters take place; None where no block makes such
    records.
    """
    rows: list[pd.DataFrame] = []
    grid: list[pd.DataFrame] = []
    first = 0
    for block in dataset.blocks:
        make = _derived_rows if block.rule else _taken_over
        frame = make(dataset, block, library, account, first).assign(**dict(block.assign))
        first += len(frame)
        to_grid = dataset.parameters and "PARAMCD" not in frame
        (grid if to_grid else rows).append(frame)
    columns = ["USUBJID", "PARAMCD"] if dataset.parameters else ["USUBJID"]
    without = pd.DataFrame({name: pd.Series([], dtype="str") for name in columns})
    return pd.concat(rows) if rows else without, pd.concat(grid) if grid else None


def _taken_over(
    dataset: Dataset, block: Block, library: Library, account: Account, first: int
) -> pd.DataFrame:
    kept = np.flatnonzero(library.where(block.form, block.where, block.place))
    frame = pd.DataFrame({FROM + block.form: kept}, copy=False)
    return _of_records(dataset, block, library, account, frame, first)


def _of_records(
    dataset: Dataset,
    block: Block,
    library: Library,
    account: Account,
    frame: pd.DataFrame,
    first: int,
) -> pd.DataFrame:
    """Rows of which each is from one record of the block's form, at the position in `@FORM`."""
    form = block.form
    positions = frame[FROM + form].to_numpy()
    subject = library.column(form, "USUBJID", block.place)
    frame = frame.assign(USUBJID=taken(subject, positions, frame.index))
    claiming = [p for p in dataset.parameters if p.where]
    if claiming and "PARAMCD" not in block.assign:
        met = np.array([library.where(form, p.where, p.place) for p in claiming])[:, positions]
        number = np.where(met.any(axis=0), met.argmax(axis=0), NONE)  # the first one counts
        codes = [parameter.code for parameter in claiming]
        frame["PARAMCD"] = texts_at(number, codes, frame.index)
        if not dataset.first_parameter:
            account.tell(_of_several(dataset, block, frame["USUBJID"], met, codes))
        unclaimed = frame["PARAMCD"].isna()
        subjects = frame.loc[unclaimed, "USUBJID"]
        account.tell(
            findings(
                severity="warning",
                rule="CK-NO-PARAMETER",
                dataset=dataset.name,
                subject=subjects,
                message=[f"a record of {form} belongs to none of the parameters"] * len(subjects),
                file=block.place,
            )
        )
        frame = frame[~unclaimed]
    frame = frame.set_axis(pd.RangeIndex(first, first + len(frame)))
    account.trace(frame.index, form, frame[FROM + form])
    return frame


def _of_several(
    dataset: Dataset, block: Block, subjects: pd.Series, met: NDArray[np.bool_], codes: list[str]
) -> pd.DataFrame:
    """A finding for each record that meets several parameters."""
    several = met.sum(axis=0) > 1
    named = [", ".join(np.array(codes)[of_record]) for of_record in met.T[several]]
    return findings(
        severity="error",
        rule="CK-SEVERAL-PARAMETERS",
        dataset=dataset.name,
        subject=subjects[several],
        variable="PARAMCD",
        message=[
            f"a record of {block.form} meets {names}; the first is taken: let one condition exclude"
            " the others, or say of_several_parameters: first"
            for names in named
        ],
        file=block.place,
    )


def _derived_rows(
    dataset: Dataset, block: Block, library: Library, account: Account, first: int
) -> pd.DataFrame:
    """The rows that the function of a block makes from the records of a dataset."""
    rule = block.rule
    if rule is None or rule.derivation is None or rule.derivation.scope != "dataset":
        raise MappingError(
            f"the records of {dataset.name} are made by a function that makes none",
            where=block.place,
            remedy="name a derivation of scope dataset",
        )
    owner = split_source(rule.sources[0])[0]
    kept = library.where(owner, block.where, block.place)
    columns = [
        library.column(owner, split_source(source)[1], block.place)[kept] for source in rule.sources
    ]
    subjects = library.column(owner, "USUBJID", block.place)
    outcome = outcome_of(
        rule,
        columns,
        lambda label: f"a record of subject {subjects[label]}",
        gives=(Records, Copies, Outcome),
    )
    records: Records | Copies = outcome.values
    if outcome.problems is not None:
        account.tell(
            findings(
                severity=rule.derivation.severity,
                rule=rule.derivation.finding,
                dataset=dataset.name,
                subject=subjects[outcome.problems.index],
                message=outcome.problems,
                file=block.place,
            )
        )
    if isinstance(records, Copies):
        positions = kept.index.get_indexer(pd.Index(records.record))
        copies = records.rows.assign(**{FROM + owner: positions})
        of_owner = replace(block, form=owner)
        return _of_records(dataset, of_owner, library, account, copies, first)
    frame = records.rows.set_axis(pd.RangeIndex(first, first + len(records.rows)))
    made_from = records.made_from
    account.trace(frame.index[made_from["row"]], owner, made_from["record"])
    return frame
