<?php

declare(strict_types=1);

namespace EdgeSigner;

/**
 * JSON that cannot be read in two ways: no name twice in an object, and whole numbers told from others.
 *
 * Whole numbers that PHP does not hold become the greatest that it holds; others become NAN. Halves of
 * surrogate pairs become bytes that are not UTF-8.
 */
final class StrictJson
{
    // Python, whose verifier says the same, reads no more digits and hardly deeper.
    private const MOST_DIGITS = 4300;
    private const MOST_DEPTH = 500;
    /** What ends a run of plain characters: quotation mark, backslash, controls. */
    private const NOT_PLAIN = "\"\\\0\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f"
        . "\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f";
    private const WORDS = [
        'null' => null,
        'true' => true,
        'false' => false,
        'NaN' => NAN,
        'Infinity' => NAN,
        '-Infinity' => NAN,
    ];
    private const ESCAPES = [
        '"' => '"',
        '\\' => '\\',
        '/' => '/',
        'b' => "\x08",
        'f' => "\f",
        'n' => "\n",
        'r' => "\r",
        't' => "\t",
    ];

    private int $at = 0;

    private function __construct(private readonly string $text)
    {
    }

    /**
     * Reads a text of JSON in UTF-8.
     *
     * @return mixed Objects are JsonObject.
     * @throws Malformed It is none, or has a name twice in an object.
     */
    public static function read(string $content): mixed
    {
        if (preg_match('//u', $content) !== 1) {
            throw new Malformed();
        }
        $reader = new self($content);
        $value = $reader->value(0);
        $reader->space();
        if ($reader->at < strlen($content)) {
            throw new Malformed();
        }
        return $value;
    }

    private function value(int $depth): mixed
    {
        if ($depth > self::MOST_DEPTH) {
            throw new Malformed();
        }
        $this->space();
        return match ($this->letter()) {
            '{' => $this->object($depth),
            '[' => $this->items($depth),
            '"' => $this->string(),
            default => $this->scalar(),
        };
    }

    private function object(int $depth): JsonObject
    {
        $object = new JsonObject();
        $this->inside('}', function () use ($object, $depth): void {
            $name = $this->string();
            $this->space();
            $this->literal(':');
            if ($object->has($name)) {
                throw new Malformed();
            }
            $object->set($name, $this->value($depth + 1));
        });
        return $object;
    }

    /** @return list<mixed> */
    private function items(int $depth): array
    {
        $items = [];
        $this->inside(']', function () use (&$items, $depth): void {
            $items[] = $this->value($depth + 1);
        });
        return $items;
    }

    private function inside(string $end, callable $read): void
    {
        $this->at += 1;
        $this->space();
        if ($this->letter() !== $end) {
            for (;;) {
                $this->space();
                $read();
                $this->space();
                if ($this->letter() === $end) {
                    break;
                }
                $this->literal(',');
            }
        }
        $this->at += 1;
    }

    private function string(): string
    {
        $this->literal('"');
        $text = '';
        for (;;) {
            $length = strcspn($this->text, self::NOT_PLAIN, $this->at);
            $text .= substr($this->text, $this->at, $length);
            $this->at += $length;
            if ($this->letter() !== '\\') {
                break;
            }
            $this->at += 1;
            $text .= $this->escaped();
        }
        $this->literal('"');
        return $text;
    }

    private function escaped(): string
    {
        $letter = $this->letter();
        if ($letter !== 'u') {
            $this->at += 1;
            return self::ESCAPES[$letter] ?? throw new Malformed();
        }
        $unit = $this->unit();
        $isHigh = $unit >= 0xD800 && $unit < 0xDC00;
        if ($isHigh && substr($this->text, $this->at, 2) === '\\u') {
            $before = $this->at;
            $this->at += 1;
            $low = $this->unit();
            if ($low >= 0xDC00 && $low < 0xE000) {
                return self::encoded(0x10000 + (($unit - 0xD800) << 10) + $low - 0xDC00);
            }
            $this->at = $before;
        }
        return self::encoded($unit);
    }

    private function unit(): int
    {
        if (preg_match('/\Gu([0-9a-fA-F]{4})/', $this->text, $found, 0, $this->at) !== 1) {
            throw new Malformed();
        }
        $this->at += 5;
        return (int) hexdec($found[1]);
    }

    private static function encoded(int $point): string
    {
        return match (true) {
            $point < 0x80 => chr($point),
            $point < 0x800 => chr(0xC0 | $point >> 6) . chr(0x80 | $point & 0x3F),
            $point < 0x10000 => chr(0xE0 | $point >> 12) . chr(0x80 | $point >> 6 & 0x3F)
                . chr(0x80 | $point & 0x3F),
            default => chr(0xF0 | $point >> 18) . chr(0x80 | $point >> 12 & 0x3F)
                . chr(0x80 | $point >> 6 & 0x3F) . chr(0x80 | $point & 0x3F),
        };
    }

    private function scalar(): mixed
    {
        if (preg_match('/\G-?[A-Za-z]+/', $this->text, $found, 0, $this->at) === 1) {
            $this->at += strlen($found[0]);
            return array_key_exists($found[0], self::WORDS)
                ? self::WORDS[$found[0]]
                : throw new Malformed();
        }
        $number = '/\G-?(?:0|[1-9][0-9]*+)(\.[0-9]++)?([eE][+-]?[0-9]++)?/';
        if (preg_match($number, $this->text, $found, 0, $this->at) !== 1) {
            throw new Malformed();
        }
        $this->at += strlen($found[0]);
        if (count($found) > 1) {
            return NAN;
        }
        if (strlen($found[0]) > self::MOST_DIGITS) {
            throw new Malformed();
        }
        return (int) $found[0];
    }

    private function letter(): string
    {
        return $this->text[$this->at] ?? '';
    }

    private function literal(string $letter): void
    {
        if ($this->letter() !== $letter) {
            throw new Malformed();
        }
        $this->at += 1;
    }

    private function space(): void
    {
        $this->at += strspn($this->text, " \t\n\r", $this->at);
    }
}
