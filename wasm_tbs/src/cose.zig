//! COSE_Sign1 (RFC 9052 §4) as C2PA profiles it (C2PA 2.2 §13.2): detached payload, x5chain in the
//! protected header (RFC 9360), empty external data.

const std = @import("std");
const Allocator = std.mem.Allocator;
const cbor = @import("cbor.zig");

const label_alg = 1;
const label_x5chain = 33;

/// The algorithms that C2PA allows (C2PA 2.2 §13.2.1), by their COSE names.
pub const Algorithm = enum {
    ES256,
    ES384,
    ES512,
    PS256,
    PS384,
    PS512,
    EdDSA,

    pub fn fromName(name: []const u8) ?Algorithm {
        return std.meta.stringToEnum(Algorithm, name);
    }

    fn coseIdentifier(self: Algorithm) i64 {
        return switch (self) {
            .ES256 => -7,
            .ES384 => -35,
            .ES512 => -36,
            .PS256 => -37,
            .PS384 => -38,
            .PS512 => -39,
            .EdDSA => -8,
        };
    }

    /// ECDSA signatures are r and s, each as long as the field; RSA ones as long as the modulus.
    /// The standard wants at least 2,048 bits; KMS has keys of 2,048, 3,072 and 4,096.
    pub fn admitsSignatureLength(self: Algorithm, length: usize) bool {
        return switch (self) {
            .ES256, .EdDSA => length == 64,
            .ES384 => length == 96,
            .ES512 => length == 132,
            .PS256, .PS384, .PS512 => length == 256 or length == 384 or length == 512,
        };
    }
};

/// The protected header, encoded: `{1: alg, 33: x5chain}`. One certificate stands alone, more are an
/// array, leaf first.
pub fn protectedHeader(gpa: Allocator, algorithm: Algorithm, x5chain: []const []const u8) Allocator.Error![]const u8 {
    var writer = cbor.Writer.init(gpa);
    try writer.map(2);
    try writer.int(label_alg);
    try writer.int(algorithm.coseIdentifier());
    try writer.int(label_x5chain);
    if (x5chain.len > 1) try writer.array(x5chain.len);
    for (x5chain) |certificate| try writer.bytes(certificate);
    return writer.written();
}

/// What a signature covers (RFC 9052 §4.4).
pub fn sigStructure(gpa: Allocator, context: Context, protected: []const u8, payload: []const u8) Allocator.Error![]const u8 {
    var writer = cbor.Writer.init(gpa);
    try writer.array(4);
    try writer.text(@tagName(context));
    try writer.bytes(protected);
    try writer.bytes("");
    try writer.bytes(payload);
    return writer.written();
}

pub const Context = enum { Signature1, CounterSignature };

/// What a sigTst2 time-stamp covers (C2PA 2.2 §10.3.2.5): the signature as a CBOR byte string, its
/// head included, is the payload of a CounterSignature structure.
pub fn timeStampPayload(gpa: Allocator, protected: []const u8, signature: []const u8) Allocator.Error![]const u8 {
    var encoded = cbor.Writer.init(gpa);
    try encoded.bytes(signature);
    return sigStructure(gpa, .CounterSignature, protected, encoded.written());
}

/// Zeros in the unprotected header: byte strings `pad` and `pad2` (C2PA 2.2 §13.2.5).
pub const Padding = struct {
    pad: ?usize = null,
    pad2: ?usize = null,

    pub const none: Padding = .{};

    /// What makes the header longer by exactly so many bytes; null where nothing does: a key takes five.
    pub fn ofLength(extra: usize) ?Padding {
        if (extra == 0) return none;
        if (stringOf("pad", extra)) |pad| return .{ .pad = pad };
        // Where a longer head begins, one string misses a length; a second, empty one reaches it.
        const rest = std.math.sub(usize, extra, 1 + "pad2".len + 1) catch return null;
        return if (stringOf("pad", rest)) |pad| .{ .pad = pad, .pad2 = 0 } else null;
    }

    /// The string that takes so many bytes with its key.
    fn stringOf(key: []const u8, total: usize) ?usize {
        for ([_]usize{ 1, 2, 3, 5 }) |head| {
            const length = std.math.sub(usize, total, 1 + key.len + head) catch return null;
            if (cbor.Writer.headLength(length) == head) return length;
        }
        return null;
    }

    fn count(self: Padding) usize {
        return @as(usize, @intFromBool(self.pad != null)) + @intFromBool(self.pad2 != null);
    }
};

/// The tagged COSE_Sign1 with a detached payload. An empty `time_stamp_token` is none.
pub fn sign1(
    gpa: Allocator,
    protected: []const u8,
    signature: []const u8,
    time_stamp_token: []const u8,
    padding: Padding,
) Allocator.Error![]const u8 {
    var writer = cbor.Writer.init(gpa);
    try writer.tag(cbor.tag_cose_sign1);
    try writer.array(4);
    try writer.bytes(protected);
    try writer.map(padding.count() + @intFromBool(time_stamp_token.len > 0));
    if (padding.pad) |length| {
        try writer.text("pad");
        try writer.zeros(length);
    }
    if (padding.pad2) |length| {
        try writer.text("pad2");
        try writer.zeros(length);
    }
    if (time_stamp_token.len > 0) {
        try writer.text("sigTst2");
        try writer.map(1);
        try writer.text("tstTokens");
        try writer.array(1);
        try writer.map(1);
        try writer.text("val");
        try writer.bytes(time_stamp_token);
    }
    try writer.nil();
    try writer.bytes(signature);
    return writer.written();
}

test "one certificate is a byte string, two are an array" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    const one = try protectedHeader(arena.allocator(), .ES256, &.{"leaf"});
    try std.testing.expectEqualSlices(u8, "\xa2\x01\x26\x18\x21\x44leaf", one);
    const two = try protectedHeader(arena.allocator(), .PS512, &.{ "leaf", "ca" });
    try std.testing.expectEqualSlices(u8, "\xa2\x01\x38\x26\x18\x21\x82\x44leaf\x42ca", two);
}

test "the time-stamp covers the signature with its head" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    const payload = try timeStampPayload(arena.allocator(), "p", "s" ** 64);
    try std.testing.expectEqualSlices(u8, "\x84\x70CounterSignature\x41p\x40\x58\x42\x58\x40" ++ "s" ** 64, payload);
}

test "without a token the unprotected header is empty" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    const bare = try sign1(arena.allocator(), "p", "sig", "", .none);
    try std.testing.expectEqualSlices(u8, "\xd2\x84\x41p\xa0\xf6\x43sig", bare);
    const stamped = try sign1(arena.allocator(), "p", "sig", "tok", .none);
    try std.testing.expectEqualSlices(u8, "\xd2\x84\x41p\xa1\x67sigTst2\xa1\x69tstTokens\x81\xa1\x63val\x43tok\xf6\x43sig", stamped);
}
