"""Retention, holds, disclosures, access requests and the notice at the gate."""
