"""The registry's pages: search, households, spaces, block list, special vehicles, import."""
