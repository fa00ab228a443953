"""Metadata assertions: JSON-LD, in a JSON box (C2PA 2.2 §18.16, CAWG metadata assertion 1.1).

Engines check little of it: c2pa-rs requires a context that maps prefixes to strings, encypher-c2pa
at least one property. This module enforces what the standard requires of `c2pa.metadata`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from edge_signer.signing.errors import InvalidAssertionError
from edge_signer.signing.rules.strict_content import MAX_PATH_CHARACTERS

#: Namespace by prefix, as `c2pa.metadata` must declare them.
SCHEMAS = {
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "xmpTPg": "http://ns.adobe.com/xap/1.0/t/pg/",
    "crs": "http://ns.adobe.com/camera-raw-settings/1.0/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "exifEX": "http://cipa.jp/exif/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "xmpDM": "http://ns.adobe.com/xmp/1.0/DynamicMedia/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
}

_NAMES = {
    "xmp": (
        "BaseURL CreateDate CreatorTool Identifier Label MetadataDate ModifyDate Nickname "
        "Rating Thumbnails"
    ),
    "xmpMM": (
        "DerivedFrom DocumentID History Ingredients InstanceID ManagedFrom Manager "
        "ManagerVariant ManageTo ManageUI OriginalDocumentID Pantry RenditionClass "
        "RenditionParams VersionID Versions"
    ),
    "xmpTPg": "Colorants Fonts MaxPageSize NPages PlateNames",
    "crs": (
        "AutoBrightness AutoContrast AutoExposure AutoShadows BlueHue BlueSaturation Brightness "
        "CameraProfile ChromaticAberrationB ChromaticAberrationR ColorNoiseReduction Contrast "
        "CropAngle CropBottom CropHeight CropLeft CropRight CropTop CropUnits CropWidth "
        "Exposure GreenHue GreenSaturation HasCrop HasSettings LuminanceSmoothing RawFileName "
        "RedHue RedSaturation Saturation Shadows ShadowTint Sharpness Temperature Tint "
        "ToneCurve ToneCurveName Version VignetteAmount VignetteMidpoint WhiteBalance"
    ),
    "pdf": "Keywords PDFVersion Producer Trapped",
    "dc": "coverage created date format identifier language modified relation type",
    "Iptc4xmpExt": (
        "DigImageGUID DigitalSourceType EventId Genre ImageRating ImageRegion LocationCreated "
        "LocationShown MaxAvailHeight MaxAvailWidth RegistryId"
    ),
    "exif": (
        "ApertureValue BrightnessValue CFAPattern ColorSpace CompressedBitsPerPixel Contrast "
        "CustomRendered DateTimeDigitized DateTimeOriginal DeviceSettingDescription "
        "DigitalZoomRatio ExifVersion ExposureBiasValue ExposureIndex ExposureMode "
        "ExposureProgram ExposureTime FileSource Flash FlashEnergy FlashpixVersion FNumber "
        "FocalLength FocalLengthIn35mmFilm FocalPlaneResolutionUnit FocalPlaneXResolution "
        "FocalPlaneYResolution GainControl GPSAltitude GPSAltitudeRef GPSDateStamp "
        "GPSDestBearing GPSDestBearingRef GPSDestDistance GPSDestDistanceRef GPSDestLatitude "
        "GPSDestLongitude GPSDifferential GPSDOP GPSHPositioningError GPSImgDirection "
        "GPSImgDirectionRef GPSLatitude GPSLongitude GPSMapDatum GPSMeasureMode "
        "GPSProcessingMethod GPSSatellites GPSSpeed GPSSpeedRef GPSStatus GPSTimeStamp GPSTrack "
        "GPSTrackRef GPSVersionID ImageUniqueID ISOSpeedRatings LightSource MaxApertureValue "
        "MeteringMode OECF OffsetTimeOriginal PixelXDimension PixelYDimension RelatedSoundFile "
        "Saturation SceneCaptureType SceneType SensingMethod Sharpness ShutterSpeedValue "
        "SpatialFrequencyResponse SpectralSensitivity SubjectArea SubjectDistance "
        "SubjectDistanceRange SubjectLocation WhiteBalance"
    ),
    "exifEX": (
        "BodySerialNumber Gamma InteroperabilityIndex ISOSpeed ISOSpeedLatitudeyyy "
        "ISOSpeedLatitudezzz LensMake LensModel LensSerialNumber LensSpecification "
        "PhotographicSensitivity RecommendedExposureIndex SensitivityType "
        "StandardOutput-Sensitivity"
    ),
    "photoshop": (
        "Category City ColorMode Country DateCreated DocumentAncestors History ICCProfile State "
        "SupplementalCategories TextLayers TransmissionReference Urgency"
    ),
    "tiff": (
        "BitsPerSample Compression DateTime ImageLength ImageWidth Make Model Orientation "
        "PhotometricInterpretation PlanarConfiguration PrimaryChromaticities "
        "ReferenceBlackWhite ResolutionUnit SamplesPerPixel Software TransferFunction "
        "WhitePoint XResolution YCbCrCoefficients YCbCrPositioning YCbCrSubSampling YResolution"
    ),
    "xmpDM": (
        "absPeakAudioFilePath album altTapeName altTimecode audioChannelType audioCompressor "
        "audioSampleRate audioSampleType beatSpliceParams cameraAngle cameraLabel cameraModel "
        "cameraMove comment contributedMedia discNumber duration fileDataRate genre good "
        "instrument introTime key logComment loop lyrics markers numberOfBeats outCue "
        "partOfCompilation projectName projectRef pullDown relativePeakAudioFilePath "
        "relativeTimestamp releaseDate resampleParams scaleType scene shotDate shotDay "
        "shotLocation shotName shotNumber shotSize speakerPlacement startTimecode stretchMode "
        "takeNumber tapeName tempo timeScaleParams timeSignature trackNumber Tracks "
        "videoAlphaMode videoAlphaPremultipleColor videoAlphaUnityIsTransparent videoColorSpace "
        "videoCompressor videoFieldOrder videoFrameRate videoFrameSize videoPixelAspectRatio "
        "videoPixelDepth"
    ),
    "plus": (
        "FileNameAsDelivered FirstPublicationDate ImageFileFormatAsDelivered "
        "ImageFileSizeAsDelivered ImageType Version"
    ),
}
#: The properties, prefix included.
PROPERTIES = frozenset(
    f"{prefix}:{name}" for prefix, names in _NAMES.items() for name in names.split()
)


C2PA_METADATA_LABEL = "c2pa.metadata"
CAWG_METADATA_LABEL = "cawg.metadata"

_CONTEXT = "@context"
# Roughly XML names without a colon: XMP's prefixes and properties.
_PREFIX = re.compile(r"[^\W\d_][\w.-]*")
_PROPERTY = re.compile(rf"({_PREFIX.pattern}):[^\W\d][\w.-]*")
# A scheme, then only characters that an IRI may have (RFC 3987).
_IRI = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|\\^`]+')
_ELSEWHERE = f"; {CAWG_METADATA_LABEL} may have any"


def is_metadata(label: str) -> bool:
    """Whether the label belongs to a metadata assertion, namespaced ones included."""
    return label.endswith(".metadata")


def metadata_assertion(label: str, said: Any, path: str) -> dict[str, Any]:
    """Check the content of a metadata assertion, and give it unchanged.

    Args:
        label: `c2pa.metadata`, which allows only the standard's properties, or another, which
            allows any.
        said: What the client sent.
        path: Its place in the request, for messages.

    Raises:
        InvalidAssertionError: It is invalid; the message names the path.
    """
    if not isinstance(said, dict):
        raise _fault(path, "must be an object")
    context = said.get(_CONTEXT)
    prefixes = _prefixes(label, context, f"{path}.{_CONTEXT}")
    properties = {name: value for name, value in said.items() if name != _CONTEXT}
    if not properties:
        raise _fault(path, f"must have a property besides {_CONTEXT}")
    for name, value in properties.items():
        place = f"{path}.{name}"
        _check_declared(name, prefixes, place)
        if label == C2PA_METADATA_LABEL and name not in PROPERTIES:
            raise _fault(place, f"is not a property that {label} may have{_ELSEWHERE}")
        _check_inside(value, prefixes, place)
    return said


def _prefixes(label: str, context: Any, path: str) -> Collection[str]:
    if context is None:
        raise _fault(path, "is required")
    if not isinstance(context, dict):
        raise _fault(path, "must be an object of prefixes and namespaces")
    if not context:
        raise _fault(path, "must not be empty")
    for prefix, namespace in context.items():
        place = f"{path}.{prefix}"
        if not isinstance(prefix, str) or not _PREFIX.fullmatch(prefix):
            raise _fault(place, "is not a prefix, such as dc")
        if not isinstance(namespace, str) or not _IRI.fullmatch(namespace):
            raise _fault(place, f"must be a namespace, such as {SCHEMAS['dc']}")
        if label != C2PA_METADATA_LABEL:
            continue
        if prefix not in SCHEMAS:
            raise _fault(place, f"is not a schema that {label} may have{_ELSEWHERE}")
        if namespace != SCHEMAS[prefix]:
            raise _fault(place, f"must be {SCHEMAS[prefix]}")
    return context.keys()


def _check_declared(name: Any, prefixes: Collection[str], place: str) -> None:
    parts = _PROPERTY.fullmatch(name) if isinstance(name, str) else None
    if not parts:
        raise _fault(place, "must be named prefix:Name, such as dc:format")
    if parts[1] not in prefixes:
        raise _fault(place, f"has a prefix that {_CONTEXT} does not declare")


def _check_inside(value: Any, prefixes: Collection[str], path: str) -> None:
    """Check the names inside a value: fields of structures, keywords of JSON-LD, languages."""
    if isinstance(value, list):
        for position, item in enumerate(value):
            _check_inside(item, prefixes, f"{path}[{position}]"[:MAX_PATH_CHARACTERS])
    elif isinstance(value, dict):
        for name, item in value.items():
            place = f"{path}.{name}"[:MAX_PATH_CHARACTERS]
            if not isinstance(name, str):
                raise _fault(place, "must have a text as its name")
            if name == _CONTEXT:
                # It would change the meaning of prefixes, and no engine would notice.
                raise _fault(place, "must not occur inside a value")
            if ":" in name:
                _check_declared(name, prefixes, place)
            _check_inside(item, prefixes, place)


def _fault(path: str, demand: str) -> InvalidAssertionError:
    return InvalidAssertionError(f"{path[:MAX_PATH_CHARACTERS]} {demand}")
