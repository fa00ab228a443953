//! TIFF, DNG and BigTIFF: the first directory is written again at the end with the store's tag, and
//! the store follows it (C2PA 2.2 annex A.3.4). All else stays where it was.

const std = @import("std");
const plan_ = @import("plan.zig");
const Error = plan_.Error;
const Plan = plan_.Plan;

const store_tag = 0xcd41;
const most_directories = 1 << 14;

pub const Tiff = struct {
    order: std.builtin.Endian = .little,
    is_big: bool = false,
    first: u64 = 0,
    /// Of the directory to look at; 0 before the first, and after the last.
    directory: u64 = 0,
    directories: u32 = 0,

    fn countBytes(self: *const Tiff) u32 {
        return if (self.is_big) 8 else 2;
    }

    fn entryBytes(self: *const Tiff) u32 {
        return if (self.is_big) 20 else 12;
    }

    fn pointerBytes(self: *const Tiff) u32 {
        return if (self.is_big) 8 else 4;
    }

    fn pointer(self: *const Tiff, source: *plan_.Source, at: u64) Error!u64 {
        return if (self.is_big) source.u64At(at, self.order) else try source.u32At(at, self.order);
    }

    pub fn advance(self: *Tiff, plan: *Plan) Error!void {
        const source = plan.source;
        if (self.first == 0) {
            const head = try source.at(0, 16);
            self.order = if (head[0] == 'M') .big else .little;
            self.is_big = std.mem.readInt(u16, head[2..4], self.order) == 43;
            self.first = try self.pointer(source, if (self.is_big) 8 else 4);
            if (self.first < 8) return error.Malformed;
            self.directory = self.first;
        }
        while (self.directory != 0) {
            const entries = try self.entriesAt(source, self.directory);
            for (0..entries.len / self.entryBytes()) |index| {
                if (self.tagOf(entries, index) == store_tag) try self.meetStore(plan, entries, index);
            }
            const end = self.directory + self.countBytes() + entries.len;
            self.directories += 1;
            if (self.directories > most_directories) return error.TooManyParts;
            self.directory = try self.pointer(source, end);
        }
        try self.emit(plan);
    }

    /// The entries of a directory, without their count.
    fn entriesAt(self: *const Tiff, source: *plan_.Source, at: u64) Error![]const u8 {
        const count: u64 = if (self.is_big) try source.u64At(at, self.order) else try source.u16At(at, self.order);
        if (count == 0) return error.Malformed;
        if (count > plan_.Source.most_at_once / self.entryBytes() - 2) return error.TooManyParts;
        const length = self.countBytes() + @as(u32, @intCast(count)) * self.entryBytes();
        // With the pointer that follows, so that both are in one window.
        const whole = try source.at(at, length + self.pointerBytes());
        return whole[self.countBytes()..length];
    }

    fn tagOf(self: *const Tiff, entries: []const u8, index: usize) u16 {
        return std.mem.readInt(u16, entries[index * self.entryBytes() ..][0..2], self.order);
    }

    fn emit(self: *Tiff, plan: *Plan) Error!void {
        const source = plan.source;
        const entries = try self.entriesAt(source, self.first);
        const next = try self.pointer(source, self.first + self.countBytes() + entries.len);
        const kept_bytes = source.length - plan.removed_bytes;
        const padding: u64 = (0 -% kept_bytes) & 7;
        const moved = kept_bytes + padding;
        var kept: [plan_.Source.most_at_once]u8 = undefined;
        const split, const kept_entries = self.keep(entries, &kept);
        const count = kept_entries / self.entryBytes();
        const directory_bytes = self.countBytes() + (count + 1) * self.entryBytes() + self.pointerBytes();
        const store_at = moved + directory_bytes;
        const end = store_at + plan.store_length;
        if (!self.is_big and end > std.math.maxInt(u32)) return error.FileTooLarge;

        const pointer_at: u64 = if (self.is_big) 8 else 4;
        try plan.copyTo(pointer_at, plan_.write_and_hash);
        try self.integer(plan, moved, self.pointerBytes());
        plan.skip(self.pointerBytes());
        try plan.copyTo(source.length, plan_.write_and_hash);
        const zeros = [_]u8{0} ** 8;
        try plan.literal(zeros[0..@intCast(padding)], plan_.write_and_hash);
        try self.integer(plan, count + 1, self.countBytes());
        try plan.literal(kept[0..split], plan_.write_and_hash);
        // Type 7: bytes without a meaning of TIFF's own.
        try self.integer(plan, store_tag, 2);
        try self.integer(plan, 7, 2);
        try self.integer(plan, plan.store_length, self.pointerBytes());
        try self.integer(plan, store_at, self.pointerBytes());
        try plan.literal(kept[split..kept_entries], plan_.write_and_hash);
        try self.integer(plan, next, self.pointerBytes());
        try plan.hole(plan.store_length);
    }

    /// Copies the entries except an earlier store's; gives the place of the new one, and their length.
    fn keep(self: *const Tiff, entries: []const u8, kept: []u8) struct { usize, usize } {
        const width = self.entryBytes();
        var split: ?usize = null;
        var length: usize = 0;
        for (0..entries.len / width) |index| {
            const tag = self.tagOf(entries, index);
            if (tag >= store_tag and split == null) split = length;
            if (tag == store_tag) continue;
            @memcpy(kept[length..][0..width], entries[index * width ..][0..width]);
            length += width;
        }
        return .{ split orelse length, length };
    }

    /// The bytes of a store that other bytes follow stay, without an entry that names them.
    fn meetStore(self: *const Tiff, plan: *Plan, entries: []const u8, index: usize) Error!void {
        const entry = entries[index * self.entryBytes() ..][4..self.entryBytes()];
        const end = self.directory + self.countBytes() + entries.len + self.pointerBytes();
        var at: u64 = undefined;
        var length: u64 = undefined;
        if (self.is_big) {
            length = std.mem.readInt(u64, entry[0..8], self.order);
            at = std.mem.readInt(u64, entry[8..16], self.order);
        } else {
            length = std.mem.readInt(u32, entry[0..4], self.order);
            at = std.mem.readInt(u32, entry[4..8], self.order);
        }
        if (at < 8 or length <= 8 or at > plan.source.length or length > plan.source.length - at) return error.Malformed;
        try plan.meetStore(self.directory == self.first);
        try plan.noteStore(.{ .offset = at, .length = length });
        if (at + length != plan.source.length or self.directory != self.first) return;
        // Its directory is written again, too.
        try plan.remove(.between(if (end == at) self.first else at, plan.source.length));
    }

    fn integer(self: *const Tiff, plan: *Plan, value: u64, width: u32) Error!void {
        var bytes: [8]u8 = undefined;
        switch (width) {
            2 => std.mem.writeInt(u16, bytes[0..2], @intCast(value), self.order),
            4 => std.mem.writeInt(u32, bytes[0..4], @intCast(value), self.order),
            else => std.mem.writeInt(u64, bytes[0..8], value, self.order),
        }
        try plan.literal(bytes[0..width], plan_.write_and_hash);
    }
};
