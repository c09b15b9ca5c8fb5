"""Pictures of a device: the field over the cortex, the fall with depth, light in the head, pulses, the course.

The assumption that matters: a picture says 'template head' wherever it shows one. Left out: anything about one person.
"""

from __future__ import annotations

from typing import Any

from euthymia.report import device_tables as tables
from euthymia.report.drawing import ACTIVE, INK, SERIES, Figure, look, named_data
from euthymia.treatments.device import Current, Device, Light, Protocol

HEAD = "Template head (a sphere), not patient planning."


def device_figures(device: Device) -> tuple[Figure, ...]:
    """Every picture that fits the kind of device."""
    found: list[Figure] = []
    if isinstance(device, Light):
        found += [depth_profile(device), fluence_map(device)]
    else:
        found += [field_over_cortex(device), depth_profile(device)]
    found.append(pulse_train(device))
    if device.session_days():
        found.append(session_calendar(device))
    return tuple(found)


def field_over_cortex(device: Protocol | Current) -> Figure:
    """Field strength over the upper cortex, seen from above."""
    import altair as alt

    table = tables.cortex_table(device)
    side = alt.Scale(domain=[-105, 105])
    x = alt.X(
        "x:Q", title="Degrees to the right of the vertex", scale=side, axis=alt.Axis(values=[-90, -45, 0, 45, 90])
    )
    y = alt.Y("y:Q", title="Degrees to the front", scale=side, axis=alt.Axis(values=[-90, -45, 0, 45, 90]))
    colour = alt.Color("field:Q", title="V/m", scale=alt.Scale(scheme="viridis"), legend=alt.Legend(orient="right"))
    cells = alt.Chart().mark_square(size=58, opacity=1).encode(x=x, y=y, color=colour)
    sites = alt.Data(values=tables.sites_table().to_dicts())
    dots = alt.Chart(sites).mark_point(color="white", size=16, filled=True, opacity=1).encode(x="x:Q", y="y:Q")
    names = (
        alt.Chart(sites)
        .mark_text(color="white", dy=-9, fontSize=10, fontWeight="bold")
        .encode(x="x:Q", y="y:Q", text="site:N")
    )
    chart = alt.layer(cells, dots, names, data=named_data()).properties(width=380, height=380)
    peak = float(table["field"].to_numpy().max())
    depth = "below the coil's scalp-cortex distance" if isinstance(device, Protocol) else "1 mm into grey matter"
    caption = f"Strength of the electric field over the cortex, {depth}; nose at the top. {HEAD}"
    if isinstance(device, Protocol):
        caption += f" Scaled to {device.intensity:g} % of a motor threshold of 60 V/m (50 to 70)."
    words = f"Field strength over the cortex seen from above; the largest value is {peak:.3g} V/m."
    return Figure(f"{device.name}-cortex", "Field over the cortex", caption, words, look(chart), table)


def depth_profile(device: Device) -> Figure:
    """What is left at each depth below the scalp."""
    import altair as alt

    table = tables.depth_table(device)
    order = list(dict.fromkeys(table["curve"].to_list()))
    colour = alt.Color("curve:N", title=None, scale=alt.Scale(domain=order, range=SERIES))
    x = alt.X("depth:Q", title="Depth below the scalp (mm)")
    if isinstance(device, Light):
        y = alt.Y(
            "value:Q",
            title="Fluence over exposure at the skin",
            scale=alt.Scale(type="log", domain=[1e-4, 10], clamp=True),
        )
        dash = alt.StrokeDash("layers:N", title="Layers", sort=["thin", "default", "thick"])
        base = alt.Chart(named_data())
        line = base.mark_line(strokeWidth=1.2).encode(x=x, y=y, color=colour, strokeDash=dash)
        thick = base.transform_filter("datum.grey").mark_line(strokeWidth=4).encode(
            x=x, y=y, color=colour, detail="layers:N"
        )  # fmt: skip
        chart = alt.layer(line, thick)
        caption = (
            "Mean fluence under the beam. Colours are published tables of optics, dashes are assumed thicknesses; the "
            "thick part of a line is grey matter. The tables disagree by more than ten times; none is preferred."
        )
    else:
        y = alt.Y("value:Q", title="Electric field (V/m)", scale=alt.Scale(zero=True))
        chart = alt.Chart(named_data()).mark_line(strokeWidth=2.2).encode(x=x, y=y, color=colour)
        caption = f"Field strength on the line from the target towards the centre of the head. {HEAD}"
    low, high = float(table["value"].to_numpy().min()), float(table["value"].to_numpy().max())
    words = f"{len(order)} curves over depth, from {high:.3g} down to {low:.3g}."
    return Figure(
        f"{device.name}-depth", "Fall with depth", caption, words, look(chart.properties(width=460, height=240)), table
    )


