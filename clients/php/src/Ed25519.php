<?php

declare(strict_types=1);

namespace EdgeSigner;

/** The forms of Ed25519 that are refused here, whatever version of libsodium is installed. */
final class Ed25519
{
    /** 2^255 - 19, the field's prime, in big-endian hexadecimal. */
    private const FIELD_PRIME = '7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed';
    /** The order of the group of the base point. */
    private const GROUP_ORDER = '1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed';
    /** The y of the eight points of small order. */
    private const SMALL_ORDER_Y = [
        '0000000000000000000000000000000000000000000000000000000000000000',
        '0000000000000000000000000000000000000000000000000000000000000001',
        '7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec',
        '7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7',
        '05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826',
    ];

    /** Tells whether 32 bytes are a coordinate in its one form, of a point not of small order. */
    public static function isUsablePoint(string $encoded): bool
    {
        $encoded[31] = chr(ord($encoded[31]) & 0x7f);
        $y = sodium_bin2hex(strrev($encoded));
        return strcmp($y, self::FIELD_PRIME) < 0 && !in_array($y, self::SMALL_ORDER_Y, true);
    }

    /** Tells whether a signature of 64 bytes has the one form that its R and its S can have. */
    public static function isCanonical(string $signature): bool
    {
        $scalar = sodium_bin2hex(strrev(substr($signature, 32)));
        return strcmp($scalar, self::GROUP_ORDER) < 0
            && self::isUsablePoint(substr($signature, 0, 32));
    }
}
