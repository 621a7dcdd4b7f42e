"""What a start needs for itself: folder, port, broker."""

import os
import socket
from pathlib import Path

import pytest

from dashboard.env import WrongSetting
from dashboard.supervisor import broker
from dashboard.supervisor.places import check_port, make_private, remembered_port, sole_use, why_not_free


def test_a_folder_is_for_one_start_at_a_time(tmp_path: Path) -> None:
    with (
        sole_use(tmp_path),
        pytest.raises(WrongSetting, match=f"in use by process {os.getpid()}"),
        sole_use(tmp_path),
    ):
        pass
    with sole_use(tmp_path):
        pass


def test_what_is_made_is_private(tmp_path: Path) -> None:
    make_private(tmp_path / "a" / "b")
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in ("a", "a/b")} == {0o700}


def test_a_link_somebody_laid_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(WrongSetting, match="belongs to somebody else"):
        make_private(tmp_path / "link")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WrongSetting, match=r"DATA_DIR: .* cannot be made"):
        make_private(tmp_path / "file" / "below")


def test_a_taken_port_comes_with_another_to_try() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(WrongSetting, match=f"PORT: {port} is already taken .*PORT={port + 1} make run"):
            check_port("127.0.0.1", port)
    check_port("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_named(host: str) -> None:
    with pytest.raises(WrongSetting, match=r"HOST: .* cannot be listened on"):
        check_port(host, 8000)


def test_a_port_is_remembered_while_it_is_free(tmp_path: Path) -> None:
    file = tmp_path / "port"
    port = remembered_port(file)
    assert (remembered_port(file), why_not_free("127.0.0.1", port)) == (port, None)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert remembered_port(file) != port


def test_nonsense_in_its_memory_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("eighty")
    assert 1024 <= remembered_port(tmp_path / "port") <= 65535


def program(folder: Path, name: str) -> Path:
    """Make a program that says its name as its version."""
    file = folder / name
    file.write_text(f"#!/bin/sh\necho {name}\n")
    file.chmod(0o755)
    return file


def test_a_server_on_the_path_comes_before_the_bundled_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    redis = program(tmp_path, "redis-server")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert broker.find_server() == redis
    redis.unlink()
    assert broker.find_server().name == "valkey-server"


def test_what_another_server_left_is_removed(tmp_path: Path) -> None:
    first, second, kept = program(tmp_path, "first"), program(tmp_path, "second"), tmp_path / "appendonlydir"
    broker.forget_other_server(first, tmp_path)
    kept.mkdir()
    broker.forget_other_server(first, tmp_path)
    assert kept.exists()
    broker.forget_other_server(second, tmp_path)
    assert not kept.exists()
