<?php

declare(strict_types=1);

namespace EdgeSigner;

/**
 * What the signer says of a batch: the root of its tree, from a c2sp.org/tlog-proof around a
 * c2sp.org/tlog-checkpoint, each only as the signer writes it.
 */
final class Checkpoint
{
    private const ED25519 = "\x01";
    private const KEY_ID_BYTES = 4;
    /** Base64 in its only form: the bits that belong to no byte are zero. */
    private const HASH = '[A-Za-z0-9+\/]{42}[AEIMQUYcgkosw048]=';
    private const SIGNATURE = '[A-Za-z0-9+\/]{90}[AEIMQUYcgkosw048]=';
    /** A key's name has neither spaces nor plus signs. */
    private const NAME = '[!-*,-~]';
    private const PROOF = '/\Ac2sp\.org\/tlog-proof@v1\nindex (?<index>0|[1-9][0-9]{0,8})\n'
        . '(?<path>(?:' . self::HASH . '\n){0,30})\n/';
    private const ORIGIN = '(?<service>' . self::NAME . '{1,300})\/batches\/(?<batchId>[A-Za-z0-9._-]{1,128})'
        . '\/(?<rootHex>[0-9a-f]{64})';
    private const CHECKPOINT = '/\A(?<origin>' . self::ORIGIN . ')\n(?<size>[1-9][0-9]{0,8})\n'
        . '(?<root>' . self::HASH . ')\n\n'
        . "\u{2014} (?<name>" . self::NAME . '{1,600}) (?<signature>' . self::SIGNATURE . ')\n\z/';

    /**
     * @param string $service The deployment that ran it, as a URL without its scheme.
     * @param int $size How many jobs are in the tree.
     * @param string $root The root hash, 64 hexadecimal digits.
     */
    private function __construct(
        public readonly string $service,
        public readonly string $batchId,
        public readonly int $size,
        public readonly string $root,
    ) {
    }

    /**
     * Checks that a key signed the root of a tree that has an entry.
     *
     * @param string $proof As it came.
     * @param string $entry The content of the leaf.
     * @param string $publicKey The pinned key, 32 bytes, a usable point.
     * @throws Refused
     */
    public static function proved(string $proof, string $entry, string $publicKey): self
    {
        if (preg_match(self::PROOF, $proof, $read) !== 1) {
            throw new Refused('proof_malformed');
        }
        $checkpoint = self::signed(substr($proof, strlen($read[0])), $publicKey);
        $path = array_map(base64_decode(...), array_slice(explode("\n", $read['path']), 0, -1));
        $leaf = Merkle::leafHash($entry);
        $root = Merkle::rootByPath($leaf, (int) $read['index'], $checkpoint->size, $path);
        if ($root === null || bin2hex($root) !== $checkpoint->root) {
            throw new Refused('inclusion_mismatch');
        }
        return $checkpoint;
    }

    private static function signed(string $note, string $publicKey): self
    {
        $isSound = preg_match(self::CHECKPOINT, $note, $read) === 1
            && bin2hex(base64_decode($read['root'])) === $read['rootHex'];
        if (!$isSound) {
            throw new Refused('checkpoint_malformed');
        }
        $signed = base64_decode($read['signature']);
        $name = $read['name'];
        $keyId = substr(hash('sha256', "{$name}\n" . self::ED25519 . $publicKey, true), 0, self::KEY_ID_BYTES);
        if ($name !== $read['origin'] || substr($signed, 0, self::KEY_ID_BYTES) !== $keyId) {
            throw new Refused('checkpoint_key_not_pinned');
        }
        $signature = substr($signed, self::KEY_ID_BYTES);
        if (!Ed25519::isCanonical($signature)) {
            throw new Refused('checkpoint_signature_not_canonical');
        }
        $text = "{$name}\n{$read['size']}\n{$read['root']}\n";
        if (!sodium_crypto_sign_verify_detached($signature, $text, $publicKey)) {
            throw new Refused('checkpoint_signature_mismatch');
        }
        return new self($read['service'], $read['batchId'], (int) $read['size'], $read['rootHex']);
    }
}
