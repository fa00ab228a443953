//! The module's face to its host. It reads headers of an asset and gives a plan of how to write the
//! asset with a hole for its manifest store; then it turns the store into what fills the hole. No
//! imports, no keys, and never more of the asset than one window.
//!
//!   begin(asset_length, store_length)      then `advance` until it says other than 1
//!   begin_replacing(asset_length, store_length)   the same, if the asset may carry a store already
//!   begin_seeking(asset_length)            the same, only to find a store that the asset carries
//!   advance(provided)                      0: done; 2: failed; 1: put the bytes that `state` names
//!                                          into the window, and call it again with their number
//!   fill(store_length)                     the store is in `store_buffer(length)`; gives the filling
//!   shift(length, width, stride)           moves the places of a table in the window; 0 if one overflows
//!   hash_begin, hash_update(length), hash_end     SHA-256 of what passes through the window
//!
//! What `advance` finds stands in `state`.

const std = @import("std");
const plan_ = @import("plan.zig");
const still = @import("still.zig");
const Bmff = @import("bmff.zig").Bmff;
const Id3 = @import("id3.zig").Id3;
const Pdf = @import("pdf.zig").Pdf;
const Riff = @import("riff.zig").Riff;
const Svg = @import("svg.zig").Svg;
const Tiff = @import("tiff.zig").Tiff;
const Error = plan_.Error;
const Format = plan_.Format;

pub const panic = std.debug.no_panic;

/// A store has a box header and more; the largest is what JPEG's 32-bit lengths have room for.
const least_store_bytes = 64;
const most_store_bytes = 16 * 1024 * 1024;

const Layout = union(enum) {
    none,
    jpeg: still.Jpeg,
    png: still.Png,
    gif: still.Gif,
    riff: Riff,
    tiff: Tiff,
    svg: Svg,
    id3: Id3,
    pdf: Pdf,
    bmff: Bmff,
};

/// As the host reads it: little-endian, without gaps.
const State = extern struct {
    want_offset: u64 = 0,
    want_length: u32 = 0,
    step_count: u32 = 0,
    steps: u32 = 0,
    media_type: u32 = 0,
    media_type_length: u32 = 0,
    error_name: u32 = 0,
    error_name_length: u32 = 0,
    message: u32 = 0,
    message_length: u32 = 0,
    /// 1 if the hard binding excludes boxes by their kind; otherwise it excludes the hole.
    excludes_boxes: u32 = 0,
    written: u64 = 0,
    hole_offset: u64 = 0,
    hole_length: u64 = 0,
    /// Where an earlier store stands in the asset: address of pairs of an offset and a length, and how
    /// many; 0 for none.
    earlier: u32 = 0,
    earlier_count: u32 = 0,
    /// 1 if those bytes are the store in base64.
    earlier_is_base64: u32 = 0,
    unused: u32 = 0,
};

const wants_bytes = 1;

const allocator = std.heap.wasm_allocator;
var source: plan_.Source = .{};
var plan: plan_.Plan = .{ .allocator = allocator, .source = &source };
var layout: Layout = .none;
var found: State = .{};
/// What `advance` said last.
var last_word: ?u32 = null;
var filling: std.ArrayList(u8) = .empty;
var store: std.ArrayList(u8) = .empty;
var sha256: std.crypto.hash.sha2.Sha256 = .init(.{});

export fn window() u32 {
    return address(&source.window);
}

export fn window_capacity() u32 {
    return plan_.Source.capacity;
}

export fn state() u32 {
    return @intCast(@intFromPtr(&found));
}

export fn begin(asset_length: u64, store_length: u32) void {
    beginWith(asset_length, store_length, .refused);
}

export fn begin_replacing(asset_length: u64, store_length: u32) void {
    beginWith(asset_length, store_length, .replaced);
}

export fn begin_seeking(asset_length: u64) void {
    beginWith(asset_length, least_store_bytes, .sought);
}

fn beginWith(asset_length: u64, store_length: u32, earlier: plan_.Earlier) void {
    source.reset(asset_length);
    layout = .none;
    found = .{};
    last_word = null;
    plan.reset(store_length, earlier);
}

export fn advance(provided: u32) u32 {
    if (last_word) |word| {
        if (word != wants_bytes) return word;
        source.filledWith(provided);
    }
    last_word = step();
    return last_word.?;
}

fn step() u32 {
    tryAdvance() catch |failure| {
        if (failure == error.NeedBytes) {
            found.want_offset = source.want_offset;
            found.want_length = source.want_length;
            return wants_bytes;
        }
        const name = @errorName(failure);
        found.error_name = address(name);
        found.error_name_length = @intCast(name.len);
        const text = plan_.message(failure);
        found.message = address(text);
        found.message_length = @intCast(text.len);
        return 2;
    };
    plan.finish();
    const media_type = plan.format.mediaType();
    found.media_type = address(media_type);
    found.media_type_length = @intCast(media_type.len);
    found.steps = @intCast(@intFromPtr(plan.steps.items.ptr));
    found.step_count = @intCast(plan.steps.items.len);
    found.excludes_boxes = @intFromBool(layout == .bmff);
    found.written = plan.written;
    found.hole_offset = plan.hole_offset;
    found.hole_length = plan.hole_length;
    found.earlier_count = @intCast(plan.earlier_store.items.len);
    if (found.earlier_count > 0) found.earlier = @intCast(@intFromPtr(plan.earlier_store.items.ptr));
    found.earlier_is_base64 = @intFromBool(layout == .svg);
    return 0;
}

