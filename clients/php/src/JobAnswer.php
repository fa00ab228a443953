<?php

declare(strict_types=1);

namespace EdgeSigner;

/** The whole answer to a job: its receipt, its attestation and its output. */
final class JobAnswer
{
    private const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
    /** SubjectPublicKeyInfo of an Ed25519 key is these bytes and the key (RFC 8410, section 4). */
    private const SPKI_PREFIX = '302a300506032b6570032100';

    /** @param string $json The answer's bytes as they came. */
    public function __construct(private readonly string $json)
    {
    }

    /**
     * Judges the answer, and that it answers a request. Any bytes get a verdict; nothing is thrown.
     *
     * @param string $pinnedPubkeyHex The signer's key, which did not come with the answer: 64 lower-case
     *     hexadecimal digits.
     * @param ?string $requestJson The request's bytes as they were sent. Without it, nothing shows that
     *     the job, its module, its arguments and its input are those that were requested.
     */
    public function verify(string $pinnedPubkeyHex, ?string $requestJson = null): JobVerdict
    {
        try {
            return $this->proved($pinnedPubkeyHex, $requestJson);
        } catch (Refused $refused) {
            return new JobVerdict($refused->refusal);
        }
    }

    private function proved(string $key, ?string $requestJson): JobVerdict
    {
        $result = self::sound('result_malformed', fn (): array => $this->members());
        $request = $requestJson === null
            ? null
            : self::sound('request_malformed', static fn (): JobRequest => JobRequest::read($requestJson));
        $receipt = (new Receipt($result['receipt_json']))->verify($key);
        if ($receipt->refusal !== null) {
            throw new Refused($receipt->refusal);
        }
        if ($request !== null && !in_array($request->jobId, [null, $result['job_id']], true)) {
            throw new Refused('job_id_mismatch');
        }
        $statement = self::statement($result['attestation'], sodium_hex2bin($key));
        self::compare($statement, $receipt, $result, $request);
        return new JobVerdict(null, $receipt, $statement);
    }

    /** @return array<string, mixed> What a verifier reads; other members are passed over. */
    private function members(): array
    {
        $object = JobFile::read($this->json);
        $attestation = $object->get('attestation');
        return [
            ...JobFile::ended($object),
            'receipt_json' => $object->text('receipt_json'),
            'attestation' => $attestation instanceof JsonObject ? $attestation : throw new Malformed(),
        ];
    }

    /** Reads the statement of an attestation that a key signed. */
    private static function statement(JsonObject $attestation, string $publicKey): Statement
    {
        [$payload, $keyId, $signature] = self::sound(
            'envelope_malformed',
            static fn (): array => self::envelope($attestation),
        );
        if ($keyId !== hash('sha256', sodium_hex2bin(self::SPKI_PREFIX) . $publicKey)) {
            throw new Refused('envelope_key_not_pinned');
        }
        if (!Ed25519::isCanonical($signature)) {
            throw new Refused('envelope_signature_not_canonical');
        }
        // The pre-authentication encoding of DSSE v1.
        $type = self::PAYLOAD_TYPE;
        $message = implode(' ', ['DSSEv1', strlen($type), $type, strlen($payload), $payload]);
        if (!sodium_crypto_sign_verify_detached($signature, $message, $publicKey)) {
            throw new Refused('envelope_signature_mismatch');
        }
        return self::sound('statement_malformed', static fn (): Statement => Statement::read($payload));
    }

    /** @return array{string, string, string} Payload, name of the key, signature of 64 bytes. */
    private static function envelope(JsonObject $attestation): array
    {
        $signatures = $attestation->get('signatures');
        $one = is_array($signatures) && count($signatures) === 1 ? $signatures[0] : null;
        $isSound = count($attestation->names) === 3
            && $attestation->get('payloadType') === self::PAYLOAD_TYPE
            && $one instanceof JsonObject
            && count($one->names) === 2;
        if (!$isSound) {
            throw new Malformed();
        }
        $payload = JobFile::decoded($attestation->text('payload'));
        $signature = JobFile::decoded($one->text('sig'));
        if (strlen($signature) !== 64) {
            throw new Malformed();
        }
        return [$payload, $one->text('keyid'), $signature];
    }

    /**
     * Compares the statement with the receipt, the answer and, if present, the request.
     *
     * @param array<string, mixed> $result
     * @throws Refused
     */
    public static function compare(
        Statement $said,
        Verdict $receipt,
        array $result,
        ?JobRequest $request,
    ): void {
        $text = implode('|', [
            '0.1',
            $receipt->moduleHash,
            $receipt->exitCode,
            $receipt->wallTimeMs,
            $receipt->timestamp,
        ]);
        $limits = $result['limits'] ?? $said->limits;
        // Whatever their order.
        $areSame = count($limits) === count($said->limits) && array_diff_assoc($limits, $said->limits) === [];
        $moduleHash = $request === null ? $receipt->moduleHash : $request->moduleHash;
        $holds = [
            'job_id_mismatch' => $said->jobId === $result['job_id'],
            'module_hash_mismatch' => "sha256:{$said->moduleSha256}" === $moduleHash,
            'args_mismatch' => $request === null || $said->argsSha256 === $request->argsSha256(),
            'stdin_mismatch' => $request === null || $said->stdinSha256 === hash('sha256', $request->stdin),
            'env_mismatch' => $request === null || $said->envSha256 === $request->envSha256(),
            'stdout_mismatch' => $said->stdoutSha256 === hash('sha256', $result['stdout']),
            'stderr_mismatch' => $said->stderrSha256 === hash('sha256', $result['stderr']),
            'limits_mismatch' => $areSame,
            'status_mismatch' => $said->status === $result['status'],
            'exit_code_mismatch' => $said->exitCode === $result['exit_code'],
            'guest_exit_code_mismatch' => $said->guestExitCode === $result['guest_exit_code'],
            // A release that did not name itself did not sign these either.
            'fuel_used_mismatch' => $said->signerVersion === null
                || in_array($result['fuel_used'], [null, $said->fuelUsed], true),
            'compile_time_ms_mismatch' => $said->signerVersion === null
                || in_array($result['compile_time_ms'], [null, $said->compileTimeMs], true),
            'receipt_mismatch' => $said->receiptText === base64_encode($text)
                && $said->receiptSha256 === hash('sha256', $text)
                && $said->exitCode === $receipt->exitCode,
        ];
        $refusal = array_search(false, $holds, true);
        if ($refusal !== false) {
            throw new Refused($refusal);
        }
    }

    /** Gives what a reader reads, or refuses for a reason. */
    private static function sound(string $refusal, callable $read): mixed
    {
        try {
            return $read();
        } catch (Malformed) {
            throw new Refused($refusal);
        }
    }
}
