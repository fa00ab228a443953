//! MP3 and FLAC: the store is the last frame of the ID3v2 tag at the beginning (C2PA 2.2 annex A.3.7).

const std = @import("std");
const plan_ = @import("plan.zig");
const Error = plan_.Error;
const Plan = plan_.Plan;

pub const Id3 = struct {
    const most_parts = 1 << 16;
    const most_tag_bytes = (1 << 28) - 1;
    const media_type = "application/c2pa";
    /// Text encoding, media type, file name, description.
    const object_head = "\x00" ++ media_type ++ "\x00" ++ "c2pa\x00" ++ "c2pa manifest store\x00";
    const frame_head_bytes = 10;
    /// Of an object: encoding, media type, file name and description.
    const most_object_head_bytes = 1024;

    position: u64 = 0,
    parts: u32 = 0,
    version: u8 = 4,
    tag_end: u64 = 0,
    has_frames: bool = false,

    pub fn advance(self: *Id3, plan: *Plan) Error!void {
        const source = plan.source;
        if (self.position == 0) try self.header(plan.source);
        while (!self.has_frames and self.position < self.tag_end) {
            if (self.tag_end - self.position < frame_head_bytes) break;
            const head = try source.at(self.position, frame_head_bytes);
            if (head[0] == 0) break;
            for (head[0..4]) |letter| {
                if (!std.ascii.isUpper(letter) and !std.ascii.isDigit(letter)) return error.Malformed;
            }
            const length = if (self.version == 4) try syncSafe(head[4..8]) else std.mem.readInt(u32, head[4..8], .big);
            const body = self.position + frame_head_bytes;
            if (length > self.tag_end - body) return error.Malformed;
            if (std.mem.eql(u8, head[0..4], "GEOB")) {
                const object = try source.at(body, @min(length, most_object_head_bytes));
                for ([_][]const u8{ media_type, "application/x-c2pa-manifest-store" }) |known| {
                    if (object.len <= known.len or !std.mem.startsWith(u8, object[1..], known)) continue;
                    const head_bytes = objectHeadBytes(object);
                    try plan.meetStore(head_bytes != null);
                    try plan.noteStore(.between(body + (head_bytes orelse return error.EarlierStoreUnsupported), body + length));
                    try plan.remove(.between(self.position, body + length));
                    break;
                }
            }
            self.position = body + length;
            self.parts += 1;
            if (self.parts > most_parts) return error.TooManyParts;
        }
        self.has_frames = true;
        // What follows the tag says what the file is.
        const audio = try source.at(self.tag_end, 4);
        if (std.mem.eql(u8, audio, "fLaC")) {
            plan.format = .flac;
        } else if (isAudioFrame(audio[0..4])) {
            plan.format = .mp3;
        } else return error.UnknownFormat;
        try self.emit(plan);
    }

    /// The head of a frame of MPEG audio, layer II or III; not that of AAC, nor UTF-16's mark.
    pub fn isAudioFrame(head: *const [4]u8) bool {
        const version = head[1] >> 3 & 3;
        const layer = head[1] >> 1 & 3;
        return head[0] == 0xff and head[1] & 0xe0 == 0xe0 and version != 1 and
            (layer == 1 or layer == 2) and head[2] >> 4 != 15 and head[2] >> 2 & 3 != 3;
    }

    /// How many bytes precede an object's content; null if they have no end, or are in UTF-16.
    fn objectHeadBytes(object: []const u8) ?usize {
        if (object[0] != 0 and object[0] != 3) return null;
        var at: usize = 1;
        for (0..3) |_| at = (std.mem.indexOfScalarPos(u8, object, at, 0) orelse return null) + 1;
        return at;
    }

    fn header(self: *Id3, source: *plan_.Source) Error!void {
        const head = try source.at(0, 10);
        if (!std.mem.eql(u8, head[0..3], "ID3")) {
            self.position = frame_head_bytes;
            return;
        }
        // Flags: unsynchronisation, extended header, experimental, footer.
        if (head[3] < 3 or head[3] > 4 or head[5] & 0xdf != 0) return error.Id3Unsupported;
        self.version = head[3];
        self.tag_end = 10 + @as(u64, try syncSafe(head[6..10]));
        if (self.tag_end > source.length) return error.Truncated;
        self.position = 10;
    }

    fn emit(self: *Id3, plan: *Plan) Error!void {
        const frames_bytes = if (self.tag_end == 0) 0 else self.position - 10 - plan.removed_bytes;
        const object_bytes = object_head.len + @as(u64, plan.store_length);
        const tag_bytes = frames_bytes + frame_head_bytes + object_bytes;
        if (tag_bytes > most_tag_bytes) return error.StoreTooLarge;
        var tag = [_]u8{ 'I', 'D', '3', self.version, 0, 0, 0, 0, 0, 0 };
        writeSyncSafe(tag[6..10], @intCast(tag_bytes));
        try plan.literal(&tag, plan_.write_and_hash);
        if (self.tag_end > 0) {
            plan.skip(10);
            try plan.copyTo(self.position, plan_.write_and_hash);
            // Padding is left out.
            plan.skip(self.tag_end - self.position);
        }
        var frame = [_]u8{ 'G', 'E', 'O', 'B', 0, 0, 0, 0, 0, 0 };
        if (self.version == 4) writeSyncSafe(frame[4..8], @intCast(object_bytes)) else std.mem.writeInt(u32, frame[4..8], @intCast(object_bytes), .big);
        try plan.literal(&frame, plan_.write_and_hash);
        try plan.literal(object_head, plan_.write_and_hash);
        try plan.hole(plan.store_length);
        try plan.copyTo(plan.source.length, plan_.write_and_hash);
    }
};

fn syncSafe(bytes: *const [4]u8) Error!u32 {
    var value: u32 = 0;
    for (bytes) |byte| {
        if (byte & 0x80 != 0) return error.Malformed;
        value = value << 7 | byte;
    }
    return value;
}

fn writeSyncSafe(bytes: *[4]u8, value: u32) void {
    for (bytes, 0..) |*byte, index| byte.* = @intCast(value >> @intCast(21 - 7 * index) & 0x7f);
}
