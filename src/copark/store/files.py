"""Atomic writing of files, and locks.

What is written goes into a hidden place beside its target, onto the disk, and is then renamed. Who makes an ensemble
holds its lock; the system gives it back when the process ends, however.
"""

import errno
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISDIR

UNFINISHED = ".writing-"
REPLACED = ".replaced-"
IN_SHARDS = ".shards-"
"""What the folder of an ensemble that is made in shards begins with; its identity follows."""
WRITTEN_BY = re.compile(r"-(\d+)-[0-9a-f]{8}$")
NO_LOCKS = frozenset({errno.ENOLCK, errno.EOPNOTSUPP})
"""What file systems answer that know no locks, as some are mounted: two at a time do the same work twice then."""
LOOK = 0.05
"""Seconds between two looks whether a lock is free."""
FLUSHES = 16
"""Files that are flushed at a time."""
Stamp = tuple[int, ...]


def beside(target: Path, prefix: str) -> Path:
    """Choose a hidden name beside a file or folder, which says which process chose it."""
    return target.with_name(f"{prefix}{target.name}-{os.getpid()}-{secrets.token_hex(4)}")


def meant(path: str) -> str:
    """Return the path that somebody gave in the place of the hidden one :func:`beside` it, for messages."""
    folder, name = os.path.split(path)
    if not name.startswith(UNFINISHED):
        return path
    return os.path.join(folder, WRITTEN_BY.sub("", name.removeprefix(UNFINISHED)))  # noqa: PTH118 - a message


def flush(path: Path) -> None:
    """Ask the operating system to put a file, or a folder's list of names, onto the disk."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except PermissionError:  # a folder on Windows, which needs no flush of its own
        return
    with suppress(OSError):  # a file system that cannot flush this kind of file
        os.fsync(descriptor)
    os.close(descriptor)


def flush_all(paths: Iterable[Path]) -> None:
    """Flush many files and folders, several at a time: the file system then writes its journal once for many."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(FLUSHES) as pool:
        list(pool.map(flush, paths))


@contextmanager
def written_folder(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """Return a folder to write into; when the block ends well it becomes ``target``, otherwise it vanishes.

    Where ``target`` is there already, made by another process in the meantime, it is kept unless ``replace``.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = beside(target, UNFINISHED)
    folder.mkdir()
    try:
        yield folder
        flush(folder)
        take_place(folder, target, replace=replace)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    flush(target.parent)


@contextmanager
def written_file(target: Path) -> Iterator[Path]:
    """Return a file name to write to; when the block ends well it becomes ``target``, otherwise it vanishes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    path = beside(target, UNFINISHED)
    try:
        yield path
        flush(path)
        path.replace(target)
    finally:
        path.unlink(missing_ok=True)
    flush(target.parent)


def take_place(folder: Path, target: Path, *, replace: bool) -> None:
    """Rename a finished folder to its target, putting an older one out of the way first if asked.

    A process that is killed between the two moves leaves the target empty and the older folder beside it;
    :func:`put_back` gives it its place again.

    Parameters
    ----------
    folder
        Finished folder, on the disk of the target.
    target
        Where it goes.
    replace
        True to put an older one out of the way; else the older one stays, and so does the folder.

    Raises
    ------
    OSError
        If the folder cannot be moved though nothing is in the way.
    """
    replaced: list[Path] = []
    while True:
        if replace and target.exists():
            replaced.append(beside(target, REPLACED))
            target.rename(replaced[-1])
        try:
            folder.rename(target)
        except OSError:
            if not target.exists():
                if replaced:
                    replaced[-1].rename(target)
                raise
            if not replace:
                return
            continue  # somebody took this process for dead and has put the older one back
        break
    for path in replaced:
        rubbish = beside(target, UNFINISHED)
        with suppress(FileNotFoundError):  # it was put back, and is among these once more
            path.rename(rubbish)  # half of it must not be put back
        shutil.rmtree(rubbish, ignore_errors=True)


def place_of(replaced: Path) -> Path:
    """Return where a folder was before it was put out of the way, by its name."""
    return replaced.with_name(WRITTEN_BY.sub("", replaced.name.removeprefix(REPLACED)))


def put_back(replaced: Path) -> bool:
    """Put a folder back into its place, unless another has taken it; return whether it was."""
    target = place_of(replaced)
    if target.exists():
        return False
    try:
        replaced.rename(target)
    except OSError:
        return False
    flush(target.parent)
    return True


def stamp_of(path: Path) -> Stamp:
    """Return what tells a file or folder from another that has taken its place since; empty if it is not there."""
    try:
        state = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return ()
    return state.st_dev, state.st_ino, state.st_mtime_ns


def remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def sweep(folder: Path, pid: int, began: float) -> None:
    """Take away what a process has left unfinished in a folder, and nothing that is older than the process.

    Parameters
    ----------
    folder
        The folder; it need not exist.
    pid
        Number of the process.
    began
        When it began, seconds since the epoch.
    """
    for path in folder.glob(f"{UNFINISHED}*-{pid}-*") if folder.is_dir() else ():
        with suppress(OSError):
            if path.stat().st_mtime >= began:
                remove(path)


def is_living(path: Path, quiet: float) -> bool:
    """Return whether a process that is alive here wrote it, or somebody changed it within so many seconds."""
    named = WRITTEN_BY.search(path.name)
    return (named is not None and is_running(int(named[1]))) or age_of(path) < quiet


def is_running(pid: int) -> bool:
    """Return whether there is a process of this number here; where that cannot be asked, there may be."""
    if os.name == "nt":  # signal 0 would end it there
        return True
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text(errors="replace").rpartition(")")[2].split()[0] in "ZX")


