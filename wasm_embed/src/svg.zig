//! SVG: the store is base64 in a `metadata` element (C2PA 2.2 annex A.3.3): in the root's last one, as
//! c2pa-rs looks for it there, or in a new one, the first in the root.

const std = @import("std");
const plan_ = @import("plan.zig");
const Error = plan_.Error;
const Plan = plan_.Plan;

pub const Svg = struct {
    const most_bytes = 64 * 1024 * 1024;
    const before = "<c2pa:manifest xmlns:c2pa=\"http://c2pa.org/manifest\">";
    const after = "</c2pa:manifest>";
    const most_name_bytes = 256;
    const known = "c2pa:manifest";
    const mark = "\xef\xbb\xbf";

    /// The prolog, and what may follow the root, is `outside`.
    const Place = enum { outside, instruction, comment, doctype, content, character_data, opening, closing, store_opening, store_text };

    place: Place = .outside,
    /// What a comment or an instruction stands in.
    around: Place = .outside,
    position: u64 = 0,
    insert_at: u64 = 0,
    has_mark: bool = false,
    has_root: bool = false,
    has_metadata: bool = false,
    /// Whether the tag that is being read opens a metadata element of the root.
    opens_metadata: bool = false,
    quote: u8 = 0,
    brackets: u32 = 0,
    depth: u32 = 0,
    /// Where an earlier store's element and its text begin.
    store_element: u64 = 0,
    store_text: u64 = 0,

    pub fn advance(self: *Svg, plan: *Plan) Error!void {
        const source = plan.source;
        if (source.length > most_bytes) return error.TooManyParts;
        if (self.position == 0 and try self.follows(source, mark)) {
            self.has_mark = true;
            self.position = mark.len;
        }
        while (self.position < source.length) try self.character(plan);
        if (self.place != .outside or !self.has_root) return error.Truncated;
        // c2pa-rs counts places without the byte order mark, which UTF-8 does not need.
        if (self.has_mark) plan.skip(mark.len);
        try plan.copyTo(self.insert_at, plan_.write_and_hash);
        try plan.literal(if (self.has_metadata) before else "<metadata>" ++ before, plan_.write_and_hash);
        try plan.hole(holeLength(plan.store_length));
        try plan.literal(if (self.has_metadata) after else after ++ "</metadata>", plan_.write_and_hash);
        try plan.copyTo(source.length, plan_.write_and_hash);
    }

    fn character(self: *Svg, plan: *Plan) Error!void {
        const source = plan.source;
        const byte = (try source.at(self.position, 1))[0];
        if (byte == 0) return error.SvgRootUnsupported;
        if (byte == 'c' and try self.follows(source, known)) return error.AlreadySigned;
        switch (self.place) {
            .outside => {
                if (byte == '<') return self.markup(plan);
                if (!std.ascii.isWhitespace(byte)) return error.Malformed;
            },
            .instruction => if (byte == '?') return self.leave(source, "?>", self.around),
            .comment => if (byte == '-') return self.leave(source, "-->", self.around),
            .character_data => if (byte == ']') return self.leave(source, "]]>", .content),
            .content => if (byte == '<') return self.markup(plan),
            .closing => if (byte == '>') {
                self.depth -= 1;
                self.place = if (self.depth == 0) .outside else .content;
            },
            .store_opening => if (byte == '>') {
                self.store_text = self.position + 1;
                self.place = .store_text;
            },
            .store_text => if (byte == '<') return self.storeEnds(plan),
            .doctype, .opening => if (self.quote != 0) {
                if (byte == self.quote) self.quote = 0;
            } else switch (byte) {
                '"', '\'' => self.quote = byte,
                '[' => self.brackets += 1,
                ']' => self.brackets -|= 1,
                '<' => if (self.place == .opening) return error.Malformed else if (try self.remark(source)) return,
                '>' => if (self.place == .opening) try self.opened(source) else if (self.brackets == 0) {
                    self.place = .outside;
                },
                else => {},
            },
        }
        self.position += 1;
    }

    fn storeEnds(self: *Svg, plan: *Plan) Error!void {
        if (!try self.follows(plan.source, after)) return error.Malformed;
        const end = self.position + after.len;
        try plan.noteStore(.between(self.store_text, self.position));
        try plan.remove(.between(self.store_element, end));
        self.place = .content;
        self.position = end;
    }

    fn markup(self: *Svg, plan: *Plan) Error!void {
        const source = plan.source;
        if (try self.remark(source)) return;
        if (self.place == .content) {
            if (plan.earlier != .refused and try self.follows(source, "<" ++ known)) {
                try plan.meetStore(true);
                self.store_element = self.position;
                _ = try self.enter(source, "<" ++ known, .store_opening);
                return;
            }
            if (try self.enter(source, "<![CDATA[", .character_data) or try self.enter(source, "</", .closing)) return;
            self.opens_metadata = self.depth == 1 and try self.isMetadata(source);
            _ = try self.enter(source, "<", .opening);
        } else if (self.has_root) {
            return error.Malformed;
        } else if (!try self.enter(source, "<!DOCTYPE", .doctype)) {
            if (!try self.named(source, "<svg")) return error.SvgRootUnsupported;
            _ = try self.enter(source, "<svg", .opening);
        }
    }

    /// Whether an instruction or a comment begins here.
    fn remark(self: *Svg, source: *plan_.Source) Error!bool {
        const around = self.place;
        if (!try self.enter(source, "<!--", .comment) and !try self.enter(source, "<?", .instruction)) return false;
        self.around = around;
        return true;
    }

    /// At a tag's end.
    fn opened(self: *Svg, source: *plan_.Source) Error!void {
        const is_empty = (try source.at(self.position - 1, 2))[0] == '/';
        if (!self.has_root) {
            if (is_empty) return error.SvgRootUnsupported;
            self.has_root = true;
            self.insert_at = self.position + 1;
        }
        self.place = .content;
        if (is_empty) return;
        self.depth += 1;
        if (self.opens_metadata) {
            self.has_metadata = true;
            self.insert_at = self.position + 1;
        }
    }

    fn enter(self: *Svg, source: *plan_.Source, text: []const u8, place: Place) Error!bool {
        if (!try self.follows(source, text)) return false;
        self.place = place;
        self.position += text.len;
        return true;
    }

    fn leave(self: *Svg, source: *plan_.Source, text: []const u8, place: Place) Error!void {
        if (!try self.enter(source, text, place)) self.position += 1;
    }

    fn named(self: *const Svg, source: *plan_.Source, text: []const u8) Error!bool {
        if (!try self.follows(source, text)) return false;
        const next = (try source.at(self.position + text.len, 1))[0];
        return std.ascii.isWhitespace(next) or next == '>';
    }

    /// One with a prefix may be SVG's or another's; c2pa-rs tells by the prefix.
    fn isMetadata(self: *const Svg, source: *plan_.Source) Error!bool {
        const left: u32 = @intCast(@min(source.length - self.position, most_name_bytes));
        const tag = try source.at(self.position, left);
        const end = std.mem.indexOfAny(u8, tag, " \t\r\n/>") orelse return false;
        const name = tag[1..end];
        if (std.mem.endsWith(u8, name, ":metadata")) return error.SvgRootUnsupported;
        return std.mem.eql(u8, name, "metadata");
    }

    fn follows(self: *const Svg, source: *plan_.Source, text: []const u8) Error!bool {
        if (source.length - self.position < text.len) return false;
        return std.mem.eql(u8, try source.at(self.position, @intCast(text.len)), text);
    }

    pub fn holeLength(store_length: u32) u64 {
        return std.base64.standard.Encoder.calcSize(store_length);
    }

    pub fn fill(store: []const u8, out: *std.ArrayList(u8), allocator: std.mem.Allocator) Error!void {
        const text = try out.addManyAsSlice(allocator, std.base64.standard.Encoder.calcSize(store.len));
        _ = std.base64.standard.Encoder.encode(text, store);
    }
};
