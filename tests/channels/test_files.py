"""Files found safely, known by content, uploaded once per account (edge 18)."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import BadMessage, Limit, RetryLater, Roots
from channels.files import FileIdRefused, LocalFile, MediaFiles, Uploaded, display_name, mime_type
from tunnel.messages import Media

LIMITS = {"document": Limit(100, "bytes", "test")}
GUIDE = Media("document", "files/guide.pdf", "Гид")


class Ids:
    def __init__(self) -> None:
        self.known: dict[tuple[str, str], str] = {}
        self.fails = False

    async def get(self, account, key):
        return self.known.get((account, key))

    async def put(self, account, key, file_id, ttl_s=None):
        if self.fails:
            raise ConnectionError
        self.known[account, key] = file_id

    async def forget(self, account, key):
        self.known.pop((account, key), None)


class Provider:
    """A channel of the kind where uploading and sending are two calls."""

    def __init__(self) -> None:
        self.uploads: list[LocalFile] = []
        self.sent: list[str] = []
        self.refused: set[str] = set()

    async def upload(self, file: LocalFile) -> Uploaded[str]:
        await asyncio.sleep(0)
        self.uploads.append(file)
        return Uploaded(f"id{len(self.uploads)}")

    async def by_id(self, file_id: str) -> str:
        if file_id in self.refused:
            raise FileIdRefused("unknown id")
        self.sent.append(file_id)
        return file_id

    async def deliver(self, files: MediaFiles, ids: Ids, media: Media = GUIDE, account: str = "42") -> str:
        return await files.deliver(media, account, ids, by_id=self.by_id, upload=self.upload)


@pytest.fixture
def roots(tmp_path: Path) -> Roots:
    roots = Roots(content=tmp_path / "content", data=tmp_path / "data")
    (roots.content / "files").mkdir(parents=True)
    (roots.content / "files" / "guide.pdf").write_bytes(b"%PDF guide")
    (roots.data / "desk").mkdir(parents=True)
    (roots.data / "desk" / "photo.jpg").write_bytes(b"jpeg")
    (tmp_path / "secret.txt").write_text("secret")
    return roots


@pytest.fixture
def files(roots: Roots) -> MediaFiles:
    return MediaFiles(roots, LIMITS)


async def test_a_file_is_named_and_typed(files, roots):
    file = await files.open(GUIDE)
    assert (file.name, file.mime, file.size_bytes) == ("Гид.pdf", "application/pdf", 10)
    assert file.path == (roots.content / "files" / "guide.pdf").resolve()
    assert (await files.open(Media("image", "desk/photo.jpg", data=True))).mime == "image/jpeg"


@pytest.mark.parametrize(
    ("label", "path", "code"),
    [
        ("missing", "files/none.pdf", "file_missing"),
        ("parent", "../secret.txt", "file_outside"),
        ("parent, deeper", "files/../../secret.txt", "file_outside"),
        ("absolute", "/etc/hostname", "file_outside"),
        ("a directory", "files", "file_missing"),
        ("NUL", "files/\0", "file_missing"),
        ("too long", "a" * 5000, "file_missing"),
        ("a link out", "files/link", "file_outside"),
        ("a link in a circle", "files/circle", "file_missing"),
        ("empty", "files/empty", "file_empty"),
        ("too large", "files/large", "file_too_large"),
    ],
)
async def test_what_is_refused(files, roots, label, path, code):
    (roots.content / "files" / "link").symlink_to(roots.content.parent / "secret.txt")
    (roots.content / "files" / "circle").symlink_to("circle")
    (roots.content / "files" / "empty").touch()
    (roots.content / "files" / "large").write_bytes(b"x" * 101)
    with pytest.raises(BadMessage) as refusal:
        await files.open(Media("document", path))
    assert refusal.value.code == code


async def test_an_error_does_not_name_what_people_sent(files):
    with pytest.raises(BadMessage) as refusal:
        await files.open(Media("document", "desk/Иванов паспорт.pdf", data=True))
    assert "Иванов" not in str(refusal.value)


async def test_the_key_follows_the_content_the_kind_and_the_name(files, roots):
    first = (await files.open(GUIDE)).key
    assert (await files.open(GUIDE)).key == first
    assert (await files.open(Media("document", "files/guide.pdf", "Другое"))).key != first
    assert (await files.open(Media("video", "files/guide.pdf", "Гид"))).key != first
    path = roots.content / "files" / "guide.pdf"
    path.write_bytes(b"%PDF other")
    os.utime(path, ns=(1, 1))
    assert (await files.open(GUIDE)).key != first


async def test_an_unchanged_file_is_hashed_once(files, monkeypatch):
    await files.open(GUIDE)
    monkeypatch.setattr("channels.files._hash", lambda path: pytest.fail("hashed again"))
    await files.open(GUIDE)


async def test_edge_18_uploaded_once_per_account_then_by_id(files):
    provider, ids = Provider(), Ids()
    await provider.deliver(files, ids)
    await provider.deliver(files, ids)
    await provider.deliver(files, ids, account="43")
    assert len(provider.uploads) == 2
    assert provider.sent == ["id1", "id1", "id2"]


async def test_edge_18_a_refused_id_is_forgotten_and_the_file_uploaded_again(files):
    provider, ids = Provider(), Ids()
    await provider.deliver(files, ids)
    provider.refused.add("id1")
    assert await provider.deliver(files, ids) == "id2"
    assert list(ids.known.values()) == ["id2"]


async def test_a_refused_id_is_forgotten_even_if_the_upload_fails(files):
    provider, ids = Provider(), Ids()
    await provider.deliver(files, ids)
    provider.refused.add("id1")

    async def fail(file: LocalFile) -> Uploaded[str]:
        raise RetryLater("network")

    with pytest.raises(RetryLater):
        await files.deliver(GUIDE, "42", ids, by_id=provider.by_id, upload=fail)
    assert ids.known == {}


async def test_an_id_refused_right_after_the_upload_is_our_fault(files):
    provider, ids = Provider(), Ids()
    provider.refused.update({"id1"})
    with pytest.raises(BadMessage):
        await provider.deliver(files, ids)


async def test_first_sends_side_by_side_wait_for_one_upload(files):
    provider, ids = Provider(), Ids()
    await asyncio.gather(*(provider.deliver(files, ids) for _ in range(20)))
    assert len(provider.uploads) == 1
    assert provider.sent == ["id1"] * 20


async def test_where_uploading_is_sending_its_result_counts(files):
    ids, provider = Ids(), Provider()

    async def upload(file: LocalFile) -> Uploaded[str]:
        return Uploaded("f1", "sent")

    assert await files.deliver(GUIDE, "42", ids, by_id=provider.by_id, upload=upload) == "sent"
    assert await files.deliver(GUIDE, "42", ids, by_id=provider.by_id, upload=upload) == "f1"


async def test_a_failed_upload_leaves_the_way_free(files):
    ids, provider = Ids(), Provider()

    async def fail(file: LocalFile) -> Uploaded[str]:
        raise RetryLater("network")

    with pytest.raises(RetryLater):
        await files.deliver(GUIDE, "42", ids, by_id=provider.by_id, upload=fail)
    assert await provider.deliver(files, ids) == "id1"


async def test_what_was_sent_is_sent_even_if_its_id_cannot_be_kept(files):
    provider, ids = Provider(), Ids()
    ids.fails = True
    assert await provider.deliver(files, ids) == "id1"


@given(st.text(max_size=300), st.sampled_from(["", ".pdf", ".JPG"]))
def test_display_names_are_fit_for_every_system(name, suffix):
    shown = display_name(name, suffix)
    assert 0 < len(shown.encode(errors="replace")) <= 200
    assert not set(shown) & set('/\\:"<>|?*\0\n\r')
    assert shown.lower().endswith(suffix.lower())


@pytest.mark.parametrize(
    ("name", "suffix", "expected"),
    [
        ("Гид", ".pdf", "Гид.pdf"),
        ("Гид.pdf", ".pdf", "Гид.pdf"),
        ("../../etc/x", "", "etc x"),
        ("", ".pdf", "file.pdf"),
    ],
)
def test_display_name_cases(name, suffix, expected):
    assert display_name(name, suffix) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.pdf", "application/pdf"),
        ("a.JPG", "image/jpeg"),
        ("a.webp", "image/webp"),
        ("a", "application/octet-stream"),
    ],
)
def test_mime_types(name, expected):
    assert mime_type(name) == expected
