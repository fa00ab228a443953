"""A time-stamp authority (RFC 3161) that uses `openssl ts`.

Certificate, key, configuration and serial numbers are files in memory: no key is on disk, and
there is nothing to remove when the process ends.
"""

import itertools
import os
import re
import secrets
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from emulator.http.message import Request, Response

#: Path at the services' address, so that fault rules apply to it too.
PATH = "/_emulator/tsa"
NEEDS_OPENSSL = "there is no openssl 3 or later in PATH: requests for time-stamps are refused"
QUERY_TYPE = "application/timestamp-query"
REPLY_TYPE = "application/timestamp-reply"
_TIMEOUT_S = 10.0
# RFC 3161 section 2.4.2 requires a policy; nobody else uses this one.
_CONFIGURATION = """
[tsa]
default_tsa = development
[development]
serial = $ENV::TSA_SERIAL
crypto_device = builtin
signer_digest = sha256
digests = sha256, sha384, sha512
default_policy = 1.3.6.1.4.1.99999.1
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class TimeStampAuthority:
    """Stamps every request with the machine's clock; safe to use from many threads.

    Args:
        openssl: The program, 3.0 or later.
        certificate_pem: The key's certificate, for time-stamps only.
        key_pem: Its private key.
    """

    def __init__(self, openssl: str, certificate_pem: str, key_pem: str) -> None:
        self._openssl = openssl
        self._certificate_pem = certificate_pem
        self._key_pem = key_pem
        # openssl counts in a file; each process gets its own, so that no two use the same number.
        self._serials = itertools.count(secrets.randbits(63))
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Response:
        """Answer over HTTP (RFC 3161 section 3.4)."""
        if request.method != "POST" or request.header("content-type") != QUERY_TYPE:
            return Response(400, (("content-type", "text/plain"),), f"POST {QUERY_TYPE}".encode())
        return Response(200, (("content-type", REPLY_TYPE),), self.reply(request.body))

    def reply(self, query: bytes) -> bytes:
        """Return the TimeStampResp to a TimeStampReq; to anything else, a response with an error.

        Args:
            query: In DER.

        Raises:
            OSError, subprocess.SubprocessError: openssl failed.
        """
        with self._lock:
            serial = f"{next(self._serials):016X}\n"
        with ExitStack() as files:
            configuration, certificate, key, serials = (
                files.enter_context(_memory_file(content))
                for content in (_CONFIGURATION, self._certificate_pem, self._key_pem, serial)
            )
            command = (
                *(self._openssl, "ts", "-reply", "-queryfile", "/dev/stdin"),
                *("-config", f"/dev/fd/{configuration}", "-signer", f"/dev/fd/{certificate}"),
                *("-inkey", f"/dev/fd/{key}"),
            )
            return subprocess.run(  # noqa: S603 - openssl, found by us
                command,
                input=query,
                capture_output=True,
                check=True,
                timeout=_TIMEOUT_S,
                env={**os.environ, "TSA_SERIAL": f"/dev/fd/{serials}"},
                pass_fds=(configuration, certificate, key, serials),
            ).stdout


def find_openssl() -> str | None:
    """Return the path of openssl, or None if it is missing or older than 3.0."""
    openssl = shutil.which("openssl")
    if openssl is None:
        return None
    told = subprocess.run(  # noqa: S603 - openssl, found by us
        (openssl, "version"), capture_output=True, text=True, check=False
    ).stdout
    version = re.match(r"OpenSSL (\d+)\.", told)
    return openssl if version and int(version[1]) >= 3 else None


@contextmanager
def _memory_file(content: str) -> Iterator[int]:
    """Return the descriptor of a file that is only in memory, and close it at the end."""
    with os.fdopen(os.memfd_create("time-stamps"), "wb") as stream:
        stream.write(content.encode())
        stream.flush()
        yield stream.fileno()
