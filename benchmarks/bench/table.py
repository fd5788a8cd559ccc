"""The figures as a table for people."""


def number(value):
    """Three or more significant digits, however large or small."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 0.1 else f"{value:.2f}"


def ratio(value, base):
    """No ratio to what isn't there, nor to a figure that is nothing but noise, such as the CPU time of idle threads."""
    if base is None or base < 1e-3:
        return "-"
    return f"{value / base:,.2f}"


def layout(header, rows, left_columns):
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]

    def line(row):
        cells = [cell.ljust(width) if i < left_columns else cell.rjust(width)
                 for i, (cell, width) in enumerate(zip(row, widths))]
        return "  ".join(cells).rstrip()

    return "\n".join([line(header), line(["-" * width for width in widths]), *map(line, rows)])


def render(measured, workloads, names):
    """One line per workload and implementation, with its ratio to the floor, and to Troupe: above 1, Troupe is better."""
    medians = {(row["workload"], row["impl"]): row["median"] for row in measured}
    by_key = {(row["workload"], row["impl"]): row for row in measured}
    rows = []
    for workload in workloads:
        for name in names:
            row = by_key.get((workload, name))
            if row is None:
                continue
            rows.append([workload, name, row["unit"], number(row["median"]), number(row["min"]), number(row["max"]),
                         ratio(row["median"], medians.get((workload, "floor"))),
                         ratio(row["median"], medians.get((workload, "troupe")))])
    return layout(["workload", "impl", "unit", "median", "min", "max", "/ floor", "/ troupe"], rows, 3)
