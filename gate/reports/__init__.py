"""What is counted and listed from the journal, and written to files."""
