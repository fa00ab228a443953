//! JUMBF boxes (ISO 19566-5) as C2PA uses them (C2PA 2.2 §11.1).
//! A box is a big-endian u32 length, a four-character type and its content; a superbox (`jumb`) holds
//! a description box (`jumd`: UUID, toggles, label) and then its content boxes.

const std = @import("std");
const Allocator = std.mem.Allocator;

/// What a superbox is.
pub const Kind = enum {
    manifest_store,
    manifest,
    update_manifest,
    assertion_store,
    claim,
    signature,
    cbor,
    json,
    embedded_file,

    /// Its UUID. Those of C2PA's own types and of most content types begin with four characters;
    /// for a content type they are the type of its content box, too.
    fn uuid(self: Kind) *const [16]u8 {
        return switch (self) {
            .manifest_store => "c2pa" ++ uuid_suffix,
            .manifest => "c2ma" ++ uuid_suffix,
            .update_manifest => "c2um" ++ uuid_suffix,
            .assertion_store => "c2as" ++ uuid_suffix,
            .claim => "c2cl" ++ uuid_suffix,
            .signature => "c2cs" ++ uuid_suffix,
            .cbor => "cbor" ++ uuid_suffix,
            .json => "json" ++ uuid_suffix,
            .embedded_file => "\x40\xcb\x0c\x32\xbb\x8a\x48\x9d\xa7\x0b\x2a\xd6\xf4\x7f\x43\x69",
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

    /// Provides for so many bytes more: the arena keeps every copy that a growing list leaves.
    pub fn reserve(self: *Writer, count: usize) Allocator.Error!void {
        try self.out.ensureTotalCapacityPrecise(self.gpa, self.out.items.len + count);
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
        try self.out.appendSlice(self.gpa, kind.uuid());
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
