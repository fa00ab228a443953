"""Programs that the table looks for on this machine; Debian has a package for each."""

from __future__ import annotations

from measure.survival.tools import SIGNED, WRITTEN, XMP, Edit, Tool, of_debian, on_path

PICTURES = ("JPEG", "PNG", "WebP", "GIF", "TIFF")
#: What exiftool writes XMP to.
TAGGED = (*PICTURES, "AVIF", "MP4", "M4A", "PDF")
SOUNDS_AND_FILMS = ("MP4", "M4A", "MP3", "FLAC", "WAV")
_ASKED = ("--version",)


def _one(does: str, *command: str, of: tuple[str, ...], becomes: str = "") -> Edit:
    return Edit(does, command, of, becomes)


EXIFTOOL_EDITS = (
    _one("writes a title", "-q", "-overwrite_original", "-XMP-dc:Title=Pier", WRITTEN, of=TAGGED),
    _one("removes all metadata, `-all=`", "-q", "-overwrite_original", "-all=", WRITTEN, of=TAGGED),
)
FFMPEG_EDITS = (
    _one(
        *("copies the streams, `-c copy`", "-v", "error", "-i", SIGNED, "-map", "0"),
        *("-c", "copy", WRITTEN),
        of=(*SOUNDS_AND_FILMS, *PICTURES[:3]),
    ),
)

