//! What the host asks for, as JSON after its own validation. Here only that is checked on which the
//! bytes depend.

const std = @import("std");
const Allocator = std.mem.Allocator;
const cose = @import("cose.zig");
const json_value = @import("json_value.zig");
const Value = json_value.Value;

pub const max_assertions = 128;
pub const max_attachments = 34;
const max_redactions = 64;
const max_text_bytes = 256;
/// A TIFF's store and its count are two.
const max_exclusions = 2;
/// 256 characters of four bytes.
const max_title_bytes = 1024;

pub const Error = json_value.ParseError || error{
    DefinitionFieldMissing,
    DefinitionFieldUnknown,
    DefinitionFieldInvalid,
    ManifestLabelInvalid,
    AssertionLabelInvalid,
    AssertionIsHardBinding,
    AssertionsMissing,
    AssertionsTooMany,
    AlgorithmUnknown,
    BindingInvalid,
    ReferenceInvalid,
};

pub const Definition = struct {
    label: []const u8,
    instance_id: []const u8,
    algorithm: cose.Algorithm,
    claim_generator_info: Value,
    assertions: []Assertion,
    /// Name of the asset, for people.
    title: ?[]const u8,
    binding: Binding,
    /// JUMBF URIs of assertions of other manifests that were taken away.
    redacted: []const []const u8,
    /// How many of the host's fields are files that assertions hold.
    attachments: usize,

    pub fn parse(arena: Allocator, input: []const u8) Error!Definition {
        const root = try json_value.parse(arena, input);
        try admitOnly(root, &.{ "label", "instance_id", "alg", "claim_generator_info", "assertions", "title", "binding", "redacted", "attachments" });
        const generator = root.get("claim_generator_info") orelse return error.DefinitionFieldMissing;
        _ = try requiredText(generator.*, "name");
        const items = root.get("assertions") orelse return error.AssertionsMissing;
        if (items.* != .array) return error.DefinitionFieldInvalid;
        if (items.array.len == 0) return error.AssertionsMissing;
        if (items.array.len > max_assertions) return error.AssertionsTooMany;
        const assertions = try arena.alloc(Assertion, items.array.len);
        for (assertions, items.array) |*assertion, item| assertion.* = try Assertion.parse(item);
        const label = try requiredText(root, "label");
        if (!isManifestLabel(label)) return error.ManifestLabelInvalid;
        return .{
            .label = label,
            .instance_id = try requiredText(root, "instance_id"),
            .algorithm = cose.Algorithm.fromName(try requiredText(root, "alg")) orelse return error.AlgorithmUnknown,
            .claim_generator_info = generator.*,
            .assertions = assertions,
            .title = try optionalText(root, "title"),
            .binding = try Binding.parse(arena, root),
            .redacted = try redactions(arena, root),
            .attachments = try attachmentCount(root),
        };
    }

    fn redactions(arena: Allocator, root: Value) Error![]const []const u8 {
        const items = root.get("redacted") orelse return &.{};
        if (items.* != .array or items.array.len == 0 or items.array.len > max_redactions) return error.DefinitionFieldInvalid;
        const uris = try arena.alloc([]const u8, items.array.len);
        for (uris, items.array) |*uri, item| {
            if (item != .text or !std.mem.startsWith(u8, item.text, "self#jumbf=/c2pa/")) return error.DefinitionFieldInvalid;
            uri.* = item.text;
        }
        return uris;
    }

    fn attachmentCount(root: Value) Error!usize {
        if (root.get("attachments") == null) return 0;
        const count = try requiredNatural(root, "attachments");
        return if (count <= max_attachments) @intCast(count) else error.DefinitionFieldInvalid;
    }
};

