"""The implementations of the workloads: what each needs, how it is built, and how one workload of it is run."""

import os
import re
import shutil
from pathlib import Path

from bench import programs
from bench.workloads import TROUPE_WORKLOADS, WORKLOADS

FOLDER = Path(__file__).resolve().parent.parent
ROOT = FOLDER.parent
BUILD = ROOT / "build" / "benchmarks"
BUILD_TIMEOUT_S = 1800


class NotAvailable(Exception):
    """What is missing on this machine; no error."""


def need(*tools):
    for tool, package in tools:
        if shutil.which(tool) is None:
            raise NotAvailable(f"{tool} isn't installed (Debian: {package})")


def without(*missing):
    return [workload for workload in WORKLOADS if workload not in missing and workload not in TROUPE_WORKLOADS]


class CxxProgram:
    """Built by cmake: from the project's root if it needs the library, else from this folder alone."""

    def __init__(self, name, source, options=(), workloads=None):
        self.name = name
        self.workloads = without() if workloads is None else workloads
        self.source = source
        self.options = options
        self.tree = BUILD / ("library" if source == ROOT else "bare")

    def build(self):
        need(("cmake", "cmake"), ("c++", "g++"))
        if not (self.source / "CMakeLists.txt").exists():
            raise NotAvailable(f"{self.source} has no CMakeLists.txt")
        generator = ["-G", "Ninja"] if shutil.which("ninja") else []
        if (self.tree / "CMakeCache.txt").exists():
            generator = []  # a tree keeps the generator that it was made with
        programs.run(["cmake", "-S", self.source, "-B", self.tree, *generator, "-DCMAKE_BUILD_TYPE=Release",
                      *self.options], BUILD_TIMEOUT_S)
        self.check_configured()
        jobs = str(min(2, os.cpu_count() or 1))
        programs.run(["cmake", "--build", self.tree, "--target", f"bench-{self.name}", "-j", jobs], BUILD_TIMEOUT_S)

    def check_configured(self):
        pass

    def command(self, workload, scale):
        [found] = [path for path in (self.tree / f"bench-{self.name}", self.tree / "benchmarks" / f"bench-{self.name}")
                   if path.exists()]
        return [found, workload, scale]


class Caf(CxxProgram):
    def check_configured(self):
        cache = (self.tree / "CMakeCache.txt").read_text(encoding="utf-8")
        if re.search(r"^CAF_(INCLUDE_DIR|CORE_LIBRARY):\w+=.*NOTFOUND$", cache, re.MULTILINE):
            raise NotAvailable("CAF isn't installed (Debian: libcaf-dev)")


class Erlang:
    name = "erlang"
    workloads = without("fan_in_threads", "ask_thread")  # all is a process there; no threads outside

    def build(self):
        need(("erlc", "erlang-base"), ("erl", "erlang-base"))
        (BUILD / "erlang").mkdir(parents=True, exist_ok=True)
        programs.run(["erlc", "-o", BUILD / "erlang", FOLDER / "erlang" / "bench.erl"], BUILD_TIMEOUT_S)

    def command(self, workload, scale):
        # The usual limit of 262,144 processes would be too low for a million.
        return ["erl", "+P", "4000000", "-noshell", "-pa", BUILD / "erlang", "-s", "bench", "main", workload, scale]


class Rust:
    name = "rust"
    workloads = without("skynet", "big", "bytes_per_actor", "idle_cpu")  # too many for a thread each

    def build(self):
        need(("rustc", "rustc"))
        BUILD.mkdir(parents=True, exist_ok=True)
        programs.run(["rustc", "--edition", "2021", "-C", "opt-level=3", "-o", BUILD / "bench-rust",
                      FOLDER / "rust" / "main.rs"], BUILD_TIMEOUT_S)

    def command(self, workload, scale):
        return [BUILD / "bench-rust", workload, scale]


class Go:
    name = "go"
    workloads = without("fan_in_threads")  # goroutines are its threads; fan_in_actors measures those

    def build(self):
        need(("go", "golang"))
        BUILD.mkdir(parents=True, exist_ok=True)
        programs.run(["go", "build", "-o", BUILD / "bench-go", "."], BUILD_TIMEOUT_S, cwd=FOLDER / "go")

    def command(self, workload, scale):
        return [BUILD / "bench-go", workload, scale]


LIBRARY_OPTIONS = ["-DTROUPE_BUILD_BENCHMARKS=ON", "-DTROUPE_BUILD_TESTS=OFF", "-DTROUPE_BUILD_EXAMPLES=OFF",
                   "-DTROUPE_BUILD_APPS=OFF"]

IMPLEMENTATIONS = {
    implementation.name: implementation
    for implementation in [
        CxxProgram("floor", FOLDER),
        CxxProgram("troupe", ROOT, LIBRARY_OPTIONS, WORKLOADS),
        Caf("caf", FOLDER),
        Erlang(),
        Rust(),
        Go(),
    ]
}
