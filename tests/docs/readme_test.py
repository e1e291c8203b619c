"""Runs what the README tells the reader to run, in a scratch copy of the tree.

In document order: a ```toml block whose first line is "# NAME.toml" becomes that file; ```sh and ```python blocks must
succeed; in a ```console block each "$ command" must succeed and print the lines below it, where "..." stands for
anything. The command is the one already built: cmake is replaced by a stub, everything else is real.
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

SOURCE_DIR = pathlib.Path(os.environ["TRAWL_SOURCE_DIR"])
BINARY_DIR = pathlib.Path(os.environ["TRAWL_BINARY_DIR"])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands_of(console):
    """Pairs of a command and the lines it should print."""
    pairs = []
    for line in console.splitlines():
        if line.startswith("$ "):
            pairs.append((line[2:], []))
        else:
            pairs[-1][1].append(line)
    return pairs


def pattern_of(lines):
    text = "\n".join(line.rstrip() for line in lines).strip("\n")
    return "".join(".*" if part == "..." else re.escape(part) for part in re.split(r"(\.\.\.)", text))


def normal(text):
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


class Scratch:
    """A copy of the tree in which the built command stands where setup.sh would have built it."""

    def __init__(self, folder):
        self.tree = pathlib.Path(folder) / "trawl"
        shutil.copytree(SOURCE_DIR, self.tree, ignore=shutil.ignore_patterns("build", ".git", "*.h5", "*.h5.*"))
        (self.tree / "build/release").mkdir(parents=True)
        (self.tree / "build/release/trawl").symlink_to(BINARY_DIR / "trawl")
        stubs = pathlib.Path(folder) / "stubs"
        stubs.mkdir()
        (stubs / "cmake").write_text("#!/bin/sh\nexit 0\n")
        (stubs / "cmake").chmod(0o755)
        path = f"{stubs}:{self.tree / 'build/release'}:{os.environ['PATH']}"
        self.environment = {**os.environ, "PATH": path, "MPLBACKEND": "Agg"}

    def run(self, *command):
        return subprocess.run(command, cwd=self.tree, env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=300)


class Readme(unittest.TestCase):
    maxDiff = None

    def succeed(self, scratch, *command):
        result = scratch.run(*command)
        self.assertEqual(result.returncode, 0, f"{command[-1]}\n{result.stdout}{result.stderr}")
        return result.stdout

    def follow(self, text):
        """Runs all blocks of a document and returns how many there were."""
        with tempfile.TemporaryDirectory() as folder:
            scratch = Scratch(folder)
            blocks = BLOCK.findall(text)
            for language, block in blocks:
                if language == "toml" and re.match(r"# \S+\.toml\n", block):
                    (scratch.tree / block.split()[1]).write_text(block)
                elif language == "sh":
                    self.succeed(scratch, "bash", "-euc", block)
                elif language == "python":
                    self.succeed(scratch, "/usr/bin/python3", "-c", block)
                elif language == "console":
                    for command, lines in commands_of(block):
                        printed = normal(self.succeed(scratch, "bash", "-euc", command))
                        if not re.fullmatch(pattern_of(lines), printed, re.DOTALL):
                            self.assertEqual("\n".join(lines), printed, f"output of: {command}")
            return len([language for language, _ in blocks if language in ("sh", "python", "console")])

    def test_what_it_says_works(self):
        self.assertGreater(self.follow((SOURCE_DIR / "README.md").read_text()), 5)

    def test_a_command_that_fails_is_noticed(self):
        with self.assertRaises(AssertionError):
            self.follow("```sh\ntrawl no-such-verb\n```\n")

    def test_output_that_differs_is_noticed(self):
        self.follow("```console\n$ echo one 2 three\none ... three\n```\n")
        with self.assertRaises(AssertionError):
            self.follow("```console\n$ echo one\ntwo\n```\n")


if __name__ == "__main__":
    unittest.main()
