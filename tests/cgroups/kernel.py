"""Runs a test on a Linux kernel of its own, which runs as a process (User Mode Linux), so that
there are cgroups with all controllers whatever this machine has.

    python3 tests/cgroups/kernel.py FILE.py...

The files and upkeep ($UPKEEP) are copied into the memory of that machine; the first file is run, by
a user without rights and in a cgroup that was delegated to it. Exit code 77: no such kernel."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

KERNEL = "linux.uml"
INIT = """#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc && mount -t sysfs sysfs /sys && mount -t tmpfs tmpfs /run &&
  mount -t cgroup2 cgroups /sys/fs/cgroup || exit
mkdir /run/test /run/work && cp {files} /run/test && chown -R 65534:65534 /run/test /run/work
cd /sys/fs/cgroup && echo "+memory +cpu +pids" > cgroup.subtree_control && mkdir service
python3 -c 'import os; os.setxattr("service", "user.delegate", b"1")'
chown 65534 service service/cgroup.procs service/cgroup.subtree_control
(
  echo 0 > service/cgroup.procs
  cd /run/test
  exec setpriv --reuid 65534 --regid 65534 --clear-groups \\
    env TMPDIR=/run/work UPKEEP=/run/test/{program} PYTHONPATH=/run/test python3 -B {script}
) </dev/null 2>&1
echo "the test ended with $?"
echo o > /proc/sysrq-trigger
sleep 60
"""


def boot(init):
    done = subprocess.run(
        [KERNEL, "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro", "mem=1G", "loglevel=1",
         "cgroup_no_v1=all", "con=null", "con0=fd:0,fd:1", f"init={init}"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=300)
    return done.stdout


def main():
    if shutil.which(KERNEL) is None:
        print(f"{KERNEL} is not installed")
        return 77
    files = [pathlib.Path(name).resolve() for name in sys.argv[1:]]
    program = pathlib.Path(os.environ["UPKEEP"]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        init = pathlib.Path(folder) / "init"
        names = " ".join(f"'{path}'" for path in [program, *files])
        init.write_text(INIT.format(files=names, program=program.name, script=files[0].name))
        init.chmod(0o755)
        said = boot(init)
    print(said)
    ended = re.search(r"the test ended with (\d+)", said)
    if not ended:
        print("that kernel does not come up here")
        return 77
    return int(ended[1])


if __name__ == "__main__":
    sys.exit(main())
