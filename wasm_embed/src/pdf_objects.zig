//! The objects of a PDF: walks the cross-reference sections from the newest to the oldest (ISO 32000-2
//! §7.5), then finds objects by number, also those in object streams.

const std = @import("std");
const streams = @import("pdf_streams.zig");
const syntax = @import("pdf_syntax.zig");
const plan_ = @import("plan.zig");
const Error = plan_.Error;
const Source = plan_.Source;
const Failure = syntax.Error || error{OutOfMemory};
const named = streams.named;

const tail_bytes = 2048;
const most_sections = 256;
const most_objects = 1 << 19;
/// In one object stream.
const most_held = 1 << 16;

const allocator = std.heap.wasm_allocator;

/// Where an object is; what is free in a hybrid section may be in the stream that the section names.
const Place = packed struct(u64) {
    kind: enum(u2) { unknown, free, at_offset, in_stream } = .unknown,
    generation: u16 = 0,
    /// An offset, the number of an object stream, or the index of the section where it is free.
    where: u46 = 0,
};

/// Buffers survive a layout, for the next one.
var places: std.ArrayList(Place) = .empty;
var newest_trailer: std.ArrayList(u8) = .empty;

pub const Objects = struct {
    stage: enum { tail, section, table, trailer, stream, known } = .tail,
    newest_section: u64 = 0,
    newest_is_stream: bool = false,
    ends_in_newline: bool = false,
    /// A number that no object has, nor has any behind it.
    next_number: u64 = 0,

    /// Offset of the section to read, or of the rest of its table.
    at: u64 = 0,
    sections: u32 = 0,
    seen: [most_sections]u64 = undefined,
    /// In a subsection of a table.
    number: u64 = 0,
    left: u64 = 0,
    /// The section before a hybrid one, while the hybrid one's stream is read.
    before_hybrid: ?u64 = null,
    in_hybrid: bool = false,

    stream: streams.Stream = .{},
    stream_bytes: ?u64 = null,
    /// The object stream that is unpacked, or is being so.
    unpacked: ?u64 = null,
    unpacking: ?u64 = null,

    /// Reads all cross-reference sections.
    pub fn advance(self: *Objects, source: *Source) Error!void {
        while (true) try switch (self.stage) {
            .tail => self.findNewest(source),
            .section => self.beginSection(source),
            .table => self.readTable(source),
            .trailer => self.readTrailer(source),
            .stream => self.readStream(source),
            .known => return,
        };
    }

    /// The newest trailer's dictionary.
    pub fn trailer(_: *const Objects) []const u8 {
        return newest_trailer.items;
    }

    /// An object's value, valid until the next call; of one that does not exist, null.
    pub noinline fn object(self: *Objects, source: *Source, number: u64) Error![]const u8 {
        const place = placeOf(number);
        switch (place.kind) {
            .unknown, .free => return "null",
            .at_offset => {
                const item = try streams.itemAt(source, place.where);
                if (item.number != number or item.generation != place.generation) return error.Malformed;
                return item.value;
            },
            .in_stream => return self.inStream(source, place.where, number),
        }
    }

    /// Where the bytes of a stream stand that are not encoded.
    pub noinline fn streamAt(self: *Objects, source: *Source, number: u64) Error!plan_.Extent {
        const place = placeOf(number);
        if (place.kind != .at_offset) return error.Malformed;
        const item = try streams.itemAt(source, place.where);
        if (item.number != number or item.data == 0) return error.Malformed;
        const data = item.data;
        const filter = syntax.find(item.value, "Filter") catch |failure| return named(failure);
        if (filter != null) return error.EarlierStoreUnsupported;
        const given = syntax.find(item.value, "Length") catch |failure| return named(failure);
        const text = given orelse return error.Malformed;
        const resolved = if (syntax.reference(text)) |one| try self.object(source, one) else text;
        const length = syntax.integer(resolved) orelse return error.Malformed;
        if (data > source.length or length > source.length - data) return error.Truncated;
        return .{ .offset = data, .length = length };
    }

    pub fn generationOf(_: *const Objects, number: u64) u16 {
        const place = placeOf(number);
        return if (place.kind == .at_offset) place.generation else 0;
    }

    fn findNewest(self: *Objects, source: *Source) Error!void {
        places.clearRetainingCapacity();
        newest_trailer.clearRetainingCapacity();
        // Much, because sections of updates stand at the end, and a small file is then read once.
        const length: u32 = @intCast(@min(source.length, streams.most_object_bytes));
        const tail = try source.at(source.length - length, length);
        self.ends_in_newline = tail[tail.len - 1] == '\n';
        const keyword = "startxref";
        const found = std.mem.lastIndexOf(u8, tail, keyword) orelse return error.Truncated;
        if (tail.len - found > tail_bytes) return error.Truncated;
        var scanner: syntax.Scanner = .{ .text = tail, .at = found + keyword.len };
        self.newest_section = scanner.number() catch |failure| return named(failure);
        try self.open(self.newest_section);
    }

    noinline fn open(self: *Objects, offset: u64) Error!void {
        if (self.sections == most_sections) return error.PdfTooComplex;
        if (std.mem.indexOfScalar(u64, self.seen[0..self.sections], offset) != null) return error.Malformed;
        self.seen[self.sections] = offset;
        self.sections += 1;
        self.at = offset;
        self.stage = .section;
    }

    fn beginSection(self: *Objects, source: *Source) Error!void {
        var scanner: syntax.Scanner = .{ .text = try source.at(self.at, @intCast(@min(64, source.length -| self.at))) };
        const first = scanner.token() catch |failure| return named(failure);
        if (std.mem.eql(u8, first, "xref")) {
            if (self.in_hybrid) return error.Malformed;
            self.at += scanner.at;
            self.left = 0;
            self.stage = .table;
            return;
        }
        const item = try streams.itemAt(source, self.at);
        if (item.number == null or item.data == 0) return error.Malformed;
        const kind = syntax.find(item.value, "Type") catch |failure| return named(failure);
        if (kind == null or !syntax.isName(kind.?, "XRef")) return error.Malformed;
        try self.beginStream(item);
        self.stage = .stream;
    }

    /// Takes as much of a table as one window has.
    fn readTable(self: *Objects, source: *Source) Error!void {
        const wanted = @min(self.left * 20 + 64, streams.most_object_bytes, source.length - self.at);
        var scanner: syntax.Scanner = .{ .text = try source.at(self.at, @intCast(wanted)) };
        var taken: usize = 0;
        while (self.stage == .table) {
            self.takeTableLine(&scanner) catch |failure| {
                if (failure != error.Short or taken == 0) return named(failure);
                break;
            };
            taken = scanner.at;
            if (self.left == 0) break;
        }
        self.at += taken;
    }

    fn takeTableLine(self: *Objects, scanner: *syntax.Scanner) Failure!void {
        const first = try scanner.token();
        if (self.left == 0 and std.mem.eql(u8, first, "trailer")) {
            self.stage = .trailer;
            return;
        }
        const integer = syntax.integer(first) orelse return error.Malformed;
        const second = try scanner.number();
        if (self.left == 0) {
            if (integer + second > most_objects) return error.PdfTooComplex;
            self.number = integer;
            self.left = second;
            return;
        }
        const kind = try scanner.token();
        if (kind.len != 1 or (kind[0] != 'n' and kind[0] != 'f')) return error.Malformed;
        // Offset 0 is the header's; writers that give it mean an object that does not exist.
        const is_used = kind[0] == 'n' and integer != 0;
        // Some writers give a free object a generation that no object can have.
        try self.put(if (is_used) .at_offset else .free, integer, if (is_used) second else 0);
        self.left -= 1;
    }

    /// Keeps what the next object's newest section says of it.
    fn put(self: *Objects, kind: @FieldType(Place, "kind"), where: u64, generation: u64) Failure!void {
        const number = self.number;
        self.number += 1;
        if (number >= most_objects) return error.PdfTooComplex;
        if (number >= places.items.len) try places.appendNTimes(allocator, .{}, @intCast(number + 1 - places.items.len));
        const place = &places.items[@intCast(number)];
        const section = self.sections - 1;
        const is_hidden = place.kind == .free and self.in_hybrid and place.where == section - 1;
        if (place.kind != .unknown and !is_hidden) return;
        place.* = .{
            .kind = kind,
            .generation = std.math.cast(u16, generation) orelse return error.Malformed,
            .where = if (kind == .free) section else std.math.cast(u46, where) orelse return error.Malformed,
        };
    }

    fn readTrailer(self: *Objects, source: *Source) Error!void {
        const item = try streams.itemAt(source, self.at);
        if (item.number != null) return error.Malformed;
        try self.keepTrailer(item.value, false);
        const before = try integerOf(item.value, "Prev");
        if (try integerOf(item.value, "XRefStm")) |hidden| {
            try self.open(hidden);
            self.in_hybrid = true;
            self.before_hybrid = before;
        } else try self.goOn(before);
    }

    fn keepTrailer(self: *Objects, dictionary: []const u8, is_stream: bool) Error!void {
        if (!syntax.isDictionary(dictionary)) return error.Malformed;
        const encryption = syntax.find(dictionary, "Encrypt") catch |failure| return named(failure);
        if (encryption != null) return error.EncryptedPdf;
        const size = try integerOf(dictionary, "Size") orelse return error.Malformed;
        self.next_number = @max(self.next_number, size);
        if (newest_trailer.items.len > 0) return;
        self.newest_is_stream = is_stream;
        try newest_trailer.appendSlice(allocator, dictionary);
    }

    fn goOn(self: *Objects, before: ?u64) Error!void {
        // 0 is no place for a section; some writers mean that there is none.
        if (before) |offset| if (offset != 0) return self.open(offset);
        self.next_number = @max(self.next_number, places.items.len);
        if (self.next_number > 16 * most_objects) return error.PdfTooComplex;
        self.stage = .known;
    }

    fn readStream(self: *Objects, source: *Source) Error!void {
        try self.unpack(source);
        const dictionary = self.stream.dictionary();
        self.takeRows(self.stream.content(), dictionary) catch |failure| return named(failure);
        if (self.in_hybrid) {
            self.in_hybrid = false;
            return self.goOn(self.before_hybrid);
        }
        try self.keepTrailer(dictionary, true);
        try self.goOn(try integerOf(dictionary, "Prev"));
    }

    fn takeRows(self: *Objects, rows: []const u8, dictionary: []const u8) Failure!void {
        var widths: [3]usize = undefined;
        var columns = try syntax.Entries.array(try syntax.find(dictionary, "W") orelse return error.Malformed);
        for (&widths) |*width| {
            const column = try columns.next() orelse return error.Malformed;
            const bytes = syntax.integer(column.value) orelse return error.Malformed;
            if (bytes > 8) return error.PdfTooComplex;
            width.* = @intCast(bytes);
        }
        const row_bytes = widths[0] + widths[1] + widths[2];
        if (row_bytes == 0) return error.Malformed;
        const size = try syntax.findInteger(dictionary, "Size") orelse return error.Malformed;
        var ranges: ?syntax.Entries = null;
        if (try syntax.find(dictionary, "Index")) |index| ranges = try syntax.Entries.array(index);
        var rest = rows;
        var is_first = true;
        while (true) : (is_first = false) {
            var count = size;
            if (ranges) |*pairs| {
                const first = try pairs.next() orelse return;
                const second = try pairs.next() orelse return error.Malformed;
                self.number = syntax.integer(first.value) orelse return error.Malformed;
                count = syntax.integer(second.value) orelse return error.Malformed;
            } else {
                if (!is_first) return;
                self.number = 0;
            }
            for (0..@intCast(@min(count, most_objects + 1))) |_| {
                if (rest.len < row_bytes) return error.Malformed;
                const kind = if (widths[0] == 0) 1 else take(&rest, widths[0]);
                const where = take(&rest, widths[1]);
                const generation = take(&rest, widths[2]);
                switch (kind) {
                    0 => try self.put(.free, 0, 0),
                    1 => try self.put(.at_offset, where, generation),
                    2 => try self.put(.in_stream, where, 0),
                    else => self.number += 1,
                }
            }
        }
    }

    /// The object that an object stream holds.
    fn inStream(self: *Objects, source: *Source, stream: u64, number: u64) Error![]const u8 {
        if (self.unpacked != stream) {
            if (self.unpacking != stream) {
                const place = placeOf(stream);
                if (place.kind != .at_offset) return error.Malformed;
                const item = try streams.itemAt(source, place.where);
                if (item.number != stream or item.data == 0) return error.Malformed;
                try self.beginStream(item);
                self.unpacked = null;
                self.unpacking = stream;
            }
            try self.unpack(source);
            self.unpacking = null;
            self.unpacked = stream;
        }
        const count = try integerOf(self.stream.dictionary(), "N") orelse return error.Malformed;
        const first = try integerOf(self.stream.dictionary(), "First") orelse return error.Malformed;
        const text = self.stream.content();
        if (first > text.len) return error.Malformed;
        var scanner: syntax.Scanner = .{ .text = text };
        if (count > most_held) return error.PdfTooComplex;
        for (0..@intCast(count)) |_| {
            const found = scanner.number() catch |failure| return named(failure);
            const offset = scanner.number() catch |failure| return named(failure);
            if (found != number) continue;
            if (offset > text.len - first) return error.Malformed;
            const rest = text[@intCast(first + offset)..];
            var value: syntax.Scanner = .{ .text = rest[0..@min(rest.len, streams.most_object_bytes)] };
            return value.value() catch |failure| {
                return if (failure == error.Short and value.text.len < rest.len) error.PdfTooComplex else named(failure);
            };
        }
        return error.Malformed;
    }

    fn beginStream(self: *Objects, item: streams.Item) Error!void {
        try self.stream.begin(item);
        self.stream_bytes = null;
    }

    fn unpack(self: *Objects, source: *Source) Error!void {
        const length = self.stream_bytes orelse try streamLength(source, self.stream.dictionary());
        self.stream_bytes = length;
        try self.stream.unpack(source, length);
    }

    fn streamLength(source: *Source, dictionary: []const u8) Error!u64 {
        const value = (syntax.find(dictionary, "Length") catch |failure| return named(failure)) orelse return error.Malformed;
        const number = syntax.reference(value) orelse return syntax.integer(value) orelse error.Malformed;
        const place = placeOf(number);
        if (place.kind != .at_offset) return error.PdfTooComplex;
        const item = try streams.itemAt(source, place.where);
        if (item.number != number) return error.Malformed;
        return syntax.integer(item.value) orelse error.Malformed;
    }
};

/// The integer of so many bytes at the beginning of a row's rest.
fn take(rest: *[]const u8, width: usize) u64 {
    var sum: u64 = 0;
    for (rest.*[0..width]) |byte| sum = sum << 8 | byte;
    rest.* = rest.*[width..];
    return sum;
}

noinline fn placeOf(number: u64) Place {
    return if (number < places.items.len) places.items[@intCast(number)] else .{};
}

noinline fn integerOf(dictionary: []const u8, name: []const u8) Error!?u64 {
    return syntax.findInteger(dictionary, name) catch |failure| named(failure);
}
