//! A C2PA manifest with a detached claim signature (C2PA 2.2 §10, §11): first the bytes to be signed,
//! then, with the signature, the manifest store.

const std = @import("std");
const Allocator = std.mem.Allocator;
const Sha256 = std.crypto.hash.sha2.Sha256;
const cbor = @import("cbor.zig");
const cose = @import("cose.zig");
const json_value = @import("json_value.zig");
const jumbf = @import("jumbf.zig");
const Value = json_value.Value;

pub const max_tbs_bytes = 16 * 1024;
pub const max_assertions = 64;
pub const max_certificates = 8;
const max_text_bytes = 256;

const claim_label = "c2pa.claim.v2";
const signature_label = "c2pa.signature";
const assertions_label = "c2pa.assertions";
const binding_label = "c2pa.hash.data";

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
    AssetDigestLength,
    CertificatesMissing,
    CertificatesTooMany,
    SignatureLength,
    TbsTooLarge,
};

/// What is known before the signature. Everything points into the arena.
pub const Manifest = struct {
    label: []const u8,
    algorithm: cose.Algorithm,
    /// The assertion store, a whole superbox.
    assertion_store: []const u8,
    /// The claim, encoded.
    claim: []const u8,
    /// The protected header, encoded.
    protected: []const u8,

    /// Reads the definition and builds all that the signature will cover.
    /// `asset_sha256` is the hard binding; `x5chain` holds DER certificates, leaf first, root left out.
    pub fn prepare(
        arena: Allocator,
        definition_json: []const u8,
        asset_sha256: []const u8,
        x5chain: []const []const u8,
    ) Error!Manifest {
        if (asset_sha256.len != Sha256.digest_length) return error.AssetDigestLength;
        if (x5chain.len == 0) return error.CertificatesMissing;
        if (x5chain.len > max_certificates) return error.CertificatesTooMany;
        for (x5chain) |certificate| if (certificate.len == 0) return error.CertificatesMissing;

        const definition = try Definition.parse(arena, definition_json);
        var assertions = AssertionStore.init(arena);
        const store = try assertions.open();
        for (definition.assertions) |*assertion| try assertions.add(assertion);
        try assertions.addHardBinding(asset_sha256);
        assertions.boxes.close(store);

        return .{
            .label = definition.label,
            .algorithm = definition.algorithm,
            .assertion_store = assertions.boxes.written(),
            .claim = try encodeClaim(arena, definition, &assertions),
            .protected = try cose.protectedHeader(arena, definition.algorithm, x5chain),
        };
    }

    /// The bytes that the claim signature covers.
    pub fn tbs(self: *const Manifest, arena: Allocator) Error![]const u8 {
        const bytes = try cose.sigStructure(arena, .Signature1, self.protected, self.claim);
        if (bytes.len > max_tbs_bytes) return error.TbsTooLarge;
        return bytes;
    }

    /// The bytes whose digest goes to the time-stamp authority.
    pub fn timeStampPayload(self: *const Manifest, arena: Allocator, signature: []const u8) Error![]const u8 {
        if (!self.algorithm.admitsSignatureLength(signature.len)) return error.SignatureLength;
        return cose.timeStampPayload(arena, self.protected, signature);
    }

    /// The manifest store. An empty `time_stamp_token` is none.
    pub fn assemble(self: *const Manifest, arena: Allocator, signature: []const u8, time_stamp_token: []const u8) Error![]const u8 {
        if (!self.algorithm.admitsSignatureLength(signature.len)) return error.SignatureLength;
        const sign1 = try cose.sign1(arena, self.protected, signature, time_stamp_token);

        var boxes = jumbf.Writer.init(arena);
        const store = try boxes.openSuperbox(.manifest_store, "c2pa");
        const manifest = try boxes.openSuperbox(.manifest, self.label);
        try boxes.append(self.assertion_store);
        const claim = try boxes.openSuperbox(.claim, claim_label);
        try boxes.contentBox("cbor", self.claim);
        boxes.close(claim);
        const claim_signature = try boxes.openSuperbox(.signature, signature_label);
        try boxes.contentBox("cbor", sign1);
        boxes.close(claim_signature);
        boxes.close(manifest);
        boxes.close(store);
        return boxes.written();
    }
};

