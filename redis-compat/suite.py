"""redis-server's own Tcl suite, one unit at a time, against a server that we start."""

import collections
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tools", "differ"))

import servers  # noqa: E402

# Seconds without a word from a unit after which it is ended. The suite's own limit is 20 minutes.
SILENCE_MAX = 120
UNIT_MAX = 900  # seconds for a whole unit; the longest takes about two minutes on redis-server

PASSED = re.compile(r"\[ok\]: (.*) \(\d+ ms\)$")
FAILED = re.compile(r"\[err\]: (.*)$")
FAILED_TEST = re.compile(r"(.*) in tests/\S+\.tcl$")
NAMES_OF_PROGRAMS = ["redis-cli", "redis-benchmark"]


class Outcome:
    """What one unit gave. Names may occur several times, hence counters."""

    def __init__(self, unit):
        self.unit = unit
        self.passed = collections.Counter()
        self.failed = {}  # name: what it said
        self.outside = []  # exceptions outside of any test: each cost the rest of its block
        self.ended_early = None  # why the unit did not come to its end
        self.seconds = 0.0

    def read(self, text):
        """Takes the suite's output apart."""
        lines = text.splitlines()
        for at, line in enumerate(lines):
            passed, failed = PASSED.match(line), FAILED.match(line)
            if passed:
                self.passed[ascii_name(passed.group(1))] += 1
            elif failed:
                details = []
                for further in lines[at + 1 : at + 12]:
                    if further.startswith("["):
                        break
                    details.append(further)
                test = FAILED_TEST.match(failed.group(1))
                if test:
                    self.failed[ascii_name(test.group(1))] = "\n".join(details)
                else:
                    self.outside.append("\n".join([failed.group(1)] + details))
            elif line.startswith("[exception]"):
                self.outside.append("\n".join(lines[at : at + 12]))


def ascii_name(name):
    name = re.sub(r"\(x = \d+\)", "(x = ...)", name)  # how far a counter got
    return name.strip().encode("ascii", "backslashreplace").decode()


class Suite:
    """A copy of the suite's scripts, in which one unit runs at a time."""

    def __init__(self, sources, folder, program):
        self.folder = folder
        # A copy, so that a build in the meantime does not change what is tested.
        self.program = os.path.join(folder, "src", "redis-server")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(os.path.join(folder, "src"))
        os.makedirs(os.path.join(folder, "logs"))
        shutil.copytree(os.path.join(sources, "tests"), os.path.join(folder, "tests"))
        for name in ("runtest", "redis.conf"):
            shutil.copy(os.path.join(sources, name), folder)
        shutil.copy(program, self.program)
        if os.path.basename(program) != "redis-server":
            self.leave_out_refused_options()
        for name in NAMES_OF_PROGRAMS:
            os.symlink(shutil.which(name), os.path.join(folder, "src", name))
        for name in ("redis-check-aof", "redis-check-rdb"):
            if shutil.which(name):
                os.symlink(shutil.which(name), os.path.join(folder, "src", name))

    def leave_out_refused_options(self):
        """Lines of the file for servers of spawn mode that ours refuses to start with, since it cannot do what they
        ask: save points."""
        path = os.path.join(self.folder, "tests", "assets", "default.conf")
        with open(path, encoding="utf-8") as file:
            lines = [line for line in file if not line.startswith("save ")]
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(lines)

    def units(self):
        """Every unit's name, in the suite's order."""
        run = subprocess.run(
            ["./runtest", "--list-tests"], cwd=self.folder, stdout=subprocess.PIPE, check=True, text=True
        )
        return run.stdout.split()

    def external(self, unit, progress):
        """The suite connects to a server that was started with flags only, fresh for this unit."""
        outcome = Outcome(unit)
        try:
            with TestedServer(self.program) as server:
                self.run(outcome, ["--host", "127.0.0.1", "--port", str(server.port)], progress)
                status = server.process.poll()
                if status is not None:
                    outcome.ended_early = f"the server ended with status {status}"
                self.keep_log(unit, "server", server.log())
        except RuntimeError as problem:
            outcome.ended_early = str(problem)
        return outcome

    def spawn(self, unit, progress):
        """The suite starts its servers itself, as src/redis-server with a file in redis.conf's syntax."""
        outcome = Outcome(unit)
        self.run(outcome, ["--clients", "1"], progress)
        return outcome

    def run(self, outcome, options, progress):
        command = ["./runtest", "--baseport", str(base_port()), "--durable", "--single", outcome.unit]
        command += ["--tags", "-slow"] + options
        path = self.log_path(outcome.unit, "suite")
        started = time.monotonic()
        with open(path, "wb") as log:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a group of its own: it is ended with all that it started
                env=dict(os.environ, TERM="dumb"),
            )
            try:
                outcome.ended_early = wait_for(process, path, progress)
            finally:
                end_group(process)
        outcome.seconds = time.monotonic() - started
        with open(path, encoding="utf-8", errors="replace") as log:
            outcome.read(log.read())

    def log_path(self, unit, kind):
        return os.path.join(self.folder, "logs", f"{unit.replace('/', '-')}.{kind}")

    def keep_log(self, unit, kind, text):
        with open(self.log_path(unit, kind), "w", encoding="utf-8") as file:
            file.write(text)


class TestedServer(servers.Program):
    """Ours or redis-server, with the options that the suite needs and no others."""

    name = "the server"

    def arguments(self):
        options = ["--enable-debug-command", "yes", "--enable-protected-configs", "yes"]
        return [self.binary, "--port", str(self.port), "--bind", "127.0.0.1"] + options


def base_port():
    """The suite looks for free ports from here on, 32 below and 10000 above too."""
    return random.randrange(12000, 22000)


def wait_for(process, path, progress):
    """None when the unit came to its end, else why not."""
    started = last_word = time.monotonic()
    size = 0
    while process.poll() is None:
        time.sleep(0.1)
        now = time.monotonic()
        if os.path.getsize(path) != size:
            size, last_word = os.path.getsize(path), now
            progress(path)
        if now - last_word > SILENCE_MAX:
            return f"nothing happened for {SILENCE_MAX} s"
        if now - started > UNIT_MAX:
            return f"longer than {UNIT_MAX} s"
    return None if process.returncode in (0, 1) else f"runtest ended with status {process.returncode}"


def end_group(process):
    """The suite's processes and the servers that it started share its process group."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            continue
    process.wait()
