"""Conformance of define.xml: the rules of CDISC and the agencies, our own, and the data."""

from validation.define.coverage import coverage, coverage_page, rule_titles
from validation.define.package import check_package
from validation.define.run import check_define

__all__ = ["check_define", "check_package", "coverage", "coverage_page", "rule_titles"]