def fluence_map(device: Light) -> Figure:
    """Light in the head by depth and distance from the beam's axis, one panel a table of optics."""
    import altair as alt

    table = tables.fluence_table(device)
    names = list(dict.fromkeys(table["table"].to_list()))
    colour = alt.Color("log10:Q", title="log10", scale=alt.Scale(scheme="inferno", domain=[-4, 0.5], clamp=True))
    x = alt.X("distance:Q", title="Distance from the axis (mm)")
    y = alt.Y("depth:Q", title="Depth (mm)", scale=alt.Scale(reverse=True, domain=[0, 30]))
    panels = []
    for name in names:
        cells = alt.Chart().transform_filter(alt.datum.table == name).mark_square(size=145, opacity=1, clip=True)
        line = alt.Chart().mark_rule(color="white", strokeDash=[4, 3]).encode(y=alt.datum(15.0))
        panels.append(
            alt.layer(cells.encode(x=x, y=y, color=colour), line).properties(width=190, height=200, title=name)
        )
    chart = alt.hconcat(*panels, data=named_data(), spacing=16)
    caption = (
        "Fluence over radiant exposure at the skin, as powers of ten, with layers of middle thickness; the dashed line "
        "is where grey matter begins. Flat layers, published optics."
    )
    words = f"Fluence by depth and distance for {', '.join(names)}."
    return Figure(f"{device.name}-fluence", "Light in the head", caption, words, look(chart), table)


def pulse_train(device: Device) -> Figure:
    """When a session is on, at up to three scales."""
    import altair as alt

    table = tables.pulse_table(device)
    panels: list[Any] = []
    for name in dict.fromkeys(table["panel"].to_list()):
        bars = alt.Chart().transform_filter(alt.datum.panel == name).mark_bar(color=ACTIVE, height=26, stroke=ACTIVE)
        panels.append(
            bars.encode(x=alt.X("start:Q", title=name[0].upper() + name[1:]), x2="end:Q").properties(
                width=460, height=34
            )
        )
    chart = alt.vconcat(*panels, data=named_data(), spacing=10)
    caption = "Dark where the device is on."
    if isinstance(device, Protocol):
        caption += f" {device.pulses} pulses in a session of {device.session_hours * 60:.1f} minutes."
    words = f"Timing of a session of {device.session_hours * 60:.1f} minutes."
    return Figure(f"{device.name}-pulses", "Timing of a session", caption, words, look(chart), table)


def session_calendar(device: Device) -> Figure:
    """The usual course, week by week."""
    import altair as alt

    table = tables.calendar_table(device)
    total = int(table["sessions"].to_numpy().sum())
    days = alt.X(
        "day:O",
        title="Day of the week of treatment",
        scale=alt.Scale(domain=list(range(1, 8))),
        axis=alt.Axis(labelAngle=0),
    )
    base = alt.Chart(named_data()).encode(x=days, y=alt.Y("week:O", title="Week"))
    chart = alt.layer(
        base.mark_rect(color=ACTIVE, stroke="white", strokeWidth=2),
        base.mark_text(color="white", fontSize=11).encode(text="sessions:Q"),
    ).properties(width=280, height=22 * max(table["week"].to_list()))
    mark = " Settings are recalled, not read." if device.confidence == "recalled" else ""
    caption = f"The course of its trial: {total} sessions; the number is sessions on that day.{mark}"
    words = f"{total} sessions over {max(table['week'].to_list())} weeks."
    return Figure(f"{device.name}-calendar", "Session calendar", caption, words, look(chart), table)


__all__ = ["INK", "device_figures"]
