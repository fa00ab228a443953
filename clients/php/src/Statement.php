<?php

declare(strict_types=1);

namespace EdgeSigner;

/** What an attestation says of a job: in-toto Statement v1, in the one form that a signer writes. */
final class Statement
{
    private const SHA256 = '/\A[0-9a-f]{64}\z/';
    private const VERSION = '/\A[0-9A-Za-z.+-]{1,40}\z/';
    private const BUILD_TYPE = '~\A(?:urn:edge-signer:wasi-preview1-job:v1'
        . '|(?:https://[a-z0-9.-]{1,253}|http://(?:127\.0\.0\.1|localhost))'
        . '(?::[0-9]{1,5})?(?:/[A-Za-z0-9_-]{1,128})?/build-types/wasi-preview1-job/v1)\z~';
    private const NAME = '/\A[a-z0-9_]{1,40}\z/';
    private const MOMENT = '/\A\p{Nd}{4}-\p{Nd}{2}-\p{Nd}{2}T\p{Nd}{2}:\p{Nd}{2}:\p{Nd}{2}\.\p{Nd}{3}Z\z/u';
    private const MAX_COUNT = 2 ** 53 - 1;

    /**
     * @param array<string, int> $limits The limits that were in effect, by "_" and their names.
     * @param string $receiptText The signed text of the receipt, in base64.
     * @param ?int $guestExitCode What the module exited with, if $exitCode cannot say so: from 126 up.
     * @param ?string $envSha256 Of the environment variables, if there are any.
     * @param ?string $signerVersion Of the signer; without it, neither fuel nor compile time is signed.
     * @param ?int $fuelUsed wasmtime's count of operations, if it is known.
     * @param ?int $compileTimeMs Absent if the module was compiled before.
     */
    private function __construct(
        public readonly string $buildType,
        public readonly string $jobId,
        public readonly string $startedOn,
        public readonly string $finishedOn,
        public readonly string $status,
        public readonly int $exitCode,
        public readonly string $moduleSha256,
        public readonly string $argsSha256,
        public readonly string $stdinSha256,
        public readonly string $stdoutSha256,
        public readonly string $stderrSha256,
        public readonly array $limits,
        public readonly string $receiptText,
        public readonly string $receiptSha256,
        public readonly ?int $guestExitCode = null,
        public readonly ?string $envSha256 = null,
        public readonly ?string $signerVersion = null,
        public readonly ?string $wasmtimeVersion = null,
        public readonly ?int $fuelUsed = null,
        public readonly ?int $compileTimeMs = null,
    ) {
    }

    /**
     * Reads a statement.
     *
     * @throws Malformed It is not byte by byte what a signer writes.
     */
    public static function read(string $payload): self
    {
        $taken = [];
        self::take(StrictJson::read($payload), self::form(), $taken);
        // `take` has compared all but white space, escapes and the spelling of numbers.
        if (self::written(StrictJson::read($payload)) !== $payload) {
            throw new Malformed();
        }
        unset($taken['argsCount'], $taken['envCount']);
        return new self(...$taken);
    }

    /**
     * Gives the limits of an object by "_" and their names: PHP takes some names for numbers.
     *
     * @return array<string, int>
     * @throws Malformed A limit is no whole number.
     */
    public static function limits(JsonObject $object): array
    {
        $limits = [];
        foreach ($object->names as $name) {
            $limits["_{$name}"] = is_int($object->get($name)) ? $object->get($name) : throw new Malformed();
        }
        return $limits;
    }

