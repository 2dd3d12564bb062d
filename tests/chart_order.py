"""The order of the elements of a chart, of ISO/IEC 29500-1 (DrawingML charts, Annex A).

As far as the slides of a pack use them. PowerPoint repairs, or refuses, a file in which it is
another.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_SHOWN = "numFmt spPr txPr dLblPos showLegendKey showVal showCatName showSerName showPercent"
_AXIS = (
    "axId scaling delete axPos majorGridlines minorGridlines title numFmt majorTickMark"
    " minorTickMark tickLblPos spPr txPr crossAx crosses"
)
# By the name of the element; of series by that of their chart as well.
ORDER: dict[str, str] = {
    "chartSpace": "date1904 lang roundedCorners style chart spPr txPr externalData",
    "externalData": "autoUpdate",
    "chart": "title autoTitleDeleted plotArea legend plotVisOnly dispBlanksAs",
    "plotArea": "layout areaChart barChart lineChart scatterChart catAx valAx spPr",
    "layout": "manualLayout",
    "manualLayout": "layoutTarget xMode yMode wMode hMode x y w h",
    "legend": "legendPos legendEntry layout overlay spPr txPr",
    "legendEntry": "idx delete",
    "title": "tx layout overlay spPr txPr",
    "tx": "strRef rich",
    "areaChart": "grouping varyColors ser dLbls axId",
    "barChart": "barDir grouping varyColors ser dLbls gapWidth overlap axId",
    "lineChart": "grouping varyColors ser dLbls marker axId",
    "scatterChart": "scatterStyle varyColors ser dLbls axId",
    "areaChart/ser": "idx order tx spPr dPt dLbls errBars cat val",
    "barChart/ser": "idx order tx spPr invertIfNegative dPt dLbls errBars cat val",
    "lineChart/ser": "idx order tx spPr marker dPt dLbls errBars cat val smooth",
    "scatterChart/ser": "idx order tx spPr marker dPt dLbls errBars xVal yVal smooth",
    "marker": "symbol size spPr",
    "dPt": "idx invertIfNegative marker bubble3D explosion spPr",
    "dLbls": f"dLbl delete {_SHOWN} showBubbleSize",
    "dLbl": f"idx delete layout tx {_SHOWN} showBubbleSize",
    "errBars": "errDir errBarType errValType noEndCap plus minus val spPr",
    "plus": "numRef",
    "minus": "numRef",
    "cat": "strRef",
    "val": "numRef",
    "xVal": "numRef",
    "yVal": "numRef",
    "strRef": "f strCache",
    "numRef": "f numCache",
    "strCache": "ptCount pt",
    "numCache": "formatCode ptCount pt",
    "pt": "v",
    "catAx": f"{_AXIS} auto lblAlgn lblOffset tickLblSkip tickMarkSkip noMultiLvlLbl",
    "valAx": f"{_AXIS} crossBetween majorUnit minorUnit",
    "scaling": "logBase orientation max min",
    "majorGridlines": "spPr",
}
# Several of these stand among each other in any order.
_CHOICE = {"areaChart", "barChart", "lineChart", "scatterChart", "catAx", "valAx"}


def misplaced(root: Element, above: str = "") -> list[str]:
    """What stands where it may not, or isn't known, as paths; none in a chart that is right."""
    name = root.tag.removeprefix(CHART)
    kind = f"{above}/{name}" if name == "ser" else name
    own = [it.tag.removeprefix(CHART) for it in root if it.tag.startswith(CHART)]
    allowed = ORDER.get(kind, "").split()
    wrong = [f"{kind}/{it}" for it in own if it not in allowed]
    places = [
        min(map(allowed.index, _CHOICE & {*allowed})) if it in _CHOICE else allowed.index(it)
        for it in own
        if it in allowed
    ]
    wrong += [f"{kind}: {own}"] if places != sorted(places) else []
    return wrong + [it for child in root for it in misplaced(child, name)]
