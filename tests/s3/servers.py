#!/usr/bin/env python3
"""Runs a command while real S3 servers run beside it.

    tests/s3/servers.py COMMAND...

Two independent ones, where they are installed: fauxqs (npm; see package.json) and the Ceph object
gateway (Debian packages), which checks signatures. The command finds them in UPKEEP_S3_FAUXQS and
UPKEEP_S3_CEPH, as `endpoint id secret`, and how Ceph speaks TLS in UPKEEP_S3_TLS, as `port ca`.
With UPKEEP_S3_REQUIRED=1 one that is missing is an error.
"""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import ceph  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
KEY, SECRET = "UPKEEPTESTKEY0000001", "upkeepTestSecret/+0000000000000000000001"
PATIENCE = 40  # seconds, for a server to answer


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_for(port):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


class Fauxqs:
    """start() returns once it answers."""

    modules = pathlib.Path(os.environ.get("UPKEEP_S3_MODULES", HERE))

    @classmethod
    def is_installed(cls):
        return shutil.which("node") and (cls.modules / "node_modules/fauxqs").is_dir()

    def __init__(self, folder, port):
        self.folder, self.port, self.process = folder, port, None

    def start(self, wait):
        with open(pathlib.Path(self.folder) / "fauxqs.out", "wb") as log:
            self.process = subprocess.Popen(
                ["node", HERE / "fauxqs.mjs", self.modules, str(self.port)], cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait(self.port)

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def start_all(folder, started):
    """Yields pairs of a name and what the command is told; `started` gets what is to be ended."""
    required = os.environ.get("UPKEEP_S3_REQUIRED") == "1"
    for name, module in (("fauxqs", Fauxqs), ("ceph", ceph)):
        if not module.is_installed():
            if required:
                sys.exit(f"the S3 server {name} is not installed")
            print(f"skipped: the S3 server {name} is not installed", flush=True)
            continue
        home = pathlib.Path(folder) / name
        home.mkdir()
        port = free_port()
        server = (Fauxqs(home, port) if name == "fauxqs"
                  else ceph.Ceph(home, port, free_port(), free_port(), KEY, SECRET))
        started.append(server)
        server.start(wait_for)
        if name == "ceph":
            yield "UPKEEP_S3_TLS", f"{server.tls_port} {home / 'ca.pem'}"
        yield f"UPKEEP_S3_{name.upper()}", f"http://127.0.0.1:{port} {KEY} {SECRET}"


def main(command):
    started = []
    with tempfile.TemporaryDirectory(prefix="upkeep-s3-") as folder:
        try:
            servers = dict(start_all(folder, started))
            if not servers:
                sys.exit(77)  # what ctest takes for a test that was skipped
            # What a developer's own account says is none of the tests' business.
            clean = {name: value for name, value in os.environ.items()
                     if not name.startswith("AWS_") and not name.lower().endswith("_proxy")}
            clean["AWS_ACCESS_KEY_ID"], clean["AWS_SECRET_ACCESS_KEY"] = KEY, SECRET
            clean["AWS_EC2_METADATA_DISABLED"] = "true"
            for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
                clean[name] = str(pathlib.Path(folder) / name)
                pathlib.Path(clean[name]).touch()
            return subprocess.run(command, env={**clean, **servers}).returncode
        finally:
            for server in started:
                server.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
