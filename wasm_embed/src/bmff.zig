//! MP4, MOV, M4A, HEIC and AVIF: the store is in a `uuid` box behind `ftyp`, and each place that the
//! file names behind it moves (C2PA 2.2 annex A.5; ISO/IEC 14496-12). `c2pa.hash.bmff.v3` hashes each
//! root box after its offset, as eight bytes.

const std = @import("std");
const item_locations = @import("item_locations.zig");
const plan_ = @import("plan.zig");
const Error = plan_.Error;
const Plan = plan_.Plan;
const Source = plan_.Source;

const store_uuid = "\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81";
const purpose = "\x00\x00\x00\x00manifest\x00";
const most_parts = 1 << 20;
const most_depth = 12;

const Kind = enum(u32) {
    cmov = code("cmov"),
    co64 = code("co64"),
    dinf = code("dinf"),
    dref = code("dref"),
    ftyp = code("ftyp"),
    iloc = code("iloc"),
    mdia = code("mdia"),
    meco = code("meco"),
    meta = code("meta"),
    mfra = code("mfra"),
    minf = code("minf"),
    moof = code("moof"),
    moov = code("moov"),
    saio = code("saio"),
    stbl = code("stbl"),
    stco = code("stco"),
    tfhd = code("tfhd"),
    tfra = code("tfra"),
    traf = code("traf"),
    trak = code("trak"),
    uuid = code("uuid"),
    _,

    fn code(comptime name: *const [4]u8) u32 {
        return std.mem.readInt(u32, name, .big);
    }
};

const Box = struct { kind: Kind, start: u64, body: u64, end: u64, is_store: bool };