def age_of(path: Path) -> float:
    """Return the seconds since the last change of a file, or of anything in a folder."""
    return time.time() - max((state.st_mtime for state in _states(path)), default=0.0)


def size_of(path: Path) -> int:
    """Count the bytes of a file, or of all files of a folder."""
    return sum(state.st_size for state in _states(path) if not S_ISDIR(state.st_mode))


def _states(path: Path) -> Iterator[os.stat_result]:
    """Stat a file, or a folder and everything in it; what vanishes meanwhile is passed over."""
    with suppress(FileNotFoundError):
        yield path.lstat()
    for folder, folders, names in os.walk(path):
        for name in (*folders, *names):
            with suppress(FileNotFoundError):
                yield Path(folder, name).lstat()


def lock_of(folder: Path) -> Path:
    """Return the lock of whoever works on a folder."""
    return folder.with_name(f".{folder.name.lstrip('.')}.lock")


@contextmanager
def only_one(path: Path, waiting: Callable[[], None] | None = None) -> Iterator[bool]:
    """Keep a lock, whose file is removed afterwards; yield whether another process had to be waited for."""
    with if_free(path) as held:
        if held:
            yield False
            return
    if waiting is not None:
        waiting()
    with if_free(path, -1.0):
        yield True


@contextmanager
def if_free(path: Path, patience: float = 0.0) -> Iterator[bool]:
    """Take a lock if nobody else has it, or no more after so many seconds (-1: ever); yield whether it is held.

    Its file is removed while the lock is held, by its holder alone: whoever had opened the file before and gets its
    lock afterwards finds that it has no name any more, and tries again with the file that has. Versions of filelock
    before 4.0 do not look, or remove the file themselves: two processes then hold the lock at a time.
    """
    with _locked(path, patience) as is_ours:
        try:
            yield is_ours
        finally:
            if is_ours:
                with suppress(OSError):  # on Windows it cannot be removed while it is held, and may stay
                    path.unlink(missing_ok=True)


@contextmanager
def _locked(path: Path, patience: float) -> Iterator[bool]:
    """Take a lock as :func:`if_free` does, and leave its file."""
    from filelock import FileLock, Timeout

    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, timeout=patience, thread_local=False)
    try:
        lock.acquire(poll_interval=LOOK)
    except Timeout:
        yield False
        return
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
    try:
        yield True
    finally:
        lock.release()


def is_held(path: Path) -> bool:
    """Return whether a living process holds a lock; its file stays as it is."""
    if not path.is_file():
        return False
    try:
        with _locked(path, 0.0) as is_free:
            return not is_free
    except PermissionError:  # a folder to be read alone, where nobody works
        return False
