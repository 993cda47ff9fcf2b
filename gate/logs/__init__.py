"""Logs record trouble, and each line says at which lane and in which passage."""