pub const Bmff = struct {
    position: u64 = 0,
    parts: u32 = 0,
    /// The containers that `position` is in, outermost first.
    open: [most_depth]Box = undefined,
    depth: usize = 0,
    /// Of the root box that `position` is in.
    flags: u32 = plan_.write_only,
    /// Where the last root box begins whose place is in the plan.
    rooted: ?u64 = null,
    type_end: ?u64 = null,
    /// How far tables were looked through for places that have no room, and how far they will be.
    looked_to: u64 = 0,
    look_to: u64 = 0,
    has_hole: bool = false,

    pub fn advance(self: *Bmff, plan: *Plan) Error!void {
        try self.lookForRoom(plan);
        while (true) {
            while (self.depth > 0 and self.position == self.open[self.depth - 1].end) self.depth -= 1;
            if (self.depth == 0 and self.position == plan.source.length) break;
            const box = try self.header(plan.source) orelse {
                self.position = self.open[self.depth - 1].end;
                continue;
            };
            if (self.depth == 0 and self.rooted != box.start) {
                try self.root(plan, box);
                self.rooted = box.start;
            }
            try self.visit(plan, box);
            self.parts += 1;
            if (self.parts > most_parts) return error.TooManyParts;
        }
        if (self.type_end == null) return error.FileTypeMissing;
        try plan.copyTo(plan.source.length, self.flags);
        try self.makeHole(plan);
    }

    /// Null if a container ends in a few bytes that are no box, as QuickTime's may.
    fn header(self: *Bmff, source: *Source) Error!?Box {
        const end = if (self.depth > 0) self.open[self.depth - 1].end else source.length;
        const left = end - self.position;
        if (left < 8) return if (self.depth > 0) null else error.JunkAfterBoxes;
        const head = try source.at(self.position, @intCast(@min(left, 32)));
        const kind = std.mem.readInt(u32, head[4..8], .big);
        // Exclusions name boxes by path, and engines differ in what they hash if a type holds a
        // separator or a control character. Zeros at the end have their own name below.
        if (kind != 0) for (head[4..8]) |letter| if (letter < ' ' or letter == '/') return error.Malformed;
        var size: u64 = std.mem.readInt(u32, head[0..4], .big);
        var body: u64 = 8;
        if (size == 1) {
            if (left < 16) return error.Truncated;
            size = std.mem.readInt(u64, head[8..16], .big);
            body = 16;
        } else if (size == 0) {
            if (self.depth > 0) return error.Malformed;
            if (kind == 0) return error.JunkAfterBoxes;
            // Nothing could follow it.
            if (self.type_end == null) return error.Malformed;
            size = left;
        }
        if (size < body) return error.Malformed;
        if (size > left) return if (self.depth > 0) error.Malformed else error.Truncated;
        const kind_of_box: Kind = @enumFromInt(kind);
        return .{
            .kind = kind_of_box,
            .start = self.position,
            .body = self.position + body,
            .end = self.position + size,
            .is_store = kind_of_box == .uuid and self.depth == 0 and size >= body + 16 and left >= body + 16 and
                std.mem.eql(u8, head[@intCast(body)..][0..16], store_uuid),
        };
    }

    fn root(self: *Bmff, plan: *Plan, box: Box) Error!void {
        if ((box.kind == .ftyp) != (self.type_end == null)) {
            return if (self.type_end == null) error.FileTypeMissing else error.Malformed;
        }
        try plan.copyTo(box.start, self.flags);
        if (box.kind == .ftyp) {
            self.type_end = box.end;
            plan.shift_from = box.end;
            plan.delta = holeLength(plan.store_length);
            return;
        }
        if (box.is_store) return self.meetStore(plan, box);
        try self.makeHole(plan);
        self.flags = if (box.kind == .mfra) plan_.write_only else plan_.write_and_hash;
        if (box.kind == .mfra) return;
        var offset: [8]u8 = undefined;
        std.mem.writeInt(u64, &offset, plan.written, .big);
        try plan.literal(&offset, plan_.hash_only);
    }

    /// One that follows the file type moves everything behind it by the same distance.
    fn meetStore(self: *Bmff, plan: *Plan, box: Box) Error!void {
        const head_bytes = store_uuid.len + purpose.len + 8;
        var is_manifest = false;
        if (box.end - box.body > head_bytes) {
            is_manifest = std.mem.eql(u8, (try plan.source.at(box.body, head_bytes))[store_uuid.len..][0..purpose.len], purpose);
        }
        try plan.meetStore(is_manifest and box.start == self.type_end);
        // Boxes of other purposes have no store of their own.
        if (!is_manifest) return;
        try plan.noteStore(.between(box.body + head_bytes, box.end));
        if (plan.earlier == .sought) return;
        try plan.remove(.between(box.start, box.end));
        plan.shift_from = box.end;
    }

    fn makeHole(self: *Bmff, plan: *Plan) Error!void {
        if (self.has_hole) return;
        self.has_hole = true;
        try plan.hole(holeLength(plan.store_length));
    }

    fn visit(self: *Bmff, plan: *Plan, box: Box) Error!void {
        const source = plan.source;
        const parent: ?Kind = if (self.depth > 0) self.open[self.depth - 1].kind else null;
        if (parent == .dref) {
            if (box.end - box.body < 4) return error.Malformed;
            if (try source.u32At(box.body, .big) & 1 == 0) return error.ChunkOffsetsElsewhere;
        } else switch (box.kind) {
            .moov, .trak, .mdia, .minf, .stbl, .dinf, .moof, .traf, .mfra, .meco => return self.enter(box, 0),
            .dref => return self.enter(box, 8),
            // QuickTime's has no version and no flags.
            .meta => {
                const is_quick_time = box.end - box.body >= 8 and
                    std.mem.eql(u8, try source.at(box.body + 4, 4), "hdlr");
                if (!is_quick_time and box.end - box.body >= 4 and try source.u32At(box.body, .big) != 0) return error.Malformed;
                return self.enter(box, if (is_quick_time) 0 else 4);
            },
            .cmov => return error.CompressedMovie,
            .stco => try self.table(plan, box, 4, 4),
            .co64 => try self.table(plan, box, 4, 8),
            // In a fragment they are relative to its data.
            .saio => if (parent == .stbl) {
                const head = try source.u32At(box.body, .big);
                const skipped: u64 = if (head & 1 != 0) 12 else 4;
                try self.table(plan, box, skipped, if (head >> 24 == 0) 4 else 8);
            },
            .tfhd => if (try source.u32At(box.body, .big) & 1 != 0) {
                if (box.end - box.body < 16) return error.Malformed;
                try plan.copyTo(box.body + 8, self.flags);
                try plan.shift(8, 8, 8, self.flags);
            },
            .tfra => try self.randomAccess(plan, box),
            .iloc => try item_locations.move(plan, box.start, box.body, box.end, self.flags),
            else => {},
        }
        self.position = box.end;
    }

    fn enter(self: *Bmff, box: Box, skipped: u64) Error!void {
        if (self.depth == most_depth) return error.BoxTooDeep;
        if (box.end - box.body < skipped) return error.Malformed;
        self.open[self.depth] = box;
        self.depth += 1;
        self.position = box.body + skipped;
    }

    fn table(self: *Bmff, plan: *Plan, box: Box, skipped: u64, width: u32) Error!void {
        if (box.end - box.body < skipped + 4) return error.Malformed;
        const count: u64 = try plan.source.u32At(box.body + skipped, .big);
        const first = box.body + skipped + 4;
        if (count * width > box.end - first) return error.Malformed;
        if (width == 4 and plan.source.length - plan.removed_bytes +| plan.delta > std.math.maxInt(u32)) {
            self.looked_to = @max(self.looked_to, first);
            self.look_to = first + count * width;
            try self.lookForRoom(plan);
        }
        try plan.copyTo(first, self.flags);
        try plan.shift(count * width, width, width, self.flags);
    }

    /// Looks through a table for places that have no room when they are moved, so that this is known
    /// before anything is copied.
    fn lookForRoom(self: *Bmff, plan: *Plan) Error!void {
        const most = std.math.maxInt(u32);
        while (self.looked_to < self.look_to) {
            const length = @min(self.look_to - self.looked_to, Source.most_at_once);
            const part = try plan.source.at(self.looked_to, @intCast(length));
            var at: usize = 0;
            while (at + 4 <= part.len) : (at += 4) {
                const place = std.mem.readInt(u32, part[at..][0..4], .big);
                if (place >= plan.shift_from and (plan.placeBehind(place) orelse return error.FileTooLarge) > most) return error.FileTooLarge;
            }
            self.looked_to += part.len;
        }
    }

    fn randomAccess(self: *Bmff, plan: *Plan, box: Box) Error!void {
        if (box.end - box.body < 16) return error.Malformed;
        const head = try plan.source.at(box.body, 16);
        const width: u32 = if (head[0] == 0) 4 else 8;
        const sizes = std.mem.readInt(u32, head[8..12], .big);
        const count: u64 = std.mem.readInt(u32, head[12..16], .big);
        const stride = 2 * width + (sizes >> 4 & 3) + (sizes >> 2 & 3) + (sizes & 3) + 3;
        if (count == 0) return;
        if (count * stride > box.end - box.body - 16) return error.Malformed;
        try plan.copyTo(box.body + 16 + width, self.flags);
        try plan.shift((count - 1) * stride + width, width, stride, self.flags);
    }

    pub fn holeLength(store_length: u32) u64 {
        return 8 + store_uuid.len + purpose.len + 8 + @as(u64, store_length);
    }

    pub fn fill(store: []const u8, out: *std.ArrayList(u8), allocator: std.mem.Allocator) Error!void {
        var number: [4]u8 = undefined;
        std.mem.writeInt(u32, &number, @intCast(holeLength(@intCast(store.len))), .big);
        try out.appendSlice(allocator, &number);
        try out.appendSlice(allocator, "uuid" ++ store_uuid ++ purpose ++ "\x00" ** 8);
        try out.appendSlice(allocator, store);
    }
};
