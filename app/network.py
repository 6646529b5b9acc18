"""Whether a folder lies on a network drive: there, locks and shared memory do not hold between computers.

A store that two computers write to at once is damaged, and SQLite's log cannot be shared over a network at all. So
writing is refused there, and reading is not. Linux is tested; macOS and Windows follow their manuals and are not.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from engine.domain.errors import DroverError, ErrorCode

MOUNTS = Path("/proc/self/mountinfo")
REMOTE_DRIVE = 4
"""What Windows calls a network drive (DRIVE_REMOTE)."""

NETWORK = frozenset(
    {
        "9p",
        "afpfs",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "davfs",
        "ftp",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs3",
        "nfs4",
        "orangefs",
        "smb",
        "smb2",
        "smb3",
        "smbfs",
        "webdav",
    }
)
"""File systems that come over a network, as kernels call them."""

SANDBOX = ("/", "9p")
"""The root of some containers, whose files come from the same computer."""

FUSE = frozenset({"ceph-fuse", "curlftpfs", "davfs2", "glusterfs", "gvfsd-fuse", "rclone", "s3fs", "smbnetfs", "sshfs"})
"""The same in user space, behind "fuse."."""

_OCTAL = re.compile(r"\\([0-7]{3})")
_MAC_MOUNT = re.compile(r"^.* on (?P<point>/.*?) \((?P<kind>[^,)]+)")


def refuse_network_folder(folder: Path) -> None:
    """Raise NETWORK_FOLDER where a folder, or what is there of the way to it, lies on a network drive."""
    there = next((each for each in (folder, *folder.parents) if each.exists()), folder)
    kind = network_kind(there.resolve())
    if kind:
        raise DroverError(ErrorCode.NETWORK_FOLDER, f"{folder}: {kind}")


def network_kind(folder: Path) -> str:
    """Return which network file system a folder lies on; empty where it is none, or cannot be told."""
    if sys.platform == "win32":
        return _windows(folder)
    try:
        found = _linux() if MOUNTS.exists() else _mac()
    except (OSError, subprocess.SubprocessError):
        return ""
    kind = kind_at(str(folder), [mount for mount in found if mount != SANDBOX])
    return kind if is_network(kind) else ""


def is_network(kind: str) -> bool:
    """Whether a kind of file system comes over a network."""
    base, _, rest = kind.partition(".")
    return rest in FUSE if base in {"fuse", "macfuse", "osxfuse"} and rest else kind in NETWORK


def kind_at(folder: str, mounts: list[tuple[str, str]]) -> str:
    """Return the kind of the mount that a folder is on: the one with the longest path, of two the later."""
    best, found = -1, ""
    for point, kind in mounts:
        inside = point in {"/", folder} or folder.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= best:
            best, found = len(point), kind
    return found


def read_mountinfo(text: str) -> list[tuple[str, str]]:
    """Return mount points with their kinds from Linux's list; what is no mount is left out."""
    mounts: list[tuple[str, str]] = []
    for line in text.split("\n"):
        left, dash, right = line.partition(" - ")
        fields, kinds = left.split(" "), right.split(" ")
        if dash and len(fields) >= 5 and kinds[0]:
            point = _OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[4])
            mounts.append((point.encode("latin-1", "replace").decode("utf-8", "surrogateescape"), kinds[0]))
    return mounts


def read_mac_mounts(text: str) -> list[tuple[str, str]]:
    """Return mount points with their kinds from what `mount` prints on macOS."""
    found = (_MAC_MOUNT.match(line) for line in text.split("\n"))
    return [(match["point"], match["kind"]) for match in found if match]


def _linux() -> list[tuple[str, str]]:
    return read_mountinfo(MOUNTS.read_bytes().decode("latin-1"))


def _mac() -> list[tuple[str, str]]:
    printed = subprocess.run(["/sbin/mount"], check=True, capture_output=True, text=True, timeout=5)
    return read_mac_mounts(printed.stdout)


def _windows(folder: Path) -> str:
    import ctypes  # noqa: PLC0415 - needed there alone

    if folder.drive.startswith("\\\\"):
        return "network share"
    kernel = getattr(getattr(ctypes, "windll", None), "kernel32", None)
    remote = kernel is not None and kernel.GetDriveTypeW(f"{folder.drive}\\") == REMOTE_DRIVE
    return "network drive" if remote else ""
