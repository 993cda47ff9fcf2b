"""Metrics, conditions and readiness: how the service is."""
