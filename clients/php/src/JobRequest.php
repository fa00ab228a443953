<?php

declare(strict_types=1);

namespace EdgeSigner;

/** The request of a job, as a verifier reads it: other members are passed over. */
final class JobRequest
{
    /** @param list<string> $args */
    private function __construct(
        public readonly ?string $jobId,
        public readonly string $moduleHash,
        public readonly array $args,
        public readonly string $stdin,
    ) {
    }

    /**
     * Reads a request, which names or holds one module.
     *
     * @throws Malformed
     */
    public static function read(string $content): self
    {
        $object = JobFile::read($content);
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
        );
    }

    /** Gives the SHA-256 of the arguments as a list in canonical JSON; null if one has no UTF-8. */
    public function argsSha256(): ?string
    {
        $isUtf8 = array_filter($this->args, JobFile::isUtf8(...)) === $this->args;
        return $isUtf8 ? hash('sha256', JobFile::written($this->args)) : null;
    }
}
