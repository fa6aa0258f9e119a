#!/usr/bin/env python3
"""Records what redis-server answers, as the steps of an in-process test (src/commands/testing.h).

usage: record.py [--resp 3] < lines > steps

Each line is a request in testing.h's notation. The output is one C++ initializer a line. Time moves
on a real server: record no PTTL of a relative expiry.
"""

import argparse
import sys

import resp
import servers


def split(line):
    words, at = [], 0
    while at < len(line):
        if line[at] == " ":
            at += 1
            continue
        quoted = line[at] == '"'
        at += quoted
        word = bytearray()
        while at < len(line) and line[at] != ('"' if quoted else " "):
            char = line[at]
            at += 1
            if quoted and char == "\\":
                char = line[at]
                at += 1
                if char == "x":
                    word.append(int(line[at : at + 2], 16))
                    at += 2
                    continue
                char = {"n": "\n"}.get(char, char)
            word += char.encode("latin-1")
        at += quoted
        words.append(bytes(word))
    return words


def show(reply):
    if reply is None or reply is resp.NIL_ARRAY:
        return "nil"
    if isinstance(reply, resp.Error):
        return "-" + reply
    if isinstance(reply, resp.Simple):
        return "+" + reply.decode("latin-1")
    if isinstance(reply, bool):
        return "#t" if reply else "#f"
    if isinstance(reply, int):
        return ":%d" % reply
    if isinstance(reply, float):
        return ",%s" % repr(reply)
    if isinstance(reply, bytes):
        return '"' + "".join(show_byte(byte) for byte in reply) + '"'
    if isinstance(reply, resp.Pairs):
        return "{" + ", ".join("%s: %s" % (show(key), show(value)) for key, value in reply) + "}"
    return "[" + ", ".join(show(item) for item in reply) + "]"


def show_byte(byte):
    if byte in b'"\\':
        return "\\" + chr(byte)
    return chr(byte) if 32 <= byte < 127 else "\\x%02x" % byte


def literal(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--resp", type=int, default=2)
    options = parser.parse_args()
    with servers.Redis() as server:
        client = resp.Client(server.port)
        if options.resp == 3:
            client.call("HELLO", 3)
        for line in sys.stdin:
            line = line.rstrip("\n")
            if line.startswith("#"):
                print("    // " + line[1:].strip())
            elif line:
                print("    {%s, %s}," % (literal(line), literal(show(client.call(*split(line))))))


if __name__ == "__main__":
    main()
