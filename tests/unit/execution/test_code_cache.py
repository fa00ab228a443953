"""Compiled code in memory: whose it is, and how much of it is kept."""

from __future__ import annotations

import threading

from edge_signer.execution.sandbox.code_cache import CodeCache, CodeKey, Turns


def key(tenant: str = "acme", module: str = "m") -> CodeKey:
    return CodeKey(tenant, module)


def code(length: int = 10) -> bytearray:
    return bytearray(length)


def test_code_is_its_tenants_alone() -> None:
    cache = CodeCache()
    cache.keep(key("acme"), code())
    assert cache.find(key("acme")) == code()
    assert cache.find(key("globex")) is None


def test_what_was_not_used_for_longest_is_forgotten_first() -> None:
    cache = CodeCache(most_bytes=30, most_of_a_tenant=30)
    for module in ("a", "b", "c"):
        cache.keep(key(module=module), code())
    assert cache.find(key(module="a"))
    cache.keep(key(module="d"), code())
    assert cache.find(key(module="b")) is None
    assert all(cache.find(key(module=one)) for one in ("a", "c", "d"))


def test_a_tenant_with_much_code_pushes_out_its_own() -> None:
    cache = CodeCache(most_bytes=40, most_of_a_tenant=20)
    cache.keep(key("globex"), code())
    for module in ("a", "b", "c"):
        cache.keep(key(module=module), code())
    assert cache.find(key(module="a")) is None
    assert cache.find(key("globex"))


def test_a_thousand_modules_of_a_tenant_leave_the_others_alone() -> None:
    cache = CodeCache(most_bytes=400, most_of_a_tenant=100)
    others = [key(tenant) for tenant in ("globex", "initech", "umbrella")]
    for other in others:
        cache.keep(other, code(100))
    for number in range(1000):
        cache.keep(key(module=str(number)), code())
    assert all(cache.find(other) for other in others)
    assert [bool(cache.find(key(module=str(one)))) for one in (989, 990, 999)] == [
        False,
        True,
        True,
    ]


def test_code_that_is_too_large_is_not_kept() -> None:
    cache = CodeCache(most_bytes=40, most_of_a_tenant=20)
    cache.keep(key(), code(21))
    assert cache.find(key()) is None


def test_tenants_do_not_wait_for_each_other_but_for_themselves() -> None:
    turns, order = Turns(), list[str]()

    def another_of_mine() -> None:
        with turns.of("acme"):
            order.append("second")

    waiting = threading.Thread(target=another_of_mine)
    with turns.of("acme"):
        waiting.start()
        with turns.of("globex"):
            order.append("other")
        order.append("first")
    waiting.join()
    assert order == ["other", "first", "second"]
