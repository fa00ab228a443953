<?php

declare(strict_types=1);

namespace EdgeSigner;

/** Reads what is common to the answer to a job and to its request. */
final class JobFile
{
    /** More than any function can answer with. */
    private const MAX_JSON_BYTES = 16 * 1024 * 1024;

    /**
     * Reads the object that a file is.
     *
     * @throws Malformed
     */
    public static function read(string $content): JsonObject
    {
        $document = strlen($content) > self::MAX_JSON_BYTES ? null : StrictJson::read($content);
        return $document instanceof JsonObject ? $document : throw new Malformed();
    }

    /**
     * Gives how a job ended; other members are passed over.
     *
     * @return array<string, mixed>
     * @throws Malformed
     */
    public static function ended(JsonObject $object): array
    {
        $limits = $object->get('limits');
        $exitCode = $object->get('exit_code');
        $counts = [];
        foreach (['guest_exit_code', 'fuel_used', 'compile_time_ms'] as $name) {
            $counts[$name] = $object->get($name);
        }
        $isSound = ($limits === null || $limits instanceof JsonObject)
            && array_filter($counts, static fn (mixed $one): bool => $one !== null && !is_int($one)) === [];
        if (!$isSound || !is_int($exitCode)) {
            throw new Malformed();
        }
        return [
            'job_id' => $object->text('job_id'),
            'status' => $object->text('status'),
            'exit_code' => $exitCode,
            ...$counts,
            'stdout' => self::stream($object, 'stdout'),
            'stderr' => self::stream($object, 'stderr'),
            'limits' => $limits === null ? null : Statement::limits($limits),
        ];
    }

    /**
     * Gives a stream, which is text or, if it is not UTF-8, base64.
     *
     * @throws Malformed
     */
    public static function stream(JsonObject $object, string $name): string
    {
        $text = $object->text($name, true);
        $base64 = $object->text("{$name}_base64", true);
        if (($text === null) === ($base64 === null) || ($text !== null && !self::isUtf8($text))) {
            throw new Malformed();
        }
        return $text ?? self::decoded($base64);
    }

    /**
     * Reads base64 in its canonical form only.
     *
     * @throws Malformed
     */
    public static function decoded(string $base64): string
    {
        $content = base64_decode($base64, true);
        return $content !== false && base64_encode($content) === $base64
            ? $content
            : throw new Malformed();
    }

    /** Tells whether a text has no half of a surrogate pair. */
    public static function isUtf8(string $text): bool
    {
        return preg_match('//u', $text) === 1;
    }

    /** Writes a text or a list of texts as canonical JSON (RFC 8785). */
    public static function written(mixed $value): string
    {
        $flags = JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_LINE_TERMINATORS;
        return json_encode($value, $flags | JSON_THROW_ON_ERROR);
    }
}
