<?php

declare(strict_types=1);

namespace EdgeSigner;

/** The request of a job, as a verifier reads it: other members are passed over. */
final class JobRequest
{
    /**
     * @param list<string> $args
     * @param array<string, string> $env Sorted by name.
     */
    private function __construct(
        public readonly ?string $jobId,
        public readonly string $moduleHash,
        public readonly array $args,
        public readonly string $stdin,
        public readonly array $env,
    ) {
    }

    /**
     * Reads a request, which names or holds one module.
     *
     * @throws Malformed
     */
    public static function read(string $content): self
    {
        return self::of(JobFile::read($content));
    }

    /**
     * Reads the object that a request is.
     *
     * @throws Malformed
     */
    public static function of(JsonObject $object): self
    {
        $named = $object->text('module_hash', true);
        $held = $object->text('wasm_bytes', true);
        if ($named !== null && preg_match('/\Asha256:[0-9a-f]{64}\z/', $named) !== 1) {
            throw new Malformed();
        }
        $module = $held === null ? null : 'sha256:' . hash('sha256', JobFile::decoded($held));
        if (($named ?? $module) === null || ($named !== null && $module !== null && $named !== $module)) {
            throw new Malformed();
        }
        $args = $object->has('args') ? $object->get('args') : [];
        if (!is_array($args) || array_filter($args, is_string(...)) !== $args) {
            throw new Malformed();
        }
        $names = ['stdin', 'stdin_base64'];
        $given = array_filter($names, static fn (string $one): bool => $object->text($one, true) !== null);
        return new self(
            $object->text('job_id', true),
            $module ?? $named,
            $args,
            $given === [] ? '' : JobFile::stream($object, 'stdin'),
            $object->has('env') ? self::variables($object->get('env')) : [],
        );
    }

    /**
     * @return array<string, string>
     * @throws Malformed
     */
    private static function variables(mixed $object): array
    {
        $variables = [];
        foreach ($object instanceof JsonObject ? $object->names : throw new Malformed() as $name) {
            if (preg_match('/\A[A-Za-z_][A-Za-z0-9_]*\z/', $name) !== 1) {
                throw new Malformed();
            }
            $variables[$name] = $object->text($name);
        }
        ksort($variables, SORT_STRING);
        return $variables;
    }

    /**
     * Gives the SHA-256 of the variables as an object in canonical JSON; null if there are none, empty
     * if one has no UTF-8.
     */
    public function envSha256(): ?string
    {
        if (array_filter($this->env, JobFile::isUtf8(...)) !== $this->env) {
            return '';
        }
        return $this->env === [] ? null : hash('sha256', JobFile::written($this->env));
    }

    /** Gives the SHA-256 of the arguments as a list in canonical JSON; null if one has no UTF-8. */
    public function argsSha256(): ?string
    {
        $isUtf8 = array_filter($this->args, JobFile::isUtf8(...)) === $this->args;
        return $isUtf8 ? hash('sha256', JobFile::written($this->args)) : null;
    }
}
