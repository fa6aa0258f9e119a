#!/usr/bin/env python3
"""Differential tester: the same random commands to redis-server 7.0.15 and to ours, reply by reply.

usage: differ.py [--binary build/cobnut] [--seed N] [--count N] [--resp 2|3|both]

Strings, keys, times to live, databases; with a good share of nonsense: wrong arity, types, options,
binary, huge and empty arguments, mixed case. At the first difference the trail that leads to it is
cut down to what is needed (each attempt starts with empty servers), printed as redis-cli lines, and
the exit status is 1. --binary redis compares Redis with itself, which must never differ.

Time: relative expiries are far (an hour and more) or in the past, so no key expires in the middle
of a run; replies that depend on the moment of the command are compared with a tolerance. Order:
KEYS and SCAN are compared as sets, SCAN is iterated to its end.
"""

import argparse
import random
import sys
import time

import commands
import resp
import servers

TOLERANCE_MS = 5000


class Side:
    """One server with one client."""

    def __init__(self, server, protocol):
        self.server = server
        self.protocol = protocol
        self.client = None
        self.connect()

    def connect(self):
        self.client = resp.Client(self.server.port)
        if self.protocol == 3:
            self.client.call("HELLO", 3)

    def reset(self):
        self.client.close()
        self.connect()
        self.client.call("FLUSHALL")

    def run(self, words):
        """The reply; a cursor walk is run to its end and answers the keys that it saw."""
        if words[0].upper() in (b"DBSIZE", b"RANDOMKEY"):
            # A key that is due counts until somebody looks.
            self.client.call("EXISTS", *commands.KEYS)
        reply = self.client.call(*words)
        if words[0].upper() != b"SCAN" or isinstance(reply, resp.Error):
            return reply
        if words[1] not in (b"0", b""):
            return reply
        seen = set(reply[1])
        for _ in range(100000):
            if reply[0] == b"0":
                return ["walk", sorted(seen)]
            reply = self.client.call(words[0], reply[0], *words[2:])
            if isinstance(reply, resp.Error):
                return reply
            seen.update(reply[1])
        return ["endless walk"]


def same(words, ours, theirs):
    """Whether two replies mean the same."""
    name = words[0].upper()
    if type(ours) is not type(theirs):
        return False
    if isinstance(ours, resp.Error) and any(b"\0" in word for word in words):
        # Redis repeats client data up to its first zero byte, we repeat all of it.
        return ours.split("\0")[0].split(" '")[0] == theirs.split(" '")[0]
    if isinstance(ours, int) and name in (b"TTL", b"PTTL", b"EXPIRETIME", b"PEXPIRETIME"):
        tolerance = TOLERANCE_MS if name.startswith(b"P") else TOLERANCE_MS // 1000
        return ours == theirs or (ours > 0 and theirs > 0 and abs(ours - theirs) <= tolerance)
    if isinstance(ours, list) and name == b"KEYS":
        return sorted(ours) == sorted(theirs)
    if name == b"OBJECT" and len(words) > 1:
        return same_object(words[1].upper(), ours, theirs)
    if name == b"SCAN" and isinstance(ours, list) and ours[:1] != ["walk"]:
        return True  # a cursor of nobody's: what it sees depends on the table
    if name == b"RANDOMKEY":
        return (ours is None) == (theirs is None)
    return ours == theirs


def same_object(name, ours, theirs):
    if name == b"IDLETIME" and isinstance(ours, int):
        return ours <= theirs + 2  # on Redis all keys with a shared integer have one idle time
    if name == b"REFCOUNT" and theirs == 1:
        return ours in (1, 2147483647)  # COPY of a shared integer makes an object of its own there
    return name == b"HELP" or ours == theirs  # HELP is in our own words


def first_difference(ours, theirs, trail):
    """Index and replies of the first command that differs, or None."""
    for index, words in enumerate(trail):
        pair = ours.run(words), theirs.run(words)
        if not same(words, *pair):
            return index, pair
    return None


def replay(ours, theirs, trail):
    ours.reset()
    theirs.reset()
    return first_difference(ours, theirs, trail)


def shrink(ours, theirs, trail):
    """Leaves out what the difference does not need: halves, quarters ... single commands."""
    size = max(len(trail) // 2, 1)
    while size >= 1:
        at = 0
        while at < len(trail) - 1:
            shorter = trail[:at] + trail[min(at + size, len(trail) - 1) :]
            found = replay(ours, theirs, shorter)
            if found is not None:
                trail = shorter[: found[0] + 1]
            else:
                at += size
        size //= 2
    return trail


def print_difference(ours, theirs, trail):
    found = replay(ours, theirs, trail)
    if found is None:
        print("  (it does not repeat on empty servers; the last commands were:)")
        trail = trail[-20:]
    for words in trail:
        print("  " + clip(commands.line(words), 300))
    if found is None:
        return
    print("  %-6s %s" % (ours.server.name, clip(repr(found[1][0]))))
    print("  %-6s %s" % (theirs.server.name, clip(repr(found[1][1]))))


def clip(text, limit=2000):
    return text if len(text) < limit else text[:limit] + "..."


def run(ours, theirs, options, protocol):
    rng = random.Random("%d/%d" % (options.seed, protocol))
    generator = commands.Generator(rng)
    ours.reset()
    theirs.reset()
    trail = []
    deadline = time.monotonic() + 2000
    for number in range(options.count):
        if number % 5000 == 0:  # a short history keeps trails short
            ours.reset()
            theirs.reset()
            trail = []
        words = generator.next()
        trail.append(words)
        pair = ours.run(words), theirs.run(words)
        if not same(words, *pair):
            print("RESP%d, seed %d, command %d differs:" % (protocol, options.seed, number))
            for text in (commands.line(words), repr(pair[0]), repr(pair[1])):
                print("  " + clip(text))
            print("shortest trail found:")
            print_difference(ours, theirs, shrink(ours, theirs, trail))
            return False
        if time.monotonic() > deadline:
            print("RESP%d: out of time after %d commands" % (protocol, number))
            break
    print("RESP%d, seed %d: %d commands, no difference" % (protocol, options.seed, options.count))
    return True


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--binary", default="build/cobnut")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=20000, help="commands a protocol")
    parser.add_argument("--resp", choices=["2", "3", "both"], default="both")
    options = parser.parse_args()
    ours_server = servers.Redis() if options.binary == "redis" else servers.Program(options.binary)
    protocols = [2, 3] if options.resp == "both" else [int(options.resp)]
    with ours_server, servers.Redis() as theirs_server:
        for protocol in protocols:
            ours, theirs = Side(ours_server, protocol), Side(theirs_server, protocol)
            equal = run(ours, theirs, options, protocol)
            ours.client.close()
            theirs.client.close()
            if not equal:
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
