import pytest

from videojobs.media.addresses import Origin, checked, resolve, why_unsafe
from videojobs.media.errors import Temporary, Unsafe

PUBLIC = ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946")
PROVIDER = Origin("http", "127.0.0.1", 8001)

UNSAFE = {
    "loopback": ("127.0.0.1", "127.8.9.10", "::1"),
    "unspecified": ("0.0.0.0", "0.1.2.3", "::"),
    "private": ("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1", "fec0::1"),
    "link-local": ("169.254.1.1", "fe80::1", "fe80::1%eth0"),
    "carrier": ("100.64.0.1", "100.127.255.255"),
    "multicast": ("224.0.0.1", "239.1.1.1", "ff02::1"),
    "metadata": ("169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
    "mapped": ("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:93.184.216.34", "::127.0.0.1"),
    "nat64": ("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1"),
    "6to4": ("2002:7f00:1::", "2002:a9fe:a9fe::1", "192.88.99.1"),
    "teredo": ("2001:0:53aa:64c:0:0:80ff:fffe",),
    "reserved": ("192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "240.0.0.1", "255.255.255.255"),
    "reserved in IPv6": ("2001:db8::1", "3fff::1", "100::1", "4000::1", "5f00::1", "2606:2800::1%eth0"),
    "no address": ("", "localhost", "127.1", "0x7f000001", "2130706433", "017700000001"),
}


@pytest.mark.parametrize("address", [address for group in UNSAFE.values() for address in group])
def test_every_address_that_is_not_public_is_unsafe(address: str) -> None:
    assert why_unsafe(address)


@pytest.mark.parametrize("address", [*PUBLIC, "1.1.1.1", "172.32.0.1", "100.128.0.1", "2a00:1450:4001::1"])
def test_public_addresses_are_safe(address: str) -> None:
    assert why_unsafe(address) is None


def test_a_public_https_host_gives_its_addresses_in_order() -> None:
    assert (
        checked(Origin("https", "clips.example", 443), provider=PROVIDER, resolve=lambda *_: PUBLIC) == PUBLIC
    )


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "169.254.169.254", "10.1.2.3", "::ffff:10.1.2.3", "fd00::1"]
)
def test_one_unsafe_answer_among_public_ones_refuses_the_host(address: str) -> None:
    with pytest.raises(Unsafe, match=r"clips\.example"):
        checked(Origin("https", "clips.example", 443), provider=None, resolve=lambda *_: (*PUBLIC, address))


@pytest.mark.parametrize(
    "name",
    [
        *(
            "localhost",
            "localhost.",
            "app.localhost",
            "redis",
            "printer.local",
            "db.internal",
            "nas.home.arpa",
        ),
        *("metadata.google.internal", "metadata.google.internal.", "metadata.goog", "metadata", "2130706433"),
    ],
)
def test_local_and_metadata_names_are_refused_whatever_they_resolve_to(name: str) -> None:
    with pytest.raises(Unsafe, match="network"):
        checked(Origin("https", name, 443), provider=None, resolve=lambda *_: PUBLIC)


@pytest.mark.parametrize(
    "name", ["", ".", "a..b.example", "a%2eb.example", "a b.example", "a" * 64 + ".example"]
)
def test_what_is_no_host_name_is_refused(name: str) -> None:
    with pytest.raises(Unsafe, match="no host"):
        checked(Origin("https", name, 443), provider=None, resolve=lambda *_: PUBLIC)


@pytest.mark.parametrize("scheme", ["http", "ftp", "file", "gopher", ""])
def test_only_https_is_let_through(scheme: str) -> None:
    with pytest.raises(Unsafe, match="https"):
        checked(Origin(scheme, "clips.example", 443), provider=None, resolve=lambda *_: PUBLIC)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_an_impossible_port_is_refused(port: int) -> None:
    with pytest.raises(Unsafe, match="port"):
        checked(Origin("https", "clips.example", port), provider=None, resolve=lambda *_: PUBLIC)


def test_the_providers_exact_origin_may_be_local_and_plain() -> None:
    assert checked(PROVIDER, provider=PROVIDER, resolve=lambda *_: ["127.0.0.1"]) == ("127.0.0.1",)


@pytest.mark.parametrize(
    "near",
    [
        Origin("https", "127.0.0.1", 8001),
        Origin("http", "127.0.0.1", 8002),
        Origin("http", "127.0.0.2", 8001),
    ],
)
def test_an_origin_like_the_providers_is_not_the_providers(near: Origin) -> None:
    with pytest.raises(Unsafe):
        checked(near, provider=PROVIDER, resolve=lambda host, _: [host])


def test_a_missing_port_is_the_schemes_own() -> None:
    assert Origin.of("https", "Clips.Example", None) == Origin.of("https", "clips.example", 443)
    assert Origin.of("http", "clips.example", None).port == 80


def test_an_origin_reads_as_an_address() -> None:
    assert str(Origin("https", "2606:2800::1", 443)) == "https://[2606:2800::1]:443"


def test_a_name_without_an_answer_is_temporary() -> None:
    with pytest.raises(Temporary, match="no address"):
        checked(Origin("https", "clips.example", 443), provider=None, resolve=lambda *_: [])


@pytest.mark.parametrize("error", [OSError("no such name"), UnicodeError("label too long")])
def test_a_resolver_that_fails_is_temporary(error: Exception) -> None:
    def fail(host: str, port: int) -> list[str]:
        raise error

    with pytest.raises(Temporary, match="looked up"):
        checked(Origin("https", "clips.example", 443), provider=None, resolve=fail)


@pytest.mark.parametrize("spelling", ["127.1", "0x7f.1", "017700000001", "127.0.0.1"])
def test_the_real_resolver_unmasks_odd_spellings_of_loopback(spelling: str) -> None:
    assert resolve(spelling, 80) == ("127.0.0.1",)


def test_the_real_resolver_names_each_address_once() -> None:
    addresses = resolve("localhost", 80)
    assert addresses
    assert len(set(addresses)) == len(addresses)
