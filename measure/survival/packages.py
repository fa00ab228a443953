"""Tools from the registries of Python and Node, pinned."""

from __future__ import annotations

import platform
import sys
from dataclasses import replace
from pathlib import Path

from measure.survival.programs import EXIFTOOL_EDITS, FFMPEG_EDITS, PICTURES
from measure.survival.registries import in_node, in_python
from measure.survival.tools import SIGNED, WRITTEN, Edit, Ready, Tool, said, version_in

_PILLOW = "import sys; from PIL import Image; signed, written = sys.argv[1:]; Image.open(signed)"
_MAGICK = """
const { readFileSync, writeFileSync } = require("fs");
const { initializeImageMagick, ImageMagick, Magick } = require("@imagemagick/magick-wasm");
initializeImageMagick(readFileSync(require.resolve("@imagemagick/magick-wasm/magick.wasm")))"""
in_pillow = in_python("pillow", "13.0.0")
in_pypdf = in_python("pypdf", "7.1.1")


def _ffmpeg(folder: Path) -> Ready:
    python = Path(in_python("imageio-ffmpeg", "0.8.1")(folder).command[0])
    binaries = python.parent.parent.glob("lib/*/site-packages/imageio_ffmpeg/binaries/ffmpeg-*")
    binary = next(iter(binaries))
    return Ready(version_in(binary.name), (str(binary),))


def _exiftool(folder: Path) -> Ready:
    ready = in_node("exiftool-vendored.pl", "13.59.3", "perl", "{home}/bin/exiftool")(folder)
    return replace(ready, version=ready.version.rpartition(".")[0])


def _magick(folder: Path) -> Ready:
    ready = in_node("@imagemagick/magick-wasm", "0.0.43")(folder)
    asks = f"{_MAGICK}.then(() => console.log(Magick.imageMagickVersion))"
    return replace(ready, version=version_in(said(*ready.command, "-e", asks)))


def _own_python(_: Path) -> Ready:
    return Ready(platform.python_version(), (sys.executable,))


def _runs(does: str, code: str, *formats: str) -> Edit:
    return Edit(does, ("-c", code, SIGNED, WRITTEN), formats)


def _scripts(does: str, code: str, *formats: str, becomes: str = "") -> Edit:
    return Edit(does, ("-e", code, SIGNED, WRITTEN), formats, becomes)


_ARGUMENTS = "import sys; signed, written = sys.argv[1:];"
_ATTACH = f"""{_ARGUMENTS}
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
letter = EmailMessage(policy=policy.SMTP)
letter.set_content("Here it is.")
letter.add_attachment(Path(signed).read_bytes(), "application", "octet-stream", filename="it")
received = message_from_bytes(bytes(letter), policy=policy.SMTP)
Path(written).write_bytes(next(received.iter_attachments()).get_content())
"""
_ZIP = f"""{_ARGUMENTS}
import zipfile
from pathlib import Path
with zipfile.ZipFile("packed.zip", "w", zipfile.ZIP_DEFLATED) as packed:
    packed.write(signed, "it")
with zipfile.ZipFile("packed.zip") as packed:
    Path(written).write_bytes(packed.read("it"))
"""
_ALL = (*PICTURES, "AVIF", "SVG", "MP4", "M4A", "MP3", "FLAC", "WAV", "PDF")
TRANSPORT = (
    Tool(
        "Python's email and zipfile",
        _own_python,
        (
            _runs("attach to a message, and save the attachment", _ATTACH, *_ALL),
            _runs("pack and unpack", _ZIP, *_ALL),
        ),
    ),
)

