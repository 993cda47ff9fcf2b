"""Drawn plates and scenes: glyphs, paint, weather, backdrops."""