/// What the host asks for, after its own validation: here only what the bytes depend on is checked.
const Definition = struct {
    label: []const u8,
    instance_id: []const u8,
    algorithm: cose.Algorithm,
    title: ?[]const u8,
    claim_generator_info: Value,
    assertions: []Assertion,

    fn parse(arena: Allocator, input: []const u8) Error!Definition {
        const root = try json_value.parse(arena, input);
        try admitOnly(root, &.{ "label", "instance_id", "alg", "title", "claim_generator_info", "assertions" });
        const generator = root.get("claim_generator_info") orelse return error.DefinitionFieldMissing;
        _ = try requiredText(generator.*, "name");
        const items = root.get("assertions") orelse return error.AssertionsMissing;
        if (items.* != .array) return error.DefinitionFieldInvalid;
        if (items.array.len == 0) return error.AssertionsMissing;
        if (items.array.len > max_assertions) return error.AssertionsTooMany;
        const assertions = try arena.alloc(Assertion, items.array.len);
        for (assertions, items.array) |*assertion, item| assertion.* = try Assertion.parse(arena, item);
        const label = try requiredText(root, "label");
        if (!isManifestLabel(label)) return error.ManifestLabelInvalid;
        return .{
            .label = label,
            .instance_id = try requiredText(root, "instance_id"),
            .algorithm = cose.Algorithm.fromName(try requiredText(root, "alg")) orelse return error.AlgorithmUnknown,
            .title = if (root.get("title") == null) null else try requiredText(root, "title"),
            .claim_generator_info = generator.*,
            .assertions = assertions,
        };
    }
};

const Assertion = struct {
    label: []const u8,
    /// Vouched for by the signer; else what somebody told it.
    created: bool,
    content: union(enum) { data: Value, json: []const u8 },

    fn parse(arena: Allocator, item: Value) Error!Assertion {
        try admitOnly(item, &.{ "label", "created", "data", "json" });
        const label = try requiredText(item, "label");
        try checkLabel(label);
        const created = item.get("created") orelse return error.DefinitionFieldMissing;
        if (created.* != .boolean) return error.DefinitionFieldInvalid;
        if (item.get("json")) |text| {
            if (text.* != .text or item.get("data") != null) return error.DefinitionFieldInvalid;
            _ = try json_value.parse(arena, text.text);
            return .{ .label = label, .created = created.boolean, .content = .{ .json = text.text } };
        }
        const data = item.get("data") orelse return error.DefinitionFieldMissing;
        if (std.mem.startsWith(u8, label, "c2pa.actions")) markDates(data);
        return .{ .label = label, .created = created.boolean, .content = .{ .data = data.* } };
    }

    /// In an actions assertion `when` and the metadata's `dateTime` are tdate (C2PA 2.2 §18.15, §18.13).
    fn markDates(data: *Value) void {
        markDate(data.get("metadata"), "dateTime");
        const actions = data.get("actions") orelse return;
        if (actions.* != .array) return;
        for (actions.array) |*action| markDate(action, "when");
    }

    fn markDate(holder: ?*Value, name: []const u8) void {
        const field = (holder orelse return).get(name) orelse return;
        const text = if (field.* == .text) field.text else return;
        field.* = .{ .date_time = text };
    }
};

