"""Results for readers: tables, figures, the report that shows them, and CDISC ARS."""
