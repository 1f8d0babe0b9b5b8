"""What goes wrong during a soak: each fault is a function of the scene that says in a few words
what it did, or nothing when there was nothing to do it to."""

import os
import pathlib
import signal
import time


def processes_of(scene):
    """The number and the role of each process of the loop in the folder."""
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            name = (entry / "comm").read_text().strip()
        except OSError:  # it is over
            continue
        role = "supervisor" if name == "upkeep-guard" else words[1] if len(words) > 1 else ""
        if role in ("supervisor", "daemon", "scan-store") and str(scene.config) in words:
            yield int(entry.name), role


def kill(pid, number=signal.SIGKILL):
    try:
        os.kill(pid, number)
        return True
    except ProcessLookupError:
        return False

def kill_daemon(scene):
    pid = scene.daemon()
    return pid and kill(pid) and f"daemon {pid} was killed"

def kill_supervisor(scene):
    pid = scene.supervisor()
    return pid and kill(pid) and f"supervisor {pid} was killed"

def kill_both(scene):
    pids = [pid for pid in (scene.supervisor(), scene.daemon()) if pid]
    return any([kill(pid) for pid in pids]) and f"supervisor and daemon {pids} were killed"

def hang_daemon(scene):
    pid = scene.daemon()
    return pid and kill(pid, signal.SIGSTOP) and f"daemon {pid} was stopped in its tracks"

def kill_listing(scene):
    """Listings are short: it waits for one."""
    until = time.monotonic() + 15
    while time.monotonic() < until:
        for pid, role in processes_of(scene):
            if role == "scan-store" and kill(pid):
                return f"listing {pid} was killed"
        time.sleep(0.002)
    return None

def kill_collector(scene):
    for entry in pathlib.Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except (OSError, NotADirectoryError):
            continue
        if str(scene.books) in words and entry.name.isdigit() and kill(int(entry.name)):
            return f"collector {entry.name} was killed"
    return None

def hide_store(scene):
    name = scene.random.choice(scene.stores)
    store, away = scene.folder / name, scene.folder / f"{name}.away"
    seconds = scene.random.uniform(5, 40)
    store.rename(away)
    time.sleep(seconds)
    if store.exists():
        scene.complain(f"something made {name} anew while it was away")
        return None
    away.rename(store)
    return f"store {name} was away for {seconds:.0f} s"

def fill_disk(scene):
    """The state's file system is a small one of its own."""
    seconds = scene.random.choice([5, 10, 20, 80])
    full = scene.state / "full"
    try:
        with open(full, "wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
    except OSError:
        pass
    time.sleep(seconds)
    full.unlink(missing_ok=True)
    return f"the disk of the state was full for {seconds} s"

def break_configuration(scene):
    """A reload of a broken one is refused, one of a good one takes over."""
    text = scene.config.read_text()
    scene.config.write_text(text + "bogus: 1\n")
    refused = scene.call("reload")
    scene.config.write_text(text)
    taken = scene.call("reload")
    if refused.returncode == 0:
        scene.complain("a broken configuration was taken over")
    return f"a broken configuration was offered, then a good one ({taken.returncode})"

# How often each one is chosen.
FAULTS = {kill_listing: 4, kill_collector: 6, hide_store: 5, fill_disk: 3, kill_daemon: 2,
          kill_supervisor: 1, kill_both: 1, hang_daemon: 1, break_configuration: 2}
