//! WebP, WAV and AVI: the store is the last chunk (C2PA 2.2 annex A.3.6).

const std = @import("std");
const plan_ = @import("plan.zig");
const Error = plan_.Error;
const Plan = plan_.Plan;

pub const Riff = struct {
    const most_parts = 1 << 20;

    position: u64 = 12,
    size: u64 = 0,
    parts: u32 = 0,
    /// Bytes of the earlier store's chunk that `size` counts.
    removed: u64 = 0,

    pub fn advance(self: *Riff, plan: *Plan) Error!void {
        const source = plan.source;
        if (self.size == 0) self.size = try source.u32At(4, .little);
        const size = self.size;
        const end = 8 + size;
        if (size < 4) return error.Malformed;
        if (end > source.length) return error.Truncated;
        while (self.position < end) {
            if (end - self.position < 8) return error.Malformed;
            const head = try source.at(self.position, 8);
            const length: u64 = std.mem.readInt(u32, head[4..8], .little);
            if (length > end - self.position - 8) return error.Truncated;
            const chunk_end = self.position + 8 + length + (length & 1);
            if (std.mem.eql(u8, head[0..4], "C2PA")) {
                // An AVI file's indexes may count from its beginning.
                try plan.meetStore(plan.format != .avi or chunk_end >= end);
                try plan.noteStore(.between(self.position + 8, self.position + 8 + length));
                try plan.remove(.between(self.position, @min(chunk_end, source.length)));
                self.removed = @min(chunk_end, end) - self.position;
            }
            // Some writers leave out the last pad byte.
            self.position = @min(chunk_end, end);
            self.parts += 1;
            if (self.parts > most_parts) return error.TooManyParts;
        }
        const padded = end + (size & 1);
        if (plan.format == .avi and source.length >= padded + 8 and
            std.mem.eql(u8, (try source.at(padded, 4)), "RIFF")) return error.AviOfSeveralRiffs;
        const kept = size - self.removed;
        const total = kept + (kept & 1) + 8 + plan.store_length + (plan.store_length & 1);
        if (total > std.math.maxInt(u32)) return error.FileTooLarge;
        var number: [4]u8 = undefined;
        std.mem.writeInt(u32, &number, @intCast(total), .little);
        try plan.copyTo(4, plan_.write_and_hash);
        try plan.literal(&number, plan_.write_and_hash);
        plan.skip(4);
        // A pad byte that the file has is kept, whatever it holds.
        try plan.copyTo(@min(padded, source.length), plan_.write_and_hash);
        if (kept & 1 != 0 and source.length == end) try plan.literal("\x00", plan_.write_and_hash);
        try plan.hole(holeLength(plan.store_length));
        if (plan.store_length & 1 != 0) try plan.literal("\x00", plan_.write_and_hash);
        try plan.copyTo(source.length, plan_.write_and_hash);
    }

    pub fn holeLength(store_length: u32) u64 {
        return @as(u64, store_length) + 8;
    }

    pub fn fill(store: []const u8, out: *std.ArrayList(u8), allocator: std.mem.Allocator) Error!void {
        var number: [4]u8 = undefined;
        std.mem.writeInt(u32, &number, @intCast(store.len), .little);
        try out.appendSlice(allocator, "C2PA");
        try out.appendSlice(allocator, &number);
        try out.appendSlice(allocator, store);
    }
};
