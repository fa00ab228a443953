//! What a layout reads of an asset, and what it has its host do: a list of steps that write the
//! signed file front to back, and that hash what the hard binding covers.

const std = @import("std");

pub const Error = error{
    /// The host has to provide the bytes that `Source` wants; not a failure.
    NeedBytes,
    AlreadySigned,
    AviOfSeveralRiffs,
    BoxTooDeep,
    CertifiedPdf,
    ChunkOffsetsElsewhere,
    CompressedMovie,
    EarlierStoreUnsupported,
    EncryptedPdf,
    FileTooLarge,
    FileTypeMissing,
    Id3Unsupported,
    JunkAfterBoxes,
    Malformed,
    OutOfMemory,
    PdfTooComplex,
    StoreTooLarge,
    SvgRootUnsupported,
    TooManyParts,
    Truncated,
    UnknownFormat,
};

/// For people, in one sentence, without the file's name.
pub fn message(failure: Error) []const u8 {
    return switch (failure) {
        error.NeedBytes => "more bytes are needed",
        error.AlreadySigned => "the file already carries a C2PA manifest store",
        error.AviOfSeveralRiffs => "an AVI file of several RIFF chunks is not supported; sign it with a sidecar",
        error.BoxTooDeep => "boxes are nested too deeply",
        error.CertifiedPdf => "the PDF's certifying signature forbids this change; sign it with a sidecar",
        error.ChunkOffsetsElsewhere => "the movie's samples are in another file; sign it with a sidecar",
        error.CompressedMovie => "a compressed movie header is not supported; sign it with a sidecar",
        error.EarlierStoreUnsupported => "the file carries a C2PA manifest store in a place where it cannot be replaced; sign it with a sidecar",
        error.EncryptedPdf => "an encrypted PDF is not supported; sign it with a sidecar",
        error.FileTooLarge => "the format has no room for a file of this size and a manifest store",
        error.FileTypeMissing => "the file does not begin with a file type box",
        error.Id3Unsupported => "only ID3 versions 2.3 and 2.4 without unsynchronisation, extended header or footer are supported",
        error.JunkAfterBoxes => "bytes that are no box follow the last box",
        error.Malformed => "the file contradicts its format",
        error.OutOfMemory => "the module has no memory left",
        error.PdfTooComplex => "the structure of this PDF is not supported; sign it with a sidecar",
        error.StoreTooLarge => "the manifest store is too large for this format",
        error.SvgRootUnsupported => "the root must be an <svg> element with content, neither it nor its metadata with a prefix, in UTF-8",
        error.TooManyParts => "the file has more parts than any real file",
        error.Truncated => "the file ends in the middle of a structure",
        error.UnknownFormat => "the format is not one in which a manifest store can be embedded",
    };
}

/// Codes are part of the host's contract; 0 is none.
pub const Format = enum(u32) {
    none = 0,
    jpeg,
    png,
    gif,
    webp,
    wav,
    avi,
    tiff,
    svg,
    mp3,
    flac,
    pdf,
    mp4,
    mov,
    m4a,
    heic,
    avif,

    pub fn mediaType(format: Format) []const u8 {
        return switch (format) {
            .none => "",
            .jpeg => "image/jpeg",
            .png => "image/png",
            .gif => "image/gif",
            .webp => "image/webp",
            .wav => "audio/wav",
            .avi => "video/avi",
            .tiff => "image/tiff",
            .svg => "image/svg+xml",
            .mp3 => "audio/mpeg",
            .flac => "audio/flac",
            .pdf => "application/pdf",
            .mp4 => "video/mp4",
            .mov => "video/quicktime",
            .m4a => "audio/mp4",
            .heic => "image/heic",
            .avif => "image/avif",
        };
    }
};

