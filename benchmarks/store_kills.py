"""kill -9 in the middle of backups, restores and migrations: all or nothing must be left.

    python benchmarks/store_kills.py [--rows 200000] [--rounds 50]

A process does one of them and is killed at a random moment of the time that it takes. Then the
store is opened and read: after a backup it must be whole, with a whole backup or none; after a
restore over a damaged store either the damaged files lie there untouched or the whole backup does;
a migration is finished at the next opening, with a whole copy of the store before.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

import duckdb  # noqa: E402

from cxdata.errors import StoreError  # noqa: E402
from cxdata.ingest import check_store, import_file  # noqa: E402
from cxdata.store.backups import backup_to_file, known_backups  # noqa: E402
from cxdata.store.connection import Store, restore_store  # noqa: E402
from cxdata.store.expected import build_schema, newest_version  # noqa: E402
from cxdata.store.opening import STORAGE_VERSION  # noqa: E402

SEED = 20261129
DAMAGED = b"damaged"


def main() -> None:
    options = _options()
    if options.act:
        ACTS[options.act](options.folder)
        return
    draw = Random(SEED)
    with TemporaryDirectory() as name:
        for what, prepare in PREPARED.items():
            folder = Path(name) / what
            folder.mkdir()
            prepare(folder, options.rows)
            span = _span(what, folder)
            left = Counter(
                _killed(what, folder, draw.uniform(0, span)) for _ in range(options.rounds)
            )
            print(f"{what:10} {span:.2f} s, {options.rounds} kills: {dict(left)}", flush=True)


def _killed(what: str, template: Path, seconds: float) -> str:
    """What is left of an act that is killed so long after it began."""
    folder = _copied(template)
    with _started(what, folder) as process:
        assert process.stdout
        process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
    return LOOKS[what](folder)


def _span(what: str, template: Path) -> float:
    with _started(what, _copied(template)) as process:
        assert process.stdout
        process.stdout.readline()
        began = time.perf_counter()
        process.wait()
        assert process.returncode == 0
    return time.perf_counter() - began


def _copied(template: Path) -> Path:
    folder = template.with_name("killed")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template, folder)
    return folder


def _started(what: str, folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, __file__, "--act", what, "--folder", str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def _filled(path: Path, row_count: int) -> None:
    rows = "".join(
        f"R{n},2026-01-{n % 28 + 1:02} 10:00:00,{n % 11},late d{n}\n" for n in range(row_count)
    )
    file = path.with_name("rows.csv")
    file.write_text("response_id,responded_at,nps_score,comment\n" + rows, "utf-8")
    store = Store.open(path)
    import_file(store, file)
    store.close()
    file.unlink()


def _prepare_store(folder: Path, row_count: int) -> None:
    _filled(folder / "cx.duckdb", row_count)


def _prepare_restore(folder: Path, row_count: int) -> None:
    _filled(folder / "backup.duckdb", row_count)
    (folder / "cx.duckdb").write_bytes(DAMAGED)
    (folder / "cx.duckdb.wal").write_bytes(DAMAGED)


def _prepare_migration(folder: Path, row_count: int) -> None:
    """A store of the version before, with the same rows."""
    _filled(folder / "new.duckdb", row_count)
    with duckdb.connect() as con:
        path = folder / "cx.duckdb"
        con.execute(f"attach '{path}' as cx (storage_version '{STORAGE_VERSION}')")
        con.execute(f"attach '{folder / 'new.duckdb'}' as new (read_only)")
        con.execute("use cx")
        build_schema(con, newest_version() - 1)
        for table in ("batches", "response_versions", "comment_terms"):
            con.execute(f"insert into {table} by name from new.{table}")
        con.execute("use memory")
        con.execute("detach cx")
        con.execute("detach new")
    (folder / "new.duckdb").unlink()


def _begin() -> None:
    print("begins", flush=True)


def _back_up(folder: Path) -> None:
    store = Store.open(folder / "cx.duckdb")
    _begin()
    backup_to_file(store, folder / "copies" / "cx.backup-2026-01-01-000000.duckdb")


def _restore(folder: Path) -> None:
    _begin()
    restore_store(folder / "cx.duckdb", folder / "backup.duckdb")


def _migrate(folder: Path) -> None:
    _begin()
    Store.open(folder / "cx.duckdb")


def _look_at_backup(folder: Path) -> str:
    problems = _problems(folder)
    found = known_backups(folder / "cx.duckdb", folder / "copies")
    if problems or any(it.problem for it in found):
        return f"WRONG: {problems}, {found}"
    return "a whole backup" if found else "none"


def _look_at_restore(folder: Path) -> str:
    store, log = folder / "cx.duckdb", folder / "cx.duckdb.wal"
    try:
        problems = _problems(folder)
    except StoreError as error:
        is_old = store.read_bytes() == DAMAGED == log.read_bytes()
        return "the old" if is_old else f"WRONG: {error}"
    asides = [it.read_bytes() for it in folder.glob("cx.before-restore-*")]
    is_aside = sorted(asides) == [DAMAGED, DAMAGED]
    return f"WRONG: {problems}, {asides}" if problems or not is_aside else "the new"


def _look_at_migration(folder: Path) -> str:
    problems = _problems(folder)
    [aside] = folder.glob("cx.before-version-*.duckdb")
    with duckdb.connect(str(aside), read_only=True) as con:
        version = con.execute("select schema_version from store_info").fetchall()[0][0]
    if problems or version != newest_version() - 1:
        return f"WRONG: {problems}, {version}"
    return "the new, and a copy of the old"


def _problems(folder: Path) -> list[str]:
    store = Store.open(folder / "cx.duckdb")
    try:
        return list(map(str, check_store(store)))
    finally:
        store.close()


PREPARED: dict[str, Callable[[Path, int], None]] = {
    "backup": _prepare_store,
    "restore": _prepare_restore,
    "migration": _prepare_migration,
}
ACTS = {"backup": _back_up, "restore": _restore, "migration": _migrate}
LOOKS = {"backup": _look_at_backup, "restore": _look_at_restore, "migration": _look_at_migration}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Kill backups, restores and migrations.")
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--act", choices=sorted(ACTS), help="only do this in --folder")
    parser.add_argument("--folder", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    os.umask(0o077)
    main()
