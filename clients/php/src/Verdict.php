<?php

declare(strict_types=1);

namespace EdgeSigner;

/** What is to be thought of a receipt: it has either a refusal or the five signed facts. */
final class Verdict
{
    /**
     * @param string|null $refusal Why it is refused, a reason of docs/receipts.md; null where the
     *     pinned key signed it.
     * @param string|null $moduleHash `sha256:` and 64 lower-case hexadecimal digits.
     * @param int|null $exitCode 0 to 255.
     * @param int|null $wallTimeMs How long the module ran, in milliseconds.
     * @param int|null $timestamp When it ended, in seconds since 1970.
     */
    public function __construct(
        public readonly ?string $refusal,
        public readonly ?string $moduleHash = null,
        public readonly ?int $exitCode = null,
        public readonly ?int $wallTimeMs = null,
        public readonly ?int $timestamp = null,
    ) {
    }

    public function isVerified(): bool
    {
        return $this->refusal === null;
    }
}
