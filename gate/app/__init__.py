"""The running program: parts put together from the configuration, started, stopped, resumed."""
