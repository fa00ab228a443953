//! The module's face to its host: three calls over two input buffers. No imports, no clock, no
//! randomness, no keys: the same input gives the same bytes.
//!
//! The input is a sequence of fields, each a little-endian u32 length and that many bytes:
//!   prepare              in definition_buffer: definition JSON, asset SHA-256, attachment …,
//!                        certificate (DER) …
//!   time_stamp_payload   in signature_buffer: signature
//!   assemble             in signature_buffer: signature, time-stamp token (empty for none), and, if
//!                        the store shall be padded, its length as a little-endian u32
//!
//! A result is a u64: the address in the upper half, in the lower half the length with the top bit
//! saying that the bytes are the name of an error.

const std = @import("std");
const Manifest = @import("manifest.zig").Manifest;
const max_certificates = @import("manifest.zig").max_certificates;
const max_attachments = @import("definition.zig").max_attachments;

pub const panic = std.debug.no_panic;

const definition_capacity = 512 * 1024;
const signature_capacity = 16 * 1024;
const heap_capacity = 2560 * 1024;
const error_bit: u64 = 1 << 31;

var signature_input: [signature_capacity]u8 = undefined;
/// The input of `prepare`, and right behind it the arena: what an instance touches lies together, so
/// that its host has few pages to provide and to clear.
var workspace: [definition_capacity + heap_capacity]u8 = undefined;
var arena: std.heap.FixedBufferAllocator = undefined;
var prepared: ?Manifest = null;

const Error = @import("manifest.zig").Error || error{ InputTruncated, InputTooLong, NotPrepared };

/// Address and capacity of the input of `prepare`.
export fn definition_buffer() u64 {
    return packedSlice(workspace[0..definition_capacity]);
}

/// Address and capacity of the input of the calls that follow.
export fn signature_buffer() u64 {
    return packedSlice(&signature_input);
}

/// Builds the manifest up to its signature; gives the TBS bytes.
export fn prepare(input_length: u32) u64 {
    return result(tryPrepare(input_length));
}

/// Gives the bytes whose digest goes to the time-stamp authority.
export fn time_stamp_payload(input_length: u32) u64 {
    return result(tryTimeStampPayload(input_length));
}

/// Gives the manifest store.
export fn assemble(input_length: u32) u64 {
    return result(tryAssemble(input_length));
}

fn tryPrepare(input_length: u32) Error![]const u8 {
    prepared = null;
    var fields = try Fields.init(workspace[0..definition_capacity], input_length);
    arena = .init(workspace[input_length..]);
    const definition = try fields.next();
    const asset_sha256 = try fields.next();
    var rest: [max_attachments + max_certificates][]const u8 = undefined;
    var count: usize = 0;
    while (!fields.atEnd()) : (count += 1) {
        if (count == rest.len) return error.CertificatesTooMany;
        rest[count] = try fields.next();
    }
    const manifest = try Manifest.prepare(arena.allocator(), definition, asset_sha256, rest[0..count]);
    const tbs = try manifest.tbs(arena.allocator());
    prepared = manifest;
    return tbs;
}

fn tryTimeStampPayload(input_length: u32) Error![]const u8 {
    const manifest = prepared orelse return error.NotPrepared;
    var fields = try Fields.init(&signature_input, input_length);
    const signature = try fields.next();
    if (!fields.atEnd()) return error.InputTooLong;
    return manifest.timeStampPayload(arena.allocator(), signature);
}

fn tryAssemble(input_length: u32) Error![]const u8 {
    const manifest = prepared orelse return error.NotPrepared;
    var fields = try Fields.init(&signature_input, input_length);
    const signature = try fields.next();
    const token = try fields.next();
    var store_length: ?u32 = null;
    if (!fields.atEnd()) {
        const given = try fields.next();
        if (given.len != 4) return error.InputTruncated;
        store_length = std.mem.readInt(u32, given[0..4], .little);
    }
    if (!fields.atEnd()) return error.InputTooLong;
    return manifest.assemble(arena.allocator(), signature, token, store_length);
}

const Fields = struct {
    rest: []const u8,

    fn init(buffer: []const u8, length: u32) Error!Fields {
        if (length > buffer.len) return error.InputTooLong;
        return .{ .rest = buffer[0..length] };
    }

    fn atEnd(self: *const Fields) bool {
        return self.rest.len == 0;
    }

    fn next(self: *Fields) Error![]const u8 {
        if (self.rest.len < 4) return error.InputTruncated;
        const length = std.mem.readInt(u32, self.rest[0..4], .little);
        const following = self.rest[4..];
        if (length > following.len) return error.InputTruncated;
        self.rest = following[length..];
        return following[0..length];
    }
};

fn result(outcome: Error![]const u8) u64 {
    if (outcome) |bytes| return packedSlice(bytes) else |err| return packedSlice(@errorName(err)) | error_bit;
}

fn packedSlice(bytes: []const u8) u64 {
    return (@as(u64, @intFromPtr(bytes.ptr)) << 32) | bytes.len;
}

test {
    _ = @import("cbor.zig");
    _ = @import("cose.zig");
    _ = @import("definition.zig");
    _ = @import("json_value.zig");
    _ = @import("jumbf.zig");
    _ = @import("manifest.zig");
}
