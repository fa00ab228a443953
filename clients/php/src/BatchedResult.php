<?php

declare(strict_types=1);

namespace EdgeSigner;

/** A batch's answer to one job as it is read, and the judgement on it. */
final class BatchedResult
{
    /** @param array<string, mixed>|string $result How the job ended; the name of a job that did not run. */
    private function __construct(private readonly array|string $result)
    {
    }

    /**
     * Reads the object that an answer is.
     *
     * @throws Malformed
     */
    public static function of(JsonObject $object): self
    {
        try {
            $statement = $object->text('statement');
            $proof = $object->text('proof');
            return new self([...JobFile::ended($object), 'statement' => $statement, 'proof' => $proof]);
        } catch (Malformed $malformed) {
            $isProved = $object->get('statement') !== null || $object->get('proof') !== null;
            if ($object->get('status') !== 'not_run' || $isProved) {
                throw $malformed;
            }
            return new self($object->text('job_id'));
        }
    }

    /** Gives the job's name. */
    public function jobId(): string
    {
        return is_string($this->result) ? $this->result : $this->result['job_id'];
    }

    /** Judges the answer; if there is a batch's name, the checkpoint must have it too. */
    public function judged(string $key, ?BatchRequest $request, ?string $batchId = null): BatchedVerdict
    {
        try {
            return is_string($this->result)
                ? new BatchedVerdict('not_run')
                : self::proved($this->result, $key, $request, $batchId);
        } catch (Refused $refused) {
            return new BatchedVerdict($refused->refusal);
        }
    }

    /**
     * @param array<string, mixed> $result
     * @throws Refused
     */
    private static function proved(array $result, string $key, ?BatchRequest $request, ?string $batchId): BatchedVerdict
    {
        if (!Receipt::isUsableKey($key)) {
            throw new Refused('pinned_key_invalid');
        }
        $checkpoint = Checkpoint::proved($result['proof'], $result['statement'], sodium_hex2bin($key));
        foreach ([$batchId, $request?->batchId] as $name) {
            if ($name !== null && $name !== $checkpoint->batchId) {
                throw new Refused('batch_id_mismatch');
            }
        }
        try {
            $statement = Statement::read($result['statement']);
            $receipt = Receipt::ofText(JobFile::decoded($statement->receiptText)) ?? throw new Malformed();
        } catch (Malformed) {
            throw new Refused('statement_malformed');
        }
        JobAnswer::compare($statement, $receipt, $result, $request?->job($result['job_id']));
        return new BatchedVerdict(null, $checkpoint, $receipt, $statement);
    }
}