/// A view of the asset through one window that the host fills on demand.
pub const Source = struct {
    pub const capacity = 1024 * 1024;
    /// The most that a layout may look at in one piece.
    pub const most_at_once = 64 * 1024;
    /// What lies closer together than this is read a window at a time: a call of the host costs as
    /// much as some 200 KiB.
    const near = 256 * 1024;
    /// Headers lie together, so a little more is read than what is asked for.
    const read_ahead = 4 * 1024;
    const look_behind = 64;
    /// What a plan may read beyond four times the asset, before its parts are no file's.
    const spare_budget = 1024 * 1024;

    length: u64 = 0,
    window: [capacity]u8 = undefined,
    start: u64 = 0,
    filled: u32 = 0,
    /// How many bytes may still be wanted; each read counts as `read_ahead` at least.
    budget: u64 = 0,
    want_offset: u64 = 0,
    want_length: u32 = 0,

    pub fn reset(self: *Source, length: u64) void {
        self.length = length;
        self.start = 0;
        self.filled = 0;
        self.budget = 4 *| length +| spare_budget;
    }

    /// The host has put what was wanted into the window, or the beginning of it.
    pub fn filledWith(self: *Source, length: u32) void {
        self.start = self.want_offset;
        self.filled = @min(length, self.want_length);
    }

    /// The bytes at an offset, valid until the next call.
    pub noinline fn at(self: *Source, offset: u64, length: u32) Error![]const u8 {
        if (offset > self.length or length > self.length - offset) return error.Truncated;
        if (offset >= self.start and offset - self.start <= self.filled) {
            const from: u32 = @intCast(offset - self.start);
            if (length <= self.filled - from) return self.window[from..][0..length];
        }
        if (length > most_at_once) return error.TooManyParts;
        // From a little before, so that what a layout reads again after this stays in the window.
        const behind: u32 = @intCast(@min(offset, look_behind, capacity - length));
        const start = offset - behind;
        // Where parts are small, a whole window holds many; where they are large, it would hold none.
        const is_near = self.filled > 0 and start >= self.want_offset and start - self.want_offset < self.filled +| near;
        const ahead: u32 = if (is_near) capacity else read_ahead;
        self.want_offset = start;
        self.want_length = @intCast(@min(@max(length + behind, ahead), self.length - start));
        const cost = @max(self.want_length, read_ahead);
        if (cost > self.budget) return error.TooManyParts;
        self.budget -= cost;
        return error.NeedBytes;
    }

    pub fn u16At(self: *Source, offset: u64, order: std.builtin.Endian) Error!u16 {
        return std.mem.readInt(u16, (try self.at(offset, 2))[0..2], order);
    }

    pub fn u32At(self: *Source, offset: u64, order: std.builtin.Endian) Error!u32 {
        return std.mem.readInt(u32, (try self.at(offset, 4))[0..4], order);
    }

    pub fn u64At(self: *Source, offset: u64, order: std.builtin.Endian) Error!u64 {
        return std.mem.readInt(u64, (try self.at(offset, 8))[0..8], order);
    }
};

pub const StepKind = enum(u32) {
    /// Take `length` bytes of the asset from `offset`.
    copy = 0,
    /// Take `length` bytes of the module's memory at address `offset`.
    literal = 1,
    /// Leave `length` bytes for the manifest store. Never hashed.
    hole = 2,
    /// Take a table of the asset, and have `shift` move the place in each entry.
    shift = 3,
};

/// One step, as the host reads it.
pub const Step = extern struct {
    kind: StepKind,
    /// Bit 0: write; bit 1: hash.
    flags: u32,
    /// Bytes of an integer of a table, and the distance between two.
    width: u32 = 0,
    stride: u32 = 0,
    offset: u64,
    length: u64,
};

pub const write_and_hash: u32 = 3;
pub const write_only: u32 = 1;
pub const hash_only: u32 = 2;

/// Bytes of the asset.
pub const Extent = extern struct {
    offset: u64,
    length: u64,

    pub fn between(start: u64, end: u64) Extent {
        return .{ .offset = start, .length = end - start };
    }
};

/// What becomes of a store that the asset carries already.
pub const Earlier = enum {
    refused,
    /// It is left out of the signed file.
    replaced,
    /// Only its place matters: there will be no signed file.
    sought,
};

