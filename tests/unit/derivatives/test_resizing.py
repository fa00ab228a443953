"""What becomes of an image when it is made smaller, and what is said about that."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, ImageCms

from derivatives import resizing
from derivatives.resizing import MEDIA_TYPES, ImageError, Variant, derive_image

PROPORTIONAL = "c2pa.resized.proportional"
METADATA = "c2pa.edited.metadata"
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def encoded(image: Image.Image, name: str = "jpeg", **options: Any) -> bytes:
    content = io.BytesIO()
    image.save(content, name, **options)
    return content.getvalue()


def picture(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), "red")
    image.paste((0, 0, 255), (width // 2, 0, width, height))
    return image.convert(mode)


def read(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize("original", MEDIA_TYPES)
@pytest.mark.parametrize("name", MEDIA_TYPES)
def test_every_format_becomes_every_other_one(original: str, name: str) -> None:
    made = derive_image(encoded(picture(), original), Variant(name, width=30))
    image = read(made.content)
    assert (Image.MIME[str(image.format)], image.size) == (MEDIA_TYPES[name], (30, 20))
    assert (made.media_type, made.width, made.height) == (MEDIA_TYPES[name], 30, 20)
    assert made.actions == (PROPORTIONAL,)
    left, blue = (image.convert("RGB").getpixel((x, 10)) for x in (4, 25))
    assert isinstance(left, tuple)
    assert isinstance(blue, tuple)
    assert left[0] > 200 > 60 > left[2]
    assert blue[2] > 200 > 60 > blue[0]


@pytest.mark.parametrize(
    ("wanted", "size"),
    [
        ({"width": 30}, (30, 20)),
        ({"height": 10}, (15, 10)),
        ({"width": 30, "height": 10}, (15, 10)),
        ({"width": 7}, (7, 5)),
        ({"width": 1}, (1, 1)),
    ],
)
def test_both_sides_shrink_in_proportion(wanted: dict[str, Any], size: tuple[int, int]) -> None:
    made = derive_image(encoded(picture()), Variant(**wanted))
    assert (made.width, made.height) == read(made.content).size == size


@pytest.mark.parametrize("wanted", [{}, {"width": 60}, {"width": 61, "height": 400}])
def test_an_image_is_never_enlarged(wanted: dict[str, Any]) -> None:
    made = derive_image(encoded(picture()), Variant("png", **wanted))
    assert ((made.width, made.height), made.actions) == ((60, 40), ())


def test_an_image_on_its_side_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = derive_image(encoded(picture(), exif=exif), Variant("png", width=20))
    image = read(made.content)
    assert image.size == (20, 30)
    # What was on the left is at the top.
    assert [image.getpixel((10, y)) for y in (2, 27)] == [(254, 0, 0), (0, 0, 254)]
    assert (made.actions, dict(image.getexif())) == ((PROPORTIONAL,), {})


@pytest.mark.parametrize("name", MEDIA_TYPES)
def test_metadata_stays_behind_and_the_manifest_says_so(name: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker of cameras"
    exif[0x0112] = 1
    content = encoded(picture(), exif=exif, comment="at home", xmp=b"<x:xmpmeta/>")
    made = derive_image(content, Variant(name))
    assert made.actions == (METADATA,)
    for secret in (b"Maker of", b"at home", b"xmpmeta"):
        assert secret in content
        assert secret not in made.content


@pytest.mark.parametrize("name", [one for one in MEDIA_TYPES if one != "gif"])
def test_the_colour_profile_stays(name: str) -> None:
    made = derive_image(encoded(picture(), icc_profile=PROFILE), Variant(name, width=30))
    assert read(made.content).info["icc_profile"] == PROFILE
    assert made.actions == (PROPORTIONAL,)


def test_what_is_transparent_stays_so_or_is_refused() -> None:
    image = picture(mode="RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    palette = picture(mode="P")
    red = palette.getpixel((0, 0))
    for content in (encoded(image, "png"), encoded(palette, "png", transparency=red)):
        for name in ("png", "webp", "avif"):
            assert read(derive_image(content, Variant(name, width=30)).content).mode == "RGBA"
        with pytest.raises(ImageError, match="JPEG is not: choose png"):
            derive_image(content, Variant("jpeg"))


def test_quality_is_of_formats_that_have_one() -> None:
    content = encoded(Image.effect_noise((60, 60), 90), "png")
    for name in ("jpeg", "webp", "avif"):
        small, usual, large = (
            len(derive_image(content, Variant(name, quality=quality)).content)
            for quality in (10, None, 100)
        )
        assert small < usual < large
    with pytest.raises(ImageError, match="png has no quality"):
        derive_image(content, Variant("png", quality=80))


def damaged() -> dict[str, tuple[bytes, str]]:
    moving = [picture(), picture().rotate(90)]
    return {
        "text": (b"no image", "not an image of a format in jpeg"),
        "nothing": (b"", "not an image of"),
        "a format of print": (encoded(picture(), "tiff"), "not an image of"),
        "cut off": (encoded(picture(600, 400))[:1500], "the image is damaged"),
        "damaged": (encoded(picture(), "png")[:60], "the image is damaged|not an image"),
        "moving": (
            encoded(moving[0], "gif", save_all=True, append_images=moving[1:]),
            "it is animated",
        ),
        "CMYK": (encoded(picture(mode="CMYK")), "colours are CMYK"),
        "16 bits": (encoded(Image.new("I;16", (9, 9)), "png"), "make it 8 bits RGB"),
    }


@pytest.mark.parametrize("name", damaged())
def test_what_cannot_be_shown_is_refused_with_a_reason(name: str) -> None:
    content, reason = damaged()[name]
    with pytest.raises(ImageError, match=reason):
        derive_image(content, Variant("webp", width=10))


def test_a_huge_image_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    header = bytearray(encoded(picture(), "png"))
    header[16:24] = struct.pack(">II", 60_000, 60_000)
    header[29:33] = struct.pack(">I", zlib.crc32(header[12:29]))
    with pytest.raises(ImageError, match="more than 100 million pixels"):
        derive_image(bytes(header), Variant("webp", width=10))
    content = encoded(picture(), "webp")
    monkeypatch.setattr(resizing, "MOST_PIXELS", 60 * 40 - 1)
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("it was decoded"))
    with pytest.raises(ImageError, match="million pixels"):
        derive_image(content, Variant("webp", width=10))
