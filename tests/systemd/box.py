"""A real systemd in a container that shares this machine's /usr and nothing else: /etc and /var are
empty, there is no network, and all is gone when it ends. Takes root, systemd-nspawn and a kernel
that lets cgroups be mounted."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time

NEEDED = ("systemd-nspawn", "unshare", "nsenter", "systemctl")
# Other services of this machine are not wanted, and a network that never comes is not waited for.
WORDS = ("systemd.unit=basic.target", "systemd.mask=systemd-networkd-wait-online.service",
         "systemd.mask=systemd-firstboot.service", "systemd.log_target=null")


# A machine that is itself a container may boot systemd and yet not let it build walls.
PROBE = """
[Service]
Type=oneshot
ExecStart=/bin/true
PrivateUsers=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
SystemCallFilter=@system-service
"""


class CannotBoot(Exception):
    """Why there is no systemd to be had here."""


class Box:
    """`folders`: what is shared, by its path in the box."""

    def __init__(self, folders):
        if os.geteuid() != 0:
            raise CannotBoot("that takes root")
        for tool in NEEDED:
            if shutil.which(tool) is None:
                raise CannotBoot(f"{tool} is not installed")
        self.output = tempfile.TemporaryFile()
        shares = [f"--bind-ro={there}:{here}" for here, there in folders.items()]
        self.process = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c",
             "umount -R /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup && exec \"$@\"", "box",
             "systemd-nspawn", "--quiet", "--boot", "--directory=/", "--volatile=yes",
             f"--machine=upkeep-{os.getpid()}", "--register=no", "--keep-unit", "--private-network",
             "--console=pipe", "--link-journal=no", *shares, *WORDS],
            stdin=subprocess.DEVNULL, stdout=self.output, stderr=subprocess.STDOUT)
        self.leader = None
        try:
            self.wait_until_up(60)
            self.write("/run/systemd/system/probe.service", PROBE)
            if self.call("systemctl", "start", "probe.service", expect=None).returncode != 0:
                raise CannotBoot("it cannot keep a service in")
        except CannotBoot:
            self.end()
            raise

    def wait_until_up(self, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise CannotBoot(f"systemd-nspawn ended: {self.said()}")
            self.leader = self.leader or self.child()
            if self.leader is not None:
                state = self.call("systemctl", "is-system-running", expect=None).stdout.strip()
                if state in ("running", "degraded"):
                    return
            time.sleep(0.1)
        raise CannotBoot(f"systemd was not up after {seconds} s: {self.said()}")

    def child(self):
        """The first process inside: systemd, once it is one."""
        try:
            task = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
            for pid in task.read_text().split():
                if "systemd" in os.readlink(f"/proc/{pid}/exe") and "nspawn" not in os.readlink(
                        f"/proc/{pid}/exe"):
                    return int(pid)
        except OSError:
            pass
        return None

    def said(self):
        self.output.seek(0)
        return self.output.read().decode(errors="replace").strip()[-2000:] or "nothing was said"

    def call(self, *words, expect=0, given=None):
        done = subprocess.run(
            ["nsenter", "--target", str(self.leader), "--mount", "--uts", "--ipc", "--net", "--pid",
             "--cgroup", "--wd=/", "env", "-i", "PATH=/usr/sbin:/usr/bin", "HOME=/root", "LANG=C",
             *words], input=given, capture_output=True, text=True, timeout=120)
        if expect is not None and done.returncode != expect:
            raise AssertionError(f"{' '.join(words)} ended with {done.returncode}:\n"
                                 f"{done.stdout}{done.stderr}")
        return done

    def write(self, path, text, mode="0644", owner="root"):
        self.call("install", "-D", "-m", mode, "-o", owner, "/dev/stdin", path, given=text)

    def end(self):
        if self.process.poll() is None and self.leader is not None:
            self.call("systemctl", "poweroff", "--force", expect=None)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.output.close()
