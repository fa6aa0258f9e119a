"""Real clients against a server: each script prints `ok NAME` or `not ok NAME: why` for its tests."""

import collections
import os
import shutil
import subprocess

import suite

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENT_SECONDS_MAX = 300

PYTHON = "/usr/bin/python3"  # Debian's, which python3-redis belongs to
SCRIPTS = {
    "python3-redis": [PYTHON, "python_redis.py"],
    "redis@5": ["node", "node_redis.mjs"],
    "ioredis@5": ["node", "ioredis.mjs"],
}


def prepare(folder):
    """A copy of the scripts with npm's packages beside them; npm runs when they are not there yet."""
    os.makedirs(folder, exist_ok=True)
    for name in os.listdir(os.path.join(HERE, "clients")):
        path = os.path.join(HERE, "clients", name)
        if os.path.isfile(path):
            shutil.copy(path, folder)
    present = [os.path.isdir(os.path.join(folder, "node_modules", name)) for name in ("redis", "ioredis")]
    if not all(present):
        command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
        subprocess.run(command, cwd=folder, check=True)


def outcome_of(name, binary, folder):
    """The tests that a client passes against a fresh server, and what was wrong with the others."""
    outcome = suite.Outcome(name)
    with suite.TestedServer(binary) as server:
        interpreter, script = SCRIPTS[name]
        try:
            run = subprocess.run(
                [interpreter, script, str(server.port)],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=CLIENT_SECONDS_MAX,
                text=True,
                errors="replace",
                check=False,
            )
        except subprocess.TimeoutExpired:
            outcome.ended_early = f"longer than {CLIENT_SECONDS_MAX} s"
            return outcome
    outcome.passed = collections.Counter()
    for line in run.stdout.splitlines():
        if line.startswith("ok "):
            outcome.passed[line[3:]] += 1
        elif line.startswith("not ok "):
            test, _, why = line[7:].partition(": ")
            outcome.failed[test] = why
    if not outcome.passed and not outcome.failed:
        outcome.ended_early = f"status {run.returncode}: {run.stdout[-1000:]}"
    return outcome