fn tryAdvance() Error!void {
    if (layout == .none) {
        if (plan.store_length < least_store_bytes) return error.Malformed;
        if (plan.store_length > most_store_bytes) return error.StoreTooLarge;
        const head = try source.at(0, @intCast(@min(source.length, 32)));
        plan.format = recognize(head);
        layout = switch (plan.format) {
            .none => return error.UnknownFormat,
            .jpeg => .{ .jpeg = .{} },
            .png => .{ .png = .{} },
            .gif => .{ .gif = .{} },
            .webp, .wav, .avi => .{ .riff = .{} },
            .tiff => .{ .tiff = .{} },
            .svg => .{ .svg = .{} },
            .mp3, .flac => .{ .id3 = .{} },
            .pdf => .{ .pdf = .{} },
            .mp4, .mov, .m4a, .heic, .avif => .{ .bmff = .{} },
        };
    }
    switch (layout) {
        .none => unreachable,
        inline else => |*chosen| try chosen.advance(&plan),
    }
}

fn recognize(head: []const u8) Format {
    if (starts(head, "\xff\xd8")) return .jpeg;
    if (starts(head, "\x89PNG\r\n\x1a\n")) return .png;
    if (starts(head, "GIF87a") or starts(head, "GIF89a")) return .gif;
    if (head.len < 12) return .none;
    if (starts(head, "RIFF")) {
        if (starts(head[8..], "WEBP")) return .webp;
        if (starts(head[8..], "WAVE")) return .wav;
        if (starts(head[8..], "AVI ")) return .avi;
        return .none;
    }
    for ([_][]const u8{ "II*\x00", "MM\x00*", "II+\x00\x08\x00\x00\x00", "MM\x00+\x00\x08\x00\x00" }) |magic| {
        if (starts(head, magic)) return .tiff;
    }
    if (starts(head, "fLaC")) return .flac;
    if (starts(head, "ID3") or Id3.isAudioFrame(head[0..4])) return .mp3;
    if (starts(head[4..], "ftyp")) return brand(head);
    if (std.mem.indexOf(u8, head, "%PDF-") != null) return .pdf;
    const text = std.mem.trimStart(u8, if (starts(head, "\xef\xbb\xbf")) head[3..] else head, " \t\r\n");
    for ([_][]const u8{ "<?xml", "<!--", "<!DOCTYPE svg", "<svg" }) |beginning| {
        if (starts(text, beginning)) return .svg;
    }
    return .none;
}

/// The major brand; of images' common one, what the first compatible brands say. Canon's raw files
/// name places in boxes of their own, which would not move.
fn brand(head: []const u8) Format {
    const major = head[8..12];
    if (starts(major, "qt  ")) return .mov;
    if (starts(major, "crx ")) return .none;
    if (starts(major, "M4A ") or starts(major, "M4B ")) return .m4a;
    if (starts(major, "avif") or starts(major, "avis")) return .avif;
    for ([_][]const u8{ "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1" }) |image| {
        if (!starts(major, image)) continue;
        const compatible = if (head.len > 16) head[16..] else "";
        return if (std.mem.indexOf(u8, compatible, "avif") != null) .avif else .heic;
    }
    return .mp4;
}

fn starts(bytes: []const u8, prefix: []const u8) bool {
    return std.mem.startsWith(u8, bytes, prefix);
}

/// Room for a store; 0 if there is none.
export fn store_buffer(length: u32) u32 {
    if (length > most_store_bytes) return 0;
    store.resize(allocator, length) catch return 0;
    return address(store.items);
}

/// What fills the hole, from the store that is in `store_buffer`: address in the upper half, length in
/// the lower. 0 if the store is not as long as `begin` was told.
export fn fill() u64 {
    filling.clearRetainingCapacity();
    if (store.items.len != plan.store_length) return 0;
    const done = switch (layout) {
        .none => return 0,
        .jpeg => |*chosen| chosen.fill(store.items, &filling, allocator),
        .png => still.Png.fill(store.items, &filling, allocator),
        .gif => still.Gif.fill(store.items, &filling, allocator),
        .riff => Riff.fill(store.items, &filling, allocator),
        .svg => Svg.fill(store.items, &filling, allocator),
        .bmff => Bmff.fill(store.items, &filling, allocator),
        .tiff, .id3, .pdf => filling.appendSlice(allocator, store.items),
    };
    done catch return 0;
    return @as(u64, address(filling.items)) << 32 | filling.items.len;
}

/// Moves the places of a table whose part is at the window's beginning, big-endian as BMFF has them.
/// 0 if one does not fit, otherwise 1.
export fn shift(length: u32, width: u32, stride: u32) u32 {
    if (length > plan_.Source.capacity or stride < width or (width != 4 and width != 8)) return 0;
    // The window no longer holds what the plan read.
    source.filled = 0;
    var at: usize = 0;
    while (at + width <= length) : (at += stride) {
        if (width == 8) {
            if (!moveAt(u64, source.window[at..][0..8])) return 0;
        } else if (!moveAt(u32, source.window[at..][0..4])) return 0;
    }
    return 1;
}

fn moveAt(comptime Integer: type, bytes: *[@sizeOf(Integer)]u8) bool {
    const place = std.mem.readInt(Integer, bytes, .big);
    if (place < plan.shift_from) return true;
    const moved = plan.placeBehind(place) orelse return false;
    std.mem.writeInt(Integer, bytes, std.math.cast(Integer, moved) orelse return false, .big);
    return true;
}

export fn hash_begin() void {
    sha256 = .init(.{});
}

export fn hash_update(length: u32) void {
    source.filled = 0;
    sha256.update(source.window[0..@min(length, plan_.Source.capacity)]);
}

/// Writes the digest's 32 bytes to the window.
export fn hash_end() void {
    source.filled = 0;
    sha256.final(source.window[0..32]);
}

fn address(bytes: []const u8) u32 {
    return @intCast(@intFromPtr(bytes.ptr));
}
