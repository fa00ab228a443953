//! A box of item locations (`iloc`; ISO/IEC 14496-12 §8.11.3): where the data of images stands.

const std = @import("std");
const plan_ = @import("plan.zig");
const Error = plan_.Error;
const Plan = plan_.Plan;
const Source = plan_.Source;

/// Takes the box, and moves the places of items that are in the file itself.
pub fn move(plan: *Plan, start: u64, body: u64, end: u64, flags: u32) Error!void {
    const length = end - start;
    // One window, so that the plan is not half made when more bytes are wanted.
    if (length > Source.most_at_once) return error.TooManyParts;
    const whole = try plan.source.at(start, @intCast(length));
    var items: Items = .{ .bytes = whole[@intCast(body - start)..] };
    const head = try items.take(6);
    const version = head[0];
    if (version > 2) return error.Malformed;
    const offset_width = try widthOf(head[4] >> 4);
    const length_width = try widthOf(head[4] & 15);
    const base_width = try widthOf(head[5] >> 4);
    const index_width = if (version > 0) try widthOf(head[5] & 15) else 0;
    var left = try items.integer(if (version < 2) 2 else 4);
    while (left > 0) : (left -= 1) {
        _ = try items.take(if (version < 2) 2 else 4);
        const method = if (version > 0) try items.integer(2) & 15 else 0;
        if (try items.integer(2) != 0) return error.ChunkOffsetsElsewhere;
        const base_at = items.position;
        const base = try items.integer(base_width);
        if (method == 0 and base != 0) {
            if (base < plan.shift_from) return error.Malformed;
            try moved(plan, body + base_at, base_width, flags);
        }
        var extents = try items.integer(2);
        if (method == 0 and base == 0 and offset_width == 0 and extents > 0) return error.Malformed;
        while (extents > 0) : (extents -= 1) {
            _ = try items.take(index_width);
            if (method == 0 and base == 0) try moved(plan, body + items.position, offset_width, flags);
            _ = try items.take(offset_width + length_width);
        }
    }
}

fn moved(plan: *Plan, at: u64, width: u32, flags: u32) Error!void {
    try plan.copyTo(at, flags);
    try plan.shift(width, width, width, flags);
}

/// Fields, one after another.
const Items = struct {
    bytes: []const u8,
    position: usize = 0,

    fn take(self: *Items, length: usize) Error![]const u8 {
        if (length > self.bytes.len - self.position) return error.Malformed;
        defer self.position += length;
        return self.bytes[self.position..][0..length];
    }

    fn integer(self: *Items, width: u32) Error!u64 {
        const bytes = try self.take(width);
        return switch (width) {
            0 => 0,
            2 => std.mem.readInt(u16, bytes[0..2], .big),
            4 => std.mem.readInt(u32, bytes[0..4], .big),
            else => std.mem.readInt(u64, bytes[0..8], .big),
        };
    }
};

fn widthOf(nibble: u8) Error!u32 {
    return switch (nibble) {
        0, 4, 8 => nibble,
        else => error.Malformed,
    };
}
