//! What stands at an offset of a PDF, and what its streams hold: bytes as they are, or deflated, with
//! or without one of PNG's predictors (ISO 32000-2 §7.3.8, §7.4.4).

const std = @import("std");
const flate = @import("flate.zig");
const syntax = @import("pdf_syntax.zig");
const plan_ = @import("plan.zig");
const Error = plan_.Error;
const Source = plan_.Source;

const usual_object_bytes = 4 * 1024;
pub const most_object_bytes = 60 * 1024;
const most_stream_bytes = 4 * 1024 * 1024;
const most_inflated_bytes = 6 * 1024 * 1024;
/// Of all streams together.
const most_inflated_in_all = 64 * 1024 * 1024;

const allocator = std.heap.wasm_allocator;

/// Of the stream that is loaded; kept from one layout to the next.
var stream_dictionary: std.ArrayList(u8) = .empty;
var packed_stream: std.ArrayList(u8) = .empty;
var unpacked_stream: std.ArrayList(u8) = .empty;

/// What stands at an offset.
pub const Item = struct {
    /// Of an indirect object; null of a bare value.
    number: ?u64,
    generation: u64,
    value: []const u8,
    /// Where its stream's bytes begin; 0 if it has none.
    data: u64,
};

/// The one stream that is loaded, or is being so.
pub const Stream = struct {
    data: u64 = 0,
    inflated_in_all: usize = 0,

    pub fn begin(self: *Stream, item: Item) Error!void {
        stream_dictionary.clearRetainingCapacity();
        try stream_dictionary.appendSlice(allocator, item.value);
        packed_stream.clearRetainingCapacity();
        self.data = item.data;
    }

    pub fn dictionary(_: *const Stream) []const u8 {
        return stream_dictionary.items;
    }

    pub fn content(_: *const Stream) []const u8 {
        return unpacked_stream.items;
    }

    /// Loads a stream whole, with a line's end behind it that ends its last token.
    pub fn unpack(self: *Stream, source: *Source, length: u64) Error!void {
        if (length > most_stream_bytes) return error.PdfTooComplex;
        try packed_stream.ensureTotalCapacityPrecise(allocator, @intCast(length));
        while (packed_stream.items.len < length) {
            const done = packed_stream.items.len;
            const part = @min(length - done, most_object_bytes);
            packed_stream.appendSliceAssumeCapacity(try source.at(self.data + done, @intCast(part)));
        }
        unpacked_stream.clearRetainingCapacity();
        decode(self.dictionary()) catch |failure| return named(failure);
        self.inflated_in_all += unpacked_stream.items.len;
        if (self.inflated_in_all > most_inflated_in_all) return error.PdfTooComplex;
        try unpacked_stream.append(allocator, '\n');
    }
};

/// What stands at an offset; nearly always a little, so that more is read only if it has to be.
pub fn itemAt(source: *Source, offset: u64) Error!Item {
    if (offset >= source.length) return error.Truncated;
    const whole = source.length - offset;
    var reach: u64 = usual_object_bytes;
    while (true) : (reach = most_object_bytes) {
        const length = @min(reach, whole);
        return parseItem(try source.at(offset, @intCast(length)), offset) catch |failure| {
            if (failure != error.Short or length == whole) return named(failure);
            if (reach == most_object_bytes) return error.PdfTooComplex;
            continue;
        };
    }
}

fn parseItem(text: []const u8, offset: u64) syntax.Error!Item {
    var scanner: syntax.Scanner = .{ .text = text };
    var item: Item = .{ .number = null, .generation = 0, .value = "", .data = 0 };
    item.number = syntax.integer(try scanner.token());
    if (item.number != null) {
        item.generation = try scanner.number();
        if (!std.mem.eql(u8, try scanner.token(), "obj")) return error.Malformed;
    } else scanner.at = 0;
    item.value = try scanner.value();
    if (!std.mem.eql(u8, try scanner.token(), "stream")) return item;
    for ("\r\n") |byte| {
        if (scanner.at == text.len) return error.Short;
        if (text[scanner.at] == byte) scanner.at += 1;
    }
    item.data = offset + scanner.at;
    return item;
}

/// Undoes the filter and the predictor of the stream that is loaded.
fn decode(dictionary: []const u8) (syntax.Error || error{OutOfMemory})!void {
    const filter = try onlyOne(try syntax.find(dictionary, "Filter")) orelse
        return unpacked_stream.appendSlice(allocator, packed_stream.items);
    if (!syntax.isName(filter, "FlateDecode")) return error.PdfTooComplex;
    flate.inflate(packed_stream.items, &unpacked_stream, allocator, most_inflated_bytes) catch |failure| switch (failure) {
        error.OutOfMemory => return error.OutOfMemory,
        error.TooLong => return error.PdfTooComplex,
        // What was found before the damage may be enough.
        error.Damaged => {},
    };
    const parameters = try onlyOne(try syntax.find(dictionary, "DecodeParms")) orelse return;
    const predictor = try syntax.findInteger(parameters, "Predictor") orelse 1;
    if (predictor == 1) return;
    const colours = try syntax.findInteger(parameters, "Colors") orelse 1;
    const depth = try syntax.findInteger(parameters, "BitsPerComponent") orelse 8;
    const columns = try syntax.findInteger(parameters, "Columns") orelse 1;
    if (predictor < 10 or colours != 1 or depth != 8 or columns == 0 or columns > most_object_bytes) return error.PdfTooComplex;
    unpacked_stream.shrinkRetainingCapacity(unpredict(unpacked_stream.items, @intCast(columns)));
}

/// A value, or that of an array of one.
fn onlyOne(value: ?[]const u8) syntax.Error!?[]const u8 {
    if (value == null or value.?[0] != '[') return value;
    var elements = try syntax.Entries.array(value.?);
    const first = try elements.next() orelse return null;
    if (try elements.next() != null) return error.PdfTooComplex;
    return if (std.mem.eql(u8, first.value, "null")) null else first.value;
}

/// Undoes PNG's predictors in place, and gives the new length.
fn unpredict(bytes: []u8, columns: usize) usize {
    const rows = bytes.len / (columns + 1);
    for (0..rows) |row| {
        const kind = bytes[row * (columns + 1)];
        for (0..columns) |column| {
            const at = row * columns + column;
            const left: i32 = if (column > 0) bytes[at - 1] else 0;
            const up: i32 = if (row > 0) bytes[at - columns] else 0;
            const corner: i32 = if (row > 0 and column > 0) bytes[at - columns - 1] else 0;
            const predicted: i32 = switch (kind) {
                1 => left,
                2 => up,
                3 => @divTrunc(left + up, 2),
                4 => paeth(left, up, corner),
                else => 0,
            };
            bytes[at] = bytes[row * (columns + 1) + 1 + column] +% @as(u8, @intCast(predicted));
        }
    }
    return rows * columns;
}

fn paeth(left: i32, up: i32, corner: i32) i32 {
    const by_left = @abs(up - corner);
    const by_up = @abs(left - corner);
    const by_corner = @abs(left + up - 2 * corner);
    if (by_left <= by_up and by_left <= by_corner) return left;
    return if (by_up <= by_corner) up else corner;
}

/// A failure of what was read whole.
pub noinline fn named(failure: (syntax.Error || error{OutOfMemory})) Error {
    return if (failure == error.Short) error.Truncated else @errorCast(failure);
}
