"""Pictures in texts: what is taken, what is left out of it, who sees it."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from sopdesk.accounts.models import User
from sopdesk.audit.events import Event
from sopdesk.audit.models import Entry
from sopdesk.documents import editing, outside, pictures, reviewing, usage
from sopdesk.documents.models import ChangeItem, Document, Picture, Reference
from sopdesk.letters.models import Letter
from sopdesk.text import markdown
from tests import factories

pytestmark = pytest.mark.django_db
AsPerson = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def photo_with_a_place() -> bytes:
    """A JPEG that says where it was taken and lies on its side."""
    image = Image.new("RGB", (40, 20), "red")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010E] = "taken at home"
    out = BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"secret")
    return out.getvalue()


def phone_photo() -> bytes:
    """A JPEG with another behind it."""
    out = BytesIO()
    behind = Image.new("RGB", (4, 4), "blue")
    Image.new("RGB", (40, 20), "red").save(out, "MPO", save_all=True, append_images=[behind])
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "ending"), [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("WEBP", "webp")]
)
def test_a_picture_is_known_by_its_content(ana: User, kind: str, ending: str) -> None:
    picture = pictures.keep(factories.picture(kind), actor=ana)
    assert pictures.address(picture) == f"/pictures/{picture.hash}.{ending}"
    assert (picture.width, picture.height) == (4, 3)
    assert Entry.objects.filter(event=Event.PICTURE_ADDED, subject_id=str(picture.pk)).count() == 1


def test_nothing_but_pixels_is_kept_and_they_stand_upright(ana: User) -> None:
    picture = pictures.keep(photo_with_a_place(), actor=ana)
    content = picture.file.read()
    assert b"taken at home" not in content
    assert b"secret" not in content
    assert (picture.width, picture.height) == (20, 40)


def test_a_photo_with_more_behind_it_is_kept_as_the_photo(ana: User) -> None:
    picture = pictures.keep(phone_photo(), actor=ana)
    assert (picture.content_type, picture.width, picture.height) == ("image/jpeg", 40, 20)
    with Image.open(picture.file) as kept:
        assert kept.format == "JPEG"


def test_whatever_else_a_reader_takes_for_a_picture_is_refused(
    ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "PHONE", "no format")  # As if Pillow called it by yet another name.
    with pytest.raises(pictures.PictureRefused, match="no picture"):
        pictures.keep(phone_photo(), actor=ana)


def test_moving_pictures_go_on_moving(ana: User) -> None:
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "green", "blue")]
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=[50, 60, 70], loop=0)
    picture = pictures.keep(out.getvalue(), actor=ana)
    with Image.open(picture.file) as kept:
        assert getattr(kept, "n_frames", 1) == 3


def test_the_same_content_is_one_picture(ana: User, ben: User, hal: User) -> None:
    hal.roles = ["author"]
    first, second = (pictures.keep(factories.picture(), actor=person) for person in (ana, hal))
    assert first.pk == second.pk
    assert first.created_by == ana
    assert Entry.objects.filter(event=Event.PICTURE_ADDED).count() == 1


def test_a_lost_file_comes_back_with_the_next_upload(ana: User) -> None:
    picture = pictures.keep(factories.picture(), actor=ana)
    Path(picture.file.path).unlink()
    pictures.keep(factories.picture(), actor=ana)
    assert picture.file.open("rb").read()


@pytest.mark.parametrize(
    "upload",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\x89PNG\r\n\x1a\n<script>alert(1)</script>",
        factories.picture()[:45],
        factories.picture("BMP"),
        factories.picture("TIFF"),
    ],
    ids=["nothing", "a head alone", "svg", "a script", "cut off", "bmp", "tiff"],
)
def test_anything_else_is_refused(ana: User, upload: bytes) -> None:
    with pytest.raises(pictures.PictureRefused):
        pictures.keep(upload, actor=ana)
    assert not Picture.objects.exists()


def test_what_is_hidden_behind_the_pixels_is_left_out(ana: User) -> None:
    picture = pictures.keep(factories.picture() + b"<script>alert(1)</script>", actor=ana)
    assert b"script" not in picture.file.read()


def test_too_many_bytes_or_pixels_are_refused_and_large_sides_made_smaller(ana: User) -> None:
    with pytest.raises(pictures.PictureRefused, match="MB"):
        pictures.keep(bytes(pictures.MAX_BYTES + 1), actor=ana)
    with pytest.raises(pictures.PictureRefused, match="million pixels"):
        pictures.keep(factories.picture("PNG", (8000, 7000)), actor=ana)
    assert pictures.keep(factories.picture("JPEG", (4000, 100)), actor=ana).width == pictures.MAX_SIDE


def test_who_may_not_write_may_not_upload(dev: User, ben: User) -> None:
    for person in (dev, ben):
        with pytest.raises(PermissionDenied):
            pictures.keep(factories.picture(), actor=person)


def test_a_text_refers_to_its_pictures_and_is_advised_to_describe_them(ana: User) -> None:
    address = pictures.address(pictures.keep(factories.picture(), actor=ana))
    rendered = markdown.render(f"## A {{#a}}\n\n![A teal box]({address}) and\n![]({address})\n")
    assert [(found.kind, found.section) for found in rendered.references] == [("picture", "a")] * 2
    [problem] = rendered.problems
    assert (problem.line, "alternative text" in problem.what) == (4, True)


def test_a_picture_is_seen_by_whoever_may_read_a_text_that_shows_it(
    as_person: AsPerson, client: Client, ana: User, ben: User, dev: User, eve: User
) -> None:
    picture = pictures.keep(factories.picture(), actor=ana)
    address = pictures.address(picture)
    assert as_person(ana).get(address).status_code == 200
    assert as_person(dev).get(address).status_code == 404
    body = f"![Box]({address})\n"
    factories.published(
        "sop", "SOP-0001", author=ana, reviewer=ben, body=body, audience="teams", audience_teams=["payments"]
    )
    assert as_person(dev).get(address).status_code == 200
    assert as_person(eve).get(address).status_code == 404
    assert client.get(address).status_code == 404
    factories.published("article", "box", author=ana, reviewer=ben, body=body, audience="public")
    assert client.get(address).status_code == 200
    assert {use.key for use in usage.users_of("picture", picture.hash, viewer=ana)} == {"SOP-0001", "box"}
    assert Reference.objects.filter(kind="picture", key=picture.hash).count() == 2


def test_somebody_from_outside_sees_the_pictures_of_their_change_alone(
    draft: ChangeItem, client: Client, ana: User, ben: User
) -> None:
    shown, other = (
        pictures.address(pictures.keep(factories.picture(size=size), actor=ana)) for size in ((4, 3), (5, 3))
    )
    editing.save_draft(draft, revision=draft.revision, actor=ana, body=f"## A\n\n![Box]({shown})\n")
    change = reviewing.propose(draft.change, actor=ana)
    nora = outside.invite(change, name="Nora", email="nora@counsel.example", days=7, actor=ben)
    link = re.search(r"/review/[\w-]{43}", Letter.objects.get(key=f"invited:{nora.pk}").body)
    assert link
    client.post(f"{link[0]}/code")
    assert client.get(shown).status_code == 404
    code = re.search(r"\d{6}", Letter.objects.get(key__startswith="code:").body)
    assert code
    client.post(f"{link[0]}/confirm", {"code": code[0]})
    assert f'src="{shown}"' in client.get(link[0]).content.decode()
    answer = client.get(shown)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert client.get(other).status_code == Client().get(shown).status_code == 404
    outside.revoke(nora, actor=ben)
    assert client.get(shown).status_code == 404


def test_a_picture_is_served_as_what_it_is_and_nothing_else(as_person: AsPerson, ana: User) -> None:
    picture = pictures.keep(factories.picture(), actor=ana)
    answer = as_person(ana).get(pictures.address(picture))
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("inline;")
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    for wrong in (f"/pictures/{picture.hash}.gif", f"/pictures/{'0' * 64}.png", "/pictures/../settings.png"):
        assert as_person(ana).get(wrong).status_code == 404
    Path(picture.file.path).unlink()
    assert as_person(ana).get(pictures.address(picture)).status_code == 404


def test_uploading_answers_with_the_address_or_a_reason(as_person: AsPerson, ana: User) -> None:
    browser = as_person(ana)
    good = SimpleUploadedFile(
        "box.svg", factories.picture(), "image/svg+xml"
    )  # the name and type say nothing
    answer = browser.post("/pictures", {"picture": good})
    assert answer.json()["address"].endswith(".png")
    bad = browser.post("/pictures", {"picture": SimpleUploadedFile("box.png", b"<svg/>", "image/png")})
    assert (bad.status_code, "PNG, JPEG" in bad.json()["reasons"][0]) == (422, True)
    assert browser.post("/pictures").status_code == 422


def test_a_draft_with_a_picture_is_saved_like_any_other(
    draft: ChangeItem, refunds: Document, ana: User
) -> None:
    address = pictures.address(pictures.keep(factories.picture(), actor=ana))
    saved = editing.save_draft(draft, revision=draft.revision, actor=ana, body=f"![Box]({address})\n")
    assert address in saved.body