pub const Plan = struct {
    const most_steps = 256 * 1024;
    const most_literal_bytes = 4 * 1024 * 1024;

    allocator: std.mem.Allocator,
    source: *Source,
    format: Format = .none,
    /// Exact size of the store that will fill the hole.
    store_length: u32 = 0,
    steps: std.ArrayList(Step) = .empty,
    /// Literals' steps hold a place in here until `finish` turns it into an address.
    literals: std.ArrayList(u8) = .empty,
    /// How far the asset has been taken.
    taken: u64 = 0,
    /// How much has been written.
    written: u64 = 0,
    hole_offset: u64 = 0,
    hole_length: u64 = 0,
    /// What is added to a place in the asset that lies behind the hole.
    delta: u64 = 0,
    /// Places before this one do not move.
    shift_from: u64 = 0,
    earlier: Earlier = .refused,
    /// Where the earlier store's own bytes stand, in the store's order.
    earlier_store: std.ArrayList(Extent) = .empty,
    /// What is left out: the earlier store and what the format puts around it, in the asset's order.
    removed: std.ArrayList(Extent) = .empty,
    removed_bytes: u64 = 0,
    /// How many of them have been passed.
    passed: usize = 0,

    pub fn reset(self: *Plan, store_length: u32, earlier: Earlier) void {
        self.steps.clearRetainingCapacity();
        self.literals.clearRetainingCapacity();
        self.earlier_store.clearRetainingCapacity();
        self.removed.clearRetainingCapacity();
        self.* = .{
            .allocator = self.allocator,
            .source = self.source,
            .steps = self.steps,
            .literals = self.literals,
            .earlier_store = self.earlier_store,
            .removed = self.removed,
            .store_length = store_length,
            .earlier = earlier,
        };
    }

    /// Says that the asset carries a store already: whether it can be left out where it is.
    pub fn meetStore(self: *const Plan, is_replaceable: bool) Error!void {
        if (self.earlier == .refused) return error.AlreadySigned;
        // Of several, none can be told to be the asset's.
        const is_second = self.earlier_store.items.len > 0;
        if (is_second or (self.earlier == .replaced and !is_replaceable)) return error.EarlierStoreUnsupported;
    }

    /// Notes where bytes of the earlier store stand.
    pub fn noteStore(self: *Plan, part: Extent) Error!void {
        if (self.earlier_store.items.len == most_steps) return error.TooManyParts;
        try self.earlier_store.append(self.allocator, part);
    }

    /// Leaves out bytes that have not been taken yet, wherever copying passes them.
    pub fn remove(self: *Plan, part: Extent) Error!void {
        if (self.removed.items.len == most_steps) return error.TooManyParts;
        try self.removed.append(self.allocator, part);
        self.removed_bytes += part.length;
    }

    /// Takes the asset up to a place, unchanged but for what is left out.
    pub fn copyTo(self: *Plan, end: u64, flags: u32) Error!void {
        while (self.passed < self.removed.items.len) : (self.passed += 1) {
            const gap = self.removed.items[self.passed];
            if (gap.offset >= end) break;
            if (gap.length > end - gap.offset) return error.Malformed;
            try self.copyRun(gap.offset, flags);
            self.taken = gap.offset + gap.length;
        }
        try self.copyRun(end, flags);
    }

    fn copyRun(self: *Plan, end: u64, flags: u32) Error!void {
        if (end < self.taken) return error.Malformed;
        if (end == self.taken) return;
        try self.append(.{ .kind = .copy, .flags = flags, .offset = self.taken, .length = end - self.taken });
        self.taken = end;
    }

    /// Leaves out bytes of the asset, which something else replaces.
    pub fn skip(self: *Plan, length: u64) void {
        self.taken += length;
    }

    pub fn literal(self: *Plan, bytes: []const u8, flags: u32) Error!void {
        if (bytes.len == 0) return;
        if (self.literals.items.len + bytes.len > most_literal_bytes) return error.TooManyParts;
        const offset = self.literals.items.len;
        try self.literals.appendSlice(self.allocator, bytes);
        if (self.steps.items.len > 0) {
            const last = &self.steps.items[self.steps.items.len - 1];
            if (last.kind == .literal and last.flags == flags) {
                last.length += bytes.len;
                if (flags & 1 != 0) self.written += bytes.len;
                return;
            }
        }
        try self.append(.{ .kind = .literal, .flags = flags, .offset = offset, .length = bytes.len });
    }

    pub fn hole(self: *Plan, length: u64) Error!void {
        self.hole_offset = self.written;
        self.hole_length = length;
        try self.append(.{ .kind = .hole, .flags = write_only, .offset = 0, .length = length });
    }

    /// Takes a table of places, each moved behind the hole.
    pub fn shift(self: *Plan, length: u64, width: u32, stride: u32, flags: u32) Error!void {
        if (length == 0) return;
        if (length > self.source.length - self.taken) return error.Truncated;
        try self.append(.{
            .kind = .shift,
            .flags = flags,
            .width = width,
            .stride = stride,
            .offset = self.taken,
            .length = length,
        });
        self.taken += length;
    }

    /// Where something of the asset that lies behind the hole stands in the signed file; null if no
    /// number is large enough. What is removed lies before `shift_from`.
    pub fn placeBehind(self: *const Plan, place: u64) ?u64 {
        return std.math.add(u64, place - self.removed_bytes, self.delta) catch null;
    }

    fn append(self: *Plan, step: Step) Error!void {
        if (self.steps.items.len == most_steps) return error.TooManyParts;
        try self.steps.append(self.allocator, step);
        if (step.flags & 1 != 0) self.written = std.math.add(u64, self.written, step.length) catch return error.FileTooLarge;
    }

    pub fn finish(self: *Plan) void {
        for (self.steps.items) |*step| {
            if (step.kind == .literal) step.offset += @intFromPtr(self.literals.items.ptr);
        }
    }
};
