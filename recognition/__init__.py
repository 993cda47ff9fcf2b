"""Plates from pictures: image in, readings out. Knows no camera, person or barrier."""
