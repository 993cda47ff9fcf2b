"""The database, its tables and steps, encryption at rest, pictures on disk, the instance lock."""
