//! PDF: an incremental update behind the unchanged file, so that existing signatures stay intact (ISO
//! 32000-2 §7.5.6). The store is an embedded file that the catalog names twice: as associated with the
//! document, and in the tree of embedded files (C2PA 2.2 annex A.4).

const std = @import("std");
const Objects = @import("pdf_objects.zig").Objects;
const named = @import("pdf_streams.zig").named;
const syntax = @import("pdf_syntax.zig");
const plan_ = @import("plan.zig");
const Entries = syntax.Entries;
const Error = plan_.Error;
const Plan = plan_.Plan;
const Source = plan_.Source;

const most_reads = 1500;
const most_associated_files = 256;
/// A table's offsets have ten digits.
const most_table_offset = 9_999_999_999;
const media_type = "/application#2Fc2pa";
const file_name = "(Content Credentials)";
/// A name tree is sorted; nothing that a writer gives a file comes after this key.
const last_key = "(\\377Content Credentials)";
const relationship = "C2PA_Manifest";

const allocator = std.heap.wasm_allocator;

/// Values that were read; kept from one layout to the next.
var catalog: std.ArrayList(u8) = .empty;
var associated: std.ArrayList(u8) = .empty;
var names: std.ArrayList(u8) = .empty;
var tree: std.ArrayList(u8) = .empty;
var leaves: std.ArrayList(u8) = .empty;

