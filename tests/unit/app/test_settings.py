"""Settings: defaults, what is kept, what is refused, and that a broken file is never written over."""

from __future__ import annotations

import errno
import os
import stat
import tomllib
from pathlib import Path

import msgspec
import pytest
import tomlkit
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from app.settings import ModelSettings, ProviderSettings, Settings, load, save
from engine.domain.errors import DroverError, ErrorCode

MODEL = ModelSettings(id="deepseek-v3.2", input="0.28", output="0.42")
PROVIDER = ProviderSettings(name="mine", base_url="https://host/v1", models=(MODEL, ModelSettings(id="f", free=True)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where settings will be."""
    return tmp_path / "config" / "settings.toml"


def written(file: Path, text: str) -> Path:
    """Write a file as a person may have."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def refused(file: Path) -> DroverError:
    """Return why the file cannot be read."""
    with pytest.raises(DroverError) as caught:
        load(file)
    assert caught.value.code is ErrorCode.SETTINGS_UNREADABLE
    return caught.value


def test_no_file_gives_the_defaults(file: Path) -> None:
    """The first start has settings, and makes no file by looking."""
    assert load(file) == Settings()
    assert not file.parent.exists()


def test_what_is_saved_is_loaded(file: Path) -> None:
    """Everything comes back, models without a context among it; the file is its person's alone."""
    settings = Settings(theme="dark", running_limit=3, day_limit="2.50", grace_s=1.5, providers=(PROVIDER,))
    save(file, settings)
    assert load(file) == settings
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [each.name for each in file.parent.iterdir()] == [file.name]


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


@examples(max_examples=30)
@given(
    settings=st.builds(
        Settings,
        theme=st.sampled_from(["system", "dark", "light"]),
        running_limit=st.integers(1, 100_000),
        results_folder=NAMES,
        default_model=NAMES,
        grace_s=st.floats(0, 86_400),
        providers=st.lists(
            st.builds(
                ProviderSettings,
                name=NAMES,
                base_url=NAMES,
                free=st.booleans(),
                models=st.lists(
                    st.builds(ModelSettings, id=NAMES, input=NAMES, context=st.none() | st.integers(1, 10**9)),
                    max_size=3,
                    unique_by=lambda each: each.id,
                ).map(tuple),
            ),
            max_size=3,
            unique_by=lambda each: each.name,
        ).map(tuple),
    ),
    second=st.integers(1, 50),
)
def test_any_settings_survive_twice(tmp_path_factory: pytest.TempPathFactory, settings: Settings, second: int) -> None:
    """Saved, changed and saved again over the first: what is loaded is what was saved last."""
    file = tmp_path_factory.mktemp("settings") / "settings.toml"
    save(file, settings)
    assert load(file) == settings
    changed = msgspec.structs.replace(settings, running_limit=second, providers=settings.providers[1:])
    save(file, changed)
    assert load(file) == changed


def test_what_is_unknown_is_kept(file: Path) -> None:
    """Keys of a later version and comments stay, at the top and inside providers, also when a value changes."""
    written(
        file,
        '# mine\ntheme = "light" # in the morning\nfuture = 1\n\n[later]\nx = 2\n\n'
        '[[providers]]\nname = "mine"\nregion = "eu"\n\n[[providers.models]]\nid = "m"\ncolour = "red"\n',
    )
    before = load(file)
    model = ModelSettings(id="m", free=True)
    save(
        file,
        msgspec.structs.replace(before, theme="dark").with_provider(ProviderSettings(name="mine", models=(model,))),
    )
    text = file.read_text("utf-8")
    for kept in ("# mine", "# in the morning", "future = 1", "[later]", 'region = "eu"', 'colour = "red"'):
        assert kept in text
    assert load(file).theme == "dark"
    assert load(file).providers[0].models == (model,)


def test_inline_tables_are_understood(file: Path) -> None:
    """Providers written on one line are read, changed and kept."""
    written(file, 'providers = [{name = "a", extra = 1}, {name = "b"}]\n')
    settings = load(file).with_provider(ProviderSettings(name="b", free=True))
    save(file, settings.with_provider(ProviderSettings(name="c")))
    assert {each.name: each.free for each in load(file).providers} == {"a": False, "b": True, "c": False}
    assert "extra = 1" in file.read_text("utf-8")


def test_a_line_of_tables_does_not_swallow_what_follows(file: Path) -> None:
    """Settings that stand after providers written on one line stay settings."""
    written(file, 'providers = [{name = "a", models = [{id = "m", colour = 1}]}]\ntheme = "dark"\nlater = 1\n')
    model = ModelSettings(id="m", free=True)
    before = load(file)
    save(
        file,
        msgspec.structs.replace(before, running_limit=3).with_provider(ProviderSettings(name="a", models=(model,))),
    )
    after = load(file)
    assert (after.theme, after.running_limit, after.providers[0].models) == ("dark", 3, (model,))
    assert tomllib.loads(file.read_text("utf-8"))["later"] == 1


def test_what_would_not_be_read_is_not_written(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake in the writing is found before the old file is gone."""
    save(file, Settings(theme="dark"))

    def wrong(document: object) -> str:
        return "theme = ="

    monkeypatch.setattr(tomlkit, "dumps", wrong)
    with pytest.raises(DroverError) as caught:
        save(file, Settings(theme="light"))
    assert caught.value.code is ErrorCode.INTERNAL
    assert load(file).theme == "dark"


def test_a_setting_out_of_range_is_not_written(file: Path) -> None:
    """Nor is a value that the next start would refuse."""
    with pytest.raises(DroverError):
        save(file, Settings(running_limit=0))
    assert not file.exists()


def test_defaults_are_not_written(file: Path) -> None:
    """A setting that is put back to its default leaves the file, so that a better default can come."""
    save(file, Settings(theme="dark"))
    save(file, Settings())
    assert "theme" not in file.read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('theme = "dark"\nrunning_limit = = 3\n', "line 2"),
        ('theme = "dark"\n\nrunning_limit = "many"\n', "line 3"),
        ('theme = "pink"\n', "line 1"),
        ("running_limit = 0\n", "line 1"),
        ('theme = "dark"\nday_limit = "-2"\n', "line 2"),
        ('[[providers]]\nname = "a"\n[[providers]]\nname = "b"\nfree = 3\n', "line 5"),
        ('[[providers]]\nname = "a"\n[[providers.models]]\nid = "m"\nfree = 3\n', "line 5"),
        ("providers = [{preset = 'x'}]\n", "name"),
    ],
)
def test_a_broken_file_names_the_line(file: Path, text: str, place: str) -> None:
    """The detail says where the file is wrong."""
    error = refused(written(file, text))
    assert place in error.detail
    assert str(file) in error.detail


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"\x00", b"theme = 1", b"[[["])
def test_a_broken_file_is_never_written_over(file: Path, raw: bytes) -> None:
    """Saving over what cannot be read is refused, and the file keeps its bytes."""
    file.parent.mkdir()
    file.write_bytes(raw)
    refused(file)
    with pytest.raises(DroverError) as caught:
        save(file, Settings(theme="dark"))
    assert caught.value.code is ErrorCode.SETTINGS_UNREADABLE
    assert file.read_bytes() == raw


def test_a_limit_that_is_no_amount_is_not_saved(file: Path) -> None:
    """A mistyped limit must not become no limit."""
    with pytest.raises(DroverError) as caught:
        save(file, Settings(day_limit="two"))
    assert caught.value.code is ErrorCode.BUDGET_NEGATIVE
    assert not file.exists()


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, ErrorCode.DISK_FULL), (errno.EIO, ErrorCode.FOLDER_NOT_WRITABLE)]
)
def test_a_failed_save_leaves_the_old_file(
    file: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: ErrorCode
) -> None:
    """When the disk fails, the old settings are there whole, nothing lies about, and the code says why."""
    save(file, Settings(theme="dark"))

    def fail(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(DroverError) as caught:
        save(file, Settings(theme="light"))
    assert caught.value.code is code
    assert load(file).theme == "dark"
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_the_folder_is_synced_after_the_rename(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """File first, then its folder, without which a power cut takes the new name back."""
    file.parent.mkdir()  # one that is made is synced in the one above it, too
    synced: list[bool] = []

    def sync(descriptor: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))

    monkeypatch.setattr(os, "fsync", sync)
    save(file, Settings(theme="dark"))
    assert synced == [False, True]


def test_a_link_is_followed(file: Path, tmp_path: Path) -> None:
    """A settings file that is a link into the person's dotfiles stays one."""
    target = tmp_path / "dotfiles.toml"
    target.write_text('theme = "light"\n', "utf-8")
    file.parent.mkdir()
    file.symlink_to(target)
    save(file, Settings(theme="dark"))
    assert file.is_symlink()
    assert load(target).theme == "dark"


def test_a_byte_order_mark_is_no_error(file: Path) -> None:
    """Some editors write one."""
    file.parent.mkdir()
    file.write_bytes(b'\xef\xbb\xbftheme = "dark"\r\n')
    assert load(file).theme == "dark"
