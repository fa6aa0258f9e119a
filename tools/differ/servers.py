"""Starts a server on a free loopback port, and ends exactly that process."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

# Debian's redis-tools: the same binary as redis-server, which goes by the name it is called with.
REDIS = "/usr/bin/redis-check-rdb"


def belong_to_parent_only():
    """In the new process: a terminal's Ctrl-C is not for it, and it does not outlive the parent."""
    os.setsid()
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A context: inside, `port` accepts connections."""

    name = "server"

    def __init__(self, flags=()):
        self.flags = list(flags)
        self.directory = tempfile.mkdtemp(prefix="differ-")
        self.port = free_port()
        self.process = None

    def arguments(self):
        raise NotImplementedError

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, kind, *_):
        log = self.end()
        interrupted = kind is not None and not issubclass(kind, Exception)
        if self.process.returncode != 0 and not interrupted:
            raise RuntimeError("%s ended with status %d: %s" % (self.name, self.process.returncode, log))

    def start(self):
        with open(os.path.join(self.directory, "log"), "wb") as log:
            self.process = subprocess.Popen(
                self.arguments(), stdout=log, stderr=log, cwd=self.directory, preexec_fn=belong_to_parent_only
            )
        deadline = time.monotonic() + 20
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("%s did not start: %s" % (self.name, self.log())) from None
                time.sleep(0.02)

    def end(self):
        """Whatever interrupts it, the server ends and its folder goes. What it has printed."""
        try:
            if self.process is not None:
                self.process.terminate()
                self.process.wait(30)  # a sanitizer looks for leaks at the end
        except subprocess.TimeoutExpired:
            pass
        finally:
            if self.process is not None:
                self.process.kill()  # nothing happens to what has ended
                self.process.wait()
            log = self.log()
            shutil.rmtree(self.directory, ignore_errors=True)
        return log

    def log(self):
        try:
            with open(os.path.join(self.directory, "log"), encoding="utf-8", errors="replace") as file:
                text = file.read()
        except FileNotFoundError:
            return ""
        # What redis-server and the sanitizers print at an end that nobody wanted; else the end says more.
        at = max(text.find("BUG REPORT START"), text.find("Sanitizer"))
        return text[at : at + 10000] if at >= 0 else text[-3000:]


class Redis(Server):
    name = "redis"

    def arguments(self):
        binary = os.path.join(self.directory, "redis-server")
        os.symlink(shutil.which("redis-server") or REDIS, binary)
        options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        return [binary, "--port", str(self.port)] + options + self.flags


class Program(Server):
    """Ours, or any other with redis-server's command line."""

    name = "ours"

    def __init__(self, binary, flags=()):
        super().__init__(flags)
        self.binary = os.path.abspath(binary)

    def arguments(self):
        return [self.binary, "--port", str(self.port), "--bind", "127.0.0.1"] + self.flags
