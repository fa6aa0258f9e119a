#!/usr/bin/env python3
"""Compares what COMMAND tells of every command that we have with redis-server, RESP2 and RESP3.

usage: command_table.py [--binary build/cobnut]

COMMAND INFO: name, arity, flags, key positions, ACL categories, tips and key specifications must be
equal, in their order too; not the notes of key specifications, which are sentences for readers.
COMMAND DOCS: fields and their order, versions, the tree of the arguments; not the sentences
(summary, complexity, replaced_by, notes of the history), and not what is newer than Redis 7.0.
COMMAND GETKEYS and GETKEYSANDFLAGS: the replies to made-up requests, right and wrong ones.
The order of subcommands is not compared: on Redis it is that of a hash table seeded at random.
Exit status 1 when something differs.
"""

import argparse
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "tools", "differ"))

import resp  # noqa: E402
import servers  # noqa: E402

INFO_FIELDS = "name arity flags first last step categories tips keys subcommands".split()
SENTENCES = {b"summary", b"complexity", b"replaced_by"}
# Redis 7.0's rows lack what its commands take.
UNDOCUMENTED = {b"command|getkeys", b"command|getkeysandflags"}
# A later version made their number of words open: Redis 7.2's WITHSCORE.
LATER_ARITY = {b"zrank", b"zrevrank"}
# Words behind a command's name in made-up requests.
WORDS = [["1", "2", "get", "x"], ["x", "y", "z", "1"], ["2", "a", "b", "c"], ["0", "a", "b", "c"]]


def pairs_of(reply):
    """A map of either protocol."""
    return reply if isinstance(reply, resp.Pairs) else list(zip(reply[::2], reply[1::2]))


def newer(version):
    return tuple(map(int, version.split(b"."))) >= (7, 1, 0)


# -- COMMAND INFO


def without_notes(specification):
    return [pair for pair in pairs_of(specification) if pair[0] != b"notes"]


def comparable_info(row, known):
    row = list(row)
    if row[0] in LATER_ARITY:
        row[1] = -abs(row[1])
    row[8] = type(row[8])(without_notes(specification) for specification in row[8])
    row[9] = sorted(sub[0] for sub in row[9] if sub[0] in known)
    return row


def compare_info(mine, real, known):
    """The fields that differ."""
    mine, real = comparable_info(mine, known), comparable_info(real, known)
    return [
        (field, a, b)
        for field, a, b in zip(INFO_FIELDS, mine, real)
        if a != b or type(a) is not type(b)
    ]


# -- COMMAND DOCS


def comparable_argument(argument):
    """Nothing for one that is newer."""
    fields = []
    for name, value in pairs_of(argument):
        if name == b"since" and newer(value):
            return None
        fields.append((name, comparable_arguments(value) if name == b"arguments" else value))
    return type(argument), fields


def comparable_arguments(arguments):
    return type(arguments), [a for a in map(comparable_argument, arguments) if a is not None]


def comparable_docs(name, docs):
    fields = {}
    for field, value in pairs_of(docs):
        if field == b"arguments" and name in UNDOCUMENTED:
            continue
        if field == b"arguments":
            value = comparable_arguments(value)
        elif field == b"history":
            value = type(value), [entry[0] for entry in value if not newer(entry[0])]
        elif field == b"subcommands":
            value = type(value)
        elif field in SENTENCES:
            value = type(value)
        fields[field] = value
    return {field: value for field, value in fields.items() if value not in ((list, []), (resp.Set, []))}


def compare_docs(name, mine, real):
    mine, real = comparable_docs(name, mine), comparable_docs(name, real)
    if b"complexity" not in real:  # some rows of Redis
        del mine[b"complexity"]
    differences = [
        (field.decode(), mine.get(field), real.get(field))
        for field in sorted(mine.keys() | real.keys())
        if mine.get(field) != real.get(field)
    ]
    if not differences and list(mine) != list(real):
        differences.append(("order", list(mine), list(real)))
    return differences


# -- COMMAND GETKEYS


def compare_keys(ours, theirs, name):
    differences = []
    for words in WORDS:
        for count in range(len(words) + 1):
            request = name.decode().split("|") + words[:count]
            for subcommand in ("GETKEYS", "GETKEYSANDFLAGS"):
                mine, real = (s.call("COMMAND", subcommand, *request) for s in (ours, theirs))
                if name in LATER_ARITY and isinstance(real, resp.Error):
                    continue
                if mine != real or type(mine) is not type(real):
                    differences.append((f"{subcommand} {' '.join(request)}", mine, real))
    return differences


def compare(ours, theirs, name, known):
    """The fields that differ; None where Redis has no such command."""
    mine, real = (side.call("COMMAND", "INFO", name)[0] for side in (ours, theirs))
    if not real:
        return None
    differences = compare_info(mine, real, known)
    mine, real = (pairs_of(side.call("COMMAND", "DOCS", name)) for side in (ours, theirs))
    differences += compare_docs(name, mine[0][1], real[0][1])
    return differences + compare_keys(ours, theirs, name)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default="build/cobnut")
    options = parser.parse_args()
    compared, later, different = 0, set(), 0
    with servers.Program(options.binary) as program, servers.Redis() as redis:
        for protocol in (2, 3):
            ours, theirs = resp.Client(program.port), resp.Client(redis.port)
            for side in (ours, theirs):
                side.call("HELLO", protocol)
            names = set(ours.call("COMMAND", "LIST"))
            known = names & set(theirs.call("COMMAND", "LIST"))
            for name in sorted(names):
                differences = compare(ours, theirs, name, known)
                if differences is None:
                    later.add(name.decode())
                    continue
                compared += 1
                different += bool(differences)
                for field, mine, real in differences:
                    print(f"RESP{protocol} {name.decode()} {field}:\n  ours  {mine}\n  redis {real}")
    print(f"{compared} rows compared, {different} differ; not in Redis 7.0: {', '.join(sorted(later))}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
