//! Deterministic CBOR (RFC 8949 §4.2.1): definite lengths, shortest heads, shortest floats.
//! Map keys are written in the order in which the caller gives them; `json_value.zig` sorts its own.

const std = @import("std");
const Allocator = std.mem.Allocator;
const Value = @import("json_value.zig").Value;

const Major = enum(u8) {
    unsigned = 0,
    negative = 1,
    bytes = 2,
    text = 3,
    array = 4,
    map = 5,
    tag = 6,
};

/// Tag 0: a text that is a date and time as RFC 3339 writes it (RFC 8949 §3.4.1).
pub const tag_date_time = 0;
/// Tag 18: COSE_Sign1 (RFC 9052 §2).
pub const tag_cose_sign1 = 18;

pub const Writer = struct {
    gpa: Allocator,
    out: std.ArrayList(u8) = .empty,

    pub fn init(gpa: Allocator) Writer {
        return .{ .gpa = gpa };
    }

    pub fn written(self: *const Writer) []const u8 {
        return self.out.items;
    }

    /// Bytes of the head of a string so long.
    pub fn headLength(length: usize) usize {
        return if (length < 24) 1 else if (length <= 0xff) 2 else if (length <= 0xffff) 3 else 5;
    }

    noinline fn head(self: *Writer, major: Major, argument: u64) Allocator.Error!void {
        const high = @intFromEnum(major) << 5;
        if (argument < 24) return self.out.append(self.gpa, high | @as(u8, @intCast(argument)));
        const following: u8 = if (argument <= 0xff) 1 else if (argument <= 0xffff) 2 else if (argument <= 0xffff_ffff) 4 else 8;
        const info: u8 = switch (following) {
            1 => 24,
            2 => 25,
            4 => 26,
            else => 27,
        };
        try self.out.append(self.gpa, high | info);
        var big_endian: [8]u8 = undefined;
        std.mem.writeInt(u64, &big_endian, argument, .big);
        try self.out.appendSlice(self.gpa, big_endian[8 - following ..]);
    }

    /// An unsigned integer.
    pub fn natural(self: *Writer, number: u64) Allocator.Error!void {
        try self.head(.unsigned, number);
    }

    /// Zeros as a byte string.
    pub fn zeros(self: *Writer, count: usize) Allocator.Error!void {
        try self.head(.bytes, count);
        try self.out.appendNTimes(self.gpa, 0, count);
    }

    /// A signed integer that fits 64 bits.
    pub fn int(self: *Writer, number: i64) Allocator.Error!void {
        if (number >= 0) return self.head(.unsigned, @intCast(number));
        return self.head(.negative, @intCast(-1 - number));
    }

    pub noinline fn bytes(self: *Writer, content: []const u8) Allocator.Error!void {
        try self.head(.bytes, content.len);
        try self.out.appendSlice(self.gpa, content);
    }

    // Not inlined, because a hundred copies of it would be a third of the module.
    pub noinline fn text(self: *Writer, content: []const u8) Allocator.Error!void {
        try self.head(.text, content.len);
        try self.out.appendSlice(self.gpa, content);
    }

    /// Opens an array; the caller writes `count` items after it.
    pub fn array(self: *Writer, count: usize) Allocator.Error!void {
        try self.head(.array, count);
    }

    /// Opens a map; the caller writes `count` keys, each followed by its value, in bytewise order
    /// of the encoded keys.
    pub fn map(self: *Writer, count: usize) Allocator.Error!void {
        try self.head(.map, count);
    }

    pub fn tag(self: *Writer, number: u64) Allocator.Error!void {
        try self.head(.tag, number);
    }

    pub fn nil(self: *Writer) Allocator.Error!void {
        try self.out.append(self.gpa, 0xf6);
    }

    fn float(self: *Writer, number: f64) Allocator.Error!void {
        const half: f16 = @floatCast(number);
        if (@as(f64, half) == number) return self.floatBits(u16, 0xf9, @bitCast(half));
        const single: f32 = @floatCast(number);
        if (@as(f64, single) == number) return self.floatBits(u32, 0xfa, @bitCast(single));
        return self.floatBits(u64, 0xfb, @bitCast(number));
    }

    fn floatBits(self: *Writer, comptime Bits: type, initial: u8, bits: Bits) Allocator.Error!void {
        var big_endian: [@sizeOf(Bits)]u8 = undefined;
        std.mem.writeInt(Bits, &big_endian, bits, .big);
        try self.out.append(self.gpa, initial);
        try self.out.appendSlice(self.gpa, &big_endian);
    }

    /// A whole JSON value. The recursion is bounded by the depth that the parser admits.
    pub fn value(self: *Writer, item: Value) Allocator.Error!void {
        switch (item) {
            .null => try self.nil(),
            .boolean => |b| try self.out.append(self.gpa, if (b) 0xf5 else 0xf4),
            .unsigned => |n| try self.head(.unsigned, n),
            .negative => |n| try self.head(.negative, n),
            .float => |f| try self.float(f),
            .text => |t| try self.text(t),
            .date_time => |t| {
                try self.tag(tag_date_time);
                try self.text(t);
            },
            .bytes => |b| try self.bytes(b),
            .array => |items| {
                try self.array(items.len);
                for (items) |child| try self.value(child);
            },
            .object => |members| {
                try self.map(members.len);
                for (members) |member| {
                    try self.text(member.name);
                    try self.value(member.value);
                }
            },
        }
    }
};

/// Bytewise order of two encoded text keys: the head grows with the length, so the shorter is first.
pub fn keyLessThan(a: []const u8, b: []const u8) bool {
    if (a.len != b.len) return a.len < b.len;
    return std.mem.lessThan(u8, a, b);
}

fn expectEncoded(expected: []const u8, item: Value) !void {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    var writer = Writer.init(arena.allocator());
    try writer.value(item);
    try std.testing.expectEqualSlices(u8, expected, writer.written());
}

test "integers take the shortest head (RFC 8949 appendix A)" {
    try expectEncoded("\x17", .{ .unsigned = 23 });
    try expectEncoded("\x18\x18", .{ .unsigned = 24 });
    try expectEncoded("\x19\x01\x00", .{ .unsigned = 256 });
    try expectEncoded("\x1a\x00\x01\x00\x00", .{ .unsigned = 65536 });
    try expectEncoded("\x1b\xff\xff\xff\xff\xff\xff\xff\xff", .{ .unsigned = std.math.maxInt(u64) });
    try expectEncoded("\x20", .{ .negative = 0 });
    try expectEncoded("\x38\x63", .{ .negative = 99 });
}

test "floats take the shortest form that keeps their value" {
    try expectEncoded("\xf9\x3e\x00", .{ .float = 1.5 });
    try expectEncoded("\xfa\x47\xc3\x50\x00", .{ .float = 100000.0 });
    try expectEncoded("\xfb\x3f\xf1\x99\x99\x99\x99\x99\x9a", .{ .float = 1.1 });
}

test "a date and time is a tagged text" {
    try expectEncoded("\xc0\x74" ++ "2013-03-21T20:04:00Z", .{ .date_time = "2013-03-21T20:04:00Z" });
}

test "the shorter key is first, then the bytewise smaller" {
    try std.testing.expect(keyLessThan("z", "aa"));
    try std.testing.expect(keyLessThan("ab", "ac"));
    try std.testing.expect(!keyLessThan("ab", "ab"));
}
