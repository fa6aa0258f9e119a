#!/usr/bin/env python3
"""Our server and Debian's redis-server 7.0.15 side by side: CPU per operation and memory per key.

`make bench` or `tools/bench/bench.py [--rows get,set,memory] [--quick]`; `--list` names the
rows.

The figure is server CPU, the on-CPU time of all threads over the operations done: throughput on
a shared machine says more about the neighbours. The server is pinned to core 0 and the load
(redis-benchmark) to core 1, except in the rows with two loops. Rounds are interleaved (ours,
redis, redis, ours ...) and each cut into short runs, so that a noisy neighbour meets both sides
alike; the median of each side is shown, and the ratio stands beside what we must reach and aim
at. 1M keys with values of 64 bytes are there before, so that every GET hits. A row whose command
we do not have yet says so.
"""
import argparse
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time

import servers

KEYS = 1_000_000
VALUE_BYTES = 64
KEY_BYTES = 16
CLIENTS = 50
SLICES = 5  # of a round's operations, each a run of its own on both sides
SERVER_CORE, LOAD_CORE = 0, 1
VALUE = "x" * VALUE_BYTES
R = "__rand_int__"
MSET10 = ["MSET"] + [word for _ in range(10) for word in (f"key:{R}", VALUE)]

# name, pipeline, command, data set, operations, must, aim (ratio to redis)
CPU_ROWS = [
    ("get_p1", 1, ["GET", f"key:{R}"], "strings", 200_000, 0.88, 0.80),
    ("set_p1", 1, ["SET", f"key:{R}", VALUE], "strings", 200_000, 0.88, 0.80),
    ("get_p16", 16, ["GET", f"key:{R}"], "strings", 800_000, 0.50, 0.38),
    ("set_p16", 16, ["SET", f"key:{R}", VALUE], "strings", 800_000, 0.50, 0.38),
    ("get_p100", 100, ["GET", f"key:{R}"], "strings", 1_000_000, 0.33, 0.22),
    ("set_p100", 100, ["SET", f"key:{R}", VALUE], "strings", 1_000_000, 0.33, 0.22),
    ("mset10_p16", 16, MSET10, "strings", 160_000, 0.42, 0.30),
    ("incr_p16", 16, ["INCR", f"counter:{R}"], "counters", 800_000, 0.55, 0.45),
    ("lpush_p16", 16, ["LPUSH", "mylist", VALUE], "types", 800_000, 0.50, 0.40),
    ("sadd_p16", 16, ["SADD", "myset", f"element:{R}"], "types", 800_000, 0.42, 0.35),
    # The same over many small ones.
    ("many_lpush_p16", 16, ["LPUSH", f"mylist:{R}", VALUE], "types", 800_000, 0.50, 0.40),
    ("many_sadd_p16", 16, ["SADD", f"myset:{R}", f"element:{R}"], "types", 800_000, 0.42, 0.35),
    ("hset_p16", 16, ["HSET", f"myhash:{R}", "field1", VALUE, "field2", VALUE], "types", 800_000,
     0.55, 0.45),
    ("zadd_p16", 16, ["ZADD", "myzset", R, f"element:{R}"], "types", 400_000, 0.65, 0.45),
    ("xadd_p16", 16, ["XADD", "mystream", "*", "field1", "8 bytes!"], "types", 800_000, None, None),
    ("lrange100_p16", 16, ["LRANGE", "list100", "0", "99"], "types", 160_000, 0.60, 0.45),
]
# name, value bytes, seconds to live, must, aim (bytes per key beyond key and value)
MEMORY_ROWS = [
    ("memory_8", 8, 0, 22, 18),
    ("memory_64", 64, 0, 28, 20),
    ("memory_200", 200, 0, 24, 18),
    ("memory_64_ttl", 64, 100_000, None, None),
]
TTL_MUST, TTL_AIM = 6, 5  # bytes per key on top of memory_64
# name, the request that makes element i, bytes that are not counted, must, aim (bytes per element of one
# collection, payload included; of the hashes, per hash without its key)
ELEMENT_ROWS = [
    ("element_zset", lambda i: ["ZADD", "big", str(i), f"{i:012d}"], 0, 55, 42),
    ("element_hash", lambda i: ["HSET", "big", f"{i:012d}", f"{i:08d}"], 0, 42, 32),
    ("element_set", lambda i: ["SADD", "big", f"m{i:011d}"], 0, 30, 22),
    ("element_list", lambda i: ["RPUSH", "big", f"v{i:07d}"], 0, None, None),
    ("element_stream", lambda i: ["XADD", "big", "*", "field1", f"v{i:07d}"], 0, None, None),
    ("small_hash", lambda i: ["HSET", servers.key(i, "hsh")] +
     [word for field in range(10) for word in (f"f{field}", f"v{i % 1000:03d}")], KEY_BYTES, 150, 130),
]
REPLY_LINES = {"element_stream": 2}  # where it is not one
# name, command: ours against ourselves
GET, SET = ["GET", f"key:{R}"], ["SET", f"key:{R}", VALUE]
TWO_LOOP_ROWS = [("two_loops_get", GET), ("two_loops_set", SET)]
ONE_LOOP_ROWS = [("16_shards_get", GET), ("16_shards_set", SET)]
SELF_MUST, SELF_AIM = 1.25, 1.10
NOT_YET = ("memory after deletes, expiry lag, hit ratio, persistence, "
           "restart, write amplification")


