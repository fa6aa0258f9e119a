"""The texts that the runner reads and writes: reference names, RESULTS.md, the closing table."""

import collections
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
RESULTS = os.path.join(HERE, "RESULTS.md")

REFERENCE_HEAD = """\
# Names of the tests that redis-server 7.0.15 passes in %s mode, by unit: `redis-compat/run --reference` wrote them.
"""

RESULTS_HEAD = """\
# Results of redis-server's own test suite

Written by `make compat UPDATE=yes`. The suite of redis 7.0.15 runs unit by unit in its external mode, each unit
against a fresh server. The reference is what redis-server 7.0.15 itself passes so; "missing" are the tests of the
reference that we do not pass, by name below. Scores are names passed, never a ratio of passed to failed: an
exception outside of a test drops the rest of its block. What differs on purpose is in [DEVIATIONS.md](DEVIATIONS.md).
"""

ROW = re.compile(r"\| (\S+) \| (\d+) \| (\d+) \| (\d+) \|$")


class Row:
    """One unit or client: what was passed, and which of the reference are missing by name."""

    def __init__(self, name, passed, reference, missing):
        self.name = name
        self.passed = passed  # of the reference
        self.reference = reference
        self.missing = missing  # names, one for each time that it is missing


def reference_path(mode):
    return os.path.join(HERE, "reference", mode + ".txt")


def read_reference(mode):
    """{unit: Counter of names}, in the file's order; empty when it was never measured."""
    units, unit = {}, None
    if not os.path.exists(reference_path(mode)):
        return units
    with open(reference_path(mode), encoding="ascii") as file:
        for line in file.read().splitlines():
            if line.startswith("  "):
                units[unit][line[2:]] += 1
            elif line and not line.startswith("#"):
                unit = line
                units[unit] = collections.Counter()
    return units


def write_reference(mode, units):
    os.makedirs(os.path.dirname(reference_path(mode)), exist_ok=True)
    with open(reference_path(mode), "w", encoding="ascii") as file:
        file.write(REFERENCE_HEAD % mode)
        for unit, names in units.items():
            if names:
                file.write(unit + "\n" + "".join(f"  {name}\n" for name in names.elements()))


def row_of(unit, passed, reference):
    missing = reference - passed
    return Row(unit, sum(reference.values()) - sum(missing.values()), sum(reference.values()),
               list(missing.elements()))


def closing_table(rows):
    width = max(len(row.name) for row in rows + [Row("suite or client", 0, 0, [])])
    lines = [f"{'suite or client':<{width}}  passed  reference  missing by name"]
    for row in rows:
        lines.append(f"{row.name:<{width}}  {row.passed:>6}  {row.reference:>9}  {len(row.missing):>7}")
    total = [sum(row.passed for row in rows), sum(row.reference for row in rows),
             sum(len(row.missing) for row in rows)]
    lines.append(f"{'all':<{width}}  {total[0]:>6}  {total[1]:>9}  {total[2]:>7}")
    for row in rows:
        if row.missing:
            lines.append(f"\nmissing of {row.name}:")
            lines += ["  " + name for name in row.missing]
    return "\n".join(lines)


def read_results():
    """{name: Row} of RESULTS.md; empty when there is none yet."""
    rows, current = {}, None
    if not os.path.exists(RESULTS):
        return rows
    with open(RESULTS, encoding="ascii") as file:
        for line in file.read().splitlines():
            found = ROW.match(line)
            if found and found.group(1) != "all":
                name, passed, reference, _ = found.groups()
                rows[name] = Row(name, int(passed), int(reference), [])
            elif line.startswith("### "):
                current = rows[line[4:]]
            elif line.startswith("- ") and current:
                current.missing.append(line[2:].strip("`"))
    return rows


def write_results(rows):
    with open(RESULTS, "w", encoding="ascii") as file:
        file.write(RESULTS_HEAD)
        file.write("\n| unit or client | passed | reference | missing |\n|---|---|---|---|\n")
        for row in rows:
            file.write(f"| {row.name} | {row.passed} | {row.reference} | {len(row.missing)} |\n")
        file.write(f"| all | {sum(row.passed for row in rows)} | {sum(row.reference for row in rows)} "
                   f"| {sum(len(row.missing) for row in rows)} |\n")
        file.write("\n## Missing by name\n")
        for row in rows:
            if row.missing:
                file.write(f"\n### {row.name}\n\n" + "".join(f"- `{name}`\n" for name in row.missing))
