//! Inflates zlib streams (RFC 1950, RFC 1951) that are wholly in memory. The standard library's
//! decompressor of Zig 0.16 panics on some damaged streams; here damage is an error.

const std = @import("std");

pub const Error = error{ Damaged, OutOfMemory, TooLong };

const longest_code = 15;
const extra_lengths = [_]u5{ 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0 };
const base_lengths = [_]u16{ 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258 };
const code_length_order = [_]u8{ 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15 };

/// Appends what a stream holds, as far as it is undamaged, to an empty list. The checksum is not read:
/// real files have wrong ones.
pub fn inflate(zlib: []const u8, out: *std.ArrayList(u8), allocator: std.mem.Allocator, most: usize) Error!void {
    if (zlib.len < 2 or zlib[0] & 0x0f != 8 or zlib[1] & 0x20 != 0) return error.Damaged;
    var stream: Stream = .{ .in = zlib[2..], .out = out, .allocator = allocator, .most = most };
    while (true) {
        const is_last = try stream.bits(1) == 1;
        switch (try stream.bits(2)) {
            0 => try stream.stored(),
            1 => try stream.fixed(),
            2 => try stream.dynamic(),
            else => return error.Damaged,
        }
        if (is_last) return;
    }
}

/// Canonical codes: how many there are of each length, and their symbols in order.
const Codes = struct {
    counts: [longest_code + 1]u16 = @splat(0),
    symbols: [288]u16 = undefined,

    fn init(lengths: []const u8) Error!Codes {
        var codes: Codes = .{};
        for (lengths) |length| codes.counts[length] += 1;
        var left: i32 = 1;
        for (codes.counts[1..]) |count| {
            left = 2 * left - count;
            if (left < 0) return error.Damaged;
        }
        var next: [longest_code + 1]u16 = @splat(0);
        for (1..longest_code) |length| next[length + 1] = next[length] + codes.counts[length];
        for (lengths, 0..) |length, symbol| {
            if (length == 0) continue;
            codes.symbols[next[length]] = @intCast(symbol);
            next[length] += 1;
        }
        return codes;
    }
};

const Stream = struct {
    in: []const u8,
    out: *std.ArrayList(u8),
    allocator: std.mem.Allocator,
    most: usize,
    at: usize = 0,
    held: u32 = 0,
    held_bits: u5 = 0,

    fn bits(self: *Stream, count: u5) Error!u32 {
        while (self.held_bits < count) : (self.held_bits += 8) {
            if (self.at == self.in.len) return error.Damaged;
            self.held |= @as(u32, self.in[self.at]) << self.held_bits;
            self.at += 1;
        }
        const value = self.held & ((@as(u32, 1) << count) - 1);
        self.held >>= count;
        self.held_bits -= count;
        return value;
    }

    fn symbol(self: *Stream, codes: *const Codes) Error!u16 {
        var code: i32 = 0;
        var first: i32 = 0;
        var index: i32 = 0;
        for (codes.counts[1..]) |count| {
            code |= @intCast(try self.bits(1));
            if (code - first < count) return codes.symbols[@intCast(index + code - first)];
            index += count;
            first = (first + count) * 2;
            code *= 2;
        }
        return error.Damaged;
    }

    fn stored(self: *Stream) Error!void {
        self.held = 0;
        self.held_bits = 0;
        if (self.in.len - self.at < 4) return error.Damaged;
        const length = std.mem.readInt(u16, self.in[self.at..][0..2], .little);
        const inverse = std.mem.readInt(u16, self.in[self.at + 2 ..][0..2], .little);
        self.at += 4;
        if (length != ~inverse or self.in.len - self.at < length) return error.Damaged;
        if (self.out.items.len + length > self.most) return error.TooLong;
        try self.out.appendSlice(self.allocator, self.in[self.at..][0..length]);
        self.at += length;
    }

    fn fixed(self: *Stream) Error!void {
        const lengths = [_]u8{8} ** 144 ++ [_]u8{9} ** 112 ++ [_]u8{7} ** 24 ++ [_]u8{8} ** 8;
        const literals = try Codes.init(&lengths);
        const distances = try Codes.init(&([_]u8{5} ** 30));
        try self.block(&literals, &distances);
    }

    fn dynamic(self: *Stream) Error!void {
        const literal_count = 257 + try self.bits(5);
        const distance_count = 1 + try self.bits(5);
        const length_count = 4 + try self.bits(4);
        if (literal_count > 286 or distance_count > 30) return error.Damaged;
        var code_lengths: [19]u8 = @splat(0);
        for (code_length_order[0..length_count]) |place| code_lengths[place] = @intCast(try self.bits(3));
        const code_length_codes = try Codes.init(&code_lengths);
        var lengths: [286 + 30]u8 = @splat(0);
        var filled: usize = 0;
        const total = literal_count + distance_count;
        while (filled < total) {
            const length = try self.symbol(&code_length_codes);
            if (length < 16) {
                lengths[filled] = @intCast(length);
                filled += 1;
                continue;
            }
            if (length == 16 and filled == 0) return error.Damaged;
            const repeated = if (length == 16) lengths[filled - 1] else 0;
            const times = switch (length) {
                16 => 3 + try self.bits(2),
                17 => 3 + try self.bits(3),
                else => 11 + try self.bits(7),
            };
            if (times > total - filled) return error.Damaged;
            @memset(lengths[filled..][0..times], repeated);
            filled += times;
        }
        const literals = try Codes.init(lengths[0..literal_count]);
        const distances = try Codes.init(lengths[literal_count..total]);
        try self.block(&literals, &distances);
    }

    fn block(self: *Stream, literals: *const Codes, distances: *const Codes) Error!void {
        while (true) {
            const found = try self.symbol(literals);
            if (found == 256) return;
            if (self.out.items.len + 258 > self.most) return error.TooLong;
            try self.out.ensureUnusedCapacity(self.allocator, 258);
            if (found < 256) {
                self.out.appendAssumeCapacity(@intCast(found));
                continue;
            }
            if (found > 285) return error.Damaged;
            const length = base_lengths[found - 257] + try self.bits(extra_lengths[found - 257]);
            const code = try self.symbol(distances);
            if (code > 29) return error.Damaged;
            const extra: u5 = @intCast((code -| 2) / 2);
            const base: u32 = if (code < 4) code + 1 else ((@as(u32, 2) + code % 2) << extra) + 1;
            const distance = base + try self.bits(extra);
            if (distance > self.out.items.len) return error.Damaged;
            for (0..length) |_| {
                self.out.appendAssumeCapacity(self.out.items[self.out.items.len - distance]);
            }
        }
    }
};
