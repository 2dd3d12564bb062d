"""Sketches on a page: shapes as an image, in which nothing can run, and labels over it as text."""

from __future__ import annotations

from base64 import b64encode
from html import escape

from cxdata.charts.svg import Label, Sketch


def sketch_html(sketch: Sketch, description: str) -> str:
    """The sketch filling its place, or as wide and in its own proportions; its labels in the
    page's own typeface.

    Texts are escaped, here and by the browser's own reading of them; the shapes are an image.
    """
    shapes = b64encode(sketch.stretching.encode()).decode()
    labels = "".join(_label(it, sketch) for it in sketch.labels)
    ratio = f"{sketch.width:g}/{sketch.height:g}"
    kept = f' cx-whole" style="aspect-ratio:{ratio}' if sketch.is_proportional else ""
    return (
        f'<div class="cx-sketch{kept}" role="img" aria-label="{escape(description)}">'
        f'<img src="data:image/svg+xml;base64,{shapes}" alt="">{labels}</div>'
    )


def _label(label: Label, sketch: Sketch) -> str:
    left, top = (100 * at / size for at, size in zip(label.at, (sketch.width, sketch.height),
                                                     strict=True))  # fmt: skip
    classes = f"cx-{label.tone} cx-{label.anchor}" + (" cx-bold" if label.is_bold else "")
    place = f"left:{left:.1f}%;top:{top:.1f}%"
    if label.size:
        place += f";font-size:{100 * label.size / sketch.width:.2f}cqw"
    return f'<span class="{classes}" style="{place}" aria-hidden="true">{escape(label.text)}</span>'