/// How the manifest is bound to its asset; the digest itself comes apart.
pub const Binding = union(enum) {
    /// `c2pa.hash.data` over everything outside these ranges: none for a sidecar (C2PA 2.2 §18.5).
    data: []const Range,
    /// `c2pa.hash.bmff.v3` over every box but the store, `ftyp` and `mfra` (C2PA 2.2 §18.6).
    bmff,
    /// None: an update manifest, whose parent is bound to the same asset (C2PA 2.2 §11.2.3).
    update,

    pub const Range = struct { start: u64, length: u64 };

    fn parse(arena: Allocator, root: Value) Error!Binding {
        const given = root.get("binding") orelse return .{ .data = &.{} };
        try admitOnly(given.*, &.{ "exclusions", "bmff", "update" });
        inline for (.{ .{ "bmff", Binding.bmff }, .{ "update", Binding.update } }) |one| {
            if (given.get(one[0])) |is_so| {
                if (is_so.* != .boolean or !is_so.boolean or given.object.len != 1) return error.BindingInvalid;
                return one[1];
            }
        }
        const items = given.get("exclusions") orelse return error.BindingInvalid;
        if (items.* != .array or items.array.len == 0 or items.array.len > max_exclusions) return error.BindingInvalid;
        const ranges = try arena.alloc(Range, items.array.len);
        var end: u64 = 0;
        for (ranges, items.array) |*range, item| {
            try admitOnly(item, &.{ "start", "length" });
            range.* = .{ .start = try requiredNatural(item, "start"), .length = try requiredNatural(item, "length") };
            // In order and apart; what is empty would exclude nothing.
            if (range.start < end or range.length == 0) return error.BindingInvalid;
            end = std.math.add(u64, range.start, range.length) catch return error.BindingInvalid;
        }
        return .{ .data = ranges };
    }
};

pub const Assertion = struct {
    label: []const u8,
    /// Vouched for by the signer; else what somebody told it.
    created: bool,
    content: Content,

    pub const Content = union(enum) {
        /// To be encoded.
        cbor: Value,
        /// A JSON text that the host wrote: it is copied, never read.
        json: []const u8,
        /// An attachment, as an embedded file (C2PA 2.2 §18.10).
        file: File,
    };

    pub const File = struct { media_type: []const u8, attachment: usize };

    fn parse(item: Value) Error!Assertion {
        try admitOnly(item, &.{ "label", "created", "data", "json", "file" });
        const label = try requiredText(item, "label");
        try checkLabel(label);
        const created = item.get("created") orelse return error.DefinitionFieldMissing;
        if (created.* != .boolean) return error.DefinitionFieldInvalid;
        return .{ .label = label, .created = created.boolean, .content = try contentOf(item, label) };
    }

    fn contentOf(item: Value, label: []const u8) Error!Content {
        // With the label and `created`, one field says what it holds.
        if (item.object.len > 3) return error.DefinitionFieldInvalid;
        if (item.get("json")) |text| {
            if (text.* != .text) return error.DefinitionFieldInvalid;
            return .{ .json = text.text };
        }
        if (item.get("file")) |file| {
            try admitOnly(file.*, &.{ "media_type", "attachment" });
            const attachment = try requiredNatural(file.*, "attachment");
            if (attachment >= max_attachments) return error.DefinitionFieldInvalid;
            return .{ .file = .{ .media_type = try requiredText(file.*, "media_type"), .attachment = @intCast(attachment) } };
        }
        const value = item.get("data") orelse return error.DefinitionFieldMissing;
        if (std.mem.startsWith(u8, label, "c2pa.actions")) markDates(value);
        return .{ .cbor = value.* };
    }

    /// The `when` of an action is a tdate (C2PA 2.2 §18.14.4.3), and so is `dateTime` of the
    /// assertion's metadata (§18.13).
    fn markDates(data: *Value) void {
        if (data.get("metadata")) |metadata| markDate(metadata, "dateTime");
        const actions = data.get("actions") orelse return;
        if (actions.* != .array) return;
        for (actions.array) |*action| markDate(action, "when");
    }

    fn markDate(data: *Value, name: []const u8) void {
        const date = data.get(name) orelse return;
        const text = if (date.* == .text) date.text else return;
        date.* = .{ .date_time = text };
    }
};

fn admitOnly(object: Value, names: []const []const u8) Error!void {
    if (object != .object) return error.DefinitionFieldInvalid;
    for (object.object) |member| {
        for (names) |name| {
            if (std.mem.eql(u8, name, member.name)) break;
        } else return error.DefinitionFieldUnknown;
    }
}

fn requiredText(object: Value, name: []const u8) Error![]const u8 {
    const field = object.get(name) orelse return error.DefinitionFieldMissing;
    if (field.* != .text or field.text.len == 0 or field.text.len > max_text_bytes) return error.DefinitionFieldInvalid;
    return field.text;
}

fn requiredNatural(object: Value, name: []const u8) Error!u64 {
    const field = object.get(name) orelse return error.DefinitionFieldMissing;
    return if (field.* == .unsigned) field.unsigned else error.DefinitionFieldInvalid;
}

