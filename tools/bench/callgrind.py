#!/usr/bin/env python3
"""User instructions per command at P=16, for us and redis-server: `tools/bench/callgrind.py`.

The server runs under valgrind's callgrind once with N operations and once with 2N; the
difference over N is what one operation costs, without start, load and end. Repeatable to about 2
%, whatever else the machine does: use it to judge a change to the hot path. `--profile get`
keeps callgrind's file of the longer run for callgrind_annotate or kcachegrind.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

import servers

KEYS = 100_000
OPERATIONS = 96_000  # a multiple of 16 * 50
COMMANDS = {
    "get": ["GET", "key:__rand_int__"],
    "set": ["SET", "key:__rand_int__", "x" * 64],
    "incr": ["INCR", "counter:__rand_int__"],
    "lpush": ["LPUSH", "list", "8 bytes!"],
    "rpush": ["RPUSH", "list", "8 bytes!"],
    "lrange_100": ["LRANGE", "range", "0", "99"],
    "hset": ["HSET", "myhash:__rand_int__", "field1", "x" * 64, "field2", "x" * 64],
    "hset_large": ["HSET", "large", "field:__rand_int__", "x" * 8],
    "hget_large": ["HGET", "large", "field:__rand_int__"],
    "sadd": ["SADD", "set", "element:__rand_int__"],
    "spop": ["SPOP", "pop"],
    "xadd": ["XADD", "stream", "*", "field", "8 bytes!"],
    "xrange_10": ["XRANGE", "entries", "-", "+", "COUNT", "10"],
    "xread_10": ["XREAD", "COUNT", "10", "STREAMS", "entries", "0"],
    "xrevrange_10": ["XREVRANGE", "entries", "+", "-", "COUNT", "10"],
    "xrange_id": ["XRANGE", "numbered", "__rand_int__-1", "+", "COUNT", "1"],
    "xreadgroup": ["XREADGROUP", "GROUP", "group", "consumer", "COUNT", "1", "STREAMS", "numbered", ">"],
    "xreadgroup_10": ["XREADGROUP", "GROUP", "group", "consumer", "COUNT", "10", "STREAMS", "numbered", ">"],
    "xack": ["XACK", "numbered", "group", "__rand_int__-1"],
    "xdel": ["XDEL", "numbered", "__rand_int__-1"],
}
ENTRIES = ["-r", "200", "XADD", "entries", "*", "field", "8 bytes!"]
GROUP = ["XGROUP", "CREATE", "numbered", "group", "0"]
PREPARE = {  # words of redis-cli
    "lrange_100": ["RPUSH", "range"] + ["8 bytes!"] * 100,
    "xrange_10": ENTRIES,
    "xread_10": ENTRIES,
    "xrevrange_10": ENTRIES,
    "xreadgroup": GROUP,
    "xreadgroup_10": GROUP,
}


def load_numbered(server, entries, delivered):
    """The stream of ids that a benchmark can name; `delivered`: all are pending, for ten consumers."""
    for i in range(0, entries, 1000):
        names = [f"{n + 1}-1" for n in range(i, min(i + 1000, entries))]
        with server.connect() as connection:
            connection.sendall(b"".join(servers.encode("XADD", "numbered", name, "field", "8 bytes!")
                                        for name in names))
            servers.read_until_errors_or_end(connection, 2 * len(names))
    if delivered:
        server.ask("XGROUP", "CREATE", "numbered", "group", "0")
        for i in range(10):
            subprocess.run(["redis-cli", "-p", str(server.port), "XREADGROUP", "GROUP", "group",
                            f"consumer{i}", "COUNT", str(entries // 10 + 1), "STREAMS", "numbered", ">"],
                           stdout=subprocess.DEVNULL, check=True)


def instructions(kind, row, operations, most, profile=None):
    """Instructions of the whole life of one server; `most`: operations of the longer run."""
    prefix = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile or '/dev/null'}"]
    with kind.start(prefix=prefix) as server:
        if not row.startswith("x"):  # those of streams have no key:...
            server.load_strings(KEYS, 64)
        if row == "spop":
            server.load((servers.encode("SADD", "pop", f"element:{i:012}")
                         for i in range(3 * most // 2)), 3 * most // 2)
        if "numbered" in COMMANDS[row]:
            load_numbered(server, 10 * most if row == "xreadgroup_10" else most + 1, row == "xack")
        if row in PREPARE:
            subprocess.run(["redis-cli", "-p", str(server.port)] + PREPARE[row],
                           stdout=subprocess.DEVNULL, check=True)
        load = ["redis-benchmark", "-p", str(server.port), "-q", "-c", "50", "-P", "16", "-n",
                str(operations), "-r", str(most if "numbered" in COMMANDS[row] else KEYS)] + COMMANDS[row]
        subprocess.run(load, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        server.process.terminate()
        server.process.wait(60)
        found = re.search(r"Collected : (\d+)", server.log())
        if not found:
            raise RuntimeError(f"callgrind told nothing:\n{server.log()[-2000:]}")
        return int(found.group(1))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--binary", default="build/cobnut", help="our server (default %(default)s)")
    parser.add_argument("--rows", default="get,set")
    parser.add_argument("--ours-only", action="store_true", help="leave redis-server out")
    parser.add_argument("--operations", type=int, default=OPERATIONS, help="a multiple of 800; default %(default)s")
    parser.add_argument("--profile", choices=COMMANDS, help="keep callgrind.out.ROW of our run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cobnut_bench_") as folder:
        kinds = [servers.our_kind(options.binary)]
        if not options.ours_only:
            kinds.append(servers.redis_kind(folder))
        print("| user instructions per operation, P=16 | " + " | ".join(kind.name for kind in kinds)
              + " |\n|---|" + "---|" * len(kinds))
        for row in options.rows.split(","):
            figures = []
            for kind in kinds:
                keep = os.path.abspath(f"callgrind.out.{row}") if options.profile == row else None
                most = 2 * options.operations
                once = instructions(kind, row, options.operations, most)
                twice = instructions(kind, row, most, most, keep if kind is kinds[0] else None)
                figures.append((twice - once) / options.operations)
            print(f"| {row} | " + " | ".join(f"{figure:.0f}" for figure in figures) + " |",
                  flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
