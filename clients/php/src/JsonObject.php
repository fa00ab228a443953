<?php

declare(strict_types=1);

namespace EdgeSigner;

/** An object of JSON. PHP's arrays would take the names of its members for numbers. */
final class JsonObject
{
    /** @var list<string> In the order in which they came. */
    public array $names = [];
    /** @var array<string, mixed> By the name after an underscore. */
    private array $values = [];

    /** Tells whether there is a member of this name. */
    public function has(string $name): bool
    {
        return array_key_exists("_{$name}", $this->values);
    }

    /** Gives a member; null if there is none. */
    public function get(string $name): mixed
    {
        return $this->values["_{$name}"] ?? null;
    }

    public function set(string $name, mixed $value): void
    {
        $this->names[] = $name;
        $this->values["_{$name}"] = $value;
    }

    /** Gives a member that must be a text, or null for one that is absent or null. */
    public function text(string $name, bool $isOptional = false): ?string
    {
        $value = $this->get($name);
        if (is_string($value) || ($value === null && $isOptional)) {
            return $value;
        }
        throw new Malformed();
    }
}
