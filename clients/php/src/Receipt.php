<?php

declare(strict_types=1);

namespace EdgeSigner;

/**
 * An execution receipt v0.1, of which nothing can be read before a pinned key has been asked for.
 *
 * It reads less than JSON, as docs/receipts.md says: one flat object, texts of printable ASCII
 * without escapes, whole numbers in their shortest form.
 */
final class Receipt
{
    private const MAX_BYTES = 4096;
    private const MAX_INTEGER = '9007199254740991';
    private const BEGIN = '/\G[ \t\n\r]*\{/';
    private const MEMBER = '/\G[ \t\n\r]*"(?<name>[ !#-\[\]-~]*)"[ \t\n\r]*:[ \t\n\r]*'
        . '(?<value>"[ !#-\[\]-~]*"|0|[1-9][0-9]*)[ \t\n\r]*(?<end>[,}])/';
    private const END = '/\G[ \t\n\r]*\z/';

    /** In the order in which they are looked at: pattern or greatest value. */
    private const MEMBERS = [
        'version' => '/\A"0\.1"\z/',
        'module_hash' => '/\A"sha256:[0-9a-f]{64}"\z/',
        'exit_code' => '255',
        'wall_time_ms' => self::MAX_INTEGER,
        'timestamp' => self::MAX_INTEGER,
        'node_pubkey' => '/\A"[0-9a-f]{64}"\z/',
        'signature' => '/\A"[0-9a-f]{128}"\z/',
    ];

    /** @param string $json The receipt's bytes as they came. */
    public function __construct(private readonly string $json)
    {
    }

    /**
     * Judges the receipt. Any bytes get a verdict; nothing is thrown.
     *
     * @param string $pinnedPubkeyHex The signer's key, which did not come with the receipt: 64
     *     lower-case hexadecimal digits.
     */
    public function verify(string $pinnedPubkeyHex): Verdict
    {
        if (!self::isUsableKey($pinnedPubkeyHex)) {
            return new Verdict('pinned_key_invalid');
        }
        if (strlen($this->json) > self::MAX_BYTES) {
            return new Verdict('too_large');
        }
        $members = $this->scan();
        $refusal = $members === null ? 'malformed' : self::fault($members);
        if ($refusal !== null) {
            return new Verdict($refusal);
        }
        return self::signed(array_column($members, 1, 0), $pinnedPubkeyHex);
    }

    /** Reads the text of which a receipt's signature signs the SHA-256; null for anything else. */
    public static function ofText(string $text): ?Verdict
    {
        $integer = '(0|[1-9][0-9]{0,15})';
        $pattern = "/\\A0\\.1\\|(sha256:[0-9a-f]{64})\\|{$integer}\\|{$integer}\\|{$integer}\\z/";
        if (preg_match($pattern, $text, $read) !== 1) {
            return null;
        }
        [$exitCode, $wallTimeMs, $timestamp] = array_map(intval(...), array_slice($read, 2));
        $isSound = $exitCode <= 255 && max($wallTimeMs, $timestamp) <= (int) self::MAX_INTEGER;
        return $isSound ? new Verdict(null, $read[1], $exitCode, $wallTimeMs, $timestamp) : null;
    }

    /** Tells whether a pinned key is 64 lower-case hexadecimal digits of a usable point. */
    public static function isUsableKey(string $hex): bool
    {
        return preg_match('/\A[0-9a-f]{64}\z/', $hex) === 1
            && Ed25519::isUsablePoint(sodium_hex2bin($hex));
    }

    /** @return list<array{string, string}>|null Names and values, texts with quotation marks. */
    private function scan(): ?array
    {
        $members = [];
        if (preg_match(self::BEGIN, $this->json, $found) !== 1) {
            return null;
        }
        $position = strlen($found[0]);
        while (preg_match(self::MEMBER, $this->json, $found, 0, $position) === 1) {
            $members[] = [$found['name'], $found['value']];
            $position += strlen($found[0]);
            if ($found['end'] === '}') {
                return preg_match(self::END, $this->json, $found, 0, $position) === 1
                    ? $members
                    : null;
            }
        }
        return null;
    }

    /** @param list<array{string, string}> $members */
    private static function fault(array $members): ?string
    {
        $names = array_column($members, 0);
        foreach ($names as $name) {
            if (!array_key_exists($name, self::MEMBERS)) {
                return 'unknown_member';
            }
        }
        $values = array_column($members, 1, 0);
        if (count($values) < count($names)) {
            return 'duplicate_member';
        }
        if (count($values) < count(self::MEMBERS)) {
            return 'missing_member';
        }
        foreach (self::MEMBERS as $name => $rule) {
            $holds = $rule[0] === '/'
                ? preg_match($rule, $values[$name]) === 1
                : self::isAtMost($values[$name], $rule);
            if (!$holds) {
                return $name . '_invalid';
            }
        }
        return null;
    }

    /** Compares as texts: PHP turns an integer that is too large for it into a float. */
    private static function isAtMost(string $value, string $greatest): bool
    {
        if ($value[0] === '"' || strlen($value) > strlen($greatest)) {
            return false;
        }
        return strlen($value) < strlen($greatest) || strcmp($value, $greatest) <= 0;
    }

    /** @param array<string, string> $values Each of the right form. */
    private static function signed(array $values, string $pinnedPubkeyHex): Verdict
    {
        $values = array_map(static fn (string $value): string => trim($value, '"'), $values);
        if ($values['node_pubkey'] !== $pinnedPubkeyHex) {
            return new Verdict('key_not_pinned');
        }
        $message = implode('|', [
            $values['version'],
            $values['module_hash'],
            $values['exit_code'],
            $values['wall_time_ms'],
            $values['timestamp'],
        ]);
        $signature = sodium_hex2bin($values['signature']);
        if (!Ed25519::isCanonical($signature)) {
            return new Verdict('signature_not_canonical');
        }
        $publicKey = sodium_hex2bin($pinnedPubkeyHex);
        $digest = hash('sha256', $message, true);
        if (!sodium_crypto_sign_verify_detached($signature, $digest, $publicKey)) {
            return new Verdict('signature_mismatch');
        }
        return new Verdict(
            null,
            $values['module_hash'],
            (int) $values['exit_code'],
            (int) $values['wall_time_ms'],
            (int) $values['timestamp'],
        );
    }
}