const AssertionStore = struct {
    arena: Allocator,
    boxes: jumbf.Writer,
    created: std.ArrayList(HashedUri) = .empty,
    gathered: std.ArrayList(HashedUri) = .empty,
    labels: std.ArrayList([]const u8) = .empty,

    const HashedUri = struct { url: []const u8, hash: [Sha256.digest_length]u8 };

    fn init(arena: Allocator) AssertionStore {
        return .{ .arena = arena, .boxes = .init(arena) };
    }

    fn open(self: *AssertionStore) Error!jumbf.Open {
        return self.boxes.openSuperbox(.assertion_store, assertions_label);
    }

    fn add(self: *AssertionStore, assertion: *const Assertion) Error!void {
        const references = if (assertion.created) &self.created else &self.gathered;
        switch (assertion.content) {
            .json => |text| try self.addBox(references, assertion.label, .json, text),
            .data => |data| {
                var encoded = cbor.Writer.init(self.arena);
                try encoded.value(data);
                try self.addBox(references, assertion.label, .cbor, encoded.written());
            },
        }
    }

    /// `c2pa.hash.data` over the whole asset: a sidecar excludes nothing.
    fn addHardBinding(self: *AssertionStore, asset_sha256: []const u8) Error!void {
        var encoded = cbor.Writer.init(self.arena);
        try encoded.map(4);
        try encoded.text("alg");
        try encoded.text("sha256");
        try encoded.text("pad");
        try encoded.bytes("");
        try encoded.text("hash");
        try encoded.bytes(asset_sha256);
        try encoded.text("name");
        try encoded.text("jumbf manifest");
        try self.addBox(&self.created, binding_label, .cbor, encoded.written());
    }

    fn addBox(self: *AssertionStore, references: *std.ArrayList(HashedUri), label: []const u8, kind: jumbf.Kind, content: []const u8) Error!void {
        const unique = try self.uniqueLabel(label);
        const box = try self.boxes.openSuperbox(kind, unique);
        try self.boxes.contentBox(if (kind == .json) "json" else "cbor", content);
        self.boxes.close(box);
        var reference: HashedUri = .{
            .url = try std.mem.concat(self.arena, u8, &.{ "self#jumbf=" ++ assertions_label ++ "/", unique }),
            .hash = undefined,
        };
        // The superbox's own header is not hashed (C2PA 2.2 §8.4.2.3).
        Sha256.hash(self.boxes.written()[box.start + jumbf.header_length ..], &reference.hash, .{});
        try references.append(self.arena, reference);
    }

    /// The second assertion of a label is `label__1`, the third `label__2` (C2PA 2.2 §6.4).
    fn uniqueLabel(self: *AssertionStore, label: []const u8) Error![]const u8 {
        var earlier: u8 = 0;
        for (self.labels.items) |taken| earlier += @intFromBool(std.mem.eql(u8, taken, label));
        try self.labels.append(self.arena, label);
        if (earlier == 0) return label;
        const digits = [_]u8{ '0' + earlier / 10, '0' + earlier % 10 };
        return std.mem.concat(self.arena, u8, &.{ label, "__", digits[@intFromBool(earlier < 10)..] });
    }
};

/// The claim map; its keys stand in deterministic order already.
fn encodeClaim(arena: Allocator, definition: Definition, assertions: *const AssertionStore) Error![]const u8 {
    var claim = cbor.Writer.init(arena);
    const gathered = assertions.gathered.items;
    try claim.map(@as(usize, 5) + @intFromBool(definition.title != null) + @intFromBool(gathered.len > 0));
    try claim.text("alg");
    try claim.text("sha256");
    if (definition.title) |title| {
        try claim.text("dc:title");
        try claim.text(title);
    }
    try claim.text("signature");
    try claim.text("self#jumbf=" ++ signature_label);
    try claim.text("instanceID");
    try claim.text(definition.instance_id);
    try claim.text("created_assertions");
    try encodeReferences(&claim, assertions.created.items);
    if (gathered.len > 0) {
        try claim.text("gathered_assertions");
        try encodeReferences(&claim, gathered);
    }
    try claim.text("claim_generator_info");
    try claim.value(definition.claim_generator_info);
    return claim.written();
}

