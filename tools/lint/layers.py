#!/usr/bin/env python3
"""Checks the include directions of src/: itself and lower layers, never upward or sideways.

The order is the list LAYERS. Where a folder spans two layers the file name decides:
types/<t>/<t>_commands.cc stands above command/ although types/ stands below it. Also checked: who
may include which library.
"""
import os
import re
import sys

import files

LAYERS = [
    ["base"],
    ["memory"],
    ["loop", "resp", "config", "metrics"],
    ["keyspace"],
    ["types"],
    ["rdb"],
    ["persist"],
    ["shard"],
    ["command", "script"],
    ["commands", "type_commands"],
    ["replication", "gossip", "cluster", "store"],
    ["net"],
    ["server"],
]
LEVEL = {folder: level for level, folders in enumerate(LAYERS) for folder in folders}

# header, where it may be included (both regular expressions), and why not elsewhere
TESTS = r"src/.*_(test|fuzz)\.cc|src/.*/(testing|test_\w+)\.(h|cc)|tests/.*"
LIBRARIES = [
    (r"uv\.h|uv/.*", r"src/loop/.*", "only src/loop wraps libuv"),
    (r"hiredis/.*|hiredis\.h", r"tests/.*", "hiredis is for tests only"),
    (r"jemalloc/.*", r"src/memory/.*", "only src/memory knows jemalloc"),
    (r"sha1\.h", r"src/base/sha1\.cc", "base/sha1.h is for all"),
    (r"liblzf/.*", r"src/rdb/.*", "only src/rdb compresses"),
    (r"doctest/.*|doctest\.h", TESTS, "doctest is for tests only"),
    (r"toml\+\+/.*|toml\.hpp", r"src/.*", "toml++ is for one file of src"),
]


def layer(path):
    """The layer folder of a path relative to src/, or None when it is not one of ours."""
    parts = path.split("/")
    if len(parts) < 2:
        return None
    if parts[0] == "types" and re.search(r"_commands(_test)?\.(cc|h)$", parts[-1]):
        return "type_commands"
    return parts[0]


def problems_of(path, text):
    for line, _, name in files.includes(text):
        for header, allowed, why in LIBRARIES:
            if re.fullmatch(header, name) and not re.fullmatch(allowed, path):
                yield f"{path}:{line}: includes <{name}>: {why}"
        if not path.startswith("src/") or not os.path.isfile(os.path.join(files.ROOT, "src", name)):
            continue
        mine, other = layer(path[len("src/"):]), layer(name)
        if mine is None or mine not in LEVEL:
            yield f"{path}:{line}: folder '{mine}' is not in the layer list of tools/lint/layers.py"
        elif mine != other and LEVEL.get(other, len(LAYERS)) >= LEVEL[mine]:
            way = "upward" if LEVEL.get(other, len(LAYERS)) > LEVEL[mine] else "sideways"
            yield f'{path}:{line}: {mine} includes "{name}" of {other}: {way}'


def main():
    problems, toml = [], []
    for path in files.ours("src/*.h", "src/*.cc", "tests/*.h", "tests/*.cc"):
        text = files.read(path)
        problems += problems_of(path, text)
        if any(name.startswith("toml++/") for _, _, name in files.includes(text)):
            toml.append(path)
    if len(toml) > 1:
        problems.append("toml++ is included by more than one file: " + ", ".join(toml))
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
