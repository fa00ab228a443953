<?php

declare(strict_types=1);

namespace EdgeSigner;

/** The answer to a batch. */
final class BatchAnswer
{
    /** @param string $json The answer's bytes as they came. */
    public function __construct(private readonly string $json)
    {
    }

    /**
     * Judges the answer job by job. Any bytes get a verdict; nothing is thrown.
     *
     * @param string $pinnedPubkeyHex The signer's key, which did not come with the answer: 64 lower-case
     *     hexadecimal digits.
     * @param ?string $requestJson The request for the batch as it was sent; the answer must have its jobs
     *     in their order.
     */
    public function verify(string $pinnedPubkeyHex, ?string $requestJson = null): BatchVerdict
    {
        try {
            [$batchId, $results] = $this->members();
        } catch (Malformed) {
            return new BatchVerdict('result_malformed');
        }
        try {
            $request = $requestJson === null ? null : BatchRequest::read($requestJson);
        } catch (Malformed) {
            return new BatchVerdict('request_malformed');
        }
        $refusal = $request === null ? null : self::mismatch($request, $batchId, $results);
        if ($refusal !== null) {
            return new BatchVerdict($refusal);
        }
        $judged = static fn (BatchedResult $one): array =>
            [$one->jobId(), $one->judged($pinnedPubkeyHex, $request, $batchId)];
        return new BatchVerdict(null, array_map($judged, $results));
    }

    /**
     * @return array{string, list<BatchedResult>}
     * @throws Malformed
     */
    private function members(): array
    {
        $object = JobFile::read($this->json);
        $batchId = $object->text('batch_id');
        $results = [];
        $names = new JsonObject();
        $given = $object->get('results');
        foreach (is_array($given) ? $given : throw new Malformed() as $one) {
            $result = BatchedResult::of($one instanceof JsonObject ? $one : throw new Malformed());
            if ($names->has($result->jobId())) {
                throw new Malformed();
            }
            $names->set($result->jobId(), true);
            $results[] = $result;
        }
        return [$batchId, $results];
    }

    /** @param list<BatchedResult> $results */
    private static function mismatch(BatchRequest $request, string $batchId, array $results): ?string
    {
        if ($request->batchId === null) {
            return 'request_malformed';
        }
        if ($request->batchId !== $batchId) {
            return 'batch_id_mismatch';
        }
        $asked = array_map(static fn (JobRequest $one): ?string => $one->jobId, $request->jobs);
        $answered = array_map(static fn (BatchedResult $one): string => $one->jobId(), $results);
        return $asked === $answered ? null : 'job_id_mismatch';
    }
}
