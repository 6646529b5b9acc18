"""Network drives are known by Linux's own list of mounts, and the data folder is not written to there."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import network
from app.lock import FolderLock, Owner
from app.network import is_network, kind_at, network_kind, read_mac_mounts, read_mountinfo, refuse_network_folder
from engine.domain.errors import DroverError, ErrorCode

MOUNTS = r"""22 27 0:21 / /proc rw,nosuid shared:12 - proc proc rw
27 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
90 27 0:45 / /home/a\040b/share rw,relatime shared:50 - cifs //server/share rw,vers=3.1.1
91 27 0:46 /export /mnt/nfs rw - nfs4 host:/export rw
92 27 0:47 / /mnt/ssh rw master:3 shared:60 - fuse.sshfs me@host:/ rw
93 91 8:2 / /mnt/nfs/disk rw - xfs /dev/sdb1 rw
94 27 8:3 / /mnt/twice rw - ext4 /dev/sdc1 rw
95 27 0:50 / /mnt/twice rw - nfs host:/x rw
96 27 0:51 / /mnt/f\303\274r rw - 9p host rw

nonsense
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/me/.local/share/drover", "ext4"),
        ("/home/a b/share", "cifs"),
        ("/home/a b/share/drover/data", "cifs"),
        ("/home/a b/shared", "ext4"),
        ("/mnt/nfs/x", "nfs4"),
        ("/mnt/nfs/disk/x", "xfs"),
        ("/mnt/ssh/x", "fuse.sshfs"),
        ("/mnt/twice", "nfs"),
        ("/mnt/für/x", "9p"),
    ],
)
def test_a_folder_is_on_the_mount_with_the_longest_path(folder: str, kind: str) -> None:
    """Blanks and other letters are escaped there, and of two on one path the later counts."""
    assert kind_at(folder, read_mountinfo(MOUNTS.encode().decode("latin-1"))) == kind


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.rclone", "ceph"])
def test_these_come_over_a_network(kind: str) -> None:
    """Whatever the kernel calls them."""
    assert is_network(kind)


@pytest.mark.parametrize("kind", ["ext4", "btrfs", "xfs", "tmpfs", "overlay", "apfs", "fuse.ntfs-3g", "fuseblk", ""])
def test_these_do_not(kind: str) -> None:
    """A disk of this computer, however it is read."""
    assert not is_network(kind)


def test_macos_prints_its_mounts_in_its_own_way() -> None:
    """By the manual: nobody has tried."""
    printed = (
        "/dev/disk3s1 on / (apfs, sealed, local)\n//me@host/share on /Volumes/my share (smbfs, nodev, mounted by me)\n"
    )
    assert read_mac_mounts(printed) == [("/", "apfs"), ("/Volumes/my share", "smbfs")]


def test_the_folder_is_not_held_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is made, and the error says what is wrong."""
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"1 0 0:1 / / rw - ext4 x rw\n2 1 0:2 / {tmp_path} rw - nfs host:/x rw\n")
    monkeypatch.setattr(network, "MOUNTS", mounts)
    folder = tmp_path / "not" / "yet" / "there"
    with pytest.raises(DroverError) as raised:
        FolderLock(folder / "lock", Owner(pid=1, kind="window", since_ms=0)).__enter__()
    assert raised.value.code is ErrorCode.NETWORK_FOLDER and "nfs" in raised.value.detail
    assert not (tmp_path / "not").exists()


def test_the_root_of_a_container_is_no_network_drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some give their files out by 9p, from the same computer; a drive below it still is one."""
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"1 0 0:1 / / rw - 9p none rw\n2 1 0:2 / {tmp_path}/drive rw - 9p host rw\n")
    monkeypatch.setattr(network, "MOUNTS", mounts)
    assert (network_kind(tmp_path), network_kind(tmp_path / "drive")) == ("", "9p")


def test_where_the_mounts_cannot_be_told_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A guess would lock people out of their own disk."""
    monkeypatch.setattr(network, "MOUNTS", tmp_path)
    assert network_kind(tmp_path) == ""
    refuse_network_folder(tmp_path)
