"""A certificate authority that is openssl's `ca` command, with an issuing CA under a root."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

# What an authority adds to the request's own extensions.
KEY_IDENTIFIERS = "subjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid:always\n"
CLAIM_SIGNING = (
    "basicConstraints = critical, CA:FALSE\n"
    "keyUsage = critical, digitalSignature, nonRepudiation\n"
    "extendedKeyUsage = emailProtection, 1.3.6.1.4.1.62558.2.1\n"
)
ISSUING = "basicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign, cRLSign\n"

_CONFIG = """
[ca]
default_ca = authority
[authority]
database = {folder}/index.txt
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
policy = anything
unique_subject = no
copy_extensions = {copied}
x509_extensions = given
[anything]
countryName = optional
organizationName = optional
organizationalUnitName = optional
commonName = supplied
[given]
{extensions}
[req]
prompt = no
distinguished_name = name
[name]
C = CH
O = Test Authority
CN = {name}
"""


class OpensslCa:
    """Root and issuing CA, made afresh.

    Args:
        folder: An empty one, for everything that it writes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "index.txt").touch()
        (folder / "serial").write_text("1000\n")
        self._key_and_request("root")
        self.root = self._certify("root", "root", "-selfsign", "-extensions", "given")
        self._key_and_request("issuing")
        self.issuing = self._certify("issuing", "root")

    def issue(
        self,
        request: str,
        extensions: str | None = None,
        begins: timedelta = timedelta(hours=-1),
        ends: timedelta = timedelta(days=30),
    ) -> str:
        """Certify a request; give the certificate as openssl writes it: in words, then in PEM.

        Args:
            request: In PEM.
            extensions: For a certificate that has these; None for what the request asks for.
            begins: From now.
            ends: From now.
        """
        (self._folder / "leaf.csr").write_text(request)
        given = KEY_IDENTIFIERS + (extensions or "")
        copied = "none" if extensions else "copy"
        config = self._config(given, copied)
        now = datetime.now(UTC)
        return self._issue(
            config, "leaf", "issuing", *_dates(now + begins, now + ends), "-preserveDN"
        )

    @property
    def issuing_key(self) -> str:
        """The issuing CA's private key, in PEM."""
        return (self._folder / "issuing.key").read_text()

    def _key_and_request(self, name: str) -> None:
        config = self._config("", "none", name)
        self._openssl(
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-config", config, "-keyout", f"{name}.key", "-out", f"{name}.csr",
        )  # fmt: skip

    def _certify(self, name: str, by: str, *options: str) -> str:
        now = datetime.now(UTC)
        dates = _dates(now - timedelta(days=1), now + timedelta(days=90))
        config = self._config(KEY_IDENTIFIERS + ISSUING, "none")
        return self._issue(config, name, by, *dates, *options)

    def _issue(self, config: str, name: str, by: str, *options: str) -> str:
        signer = [] if name == by else ["-cert", f"{by}.pem"]
        self._openssl(
            "ca", "-batch", "-config", config, "-in", f"{name}.csr", "-out", f"{name}.pem",
            "-keyfile", f"{by}.key", *signer, *options,
        )  # fmt: skip
        return (self._folder / f"{name}.pem").read_text()

    def _config(self, extensions: str, copied: str, name: str = "unused") -> str:
        file = self._folder / "openssl.cnf"
        file.write_text(
            _CONFIG.format(
                folder=self._folder, extensions=extensions, copied=copied, name=f"Test {name}"
            )
        )
        return str(file)

    def _openssl(self, *arguments: str) -> None:
        done = subprocess.run(
            ["openssl", *arguments], cwd=self._folder, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr


def _dates(begin: datetime, end: datetime) -> tuple[str, ...]:
    return "-startdate", f"{begin:%Y%m%d%H%M%SZ}", "-enddate", f"{end:%Y%m%d%H%M%SZ}"
