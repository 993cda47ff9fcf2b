"""A page of every wrong reading: picture, truth, reading and the probabilities of each slot.

Pictures are inside the page. Real ones show real vehicles: write the page to a scratch folder.
"""

import base64
import html

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.alphabet import ALPHABET
from recognition.reader import PlateText
from recognition.training.evaluation.evaluate import LabelledPicture, Result

_HEAD = """<!doctype html><meta charset="utf-8"><title>Wrong readings</title>
<style>body{font:14px sans-serif;margin:1em}img{height:72px;image-rendering:pixelated}
table{border-collapse:collapse}td{border:1px solid #ccc;padding:3px 6px;vertical-align:top}
.no{background:#fdd}small{color:#666}</style>
"""


def error_page(results: dict[str, Result]) -> str:
    """HTML of all wrong readings, the surest first, one section a result."""
    parts = [_HEAD]
    for title, result in results.items():
        wrong = result.wrong()
        parts.append(f"<h1>{html.escape(title)}: {len(wrong)} of {len(result.pictures)} wrong</h1>")
        parts.append("<table>")
        parts += [_row(result.pictures[i], result.readings[i]) for i in wrong]
        parts.append("</table>")
    return "\n".join(parts)


def _row(picture: LabelledPicture, reading: PlateText) -> str:
    truth = picture.text.ljust(len(reading.log_probs), ALPHABET[0])
    slots = "".join(_slot(row, truth[index]) for index, row in enumerate(reading.log_probs))
    others = ", ".join(f"{c.text} {c.confidence:.3f}" for c in reading.candidates)
    return (
        f'<tr><td><img src="{_inline(picture.image)}"><br>'
        f"<small>{html.escape(picture.name)}</small>"
        f"<td>{html.escape(picture.text)}<br><b>{html.escape(reading.text)}</b> "
        f"{reading.confidence:.4f}<br>{reading.colour} {reading.colour_confidence:.2f}"
        f"<br><small>{html.escape(others)}</small>{slots}</tr>"
    )


def _slot(log_probs: NDArray[np.float32], truth: str) -> str:
    best = np.argsort(-log_probs)[:3]
    lines = "<br>".join(f"{ALPHABET[i]} {np.exp(log_probs[i]):.3f}" for i in best)
    mark = "" if ALPHABET[best[0]] == truth else ' class="no"'
    return f"<td{mark}>{lines}"


def _inline(image: NDArray[np.uint8]) -> str:
    _, packed = cv2.imencode(".png", np.ascontiguousarray(image))
    return "data:image/png;base64," + base64.b64encode(packed.tobytes()).decode()
