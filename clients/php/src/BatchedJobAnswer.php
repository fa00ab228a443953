<?php

declare(strict_types=1);

namespace EdgeSigner;

/** A batch's answer to one job: a member of the answer's `results`. */
final class BatchedJobAnswer
{
    /** @param string $json The answer's bytes as they came. */
    public function __construct(private readonly string $json)
    {
    }

    /**
     * Judges the answer, and that it answers a request. Any bytes get a verdict; nothing is thrown.
     *
     * @param string $pinnedPubkeyHex The signer's key, which did not come with the answer: 64 lower-case
     *     hexadecimal digits.
     * @param ?string $requestJson The request for the batch, or for this job alone. Without it, nothing
     *     shows that the job, its module, its arguments and its input are those that were requested.
     */
    public function verify(string $pinnedPubkeyHex, ?string $requestJson = null): BatchedVerdict
    {
        try {
            $result = BatchedResult::of(JobFile::read($this->json));
        } catch (Malformed) {
            return new BatchedVerdict('result_malformed');
        }
        try {
            $request = $requestJson === null ? null : BatchRequest::read($requestJson);
        } catch (Malformed) {
            return new BatchedVerdict('request_malformed');
        }
        return $result->judged($pinnedPubkeyHex, $request);
    }
}