def row_names():
    tables = (CPU_ROWS, TWO_LOOP_ROWS, ONE_LOOP_ROWS, MEMORY_ROWS, ELEMENT_ROWS)
    return [row[0] for rows in tables for row in rows]


def verdict_of(figure, must, aim):
    if must is None:
        return ""
    return "aim" if figure <= aim else "must" if figure <= must else "MISSED"


class Bench:
    def __init__(self, options, ours, redis):
        self.options, self.ours, self.redis = options, ours, redis
        self.commands = []  # what was run, for the report

    def wanted(self, name):
        return not self.options.rows or any(
            name == word or name.startswith(word + "_") for word in self.options.rows.split(","))

    def keys(self):
        return KEYS // 10 if self.options.quick else KEYS

    def say(self, text):
        print(text, file=sys.stderr, flush=True)

    def row(self, figure, ours, other, ratio, must, aim):
        """Prints one line of the table; ratio is what must and aim speak of."""
        cells = [figure, ours, other, f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}",
                 f"{must or ''}", f"{aim or ''}", verdict_of(ratio, must, aim)]
        print("| " + " | ".join(cells) + " |", flush=True)

    def run_load(self, server, command, pipeline, operations, clients=CLIENTS, core=LOAD_CORE,
                 nice=0):
        """µs of server CPU per operation of one run of redis-benchmark."""
        words = ["taskset", "-c", str(core)] if core is not None else []
        words += ["nice", "-n", str(nice)] if nice else []
        words += ["redis-benchmark", "-p", str(server.port), "-q", "-n", str(operations), "-c",
                  str(clients), "-P", str(pipeline), "-r", str(self.keys())] + command
        shown = " ".join(word if len(word) < 40 else "<value>" for word in words)
        shown = shown.replace(f"-p {server.port}", "-p PORT")
        if shown not in self.commands:
            self.commands.append(shown)
        before = server.cpu_ns()
        run = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, check=False, text=True)
        used = server.cpu_ns() - before
        if run.returncode != 0 or "rror" in run.stdout:
            raise RuntimeError(f"{shown}: {run.stdout[-500:]}")
        return used / operations / 1000

    def operations(self, row_operations, pipeline, clients=CLIENTS):
        wanted = self.options.requests or row_operations // (10 if self.options.quick else 1)
        return max(1, wanted // (pipeline * clients)) * pipeline * clients

    def fill(self, server, data):
        if data == "strings":
            server.load_strings(self.keys(), VALUE_BYTES)
        elif data == "counters":
            server.load((servers.encode("SET", servers.key(i, "counter"), "1000000")
                         for i in range(self.keys())), self.keys())
        elif server.ask("RPUSH", "list100", *[f"element:{i:012d}" for i in range(100)]) != b":100":
            raise RuntimeError(f"{server.name} could not make list100")

    def supported(self, server, command):
        """Whether the server knows the command; tried with a key of its own."""
        reply = server.ask(*[word.replace(R, "0") for word in command])
        return not reply.startswith(b"-ERR unknown")

    def cpu_rows(self, data, rows):
        rows = [row for row in rows if self.wanted(row[0])]
        if not rows:
            return
        with self.ours.start(core=SERVER_CORE) as ours, self.redis.start(core=SERVER_CORE) as redis:
            known = []
            for row in rows:
                if self.supported(ours, row[2]):
                    known.append(row)
                else:
                    print(f"| {row[0]} µs/op | not there yet | | | {row[5]} | {row[6]} | |")
            if not known:
                return
            for server in (ours, redis):
                self.say(f"loading {data} into {server.name}")
                self.fill(server, data)
            for name, pipeline, command, _, operations, must, aim in known:
                operations = self.operations(operations // SLICES, pipeline)
                figures = {ours: [], redis: []}
                # Without pipelining the kernel's part and its noise are the largest.
                rounds = self.options.rounds * (3 if pipeline == 1 else 1)
                for turn in range(rounds * SLICES):
                    for server in (ours, redis) if turn % 2 == 0 else (redis, ours):
                        figures[server].append(self.run_load(server, command, pipeline, operations))
                mine, its = statistics.median(figures[ours]), statistics.median(figures[redis])
                self.row(f"{name} µs/op", f"{mine:.2f}", f"{its:.2f}", mine / its, must, aim)

    def self_rows(self, rows, variants, clients, pinned, nice):
        """Ours in two set-ups, side by side; the ratio is the first to the second."""
        rows = [row for row in rows if self.wanted(row[0])]
        if not rows:
            return
        core = SERVER_CORE if pinned else None
        (label_a, start_a), (label_b, start_b) = variants
        with self.ours.start(core=core, **start_a) as a, self.ours.start(core=core, **start_b) as b:
            for server in (a, b):
                self.fill(server, "strings")
            for name, command in rows:
                operations = self.operations(800_000, 16, clients)
                figures = {a: [], b: []}
                for turn in range(self.options.rounds):
                    for server in (a, b) if turn % 2 == 0 else (b, a):
                        figures[server].append(self.run_load(
                            server, command, 16, operations, clients,
                            LOAD_CORE if pinned else None, nice))
                one, two = statistics.median(figures[a]), statistics.median(figures[b])
                self.row(f"{name} µs/op", f"{one:.2f} ({label_a})", f"ours {two:.2f} ({label_b})",
                         one / two, SELF_MUST, SELF_AIM)

    def overhead(self, kind, value_bytes, ttl):
        """Bytes of RSS per key beyond key and value."""
        with kind.start(core=SERVER_CORE) as server:
            server.ask("PING")
            before = settled_rss(server)
            server.load_strings(self.keys(), value_bytes, ttl)
            after = settled_rss(server)
            return (after - before) / self.keys() - KEY_BYTES - value_bytes

    def memory_rows(self):
        plain = {}
        for name, value_bytes, ttl, must, aim in MEMORY_ROWS:
            if not self.wanted(name):
                continue
            mine = self.overhead(self.ours, value_bytes, ttl)
            its = self.overhead(self.redis, value_bytes, ttl)
            plain[name] = mine
            limits = f"{must} B | {aim} B" if must else " | "
            print(f"| {name} B/key beyond key and value | {mine:.1f} | {its:.1f} | "
                  f"{mine / its:.2f} | {limits} | {verdict_of(mine, must, aim)} |", flush=True)
        if "memory_64_ttl" in plain and "memory_64" in plain:
            extra = plain["memory_64_ttl"] - plain["memory_64"]
            print(f"| ttl B/key | {extra:+.1f} | | | +{TTL_MUST} B | +{TTL_AIM} B | "
                  f"{verdict_of(extra, TTL_MUST, TTL_AIM)} |", flush=True)

    def element_bytes(self, kind, request, ignored, lines):
        """Bytes of RSS per element, added in random order."""
        order = list(range(self.keys()))
        random.Random(1).shuffle(order)
        with kind.start(core=SERVER_CORE) as server:
            server.ask("PING")
            before = settled_rss(server)
            server.load((servers.encode(*request(i)) for i in order), self.keys(), lines)
            return (settled_rss(server) - before) / self.keys() - ignored

    def element_rows(self):
        for name, request, ignored, must, aim in ELEMENT_ROWS:
            if not self.wanted(name):
                continue
            mine, its = (self.element_bytes(kind, request, ignored, REPLY_LINES.get(name, 1))
                         for kind in (self.ours, self.redis))
            limits = f"{must} B | {aim} B" if must else " | "
            print(f"| {name} B | {mine:.1f} | {its:.1f} | {mine / its:.2f} | {limits} | "
                  f"{verdict_of(mine, must, aim)} |", flush=True)

    def run(self):
        with self.ours.start() as ours, self.redis.start() as redis:
            print(f"ours {ours.version()}, redis-server {redis.version()}, "
                  f"{platform.machine()} Linux {platform.release()}, {cpu_model()}; "
                  f"median of {self.options.rounds} rounds of {SLICES} runs (P=1: three times as many); "
                  f"{self.keys()} keys"
                  f"{' (quick)' if self.options.quick else ''}")
            print(f"ours: {' '.join(['cobnut'] + ours.command[1:-2])}\n")
        print("| figure | ours | redis | ratio | must | aim | verdict |\n" + "|---" * 7 + "|")
        for data in ("strings", "counters", "types"):
            self.cpu_rows(data, [row for row in CPU_ROWS if row[3] == data])
        if not self.ours.redis:
            self.self_rows(TWO_LOOP_ROWS, [("2 loops", {"threads": 2}), ("1 loop", {"threads": 1})],
                           CLIENTS, False, 5)
            self.self_rows(ONE_LOOP_ROWS,
                           [("16 shards", {"shards": 16}), ("1 shard", {"shards": 1})], 16, True, 0)
        self.memory_rows()
        self.element_rows()
        if self.commands:
            print("\ncommands:\n  " + "\n  ".join(self.commands))
        print(f"not measured yet: {NOT_YET}")


def settled_rss(server):
    """RSS once two looks half a second apart agree within 64 KiB; at most 5 s."""
    last = server.rss_bytes()
    for _ in range(10):
        time.sleep(0.5)
        now = server.rss_bytes()
        if abs(now - last) < 64 << 10:
            return now
        last = now
    return last


def cpu_model():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return "unknown CPU"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--binary", default="build/cobnut", help="our server (default %(default)s)")
    parser.add_argument("--rows", default="", help="names or beginnings: get,set,memory,two_loops")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=0, help="operations per run, all rows")
    parser.add_argument("--quick", action="store_true", help="a tenth of keys and operations")
    parser.add_argument("--list", action="store_true", help="the names of the rows")
    options = parser.parse_args()
    if options.list:
        print("\n".join(row_names()))
        return 0
    with tempfile.TemporaryDirectory(prefix="cobnut_bench_") as folder:
        try:
            Bench(options, servers.our_kind(options.binary), servers.redis_kind(folder)).run()
        except (RuntimeError, OSError) as error:
            print(f"bench: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
