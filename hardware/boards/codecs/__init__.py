"""Bytes of each board's protocol: frames out, answers in. Pure."""