fn encodeReferences(claim: *cbor.Writer, references: []const AssertionStore.HashedUri) Error!void {
    try claim.array(references.len);
    for (references) |*reference| {
        try claim.map(2);
        try claim.text("url");
        try claim.text(reference.url);
        try claim.text("hash");
        try claim.bytes(&reference.hash);
    }
}

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

fn checkLabel(label: []const u8) Error!void {
    for (label) |character| switch (character) {
        'a'...'z', 'A'...'Z', '0'...'9', '.', '-', '_' => {},
        else => return error.AssertionLabelInvalid,
    };
    // Two underscores begin the number of a repeated label.
    if (std.mem.indexOf(u8, label, "__") != null) return error.AssertionLabelInvalid;
    if (std.mem.startsWith(u8, label, "c2pa.hash.")) return error.AssertionIsHardBinding;
}

/// `urn:c2pa:` and a UUID in lower case (C2PA 2.2 §8.3).
fn isManifestLabel(label: []const u8) bool {
    const prefix = "urn:c2pa:";
    if (label.len != prefix.len + 36 or !std.mem.startsWith(u8, label, prefix)) return false;
    for (label[prefix.len..], 0..) |character, position| switch (position) {
        8, 13, 18, 23 => if (character != '-') return false,
        else => switch (character) {
            '0'...'9', 'a'...'f' => {},
            else => return false,
        },
    };
    return true;
}

const test_definition =
    \\{"label":"urn:c2pa:00000000-0000-4000-8000-000000000000","instance_id":"xmp:iid:1","alg":"ES256",
    \\ "claim_generator_info":{"name":"n"},"assertions":[
    \\ {"label":"c2pa.actions.v2","created":true,"data":{"actions":[{"action":"c2pa.created","when":"2026-01-01T00:00:00Z"}]}},
    \\ {"label":"org.example","created":false,"data":{}},
    \\ {"label":"org.example","created":false,"json":"{ }"}]}
;

fn expectRefused(expected: Error, definition: []const u8) !void {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    try std.testing.expectError(expected, Manifest.prepare(arena.allocator(), definition, "h" ** 32, &.{"leaf"}));
}

fn replaced(arena: Allocator, needle: []const u8, replacement: []const u8) ![]const u8 {
    return std.mem.replaceOwned(u8, arena, test_definition, needle, replacement);
}

test "the claim names every assertion, and a repeated label is numbered" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    const manifest = try Manifest.prepare(arena.allocator(), test_definition, "h" ** 32, &.{"leaf"});
    for ([_][]const u8{ "c2pa.actions.v2", "c2pa.hash.data", "org.example", "org.example__1" }) |label| {
        const url = try std.mem.concat(arena.allocator(), u8, &.{ "self#jumbf=c2pa.assertions/", label });
        try std.testing.expect(std.mem.indexOf(u8, manifest.claim, url) != null);
    }
    try std.testing.expect(std.mem.indexOf(u8, manifest.assertion_store, "dwhen\xc0\x74") != null);
    try std.testing.expect(std.mem.indexOf(u8, manifest.assertion_store, "json{ }") != null);
    const store = try manifest.assemble(arena.allocator(), "s" ** 64, "");
    try std.testing.expectEqual(store.len, std.mem.readInt(u32, store[0..4], .big));
    try std.testing.expect(std.mem.indexOf(u8, store, manifest.claim) != null);
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
    try expectRefused(error.JsonSyntax, try replaced(a, "\"{ }\"", "\"{\""));
    try std.testing.expectError(error.AssetDigestLength, Manifest.prepare(a, test_definition, "h", &.{"leaf"}));
    try std.testing.expectError(error.CertificatesMissing, Manifest.prepare(a, test_definition, "h" ** 32, &.{}));
}

test "a TBS over the limit is refused" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    const manifest = try Manifest.prepare(arena.allocator(), test_definition, "h" ** 32, &.{"c" ** max_tbs_bytes});
    try std.testing.expectError(error.TbsTooLarge, manifest.tbs(arena.allocator()));
}
