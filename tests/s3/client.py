"""A small client of S3, written apart from upkeep's: what the tests put in and compare with.

    tests/s3/client.py put BUCKET KEY     writes what comes on standard input: a collector's tool

The server is UPKEEP_TEST_ENDPOINT, the credentials are AWS's usual variables."""

import datetime
import hashlib
import hmac
import http.client
import os
import sys
import urllib.parse
import xml.etree.ElementTree as xml

SPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"


class Refused(Exception):
    """An answer that is no success."""


class Client:
    """One connection; not for several threads."""

    def __init__(self, endpoint, bucket):
        self.host, self.bucket = endpoint.split("://")[1], bucket
        self.connection = http.client.HTTPConnection(self.host, timeout=60)

    def __del__(self):
        self.connection.close()

    def send(self, method, key="", query=(), body=b""):
        path = "/" + self.bucket + ("/" + urllib.parse.quote(key, safe="/-._~") if key else "")
        line = "&".join(sorted(f"{urllib.parse.quote(name, safe='-._~')}="
                               f"{urllib.parse.quote(value, safe='-._~')}"
                               for name, value in query))
        headers = self.signed(method, path, line, hashlib.sha256(body).hexdigest())
        self.connection.request(method, path + ("?" + line if line else ""), body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise Refused(f"{method} {path}: {answer.status} {content[:300]}")
        return content

    def signed(self, method, path, line, payload):
        now = datetime.datetime.now(datetime.timezone.utc)
        moment, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
        headers = {"host": self.host, "x-amz-content-sha256": payload, "x-amz-date": moment}
        names = ";".join(headers)
        wanted = "\n".join([method, path, line, *(f"{k}:{v}" for k, v in headers.items()), "",
                            names, payload])
        scope = f"{day}/us-east-1/s3/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", moment, scope,
                          hashlib.sha256(wanted.encode()).hexdigest()])
        key = ("AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()
        for part in (*scope.split("/"), text):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        identity = os.environ["AWS_ACCESS_KEY_ID"]
        headers["authorization"] = (f"AWS4-HMAC-SHA256 Credential={identity}/{scope}, "
                                    f"SignedHeaders={names}, Signature={key.hex()}")
        return headers

    def create(self):
        self.send("PUT")
        return self

    def put(self, key, body=b"x"):
        self.send("PUT", key, body=body)

    def delete(self, key):
        self.send("DELETE", key)

    def keys(self):
        """All of them, page by page, with continuation tokens."""
        found, token = [], None
        while True:
            query = [("list-type", "2"), ("encoding-type", "url")]
            query += [("continuation-token", token)] if token else []
            page = xml.fromstring(self.send("GET", query=query))
            space = SPACE if page.tag.startswith("{") else ""
            found += [urllib.parse.unquote_plus(key.text)
                      for key in page.iterfind(f"{space}Contents/{space}Key")]
            if page.findtext(f"{space}IsTruncated") != "true":
                return found
            token = page.findtext(f"{space}NextContinuationToken")


if __name__ == "__main__":
    command, target, name = sys.argv[1:]
    assert command == "put"
    Client(os.environ["UPKEEP_TEST_ENDPOINT"], target).put(name, sys.stdin.buffer.read())
