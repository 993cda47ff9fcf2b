"""Retention, erasure, legal holds, disclosures and access by the person concerned."""
