"""Resizes and re-encodes an image with Pillow, and says what that was in the standard's terms."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

#: Media type by the name of the format, of originals and of derivatives.
MEDIA_TYPES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "avif": "image/avif",
    "gif": "image/gif",
}
#: A larger image takes too much memory: four bytes for each pixel.
MOST_PIXELS = 100_000_000
#: Of formats that have a quality, on Pillow's scale to 100.
USUAL_QUALITY = 80
_WITH_QUALITY = {"jpeg", "webp", "avif"}
_ORIENTATION = 0x0112
_QUARTER_TURNED = range(5, 9)
# Where Pillow puts metadata besides Exif.
_METADATA = ("xmp", "XML:com.adobe.xmp", "photoshop", "comment")
_TRANSPARENT = {"LA", "PA", "La", "RGBA", "RGBa"}
_MODES = {"1", "L", "P", "RGB", *_TRANSPARENT}


class ImageError(Exception):
    """No derivative can be made of this image; the text says why, without naming the file."""


@dataclass(frozen=True)
class Variant:
    """What a derivative is to be.

    Attributes:
        format: A name of `MEDIA_TYPES`; None for the original's.
        width: The most pixels from left to right; None for any.
        height: The most pixels from top to bottom; None for any.
        quality: Of JPEG, WebP and AVIF, to 100; None for the usual.
    """

    format: str | None = None
    width: int | None = None
    height: int | None = None
    quality: int | None = None


@dataclass(frozen=True)
class Derivative:
    """An image that was made from another one; it has no credentials yet.

    Attributes:
        content: The file.
        media_type: What it is.
        width: Pixels from left to right.
        height: Pixels from top to bottom.
        actions: Names of what was done, except that it was encoded again.
    """

    content: bytes
    media_type: str
    width: int
    height: int
    actions: tuple[str, ...]


def derive_image(original: bytes, variant: Variant) -> Derivative:
    """Make a derivative: smaller in proportion, in another format, or both; never larger.

    The image stays upright, whatever its Exif says, and keeps its colour profile. All other
    metadata stays behind, since it may say where somebody lives.

    Args:
        original: A still image in a format of `MEDIA_TYPES`.
        variant: What is wanted.

    Raises:
        ImageError: The original is none, is damaged, too large or animated; or the variant's format
            cannot show it.
    """
    with warnings.catch_warnings():
        # Its own limit is checked below, before anything is decoded.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(original), formats=[*MEDIA_TYPES]) as image:
                return _derivative(image, variant)
        except UnidentifiedImageError:
            raise ImageError(
                f"it is not an image of a format in {', '.join(MEDIA_TYPES)}"
            ) from None
        except Image.DecompressionBombError:
            raise _too_large() from None
        except (OSError, SyntaxError, ValueError, EOFError) as damaged:
            raise ImageError(f"the image is damaged: {damaged}") from None


def _derivative(image: Image.Image, variant: Variant) -> Derivative:
    if image.width * image.height > MOST_PIXELS:
        raise _too_large()
    if getattr(image, "is_animated", False):
        raise ImageError("it is animated, and only its first picture would be left")
    own_format = (image.format or "").lower()
    chosen = variant.format or own_format
    if chosen not in MEDIA_TYPES:
        raise ImageError(f"{chosen} is not a format of {', '.join(MEDIA_TYPES)}")
    _require_colours(image, chosen)
    options = _options(chosen, variant, image.info.get("icc_profile"))
    exif = image.getexif()
    has_metadata = bool({*exif} - {_ORIENTATION}) or any(image.info.get(one) for one in _METADATA)
    size = _size(image, variant, turned=exif.get(_ORIENTATION) in _QUARTER_TURNED)
    actions: list[str] = []
    if size != image.size:
        actions.append("c2pa.resized.proportional")
        # JPEG is decoded at a fraction of its size; of palettes, colours are mixed.
        image.draft(None, (2 * size[0], 2 * size[1]))
    if has_metadata:
        actions.append("c2pa.edited.metadata")
    whole = _shown(image)
    if size != whole.size:
        whole = whole.resize(size, Image.Resampling.LANCZOS, reducing_gap=2)
    ImageOps.exif_transpose(whole, in_place=True)
    # Pillow would write some of it into the new file.
    whole.info = {}
    content = io.BytesIO()
    whole.save(content, chosen, **options)
    return Derivative(content.getvalue(), MEDIA_TYPES[chosen], *whole.size, tuple(actions))


def _require_colours(image: Image.Image, chosen: str) -> None:
    if image.mode == "CMYK":
        raise ImageError("its colours are CMYK, which need a profile: convert it to RGB first")
    if image.mode not in _MODES:
        raise ImageError(f"its pixels ({image.mode}) have no place in {chosen}: make it 8 bits RGB")
    if chosen == "jpeg" and (image.mode in _TRANSPARENT or "transparency" in image.info):
        raise ImageError("it may be transparent, and JPEG is not: choose png, webp or avif")


def _options(chosen: str, variant: Variant, profile: bytes | None) -> dict[str, Any]:
    if variant.quality is not None and chosen not in _WITH_QUALITY:
        raise ImageError(f"{chosen} has no quality: leave it out")
    options: dict[str, Any] = {"icc_profile": profile} if profile and chosen != "gif" else {}
    if chosen in _WITH_QUALITY:
        options["quality"] = USUAL_QUALITY if variant.quality is None else variant.quality
    return options


def _size(image: Image.Image, variant: Variant, *, turned: bool) -> tuple[int, int]:
    """Return the size of the derivative, before it is turned upright."""
    width, height = (image.height, image.width) if turned else image.size
    share = min(1, (variant.width or width) / width, (variant.height or height) / height)
    return max(1, round(image.width * share)), max(1, round(image.height * share))


def _shown(image: Image.Image) -> Image.Image:
    """Return the image in colours that can be mixed: of a palette, they are numbers."""
    if image.mode in {"1", "P", "PA"} or "transparency" in image.info:
        is_transparent = image.mode == "PA" or "transparency" in image.info
        exif = image.getexif()
        shown = image.convert("RGBA" if is_transparent else "RGB")
        shown.info["exif"] = exif.tobytes()
        return shown
    image.load()
    return image


def _too_large() -> ImageError:
    return ImageError(f"it has more than {MOST_PIXELS // 1_000_000} million pixels")
