"""The record: hash-chained entries, the spool, checkpoints, verification, backup."""
