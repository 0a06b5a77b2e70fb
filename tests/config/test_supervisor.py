"""One supervisor per folder; children come back when they end, and end when they should."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config import children, supervisor
from config.faults import Fault
from config.supervisor import Service, Supervisor

ROOT = Path(__file__).resolve().parents[2]
SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
DIE = [sys.executable, "-c", "print('out of paper', flush=True); raise SystemExit(3)"]
# A parent that spawns a child and waits; prints the child's number.
PARENT = """
import sys, time
from pathlib import Path
from config import children
child = children.spawn(sys.argv[2:], log=Path(sys.argv[1]) / "c.log", cwd=Path("/"))
print(child.pid, flush=True)
time.sleep(600)
"""


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def watcher(tmp_path, said):
    made = Supervisor(tmp_path, said.append)
    yield made
    made.stop()


def service(tmp_path: Path, name: str, command: list[str], **more) -> Service:
    log = tmp_path / f"{name}.log"
    return Service(name, lambda: children.spawn(command, log=log, cwd=tmp_path), log, **more)


def test_child_that_was_killed_is_started_again(watcher, tmp_path, said):
    watcher.add(service(tmp_path, "web", SLEEP))
    (web,) = watcher.services
    first = web.process.pid
    os.kill(first, signal.SIGKILL)
    web.process.wait()
    watcher._keep(web)
    assert "web" in said[-1]
    assert "-9" in said[-1]
    wait_for(lambda: (watcher._keep(web), web.is_up())[1])
    assert web.process.pid != first


def test_pauses_double_while_a_child_keeps_dying(watcher, tmp_path, said):
    web = service(tmp_path, "web", DIE)
    watcher.add(web)
    pauses = []
    for _try in range(8):
        web.process = web.process or web.start()
        web.process.wait()
        watcher._keep(web)
        pauses.append(round(web.next_try_at - time.monotonic()))
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert "out of paper" in said[-1]


def test_service_that_never_listens_is_told_with_its_last_words(watcher, tmp_path):
    with pytest.raises(Fault, match="out of paper"):
        watcher.add(service(tmp_path, "web", DIE, listens_on=("127.0.0.1", 9)))


def test_what_was_started_last_is_stopped_first(watcher, tmp_path, monkeypatch):
    order = []
    stop = children.stop
    monkeypatch.setattr(children, "stop", lambda p, **o: (order.append(p.pid), stop(p, **o)))
    for name in ("postgres", "redis", "web"):
        watcher.add(service(tmp_path, name, SLEEP))
    started = [s.process.pid for s in watcher.services]
    watcher.stop()
    assert order == started[::-1]
    assert not any(map(is_alive, started))


def test_child_dies_with_a_parent_that_is_killed(tmp_path):
    command = [sys.executable, "-c", PARENT, str(tmp_path), *SLEEP]
    parent = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    parent.stdout.close()
    assert is_alive(child)
    parent.kill()
    parent.wait()
    wait_for(lambda: not is_alive(child))


def test_leftovers_of_a_killed_supervisor_are_ended(watcher, tmp_path, said):
    watcher.add(service(tmp_path, "gateway", SLEEP))
    left = watcher.services[0].process
    Supervisor(tmp_path, said.append).end_leftovers()
    assert not is_alive(left.pid)


def test_reused_process_number_is_left_alone(watcher, tmp_path):
    watcher.record.write_text(f"[[{os.getpid()}, 1.0]]")
    watcher.end_leftovers()
    assert not watcher.record.exists()


def test_second_supervisor_of_a_folder_is_refused_in_words(tmp_path):
    with supervisor.only_one(tmp_path):
        assert supervisor.runs_here(tmp_path)
        with pytest.raises(Fault, match=str(os.getpid())), supervisor.only_one(tmp_path):
            pass
    assert not supervisor.runs_here(tmp_path)


def test_large_log_is_turned_while_its_writer_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "LARGEST_LOG_BYTES", 10)
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"a long first part\n")
        supervisor.turn_log(log)
        writer.write(b"second\n")
    assert log.read_bytes() == b"second\n"
    assert log.with_suffix(".1.log").read_bytes() == b"a long first part\n"


def run_up(tmp_path: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "CELERY_BROKER_URL")}
    return subprocess.run(
        [sys.executable, "manage.py", "up", "--empty"],
        cwd=ROOT,
        env=kept | {"YIZHENG_DATA_DIR": str(tmp_path / "data")} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_taken_port_ends_the_start_with_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = str(taken.getsockname()[1])
        done = run_up(tmp_path, WEB_PORT=number)
    assert done.returncode == 1
    assert number in done.stderr
    assert "WEB_PORT=" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_data_folder_out_of_reach_ends_the_start_with_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    done = run_up(tmp_path, YIZHENG_DATA_DIR=str(tmp_path / "file" / "data"))
    assert done.returncode == 1
    assert "YIZHENG_DATA_DIR" in done.stderr
    assert "Traceback" not in done.stderr
