"""Delivers inventory reports as S3 does, for tests of the whole program."""

import gzip
import hashlib
import json

STORES = """
stores:
  lake:
    url: "file:./lake"
    inventory: {store: reports, prefix: lake/daily, max_age: 3650d, when_old: fail}
  reports: {url: "file:./reports"}
"""


def packed(rows):
    """CSV as S3 packs it."""
    return gzip.compress("".join(rows).encode(), compresslevel=1)


def deliver(folder, files, form="CSV"):
    """A report of these files below `folder`; of CSV, a row has bucket, key, size and date."""
    data, dated = folder / "lake/daily/data", folder / "lake/daily/2026-01-03T02-00Z"
    data.mkdir(parents=True, exist_ok=True)
    dated.mkdir(exist_ok=True)
    entries = []
    for number, content in enumerate(files):
        (data / str(number)).write_bytes(content)
        entries.append({"key": f"lake/daily/data/{number}", "size": len(content),
                        "MD5checksum": hashlib.md5(content).hexdigest()})
    schema = "Bucket, Key, Size, LastModifiedDate" if form == "CSV" else "message s3.inventory {}"
    manifest = json.dumps({
        "sourceBucket": "lake", "version": "2016-11-30", "creationTimestamp": "1767405600000",
        "fileFormat": form, "fileSchema": schema, "files": entries}).encode()
    (dated / "manifest.json").write_bytes(manifest)
    (dated / "manifest.checksum").write_text(hashlib.md5(manifest).hexdigest())
