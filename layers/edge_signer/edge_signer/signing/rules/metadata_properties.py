"""The properties that `c2pa.metadata` may have, and their schemas (C2PA 2.2 §18.16)."""

from __future__ import annotations

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
