//! The fields of a box of item locations (`iloc`), one after another.

const std = @import("std");
const Error = @import("plan.zig").Error;

pub const Items = struct {
    bytes: []const u8,
    position: usize = 0,

    pub fn take(self: *Items, length: usize) Error![]const u8 {
        if (length > self.bytes.len - self.position) return error.Malformed;
        defer self.position += length;
        return self.bytes[self.position..][0..length];
    }

    pub fn integer(self: *Items, width: u32) Error!u64 {
        const bytes = try self.take(width);
        return switch (width) {
            0 => 0,
            2 => std.mem.readInt(u16, bytes[0..2], .big),
            4 => std.mem.readInt(u32, bytes[0..4], .big),
            else => std.mem.readInt(u64, bytes[0..8], .big),
        };
    }

    /// Bytes of a field of an item, as a nibble says.
    pub fn widthOf(nibble: u8) Error!u32 {
        return switch (nibble) {
            0, 4, 8 => nibble,
            else => error.Malformed,
        };
    }
};
