"""Tables kept in step with the journal, in the entry's own transaction."""