fn optionalText(object: Value, name: []const u8) Error!?[]const u8 {
    const field = object.get(name) orelse return null;
    if (field.* != .text or field.text.len == 0 or field.text.len > max_title_bytes) return error.DefinitionFieldInvalid;
    return field.text;
}

fn checkLabel(label: []const u8) Error!void {
    for (label) |character| switch (character) {
        'a'...'z', 'A'...'Z', '0'...'9', '.', '-', '_' => {},
        else => return error.AssertionLabelInvalid,
    };
    // Two underscores begin the number of a repeated label.
    if (std.mem.indexOf(u8, label, "__") != null) return error.AssertionLabelInvalid;
    if (std.mem.startsWith(u8, label, "c2pa.hash.")) return error.AssertionIsHardBinding;
}

/// `urn:c2pa:` and a UUID of version 4 (C2PA 2.2 §8.1), which we write in lower case.
fn isManifestLabel(label: []const u8) bool {
    const prefix = "urn:c2pa:";
    if (label.len != prefix.len + 36 or !std.mem.startsWith(u8, label, prefix)) return false;
    for (label[prefix.len..], 0..) |character, position| switch (position) {
        8, 13, 18, 23 => if (character != '-') return false,
        14 => if (character != '4') return false,
        19 => if (std.mem.indexOfScalar(u8, "89ab", character) == null) return false,
        else => switch (character) {
            '0'...'9', 'a'...'f' => {},
            else => return false,
        },
    };
    return true;
}

pub const test_definition =
    \\{"label":"urn:c2pa:00000000-0000-4000-8000-000000000000","instance_id":"xmp:iid:1","alg":"ES256",
    \\ "claim_generator_info":{"name":"n"},"assertions":[
    \\ {"label":"c2pa.actions.v2","created":true,"data":{"actions":[{"action":"c2pa.created","when":"2026-01-01T00:00:00Z"}]}},
    \\ {"label":"org.example","created":false,"data":{}},
    \\ {"label":"org.example","created":false,"data":{"again":1}}]}
;

fn expectRefused(expected: Error, definition: []const u8) !void {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    try std.testing.expectError(expected, Definition.parse(arena.allocator(), definition));
}

fn replaced(arena: Allocator, needle: []const u8, replacement: []const u8) ![]const u8 {
    return std.mem.replaceOwned(u8, arena, test_definition, needle, replacement);
}

test "what is refused has a name" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    const a = arena.allocator();
    try expectRefused(error.DefinitionFieldInvalid, "[]");
    try expectRefused(error.DefinitionFieldUnknown, try replaced(a, "\"alg\"", "\"algo\""));
    try expectRefused(error.AlgorithmUnknown, try replaced(a, "ES256", "RS256"));
    try expectRefused(error.ManifestLabelInvalid, try replaced(a, "urn:c2pa:0", "urn:c2pa:G"));
    try expectRefused(error.AssertionIsHardBinding, try replaced(a, "org.example", "c2pa.hash.data"));
    try expectRefused(error.AssertionLabelInvalid, try replaced(a, "org.example", "org__1"));
    try expectRefused(error.DefinitionFieldMissing, try replaced(a, "\"instance_id\":\"xmp:iid:1\",", ""));
    try expectRefused(error.DefinitionFieldInvalid, try replaced(a, "xmp:iid:1", ""));
    try expectRefused(error.ManifestLabelInvalid, try replaced(a, "-4000-", "-1000-"));
    try expectRefused(error.ManifestLabelInvalid, try replaced(a, "-8000-", "-7000-"));
}

test "an assertion has either data or a JSON text" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    const a = arena.allocator();
    const again = "\"data\":{\"again\":1}";
    const told = try Definition.parse(a, try replaced(a, again, "\"json\":\"{ \\\"\\u00e9\\\":1}\""));
    try std.testing.expectEqualStrings("{ \"\u{e9}\":1}", told.assertions[2].content.json);
    try expectRefused(error.DefinitionFieldInvalid, try replaced(a, again, again ++ ",\"json\":\"{}\""));
    try expectRefused(error.DefinitionFieldInvalid, try replaced(a, again, "\"json\":{}"));
    try expectRefused(error.DefinitionFieldMissing, try replaced(a, "," ++ again, ""));
}
