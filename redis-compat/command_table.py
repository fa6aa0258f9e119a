#!/usr/bin/env python3
"""Compares what COMMAND INFO tells of every command that we have with redis-server, RESP2 and RESP3.

usage: command_table.py [--binary build/cobnut]

Name, arity, flags, key positions, ACL categories, tips and key specifications must be equal, in
their order too. Not compared: the order of subcommands (on Redis that of a hash table seeded at
random), and the notes of key specifications, which are sentences for readers. Exit status 1 when
something differs.
"""

import argparse
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "tools", "differ"))

import resp  # noqa: E402
import servers  # noqa: E402

FIELDS = "name arity flags first last step categories tips keys subcommands".split()


def pairs_of(reply):
    """A map of either protocol."""
    return reply if isinstance(reply, resp.Pairs) else list(zip(reply[::2], reply[1::2]))


def without_notes(specification):
    return [pair for pair in pairs_of(specification) if pair[0] != b"notes"]


def comparable(row, known):
    row = list(row)
    row[8] = type(row[8])(without_notes(specification) for specification in row[8])
    row[9] = sorted(sub[0] for sub in row[9] if sub[0] in known)
    return row


def compare(ours, theirs, name, known):
    """The fields that differ, and whether Redis has the command at all."""
    mine, real = (side.call("COMMAND", "INFO", name)[0] for side in (ours, theirs))
    if not real:
        return None
    mine, real = comparable(mine, known), comparable(real, known)
    return [
        (field, a, b)
        for field, a, b in zip(FIELDS, mine, real)
        if a != b or type(a) is not type(b)
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default="build/cobnut")
    options = parser.parse_args()
    compared, newer, different = 0, set(), 0
    with servers.Program(options.binary) as program, servers.Redis() as redis:
        for protocol in (2, 3):
            ours, theirs = resp.Client(program.port), resp.Client(redis.port)
            for side in (ours, theirs):
                side.call("HELLO", protocol)
            known = set(ours.call("COMMAND", "LIST"))
            for name in sorted(known):
                differences = compare(ours, theirs, name, known)
                if differences is None:
                    newer.add(name.decode())
                    continue
                compared += 1
                different += bool(differences)
                for field, mine, real in differences:
                    print(f"RESP{protocol} {name.decode()} {field}:\n  ours  {mine}\n  redis {real}")
    print(f"{compared} rows compared, {different} differ; not in Redis 7.0: {', '.join(sorted(newer))}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
