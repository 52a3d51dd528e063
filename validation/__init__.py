"""Is it right: schemas made from specs, conformance rules, the findings report."""
