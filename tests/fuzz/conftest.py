"""The program is for atheris; without it it cannot be imported for doctests."""

from __future__ import annotations

import importlib.util

collect_ignore = [] if importlib.util.find_spec("atheris") else ["program.py"]
