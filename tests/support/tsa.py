"""A time stamping authority on this machine: OpenSSL's own, behind one HTTP handler.

In: a folder. Out: its URL, and the certificate its stamps lead to. Never here: a stamp of ours.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

OPENSSL = shutil.which("openssl")
_CONFIG = """
[req]
distinguished_name = name
x509_extensions = tsa_cert
prompt = no
[name]
CN = A time authority of tests
[tsa_cert]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True, slots=True)
class Authority:
    """Where it answers, and its certificate."""

    url: str
    certificate: Path


@contextmanager
def authority(folder: Path) -> Iterator[Authority]:
    """Yield a running authority."""
    config = folder / "tsa.cnf"
    config.write_text(_CONFIG.format(folder=folder), "ascii")
    (folder / "serial").write_text("01", "ascii")
    _openssl(
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-config", str(config),
        "-keyout", str(folder / "tsa.key"), "-out", str(folder / "tsa.pem"),
    )  # fmt: skip

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = folder / "query"
            query.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            reply = _openssl("ts", "-reply", "-config", str(config), "-queryfile", str(query))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: object) -> None:
            """Say nothing: a test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Authority(f"http://127.0.0.1:{server.server_port}/", folder / "tsa.pem")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _openssl(*arguments: str) -> bytes:
    assert OPENSSL is not None
    return subprocess.run([OPENSSL, *arguments], capture_output=True, check=True).stdout
