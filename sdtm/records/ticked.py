"""One record for each box that is ticked in a checkbox field."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from sdtm.raw import TICKED
from specs.distinct import as_plain
from specs.errors import SpecError

if TYPE_CHECKING:
    from sdtm.raw import Form
    from specs.model import Block


def one_for_each_tick(block: Block, form: Form, rows: pd.DataFrame) -> tuple[Form, pd.Index]:
    """The form with a record for each box ticked in one field of `rows`, which holds its code.

    The second are the records in which no box is ticked; there are none of them in the form.
    """
    name = block.bind.get(block.ticked, block.ticked)
    field = form.field_named(name, block.place)
    if field.kind != "checkbox":
        raise SpecError(
            f"{name} of form {form.name} is not a checkbox field",
            where=block.place,
            remedy="name under ticked: a field in which several boxes can be ticked",
        )
    answers = field.answered(as_plain(rows[name]))
    kept = answers.notna()
    codes = answers[kept].str.split(TICKED)
    again = rows[kept].assign(**{name: codes}).explode(name)
    again = again.assign(**{name: again[name].astype("str")})
    return replace(form, frame=again), rows.index[~kept]