    /**
     * Texts stand for themselves; what begins with a closure is checked by it and taken under a name;
     * lists and objects hold such. A member whose name ends in `?` may be absent.
     *
     * @return array<string, mixed>
     */
    private static function form(): array
    {
        $text = static fn (string $pattern): callable =>
            static fn (mixed $value): bool => is_string($value) && preg_match($pattern, $value) === 1;
        $from = static fn (int $least, int $most): callable =>
            static fn (mixed $value): bool => is_int($value) && $value >= $least && $value <= $most;
        $upTo = static fn (int $most): callable => $from(0, $most);
        $digest = static fn (string $name): array => ['sha256' => [$text(self::SHA256), $name]];
        return [
            '_type' => 'https://in-toto.io/Statement/v1',
            'subject' => [
                ['name' => 'stdout', 'digest' => $digest('stdoutSha256')],
                ['name' => 'stderr', 'digest' => $digest('stderrSha256')],
            ],
            'predicateType' => 'https://slsa.dev/provenance/v1',
            'predicate' => [
                'buildDefinition' => [
                    'buildType' => [$text(self::BUILD_TYPE), 'buildType'],
                    'externalParameters' => [
                        'argsCount' => [$upTo(self::MAX_COUNT), 'argsCount'],
                        'argsSha256' => [$text(self::SHA256), 'argsSha256'],
                        'stdinSha256' => [$text(self::SHA256), 'stdinSha256'],
                        'envCount?' => [$from(1, self::MAX_COUNT), 'envCount'],
                        'envSha256?' => [$text(self::SHA256), 'envSha256'],
                    ],
                    'internalParameters' => ['limits' => [self::areLimits(...), 'limits']],
                    'resolvedDependencies' => [['name' => 'module', 'digest' => $digest('moduleSha256')]],
                ],
                'runDetails' => [
                    'builder' => [
                        'id' => 'urn:edge-signer:job-runner:v1',
                        'version?' => [
                            'edge-signer' => [$text(self::VERSION), 'signerVersion'],
                            'wasmtime' => [$text(self::VERSION), 'wasmtimeVersion'],
                        ],
                    ],
                    'metadata' => [
                        'invocationId' => [$text('/\A.{1,128}\z/su'), 'jobId'],
                        'startedOn' => [$text(self::MOMENT), 'startedOn'],
                        'finishedOn' => [$text(self::MOMENT), 'finishedOn'],
                    ],
                    'byproducts' => [
                        [
                            'name' => 'receipt',
                            'mediaType' => 'text/plain',
                            'digest' => $digest('receiptSha256'),
                            'content' => [$text('/\A.{0,256}\z/su'), 'receiptText'],
                            'annotations' => [
                                'status' => [$text(self::NAME), 'status'],
                                'exitCode' => [$upTo(255), 'exitCode'],
                                'guestExitCode?' => [$from(126, 4294967295), 'guestExitCode'],
                                'fuelUsed?' => [$upTo(self::MAX_COUNT), 'fuelUsed'],
                                'compileTimeMs?' => [$upTo(self::MAX_COUNT), 'compileTimeMs'],
                            ],
                        ],
                    ],
                ],
            ],
        ];
    }

    private static function areLimits(mixed $value): bool
    {
        if (!$value instanceof JsonObject || count($value->names) > 16) {
            return false;
        }
        foreach ($value->names as $name) {
            $limit = $value->get($name);
            $isCount = is_int($limit) && $limit >= 0 && $limit <= self::MAX_COUNT;
            if (!$isCount || preg_match(self::NAME, $name) !== 1) {
                return false;
            }
        }
        return true;
    }

    /** @param array<string, mixed> $taken */
    private static function take(mixed $value, mixed $form, array &$taken): void
    {
        if (is_string($form)) {
            $isSound = $value === $form;
        } elseif (($form[0] ?? null) instanceof \Closure) {
            [$check, $name] = $form;
            $isSound = $check($value);
            if ($isSound) {
                $taken[$name] = $value instanceof JsonObject ? self::limits($value) : $value;
            }
        } elseif (array_is_list($form)) {
            $isSound = is_array($value) && count($value) === count($form);
            foreach ($isSound ? $form : [] as $at => $one) {
                self::take($value[$at], $one, $taken);
            }
        } else {
            $isPresent = static fn (string $name): bool =>
                !str_ends_with($name, '?') || ($value instanceof JsonObject && $value->has(rtrim($name, '?')));
            $present = array_filter($form, $isPresent, ARRAY_FILTER_USE_KEY);
            $names = array_map(static fn (string $name): string => rtrim($name, '?'), array_keys($present));
            $isSound = $value instanceof JsonObject && $value->names === $names;
            foreach ($isSound ? $present : [] as $name => $one) {
                self::take($value->get(rtrim($name, '?')), $one, $taken);
            }
        }
        if (!$isSound) {
            throw new Malformed();
        }
    }

    /** Writes what was read as a signer does: without white space, and with the shortest escapes. */
    private static function written(mixed $value): string
    {
        if ($value instanceof JsonObject) {
            $member = static fn (string $name): string =>
                JobFile::written($name) . ':' . self::written($value->get($name));
            return '{' . implode(',', array_map($member, $value->names)) . '}';
        }
        return is_array($value)
            ? '[' . implode(',', array_map(self::written(...), $value)) . ']'
            : JobFile::written($value);
    }
}
