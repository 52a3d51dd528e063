"""The targets are programs that atheris runs; without it they cannot be imported for doctests."""

from __future__ import annotations

import importlib.util

collect_ignore = [] if importlib.util.find_spec("atheris") else ["raw_target.py", "target.py"]