METADATA = (
    Tool("exiftool", on_path("exiftool", version=("-ver",)), EXIFTOOL_EDITS),
    Tool(
        "exiv2",
        on_path("exiv2", version=_ASKED),
        (
            _one("writes a title", "-Mset Xmp.dc.title Pier", WRITTEN, of=PICTURES[:3]),
            _one("removes all metadata, `rm`", "rm", WRITTEN, of=PICTURES[:3]),
        ),
    ),
    Tool(
        "webpmux",
        on_path("webpmux", version=("-version",)),
        (_one("sets XMP", "-set", "xmp", XMP, SIGNED, "-o", WRITTEN, of=("WebP",)),),
    ),
    Tool(
        "id3v2",
        on_path("id3v2", version=_ASKED),
        (_one("writes a title", "-t", "Pier", WRITTEN, of=("MP3",)),),
    ),
    Tool(
        "metaflac",
        on_path("metaflac", version=_ASKED),
        (_one("writes a title", "--set-tag=TITLE=Pier", WRITTEN, of=("FLAC",)),),
    ),
    Tool(
        "AtomicParsley",
        of_debian("AtomicParsley", "atomicparsley"),
        (
            _one(
                "writes a title",
                *(SIGNED, "--title", "Pier", "--output", WRITTEN),
                of=("MP4", "M4A"),
            ),
        ),
    ),
)
OPTIMISERS = (
    Tool(
        "jpegtran",
        on_path("jpegtran", version=("-version",)),
        (
            _one("copies, `-copy all`", "-copy", "all", "-outfile", WRITTEN, SIGNED, of=("JPEG",)),
            _one(
                "optimises, `-optimize -copy all`",
                *("-optimize", "-copy", "all", "-outfile", WRITTEN, SIGNED),
                of=("JPEG",),
            ),
            _one("optimises, `-optimize`", "-optimize", "-outfile", WRITTEN, SIGNED, of=("JPEG",)),
        ),
    ),
    Tool(
        "exiftran",
        of_debian("exiftran", "exiftran"),
        (
            _one("turns upright what is upright, `-a`", "-a", "-o", WRITTEN, SIGNED, of=("JPEG",)),
            _one("turns by 90°, `-9`", "-9", "-o", WRITTEN, SIGNED, of=("JPEG",)),
        ),
    ),
    Tool(
        "jpegoptim",
        on_path("jpegoptim", version=_ASKED),
        (
            _one("optimises", "-q", WRITTEN, of=("JPEG",)),
            _one("optimises, `--strip-all`", "-q", "--strip-all", WRITTEN, of=("JPEG",)),
        ),
    ),
    Tool(
        "optipng",
        on_path("optipng", version=_ASKED),
        (_one("optimises", "-quiet", "-clobber", "-out", WRITTEN, SIGNED, of=("PNG",)),),
    ),
    Tool(
        "pngcrush",
        on_path("pngcrush", version=("-version",)),
        (_one("optimises", "-q", SIGNED, WRITTEN, of=("PNG",)),),
    ),
    Tool(
        "zopflipng",
        of_debian("zopflipng", "zopfli"),
        (
            _one("optimises", "-y", SIGNED, WRITTEN, of=("PNG",)),
            _one(
                "optimises, `--keepchunks=caBX`",
                *("-y", "--keepchunks=caBX", SIGNED, WRITTEN),
                of=("PNG",),
            ),
        ),
    ),
    Tool(
        "pngquant",
        on_path("pngquant", version=_ASKED),
        (_one("reduces the colours", "--output", WRITTEN, SIGNED, of=("PNG",)),),
    ),
    Tool(
        "gifsicle",
        on_path("gifsicle", version=_ASKED),
        (_one("optimises, `-O3`", "-O3", SIGNED, "-o", WRITTEN, of=("GIF",)),),
    ),
    Tool(
        "scour",
        on_path("scour", version=_ASKED),
        (_one("optimises", "-q", "-i", SIGNED, "-o", WRITTEN, of=("SVG",)),),
    ),
    Tool(
        "xmllint",
        of_debian("xmllint", "libxml2-utils"),
        (_one("indents, `--format`", "--format", "--output", WRITTEN, SIGNED, of=("SVG",)),),
    ),
)
CONVERTERS = (
    Tool(
        "ImageMagick",
        # A program of another origin may be called convert.
        on_path(
            *("magick", "convert-im7.q16", "convert-im6.q16", "convert"),
            version=("-version",),
            says="Version: ImageMagick",
        ),
        (
            _one("saves again", SIGNED, WRITTEN, of=PICTURES),
            _one("resizes, `-resize 50%`", SIGNED, "-resize", "50%", WRITTEN, of=PICTURES),
            _one("saves again, `-strip`", SIGNED, "-strip", WRITTEN, of=PICTURES),
        ),
    ),
    Tool(
        "libvips",
        on_path("vips", version=_ASKED),
        (
            _one("saves again, `copy`", "copy", SIGNED, WRITTEN, of=PICTURES),
            _one("resizes, `resize`", "resize", SIGNED, WRITTEN, "0.5", of=PICTURES),
        ),
    ),
    Tool(
        "cwebp",
        on_path("cwebp", version=("-version",)),
        (
            _one(
                "makes WebP, `-metadata all`",
                *("-quiet", "-metadata", "all", SIGNED, "-o", WRITTEN),
                of=("JPEG", "PNG"),
                becomes="WebP",
            ),
        ),
    ),
    Tool(
        "tiffcp",
        on_path("tiffcp", version=("-h",)),
        (_one("copies", SIGNED, WRITTEN, of=("TIFF",)),),
    ),
    Tool(
        "PHP's GD",
        on_path(
            "php",
            version=("-r", "echo PHP_VERSION, ' ', function_exists('gd_info') ? 'gd' : '';"),
            says="gd",
        ),
        (
            _one(
                "saves again",
                *("-r", "imagejpeg(imagecreatefromjpeg($argv[1]), $argv[2]);", SIGNED, WRITTEN),
                of=("JPEG",),
            ),
        ),
    ),
    Tool("ffmpeg", on_path("ffmpeg", version=("-version",)), FFMPEG_EDITS),
)
DOCUMENTS = (
    Tool(
        "qpdf",
        on_path("qpdf", version=_ASKED),
        (
            _one("saves again", SIGNED, WRITTEN, of=("PDF",)),
            _one("linearizes", "--linearize", SIGNED, WRITTEN, of=("PDF",)),
        ),
    ),
    Tool(
        "mutool",
        on_path("mutool", version=("-v",)),
        (_one("cleans", "clean", SIGNED, WRITTEN, of=("PDF",)),),
    ),
    Tool(
        "Ghostscript",
        on_path("gs", version=_ASKED),
        (
            _one(
                "distils, `pdfwrite`",
                *("-q", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pdfwrite", "-o", WRITTEN, SIGNED),
                of=("PDF",),
            ),
        ),
    ),
)
