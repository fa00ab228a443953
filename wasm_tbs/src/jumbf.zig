//! JUMBF boxes (ISO 19566-5) as C2PA uses them (C2PA 2.2 §11.1).
//! A box is a big-endian u32 length, a four-character type and its content; a superbox (`jumb`) holds
//! a description box (`jumd`: UUID, toggles, label) and then its content boxes.

const std = @import("std");
const Allocator = std.mem.Allocator;

/// What a superbox is: the first four bytes of its UUID. The other twelve are the same for all.
/// Those of a content type are the type of its content box, too.
pub const Kind = enum {
    manifest_store,
    manifest,
    assertion_store,
    claim,
    signature,
    cbor,
    json,

    pub fn uuidPrefix(self: Kind) *const [4]u8 {
        return switch (self) {
            .manifest_store => "c2pa",
            .manifest => "c2ma",
            .assertion_store => "c2as",
            .claim => "c2cl",
            .signature => "c2cs",
            .cbor => "cbor",
            .json => "json",
        };
    }
};

const uuid_suffix = "\x00\x11\x00\x10\x80\x00\x00\xAA\x00\x38\x9B\x71";
/// Requestable, and a label is present.
const toggles = 0x03;

pub const header_length = 8;

/// Where an open box began; its length is written when it is closed.
pub const Open = struct { start: usize };

pub const Writer = struct {
    gpa: Allocator,
    out: std.ArrayList(u8) = .empty,

    pub fn init(gpa: Allocator) Writer {
        return .{ .gpa = gpa };
    }

    pub fn written(self: *const Writer) []const u8 {
        return self.out.items;
    }

    fn openBox(self: *Writer, box_type: *const [4]u8) Allocator.Error!Open {
        const open: Open = .{ .start = self.out.items.len };
        try self.out.appendSlice(self.gpa, "\x00\x00\x00\x00");
        try self.out.appendSlice(self.gpa, box_type);
        return open;
    }

    pub fn close(self: *Writer, open: Open) void {
        const length: u32 = @intCast(self.out.items.len - open.start);
        std.mem.writeInt(u32, self.out.items[open.start..][0..4], length, .big);
    }

    /// Opens a superbox and writes its description box; the caller adds the content and closes it.
    pub fn openSuperbox(self: *Writer, kind: Kind, label: []const u8) Allocator.Error!Open {
        const superbox = try self.openBox("jumb");
        const description = try self.openBox("jumd");
        try self.out.appendSlice(self.gpa, kind.uuidPrefix());
        try self.out.appendSlice(self.gpa, uuid_suffix);
        try self.out.append(self.gpa, toggles);
        try self.out.appendSlice(self.gpa, label);
        try self.out.append(self.gpa, 0);
        self.close(description);
        return superbox;
    }

    pub fn contentBox(self: *Writer, box_type: *const [4]u8, content: []const u8) Allocator.Error!void {
        const open = try self.openBox(box_type);
        try self.out.appendSlice(self.gpa, content);
        self.close(open);
    }

    /// A box that has been written elsewhere.
    pub fn append(self: *Writer, boxes: []const u8) Allocator.Error!void {
        try self.out.appendSlice(self.gpa, boxes);
    }
};

test "a superbox with one content box, byte by byte" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    var writer = Writer.init(arena.allocator());
    const claim = try writer.openSuperbox(.claim, "c2pa.claim.v2");
    try writer.contentBox("cbor", "\xa0");
    writer.close(claim);
    const expected = "\x00\x00\x00\x38jumb" ++
        "\x00\x00\x00\x27jumdc2cl" ++ uuid_suffix ++ "\x03c2pa.claim.v2\x00" ++
        "\x00\x00\x00\x09cbor\xa0";
    try std.testing.expectEqualSlices(u8, expected, writer.written());
}
