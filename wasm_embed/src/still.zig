//! JPEG, PNG and GIF: the store is one insertion near the beginning (C2PA 2.2 annex A.3).

const std = @import("std");
const plan_ = @import("plan.zig");
const Error = plan_.Error;
const Plan = plan_.Plan;

const most_parts = 1 << 20;

/// One insertion, and all else unchanged.
fn insert(plan: *Plan, at: u64, length: u64) Error!void {
    try plan.copyTo(at, plan_.write_and_hash);
    try plan.hole(length);
    try plan.copyTo(plan.source.length, plan_.write_and_hash);
}

pub const Jpeg = struct {
    /// What c2pa-rs names its box instance; the number after the file's greatest if it has a box of that one or more.
    pub const usual_instance = 0x0211;
    const segment_head = 20;
    pub const most_body = 65535 - 2 - 2 - 2 - 4 - 8;

    position: u64 = 2,
    insert_at: u64 = 2,
    parts: u32 = 0,
    instance: u16 = usual_instance,
    /// The earlier store's own instance, and the number of its next segment.
    earlier_instance: u16 = 0,
    earlier_next: u32 = 0,
    /// Its index names places in pictures that follow the first, counted from itself.
    has_index: bool = false,

    pub fn advance(self: *Jpeg, plan: *Plan) Error!void {
        const source = plan.source;
        while (true) {
            const head = try source.at(self.position, 2);
            if (head[0] != 0xff) return error.Malformed;
            const marker = head[1];
            switch (marker) {
                // Any number of these may precede a marker.
                0xff => {
                    self.position += 1;
                    if (self.position > 64 * 1024 * 1024) return error.TooManyParts;
                    continue;
                },
                // The picture begins, or there is none.
                0xda, 0xd9 => break,
                0x00, 0x01, 0xd0...0xd8 => return error.Malformed,
                else => {},
            }
            const length = try source.u16At(self.position + 2, .big);
            if (length < 2) return error.Malformed;
            const end = self.position + 2 + length;
            if (end > source.length) return error.Truncated;
            if (marker == 0xe0 and self.position == 2) self.insert_at = end;
            if (marker == 0xe2 and length >= 6) self.has_index |= std.mem.eql(u8, try source.at(self.position + 4, 4), "MPF\x00");
            if (marker == 0xeb and length >= segment_head - 2) try self.jumbf(plan, length);
            self.position = end;
            self.parts += 1;
            if (self.parts > most_parts) return error.TooManyParts;
        }
        try insert(plan, self.insert_at, holeLength(plan.store_length));
    }

    fn jumbf(self: *Jpeg, plan: *Plan, length: u16) Error!void {
        const whole = @min(@as(u32, length) + 2, 44);
        const segment = try plan.source.at(self.position, whole);
        if (!std.mem.eql(u8, segment[4..6], "JP")) return;
        // Of any box, as some readers put segments of one instance together whatever they hold.
        const instance = std.mem.readInt(u16, segment[6..8], .big);
        const number = std.mem.readInt(u32, segment[8..12], .big);
        const end = self.position + 2 + length;
        if (self.earlier_next > 1 and instance == self.earlier_instance and number == self.earlier_next) {
            // What the first segment has already is repeated: the length and the type of the box.
            try plan.noteStore(.between(self.position + segment_head, end));
            try plan.remove(.between(self.position, end));
            self.earlier_next += 1;
            return;
        }
        const is_store = whole == 44 and std.mem.eql(u8, segment[16..20], "jumb") and
            std.mem.eql(u8, segment[28..32], "c2pa");
        if (!is_store) {
            if (instance >= self.instance) self.instance = instance +% 1;
            return;
        }
        const has_short_length = std.mem.readInt(u32, segment[12..16], .big) > 1;
        try plan.meetStore(number == 1 and has_short_length and !self.has_index);
        try plan.noteStore(.between(self.position + segment_head - 8, end));
        try plan.remove(.between(self.position, end));
        self.earlier_instance = instance;
        self.earlier_next = number +% 1;
    }

    pub fn holeLength(store_length: u32) u64 {
        const body: u64 = store_length - 8;
        return body + (std.math.divCeil(u64, body, most_body) catch unreachable) * segment_head;
    }

    /// Each segment repeats the length and the type of the store's box.
    pub fn fill(self: *const Jpeg, store: []const u8, out: *std.ArrayList(u8), allocator: std.mem.Allocator) Error!void {
        var rest = store[8..];
        var sequence: u32 = 1;
        while (rest.len > 0) : (sequence += 1) {
            const part = rest[0..@min(rest.len, most_body)];
            rest = rest[part.len..];
            var head: [segment_head]u8 = undefined;
            @memcpy(head[0..2], "\xff\xeb");
            std.mem.writeInt(u16, head[2..4], @intCast(part.len + segment_head - 2), .big);
            @memcpy(head[4..6], "JP");
            std.mem.writeInt(u16, head[6..8], self.instance, .big);
            std.mem.writeInt(u32, head[8..12], sequence, .big);
            @memcpy(head[12..20], store[0..8]);
            try out.appendSlice(allocator, &head);
            try out.appendSlice(allocator, part);
        }
    }
};

