"""Mails while everything goes wrong: is one lost, is one sent twice?

    python benchmarks/mail_faults.py [--mails 200] [--kills 40] [--port 18650]

First each mail meets a fault of the server once: it isn't there, refuses, says nothing, hangs up,
before the mail or while it is taken. Then the process that sends is killed (-9) at moments of
chance. Counted is what arrived, by Message-ID, and what the outbox says of it.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from cxdata.exports.mailing.sending import send_due
from cxdata.outbox import queue_mail, recorded_mails, utc_now
from cxdata.store.connection import Store
from tests.mail_server import (
    BEFORE_THE_END,
    WHILE_TAKEN,
    Fault,
    Faults,
    certificate,
    mail_server,
    mail_settings,
)

PATIENCE, SLOW = 1.0, 2.0
NOT_THERE = "not_there"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--mails", type=int, default=200)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--port", type=int, default=18650)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # the server's own
    if asked.serve:
        serve(asked.serve, asked.port)
        return
    with TemporaryDirectory() as name:
        faults_of_the_server(Path(name), asked.port, asked.mails)
        kills(Path(name), asked.port + 1, asked.kills)


def filled(folder: Path, name: str, port: int, count: int) -> Store:
    """A store with so many mails in its outbox."""
    settings = mail_settings(folder, port, timeout_seconds=PATIENCE, most_per_hour=100_000)
    store = Store.open(folder / name, settings)
    with store.transaction() as con:
        for number in range(count):
            queue_mail(con, "case", str(number), "ada@example.org", f"Case {number}", ["x" * 500])
    return store


def faults_of_the_server(folder: Path, port: int, count: int) -> None:
    store = filled(folder, "faults.duckdb", port, count)
    state = Faults(slow_seconds=SLOW)
    kinds: list[str] = [*BEFORE_THE_END, "rcpt_slow", NOT_THERE, *WHILE_TAKEN]
    now, met = utc_now(), Counter[str]()
    for kind in islice(cycle(kinds), count):
        waiting = recorded_mails(store).filter(recorded_mails(store)["attempt_count"] == 0)
        only = str(waiting["mail_id"][0])
        met[kind] += 1
        if kind == NOT_THERE:
            send_due(store, only=only, now=now)
            continue
        with mail_server(folder, port, state):
            state.to_come.append(as_fault(kind))
            send_due(store, only=only, now=now)
    with mail_server(folder, port, state):
        for day in range(1, 12):
            send_due(store, now=now + timedelta(days=day))
    tell("faults of the server", store, [str(it["Message-ID"]) for _, it in state.arrived])
    print("   ", dict(met))
    store.close()


def as_fault(kind: str) -> Fault:
    return next(it for it in (*BEFORE_THE_END, *WHILE_TAKEN, "rcpt_slow") if it == kind)  # type: ignore[return-value]


def kills(folder: Path, port: int, count: int) -> None:
    filled(folder, "kills.duckdb", port, count * 3).close()
    certificate(folder)
    arrived = folder / "arrived"
    server = subprocess.Popen(
        [sys.executable, __file__, "--serve", str(folder), "--port", str(port)],
        stdout=subprocess.PIPE,
    )
    assert server.stdout
    server.stdout.readline()
    chance, now, killed = random.Random(17), utc_now(), 0
    settings = mail_settings(folder, port, timeout_seconds=10, most_per_hour=100_000)
    for number in range(count * 3):
        child = os.fork()
        if not child:
            store = Store.open(folder / "kills.duckdb", settings)
            send_due(store, now=now + timedelta(days=number))
            os._exit(0)
        time.sleep(chance.uniform(0.05, 0.8))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(status)
        if killed >= count:
            break
    store = Store.open(folder / "kills.duckdb", settings)
    for day in range(12):
        send_due(store, now=now + timedelta(days=count * 3 + day))
    server.terminate()
    server.wait()
    tell(f"killed {killed} times", store, arrived.read_text("utf-8").split())
    store.close()


def serve(folder: Path, port: int) -> None:
    """A server in a process of its own, which writes down what arrived."""
    state, written = Faults(), 0
    with mail_server(folder, port, state), (folder / "arrived").open("a", buffering=1) as file:
        print("ready", flush=True)
        while True:
            time.sleep(0.01)
            for _, message in state.arrived[written:]:
                file.write(f"{message['Message-ID']}\n")
                written += 1


def tell(what: str, store: Store, arrived: list[str]) -> None:
    rows = recorded_mails(store)
    states = dict(Counter(rows["state"].to_list()))
    ids = Counter(it.strip("<>").partition("@")[0] for it in arrived)
    sent = set(rows.filter(rows["state"] == "sent")["mail_id"])
    unsure = set(rows.filter(rows["state"] == "unsure")["mail_id"])
    print(f"{what}: {rows.height} mails, {states}")
    print(f"    said to be sent but not arrived: {len(sent - ids.keys())}")
    print(f"    arrived more than once: {sum(it > 1 for it in ids.values())}")
    print(f"    unsure: {len(unsure)}, of which arrived: {len(unsure & ids.keys())}")
    print(f"    neither sent, unsure nor waiting: {rows.height - len(sent) - len(unsure)}")


if __name__ == "__main__":
    main()
