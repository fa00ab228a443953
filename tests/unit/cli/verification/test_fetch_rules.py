"""Which URLs may be fetched: a stranger chooses them, so none may lead into this network."""

from __future__ import annotations

import pytest

from cli.verification.fetch_rules import (
    FetchError,
    FetchRules,
    allowed_hosts,
    destination_of,
    is_public,
)

PUBLIC = "93.184.215.14"


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255"),
        *("192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1"),
        *("240.0.0.1", "255.255.255.255", "192.0.0.8", "::", "::1", "::127.0.0.1", "fe80::1"),
        *("fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:93.184.215.14", "64:ff9b::7f00:1"),
        *("64:ff9b::a9fe:a9fe", "64:ff9b:1::5db8:d70e", "2002:7f00:1::", "2001::1", "no address"),
    ],
)
def test_an_address_that_is_not_public_is_never_connected_to(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "2606:4700::6810:84e5", "64:ff9b::5db8:d70e"])
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://manifests.example.com/a", "only https"),
        ("file:///etc/passwd", "only https"),
        ("ftp://manifests.example.com/a", "only https"),
        ("//manifests.example.com/a", "only https"),
        ("https://user@manifests.example.com/a", "user name"),
        ("https://manifests.example.com:pass@internal.example.com/a", "user name"),
        ("https://manifests.example.com:8443/a", "only port 443"),
        ("https://manifests.example.com:0/a", "only port 443"),
        ("https://manifests.example.com:99999/a", "not a URL"),
        ("https://manifests.example.com:/a", "a colon without a port"),
        ("https://127.0.0.1/a", "public host"),
        ("https://2130706433/a", "public host"),
        ("https://0x7f000001/a", "public host"),
        ("https://0x7f.1/a", "public host"),
        ("https://0177.0.0.1/a", "public host"),
        ("https://127.1/a", "public host"),
        ("https://127.0.0.0x1/a", "public host"),
        ("https://[::1]/a", "public host"),
        ("https://[::ffff:127.0.0.1]/a", "public host"),
        ("https://[fe80::1%25eth0]/a", "public host"),
        ("https://localhost/a", "public host"),
        ("https://manifests.example.com./a", "public host"),
        ("https://manifests..example.com/a", "public host"),
        ("https://-manifests.example.com/a", "public host"),
        ("https://manifests_.example.com/a", "public host"),
        ("https://%6danifests.example.com/a", "public host"),
        ("https:///a", "public host"),
        ("https://mänifests.example.com/a", "characters"),
        ("https://manifests。example.com/a", "characters"),
        ("https://manifests.example.com/a b", "characters"),
        ("https://manifests.example.com/a\r\nHost: internal", "characters"),
        ("https://manifests.example.com\\@internal.example.com/a", "characters"),
        ("https://manifests.example.com/" + "a" * 2048, "2,048 characters"),
        ("https://" + ".".join(["a" * 60] * 5) + ".com/a", "public host"),
        ("", "characters"),
    ],
)
def test_a_url_that_may_lead_elsewhere_is_refused(url: str, why: str) -> None:
    with pytest.raises(FetchError) as refused:
        destination_of(url, FetchRules())
    said = str(refused.value)
    assert why in said
    # It fits a line of the terminal, and cannot control it.
    assert len(said) < 400
    assert said.isprintable()


def test_a_url_is_read_once_for_the_connection_and_the_request() -> None:
    found = destination_of("https://CDN.Example.com/a/b%20c?x=1&y=2#z", FetchRules())
    assert (found.host, found.port, found.target) == ("cdn.example.com", 443, "/a/b%20c?x=1&y=2")
    assert destination_of("https://xn--mnifests-0za.example.com", FetchRules()).target == "/"


@pytest.mark.parametrize(
    "named", ["", "localhost", "10.0.0.1", "a.com:0", "https://a.com", "a.com."]
)
def test_what_is_not_a_host_cannot_be_allowed(named: str) -> None:
    with pytest.raises(FetchError, match="is not a host"):
        allowed_hosts([named])


def test_a_host_is_allowed_on_the_port_that_is_named() -> None:
    hosts = allowed_hosts(["CDN.example.com", "cdn.example.com:8443"])
    assert hosts == {("cdn.example.com", 443), ("cdn.example.com", 8443)}
