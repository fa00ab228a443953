//! SVG: the store is base64 in a `metadata` element, the first in the root (C2PA 2.2 annex A.3.3).

const std = @import("std");
const plan_ = @import("plan.zig");
const Error = plan_.Error;
const Plan = plan_.Plan;

pub const Svg = struct {
    const most_bytes = 64 * 1024 * 1024;
    const before = "<metadata><c2pa:manifest xmlns:c2pa=\"http://c2pa.org/manifest\">";
    const after = "</c2pa:manifest></metadata>";
    const known = "c2pa:manifest";
    const mark = "\xef\xbb\xbf";

    const Place = enum { prolog, instruction, comment, doctype, root, content };

    place: Place = .prolog,
    /// What a comment or an instruction stands in: the prolog, or the document type.
    around: Place = .prolog,
    position: u64 = 0,
    insert_at: u64 = 0,
    has_mark: bool = false,
    quote: u8 = 0,
    brackets: u32 = 0,

    pub fn advance(self: *Svg, plan: *Plan) Error!void {
        const source = plan.source;
        if (source.length > most_bytes) return error.TooManyParts;
        if (self.position == 0 and try self.follows(source, mark)) {
            self.has_mark = true;
            self.position = mark.len;
        }
        while (self.place != .content or self.position < source.length) try self.character(source);
        // c2pa-rs counts places without the byte order mark, which UTF-8 does not need.
        if (self.has_mark) plan.skip(mark.len);
        try plan.copyTo(self.insert_at, plan_.write_and_hash);
        try plan.literal(before, plan_.write_and_hash);
        try plan.hole(holeLength(plan.store_length));
        try plan.literal(after, plan_.write_and_hash);
        try plan.copyTo(source.length, plan_.write_and_hash);
    }

    fn character(self: *Svg, source: *plan_.Source) Error!void {
        const byte = (try source.at(self.position, 1))[0];
        if (byte == 0) return error.SvgRootUnsupported;
        switch (self.place) {
            .prolog => {
                if (byte == '<') return self.markup(source);
                if (!std.ascii.isWhitespace(byte)) return error.Malformed;
            },
            .instruction => if (byte == '?' and try self.follows(source, "?>")) {
                self.place = self.around;
                self.position += 1;
            },
            .comment => if (byte == '-' and try self.follows(source, "-->")) {
                self.place = self.around;
                self.position += 2;
            },
            .doctype, .root => if (self.quote != 0) {
                if (byte == self.quote) self.quote = 0;
            } else switch (byte) {
                '"', '\'' => self.quote = byte,
                '[' => self.brackets += 1,
                ']' => self.brackets -|= 1,
                '<' => if (self.place == .root) return error.Malformed else if (try self.remark(source)) return,
                '>' => if (self.brackets == 0 or self.place == .root) {
                    if (self.place == .doctype) {
                        self.place = .prolog;
                    } else {
                        if (try self.precedes(source, '/')) return error.SvgRootUnsupported;
                        self.place = .content;
                        self.insert_at = self.position + 1;
                    }
                },
                else => {},
            },
            .content => if (byte == 'c' and try self.follows(source, known)) return error.AlreadySigned,
        }
        self.position += 1;
    }

    /// Whether an instruction or a comment begins here.
    fn remark(self: *Svg, source: *plan_.Source) Error!bool {
        const is_comment = try self.follows(source, "<!--");
        if (!is_comment and !try self.follows(source, "<?")) return false;
        self.around = self.place;
        self.place = if (is_comment) .comment else .instruction;
        self.position += if (is_comment) 4 else 2;
        return true;
    }

    fn markup(self: *Svg, source: *plan_.Source) Error!void {
        if (try self.remark(source)) return;
        if (try self.follows(source, "<!DOCTYPE")) {
            self.place = .doctype;
            self.position += 9;
        } else if (try self.follows(source, "<svg")) {
            const next = (try source.at(self.position + 4, 1))[0];
            if (!std.ascii.isWhitespace(next) and next != '>') return error.SvgRootUnsupported;
            self.place = .root;
            self.position += 4;
        } else return error.SvgRootUnsupported;
    }

    fn follows(self: *const Svg, source: *plan_.Source, text: []const u8) Error!bool {
        if (source.length - self.position < text.len) return false;
        return std.mem.eql(u8, try source.at(self.position, @intCast(text.len)), text);
    }

    fn precedes(self: *const Svg, source: *plan_.Source, byte: u8) Error!bool {
        return (try source.at(self.position - 1, 2))[0] == byte;
    }

    pub fn holeLength(store_length: u32) u64 {
        return std.base64.standard.Encoder.calcSize(store_length);
    }

    pub fn fill(store: []const u8, out: *std.ArrayList(u8), allocator: std.mem.Allocator) Error!void {
        const text = try out.addManyAsSlice(allocator, std.base64.standard.Encoder.calcSize(store.len));
        _ = std.base64.standard.Encoder.encode(text, store);
    }
};
