"""Who may log in and call, with what, and what each role may do."""