pub const Pdf = struct {
    stage: enum { header, sections, catalog, permissions, associated, each_associated, earlier, names, tree, leaves } = .header,
    objects: Objects = .{},
    reads: u32 = 0,
    root: u64 = 0,
    /// How far the associated files have been looked at.
    looked_at: u32 = 0,
    /// Number of the stream that is an earlier store; 0 for none.
    earlier: u64 = 0,
    /// Whether the tree of embedded files has branches, not names, at its root.
    has_branches: bool = false,

    pub fn advance(self: *Pdf, plan: *Plan) Error!void {
        self.reads += 1;
        if (self.reads > most_reads) return error.TooManyParts;
        const source = plan.source;
        while (true) switch (self.stage) {
            .header => {
                // Behind anything else, readers disagree on where offsets begin.
                if (!std.mem.startsWith(u8, try source.at(0, 5), "%PDF-")) return error.PdfTooComplex;
                self.stage = .sections;
            },
            .sections => {
                try self.objects.advance(source);
                const root = try entry(self.objects.trailer(), "Root") orelse return error.Malformed;
                self.root = syntax.reference(root) orelse return error.Malformed;
                self.stage = .catalog;
            },
            .catalog => {
                const value = try self.objects.object(source, self.root);
                if (!syntax.isDictionary(value)) return error.Malformed;
                try keep(&catalog, value);
                self.stage = .permissions;
            },
            .permissions => {
                const permissions = try self.resolve(source, catalog.items, "Perms");
                if (syntax.isDictionary(permissions) and try entry(permissions, "DocMDP") != null) return error.CertifiedPdf;
                self.stage = .associated;
            },
            .associated => {
                const value = try self.resolve(source, catalog.items, "AF");
                // One file's specification may stand for an array of one.
                const is_array = value[0] == '[';
                const is_one = syntax.isDictionary(value);
                if (!is_array and !is_one and !std.mem.eql(u8, value, "null")) return error.Malformed;
                try keep(&associated, if (is_one) "[" else if (is_array) value else "[]");
                if (is_one) {
                    try associated.appendSlice(allocator, (try entry(catalog.items, "AF")).?);
                    try associated.append(allocator, ']');
                }
                self.stage = .each_associated;
            },
            .each_associated => {
                try self.lookAtEach(plan);
                self.stage = .earlier;
            },
            .earlier => {
                if (self.earlier != 0) try plan.noteStore(try self.objects.streamAt(source, self.earlier));
                self.stage = .names;
            },
            .names => {
                try keepDictionary(&names, try self.resolve(source, catalog.items, "Names"));
                self.stage = .tree;
            },
            .tree => {
                try keepDictionary(&tree, try self.resolve(source, names.items, "EmbeddedFiles"));
                self.has_branches = try entry(tree.items, "Kids") != null;
                self.stage = .leaves;
            },
            .leaves => {
                const value = try self.resolve(source, tree.items, if (self.has_branches) "Kids" else "Names");
                if (value[0] != '[' and !std.mem.eql(u8, value, "null")) return error.Malformed;
                try keep(&leaves, if (value[0] == '[') value else "[]");
                return self.emit(plan);
            },
        };
    }

    /// An entry's value, or what it refers to; "null" if there is none.
    noinline fn resolve(self: *Pdf, source: *Source, dictionary: []const u8, name: []const u8) Error![]const u8 {
        const value = try entry(dictionary, name) orelse return "null";
        return self.objects.object(source, syntax.reference(value) orelse return value);
    }

    fn lookAtEach(self: *Pdf, plan: *Plan) Error!void {
        const source = plan.source;
        var files = Entries.array(associated.items) catch |failure| return named(failure);
        var index: u32 = 0;
        while (files.next() catch |failure| return named(failure)) |file| : (index += 1) {
            if (index < self.looked_at) continue;
            if (index == most_associated_files) return error.PdfTooComplex;
            const number = syntax.reference(file.value);
            const specification = if (number) |one| try self.objects.object(source, one) else file.value;
            if (syntax.isDictionary(specification)) {
                if (try entry(specification, "AFRelationship")) |kind| {
                    if (kind[0] != '/') return error.PdfTooComplex;
                    if (syntax.isName(kind, relationship)) try self.meetStore(plan, specification);
                }
            }
            self.looked_at = index + 1;
        }
    }

    /// An earlier store can be read, but not left out: what it was written with are the document's own
    /// bytes, which each update follows.
    fn meetStore(self: *Pdf, plan: *const Plan, specification: []const u8) Error!void {
        try plan.meetStore(false);
        const files = try entry(specification, "EF") orelse return error.Malformed;
        if (self.earlier != 0 or !syntax.isDictionary(files)) return error.EarlierStoreUnsupported;
        const file = try entry(files, "F") orelse try entry(files, "UF") orelse return error.Malformed;
        self.earlier = syntax.reference(file) orelse return error.Malformed;
    }

    fn emit(self: *Pdf, plan: *Plan) Error!void {
        const file = self.objects.next_number;
        const stream = file + 1;
        const branch = file + 2;
        const root_generation = self.objects.generationOf(self.root);
        // Of the catalog, of the file's specification, of its stream, of the branch if there is one.
        var offsets: [4]u64 = undefined;

        try plan.copyTo(plan.source.length, plan_.write_and_hash);
        if (!self.objects.ends_in_newline) try text(plan, "\n", &.{});
        offsets[0] = plan.written;
        // First, because some readers take the first >> of a catalog, even in a string, for its end.
        try text(plan, "@ @ obj\n<<\n/AF [\n", &.{ self.root, root_generation });
        try others(plan, associated.items, &.{});
        try text(plan, "@ 0 R\n]\n", &.{file});
        try others(plan, catalog.items, &.{ "AF", "Names" });
        try text(plan, "/Names <<\n", &.{});
        try others(plan, names.items, &.{"EmbeddedFiles"});
        try text(plan, "/EmbeddedFiles <<\n", &.{});
        try others(plan, tree.items, &.{ "Names", "Kids", "Limits" });
        try text(plan, if (self.has_branches) "/Kids [\n" else "/Names [\n", &.{});
        try others(plan, leaves.items, &.{});
        if (self.has_branches) {
            try text(plan, "@ 0 R\n", &.{branch});
        } else {
            const is_first = std.mem.eql(u8, leaves.items, "[]");
            try text(plan, if (is_first) file_name ++ " @ 0 R\n" else last_key ++ " @ 0 R\n", &.{file});
        }
        try text(plan, "]\n>>\n>>\n>>\nendobj\n", &.{});
        offsets[1] = plan.written;
        try text(plan, "@ 0 obj\n<<\n/Type /Filespec\n/Subtype " ++ media_type ++ "\n/F " ++ file_name ++ "\n/UF " ++ file_name ++
            "\n/Desc " ++ file_name ++ "\n/AFRelationship /" ++ relationship ++ "\n/EF << /F @ 0 R /UF @ 0 R >>\n>>\nendobj\n", &.{ file, stream, stream });
        offsets[2] = plan.written;
        try text(plan, "@ 0 obj\n<<\n/Type /EmbeddedFile\n/Subtype " ++ media_type ++
            "\n/Length @\n/Params << /Size @ >>\n>>\nstream\n", &.{ stream, plan.store_length, plan.store_length });
        try plan.hole(plan.store_length);
        try text(plan, "\nendstream\nendobj\n", &.{});
        if (self.has_branches) {
            offsets[3] = plan.written;
            try text(plan, "@ 0 obj\n<< /Limits [" ++ last_key ++ " " ++ last_key ++ "] /Names [" ++ last_key ++
                " @ 0 R] >>\nendobj\n", &.{ branch, file });
        }
        try self.section(plan, root_generation, offsets[0..if (self.has_branches) 4 else 3]);
    }

    /// The update's own cross-reference section, of the kind that the file has.
    fn section(self: *const Pdf, plan: *Plan, root_generation: u16, offsets: []const u64) Error!void {
        const first = self.objects.next_number;
        const end = first + offsets.len - 1;
        const at = plan.written;
        if (self.objects.newest_is_stream) {
            // The stream is an object too. Each row has a kind, an offset of eight bytes and a generation.
            try text(plan, "@ 0 obj\n<<\n", &.{end});
            try self.trailer(plan, end + 1);
            try text(plan, "/Type /XRef\n/W [1 8 2]\n/Index [@ 1 @ @]\n/Length @\n>>\nstream\n", &.{ self.root, first, offsets.len, (offsets.len + 1) * 11 });
            try row(plan, offsets[0], root_generation);
            for (offsets[1..]) |offset| try row(plan, offset, 0);
            try row(plan, at, 0);
            try text(plan, "\nendstream\nendobj\n", &.{});
        } else {
            if (at > most_table_offset) return error.FileTooLarge;
            // Some readers want each table to begin with object 0.
            try text(plan, "xref\n0 1\n0000000000 65535 f\r\n@ 1\n", &.{self.root});
            try line(plan, offsets[0], root_generation);
            try text(plan, "@ @\n", &.{ first, offsets.len - 1 });
            for (offsets[1..]) |offset| try line(plan, offset, 0);
            try text(plan, "trailer\n<<\n", &.{});
            try self.trailer(plan, end);
            try text(plan, ">>\n", &.{});
        }
        try text(plan, "startxref\n@\n%%EOF\n", &.{at});
    }

    /// What the newest trailer has, with what an update changes of it.
    fn trailer(self: *const Pdf, plan: *Plan, size: u64) Error!void {
        try others(plan, self.objects.trailer(), &.{
            "Type", "W", "Index", "Length", "Filter", "DecodeParms", "DL", "F", "FFilter", "FDecodeParms", "Size", "Prev", "XRefStm",
        });
        try text(plan, "/Size @\n/Prev @\n", &.{ size, self.objects.newest_section });
    }
};