pub const Png = struct {
    const after_header = 33;

    position: u64 = 8,
    parts: u32 = 0,

    pub fn advance(self: *Png, plan: *Plan) Error!void {
        const source = plan.source;
        while (true) {
            const head = try source.at(self.position, 8);
            const length = std.mem.readInt(u32, head[0..4], .big);
            const kind = head[4..8];
            if (length > std.math.maxInt(i32)) return error.Malformed;
            for (kind) |letter| if (!std.ascii.isAlphabetic(letter)) return error.Malformed;
            const is_header = std.mem.eql(u8, kind, "IHDR");
            if (is_header != (self.parts == 0) or (is_header and length != 13)) return error.Malformed;
            const is_last = std.mem.eql(u8, kind, "IEND");
            const end = self.position + 12 + length;
            if (end > source.length) return error.Truncated;
            if (std.mem.eql(u8, kind, "caBX")) {
                try plan.meetStore(true);
                try plan.noteStore(.between(self.position + 8, end - 4));
                try plan.remove(.between(self.position, end));
            }
            self.position = end;
            self.parts += 1;
            if (self.parts > most_parts) return error.TooManyParts;
            if (is_last) break;
        }
        try insert(plan, after_header, holeLength(plan.store_length));
    }

    pub fn holeLength(store_length: u32) u64 {
        return @as(u64, store_length) + 12;
    }

    pub fn fill(store: []const u8, out: *std.ArrayList(u8), allocator: std.mem.Allocator) Error!void {
        var number: [4]u8 = undefined;
        std.mem.writeInt(u32, &number, @intCast(store.len), .big);
        try out.appendSlice(allocator, &number);
        try out.appendSlice(allocator, "caBX");
        try out.appendSlice(allocator, store);
        var crc = std.hash.Crc32.init();
        crc.update("caBX");
        crc.update(store);
        std.mem.writeInt(u32, &number, crc.final(), .big);
        try out.appendSlice(allocator, &number);
    }
};

pub const Gif = struct {
    const head = "!\xff\x0bC2PA_GIF\x01\x00\x00";

    position: u64 = 0,
    insert_at: u64 = 0,
    parts: u32 = 0,
    in_blocks: bool = false,
    /// Where the extension began whose blocks are the earlier store.
    store_extension: ?u64 = null,

    pub fn advance(self: *Gif, plan: *Plan) Error!void {
        const source = plan.source;
        if (self.position == 0) {
            const packed_fields = (try source.at(0, 13))[10];
            const colors: u64 = if (packed_fields & 0x80 != 0) @as(u64, 2) << @intCast(packed_fields & 7) else 0;
            self.insert_at = 13 + 3 * colors;
            self.position = self.insert_at;
        }
        while (true) {
            self.parts += 1;
            if (self.parts > most_parts) return error.TooManyParts;
            const first = (try source.at(self.position, 1))[0];
            if (self.in_blocks) {
                const end = self.position + 1 + first;
                if (self.store_extension) |start| if (first != 0) {
                    try plan.noteStore(.between(self.position + 1, end));
                } else {
                    try plan.remove(.between(start, end));
                    self.store_extension = null;
                };
                self.position = end;
                self.in_blocks = first != 0;
                continue;
            }
            switch (first) {
                // A picture, or the end.
                0x2c, 0x3b => break,
                0x21 => {
                    const label = (try source.at(self.position, 2))[1];
                    if (label == 0xff) {
                        const name = try source.at(self.position, 14);
                        if (std.mem.eql(u8, name[3..11], "C2PA_GIF")) {
                            try plan.meetStore(name[2] == 11);
                            self.store_extension = self.position;
                            self.position += name.len - 2;
                        }
                    }
                    self.position += 2;
                    self.in_blocks = true;
                },
                else => return error.Malformed,
            }
        }
        // Only version 89a has application extensions.
        try plan.literal("GIF89a", plan_.write_and_hash);
        plan.skip(6);
        try insert(plan, self.insert_at, holeLength(plan.store_length));
    }

    pub fn holeLength(store_length: u32) u64 {
        const length: u64 = store_length;
        return head.len + length + (std.math.divCeil(u64, length, 255) catch unreachable) + 1;
    }

    pub fn fill(store: []const u8, out: *std.ArrayList(u8), allocator: std.mem.Allocator) Error!void {
        try out.appendSlice(allocator, head);
        var rest = store;
        while (rest.len > 0) {
            const part = rest[0..@min(rest.len, 255)];
            rest = rest[part.len..];
            try out.append(allocator, @intCast(part.len));
            try out.appendSlice(allocator, part);
        }
        try out.append(allocator, 0);
    }
};
