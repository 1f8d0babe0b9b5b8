"""The Ceph object gateway with one monitor and one storage daemon that keeps all in memory, on
127.0.0.1. It checks signatures, speaks TLS as well, with a certificate of an authority of its own,
and knows buckets in the names of hosts: BUCKET.s3.localhost. Its packages are ceph-mon, ceph-osd,
ceph-common and radosgw; openssl makes the certificate."""

import base64
import os
import pathlib
import shutil
import struct
import subprocess
import time
import uuid

PROGRAMS = ("ceph", "ceph-mon", "ceph-osd", "ceph-authtool", "monmaptool", "radosgw",
            "radosgw-admin", "openssl")

CONFIG = """
[global]
fsid = {fsid}
mon_initial_members = a
mon_host = v2:127.0.0.1:{monitor}/0
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_ipv6 = false
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
auth_allow_insecure_global_id_reclaim = false
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pgp_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 2000
mon_data_avail_warn = 2
mon_data_avail_crit = 1
paxos_propose_interval = 0.05
paxos_min_wait = 0.01
run_dir = {folder}
admin_socket = {folder}/$name.asok
log_file = {folder}/$name.log
crash_dir = {folder}
keyring = {folder}/keyring
[mon]
mon_data = {folder}/mon
mon_cluster_log_file = {folder}/cluster.log
[osd]
osd_data = {folder}/osd
keyring = {folder}/osd/keyring
osd_objectstore = memstore
crush_location = root=default host=localhost
memstore_device_bytes = 2147483648
osd_min_pg_log_entries = 50
osd_max_pg_log_entries = 200
osd_pg_log_trim_min = 20
osd_pg_log_dups_tracked = 50
[client.rgw.a]
rgw_data = {folder}/rgw
rgw_frontends = beast endpoint=127.0.0.1:{port} ssl_endpoint=127.0.0.1:{tls_port} \
  ssl_certificate={folder}/server.pem ssl_private_key={folder}/server.key
rgw_dns_name = s3.localhost
rgw_enable_usage_log = false
rgw_enable_quota_threads = false
rgw_max_objs_per_shard = 100000000
rgw_thread_pool_size = 32
"""


def is_installed():
    return all(shutil.which(program) for program in PROGRAMS)


def new_key():
    """A secret as Ceph writes it: type, time, length, 16 random bytes."""
    return base64.b64encode(struct.pack("<hiih", 1, int(time.time()), 0, 16)
                            + os.urandom(16)).decode()


def make_certificate(folder):
    """An authority in ca.pem, what it says of the server in server.pem and server.key, and another
    authority in other.pem."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, timeout=60,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for name, subject in (("ca", "/CN=upkeep test authority"), ("server", "/CN=s3.localhost"),
                          ("other", "/CN=another authority")):
        openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", subject,
                "-keyout", f"{name}.key", "-out", f"{name}.csr")
    (folder / "ca.ext").write_text("basicConstraints=critical,CA:TRUE\n")
    (folder / "server.ext").write_text(
        "subjectAltName=DNS:s3.localhost,DNS:*.s3.localhost,IP:127.0.0.1\n")
    for name in ("ca", "other"):
        openssl("x509", "-req", "-in", f"{name}.csr", "-signkey", f"{name}.key", "-days", "2",
                "-extfile", "ca.ext", "-out", f"{name}.pem")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-set_serial", "2", "-days", "2", "-extfile", "server.ext", "-out", "server.pem")


class Ceph:
    """start() returns once it answers; stop() ends all that was started."""

    def __init__(self, folder, port, tls_port, monitor, key, secret):
        self.folder, self.tls_port = pathlib.Path(folder), tls_port
        self.port, self.monitor, self.key, self.secret = port, monitor, key, secret
        self.processes = []

    def run(self, *command, **more):
        subprocess.run([command[0], "--conf", self.folder / "ceph.conf", *command[1:]], check=True,
                       timeout=60, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)

    def spawn(self, *command):
        with open(self.folder / f"{command[0]}.out", "wb") as log:
            self.processes.append(subprocess.Popen(
                [command[0], "--conf", self.folder / "ceph.conf", *command[1:]],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True))

    def start(self, wait):
        fsid, secret = str(uuid.uuid4()), new_key()
        for name in ("mon", "osd", "rgw"):
            (self.folder / name).mkdir()
        (self.folder / "ceph.conf").write_text(CONFIG.format(
            fsid=fsid, folder=self.folder, port=self.port, tls_port=self.tls_port,
            monitor=self.monitor))
        make_certificate(self.folder)
        users = [("mon.", "mon 'allow *'", {"mon": "allow *"}),
                 ("client.admin", "", {"mon": "allow *", "osd": "allow *", "mgr": "allow *"}),
                 ("client.rgw.a", "", {"mon": "allow rw", "osd": "allow rwx"})]
        text = ""
        for name, _, rights in users:
            text += f"[{name}]\n\tkey = {new_key()}\n"
            text += "".join(f'\tcaps {to} = "{what}"\n' for to, what in rights.items())
        (self.folder / "keyring").write_text(text)
        map_file = self.folder / "monmap"
        self.run("monmaptool", "--create", "--addv", "a", f"[v2:127.0.0.1:{self.monitor}]",
                 "--fsid", fsid, map_file)
        self.run("ceph-mon", "--mkfs", "-i", "a", "--monmap", map_file, "--keyring",
                 self.folder / "keyring")
        self.spawn("ceph-mon", "-i", "a", "-f", "--public-addr", f"v2:127.0.0.1:{self.monitor}")
        wait(self.monitor)
        disk = str(uuid.uuid4())
        self.run("ceph", "osd", "new", disk, "-i", "-",
                 input=f'{{"cephx_secret": "{secret}"}}'.encode())
        (self.folder / "osd/keyring").write_text(f"[osd.0]\n\tkey = {secret}\n")
        self.run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", disk)
        self.spawn("ceph-osd", "-i", "0", "-f")
        self.spawn("radosgw", "-n", "client.rgw.a", "-f")
        wait(self.port)
        self.run("radosgw-admin", "user", "create", "--uid=test", "--display-name=test",
                 f"--access-key={self.key}", f"--secret-key={self.secret}")

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in reversed(self.processes):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