noinline fn entry(dictionary: []const u8, name: []const u8) Error!?[]const u8 {
    return syntax.find(dictionary, name) catch |failure| named(failure);
}

noinline fn keep(list: *std.ArrayList(u8), value: []const u8) Error!void {
    list.clearRetainingCapacity();
    try list.appendSlice(allocator, value);
}

fn keepDictionary(list: *std.ArrayList(u8), value: []const u8) Error!void {
    if (!syntax.isDictionary(value) and !std.mem.eql(u8, value, "null")) return error.Malformed;
    try keep(list, if (syntax.isDictionary(value)) value else "<<>>");
}

/// Writes a text with numbers in place of each @.
noinline fn text(plan: *Plan, template: []const u8, numbers: []const u64) Error!void {
    var used: usize = 0;
    for (template, 0..) |byte, at| {
        if (byte == '@') {
            try decimal(plan, numbers[used], 1);
            used += 1;
        } else try plan.literal(template[at..][0..1], plan_.write_and_hash);
    }
}

/// Writes a number with so many digits or more.
fn decimal(plan: *Plan, number: u64, least: usize) Error!void {
    var digits: [20]u8 = @splat('0');
    var at = digits.len;
    var rest = number;
    while (rest > 0 or digits.len - at < least) : (rest /= 10) {
        at -= 1;
        digits[at] = '0' + @as(u8, @intCast(rest % 10));
    }
    try plan.literal(digits[at..], plan_.write_and_hash);
}

/// A line of a table has twenty bytes.
fn line(plan: *Plan, offset: u64, generation: u16) Error!void {
    try decimal(plan, offset, 10);
    try text(plan, " ", &.{});
    try decimal(plan, generation, 5);
    try text(plan, " n\r\n", &.{});
}

/// Writes the entries of a dictionary, or the elements of an array, except some.
noinline fn others(plan: *Plan, value: []const u8, except: []const []const u8) Error!void {
    const opened = if (value[0] == '[') Entries.array(value) else Entries.dictionary(value);
    var entries = opened catch |failure| return named(failure);
    next: while (entries.next() catch |failure| return named(failure)) |one| {
        for (except) |name| if (syntax.isName(one.key, name)) continue :next;
        try plan.literal(one.key, plan_.write_and_hash);
        if (!entries.is_array) try plan.literal(" ", plan_.write_and_hash);
        try plan.literal(one.value, plan_.write_and_hash);
        try plan.literal("\n", plan_.write_and_hash);
    }
}

fn row(plan: *Plan, offset: u64, generation: u16) Error!void {
    var bytes: [11]u8 = undefined;
    bytes[0] = 1;
    std.mem.writeInt(u64, bytes[1..9], offset, .big);
    std.mem.writeInt(u16, bytes[9..11], generation, .big);
    try plan.literal(&bytes, plan_.write_and_hash);
}