_MUTAGEN = "import sys, mutagen; file = mutagen.File(sys.argv[1], easy=True);"
METADATA = (
    Tool("exiftool (npm)", _exiftool, EXIFTOOL_EDITS),
    Tool(
        "mutagen",
        in_python("mutagen", "1.48.1"),
        (
            Edit(
                "writes a title",
                ("-c", f"{_MUTAGEN} file['title'] = 'Pier'; file.save()", WRITTEN),
                ("MP3", "FLAC", "M4A"),
            ),
            Edit(
                "saves no change",
                ("-c", f"{_MUTAGEN} file.save()", WRITTEN),
                ("MP3", "FLAC", "M4A"),
            ),
        ),
    ),
    Tool(
        "piexif",
        in_python("piexif", "1.1.3"),
        (
            _runs(
                "writes Exif",
                f"{_ARGUMENTS} import piexif;"
                " piexif.insert(piexif.dump({'0th': {315: b'Ada'}}), signed, written)",
                "JPEG",
            ),
        ),
    ),
)
OPTIMISERS = (
    Tool(
        "mozjpeg-lossless-optimization",
        in_python("mozjpeg-lossless-optimization", "1.3.2"),
        (
            _runs(
                "optimises",
                f"{_ARGUMENTS} from pathlib import Path; import mozjpeg_lossless_optimization as m;"
                " Path(written).write_bytes(m.optimize(Path(signed).read_bytes()))",
                "JPEG",
            ),
        ),
    ),
    Tool(
        "oxipng (PyPI)",
        in_python("pyoxipng", "9.1.1"),
        (
            _runs(
                "optimises", f"{_ARGUMENTS} import oxipng; oxipng.optimize(signed, written)", "PNG"
            ),
        ),
    ),
    Tool(
        "svgo",
        in_node("svgo", "4.1.0", "node", "{home}/bin/svgo.js"),
        (Edit("optimises", ("-q", "-i", SIGNED, "-o", WRITTEN), ("SVG",)),),
    ),
)
_SHARP = "const [signed, written] = process.argv.slice(1); require('sharp')(signed)"
_NEXT = """
const [signed, written, accepted] = process.argv.slice(1);
const { readFileSync, writeFileSync } = require("fs");
const { imageOptimizerTransform } = require("next/dist/server/image-optimizer/transform");
const { defaultConfig } = require("next/dist/server/config-shared");
imageOptimizerTransform(
  { buffer: readFileSync(signed) },
  { href: "/photograph", width: 640, quality: 75, mimeType: accepted },
  defaultConfig,
).then((answer) => {
  if (answer.error) throw answer.error;
  writeFileSync(written, answer.buffer);
});
"""
_SAVES_AGAIN = f"""{_MAGICK}.then(() => ImageMagick.read(
  readFileSync(process.argv[1]),
  (image) => image.write(image.format, (content) => writeFileSync(process.argv[2], content)),
));
"""
CONVERTERS = (
    Tool(
        "ImageMagick (npm)",
        _magick,
        (_scripts("saves again", _SAVES_AGAIN, *PICTURES),),
    ),
    Tool(
        "Pillow",
        in_pillow,
        (
            _runs("saves again", f"{_PILLOW}.save(written)", *PICTURES, "AVIF"),
            _runs(
                'saves again, with `exif=` and `quality="keep"`',
                f"{_PILLOW}.save(written, quality='keep', exif=Image.open(signed).getexif())",
                "JPEG",
            ),
        ),
    ),
    Tool(
        "sharp",
        in_node("sharp", "0.35.5"),
        (
            _scripts("resizes", f"{_SHARP}.resize(120).toFile(written)", *PICTURES, "AVIF"),
            _scripts(
                "saves again, `keepMetadata()`",
                f"{_SHARP}.keepMetadata().toFile(written)",
                *(*PICTURES, "AVIF"),
            ),
        ),
    ),
    Tool(
        "Next.js image optimizer",
        in_node("next", "16.4.6"),
        (
            Edit("serves the format", ("-e", _NEXT, SIGNED, WRITTEN, ""), ("JPEG", "PNG")),
            Edit(
                "serves WebP",
                ("-e", _NEXT, SIGNED, WRITTEN, "image/webp"),
                ("JPEG", "PNG", "WebP", "TIFF", "AVIF"),
                "WebP",
            ),
        ),
    ),
    Tool("ffmpeg (PyPI)", _ffmpeg, FFMPEG_EDITS),
)
_PIKEPDF = f"{_ARGUMENTS} import pikepdf; pikepdf.open(signed).save(written"
_PYPDF = f"{_ARGUMENTS} import pypdf; writer = pypdf.PdfWriter(signed"
_TITLED = "writer.add_metadata({'/Title': 'Pier'}); writer.write(written)"
DOCUMENTS = (
    Tool(
        "pikepdf",
        in_python("pikepdf", "10.18.0"),
        (
            _runs("saves again", f"{_PIKEPDF})", "PDF"),
            _runs("saves again, uncompressed", f"{_PIKEPDF}, compress_streams=False)", "PDF"),
        ),
    ),
    Tool(
        "pypdf",
        in_pypdf,
        (
            _runs("writes a title, whole file", f"{_PYPDF}); {_TITLED}", "PDF"),
            _runs(
                "appends a title (incremental update)",
                f"{_PYPDF}, incremental=True); {_TITLED}",
                "PDF",
            ),
        ),
    ),
)
