"""Counts to ECharts options, in the colours of the theme. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from gate.console.session.preferences import Theme
from gate.reports.model import Bar, DwellBar, FlowDay, FlowHour, WeekGrid

Options = dict[str, Any]
_INK: Final = {
    Theme.DARK: {"text": "#c9d5e0", "line": "#344352", "empty": "#1d2833", "full": "#6fb1f2"},
    Theme.LIGHT: {"text": "#33424f", "line": "#c3ccd5", "empty": "#eef4fa", "full": "#0f5a9c"},
}
# Two series are told apart by shade and by pattern, not by hue alone.
_SERIES: Final = {
    Theme.DARK: ("#6fb1f2", "#f3bd54", "#5fcf9b", "#ff8f80"),
    Theme.LIGHT: ("#0f5a9c", "#b07a00", "#147a50", "#b3382b"),
}


def flow_by_hour(hours: Iterable[FlowHour], names: Mapping[str, str], theme: Theme) -> Options:
    """Passages by hour of the day: bars in and out, stacked over the whole period."""
    counts = {direction: [0] * 24 for direction in names}
    for hour in hours:
        if hour.direction in counts:
            counts[hour.direction][hour.start.hour] += hour.n
    series = [(names[direction], values) for direction, values in counts.items()]
    return _bars([f"{hour:02d}" for hour in range(24)], series, theme, stack=True)


def flow_by_day(days: Sequence[FlowDay], names: Mapping[str, str], theme: Theme) -> Options:
    """Passages by day: in and out side by side."""
    labels = [day.day.strftime("%m-%d") for day in days]
    series = [
        (names["in"], [day.came_in for day in days]),
        (names["out"], [day.went_out for day in days]),
    ]
    return _bars(labels, series, theme)


def week(grid: WeekGrid, days: Sequence[str], theme: Theme) -> Options:
    """Mean passages by weekday and hour, as a grid of shades with the figure in each field."""
    cells = [
        [hour, day, round(total / max(1, grid.days[day]), 1)]
        for day, row in enumerate(grid.totals)
        for hour, total in enumerate(row)
    ]
    ink = _INK[theme]
    most = max((cell[2] for cell in cells), default=1) or 1
    return _base(theme) | {
        "grid": {"left": 56, "right": 14, "top": 12, "bottom": 54},
        "xAxis": _axis(theme, [f"{hour:02d}" for hour in range(24)]),
        "yAxis": _axis(theme, list(days)) | {"inverse": True},
        "visualMap": {
            "min": 0, "max": most, "orient": "horizontal", "left": "center", "bottom": 0,
            "itemHeight": 180, "itemWidth": 12, "textStyle": {"color": ink["text"]},
            "inRange": {"color": [ink["empty"], ink["full"]]},
        },
        "series": [{"type": "heatmap", "data": cells}],
    }  # fmt: skip


def bars(items: Sequence[Bar], theme: Theme, *, most: int = 12) -> Options:
    """Lying bars, the longest on top."""
    shown = list(items[:most])[::-1]
    values = [
        {"value": bar.n, "label": {"show": True, "position": "right", "color": _INK[theme]["text"]}}
        for bar in shown
    ]
    return _base(theme) | {
        "grid": {"left": 8, "right": 44, "top": 8, "bottom": 8, "containLabel": True},
        "xAxis": _value_axis(theme),
        "yAxis": _axis(theme, [bar.label for bar in shown]),
        "series": [
            {
                "type": "bar",
                "barMaxWidth": 26,
                "data": values,
                "itemStyle": {"color": _SERIES[theme][0]},
            }
        ],
    }


def dwell(
    items: Sequence[DwellBar], names: Mapping[str, str], labels: Mapping[int | None, str],
    theme: Theme,
) -> Options:  # fmt: skip
    """How long visits lasted, by standing: stacked bars over classes of length."""
    lengths = list(dict.fromkeys(item.below for item in items))
    lengths.sort(key=lambda below: (below is None, below or 0))
    standings = list(dict.fromkeys(item.standing for item in items))
    found = {(item.standing, item.below): item.n for item in items}
    series = [
        (names.get(one, one), [found.get((one, below), 0) for below in lengths])
        for one in standings
    ]
    return _bars([labels.get(below, "") for below in lengths], series, theme, stack=True)


def _bars(
    labels: list[str], series: Sequence[tuple[str, list[int]]], theme: Theme, *, stack: bool = False
) -> Options:
    drawn = [
        {
            "type": "bar",
            "name": name,
            "data": values,
            "stack": "all" if stack else None,
            "barMaxWidth": 40,
            "itemStyle": {
                "color": _SERIES[theme][place % 4],
                "decal": {"symbol": "none" if place == 0 else "rect", "symbolSize": 0.4},
            },
        }
        for place, (name, values) in enumerate(series)
    ]
    return _base(theme) | {
        "legend": {"top": 0, "right": 0, "textStyle": {"color": _INK[theme]["text"]}},
        "grid": {"left": 8, "right": 10, "top": 34, "bottom": 6, "containLabel": True},
        "xAxis": _axis(theme, labels),
        "yAxis": _value_axis(theme),
        "series": drawn,
    }


def _base(theme: Theme) -> Options:
    return {
        "animation": False,
        "backgroundColor": "transparent",
        "textStyle": {"color": _INK[theme]["text"], "fontFamily": "Noto Sans CJK SC, sans-serif"},
        "tooltip": {"confine": True},
        "aria": {"enabled": True},
    }


def _axis(theme: Theme, labels: list[str]) -> Options:
    ink = _INK[theme]
    return {
        "type": "category",
        "data": labels,
        "axisLabel": {"color": ink["text"]},
        "axisLine": {"lineStyle": {"color": ink["line"]}},
        "axisTick": {"show": False},
    }


def _value_axis(theme: Theme) -> Options:
    ink = _INK[theme]
    return {
        "type": "value",
        "minInterval": 1,
        "axisLabel": {"color": ink["text"]},
        "splitLine": {"lineStyle": {"color": ink["line"]}},
    }
