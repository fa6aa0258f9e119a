"""What the checks share: our files, their includes, C++ without comments and strings."""
import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)
# Whatever opens first wins, so that a quote in a comment or // in a string is not misread.
TOKENS = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.DOTALL)


def ours(*patterns):
    """Tracked and new files below ROOT that match the git patterns, sorted."""
    run = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "--"] + list(patterns),
                         cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    return sorted({path for path in run.stdout.splitlines()
                   if os.path.exists(os.path.join(ROOT, path))})


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def includes(text):
    """(line number, '<' or '"', path) of every include."""
    return [(text.count("\n", 0, found.start(1)) + 1, found.group(1), found.group(2))
            for found in INCLUDE.finditer(text)]


def code_only(text):
    """The text with comments and literals blanked out; lines stay where they are."""
    def blank(found):
        word = found.group(0)
        if word.startswith("/"):
            return re.sub(r"[^\n]", " ", word)
        return '"' + re.sub(r"[^\n]", " ", word[1:-1]) + '"'
    return TOKENS.sub(blank, text)


def closure(path, seen=None):
    """The file and all of our headers that it includes, directly or not."""
    seen = {} if seen is None else seen
    if path not in seen:
        seen[path] = text = read(path)
        for _, _, name in includes(text):
            for candidate in ("src/" + name, name, os.path.join(os.path.dirname(path), name)):
                if os.path.isfile(os.path.join(ROOT, candidate)):
                    closure(os.path.normpath(candidate), seen)
                    break
    return seen
