//! A C2PA manifest with a detached claim signature (C2PA 2.2 §10, §11): first the bytes to be signed,
//! then, with the signature, the manifest store.

const std = @import("std");
const Allocator = std.mem.Allocator;
const Sha256 = std.crypto.hash.sha2.Sha256;
const cbor = @import("cbor.zig");
const cose = @import("cose.zig");
const jumbf = @import("jumbf.zig");
const definition_file = @import("definition.zig");
const json_value = @import("json_value.zig");
const Value = json_value.Value;
const Assertion = definition_file.Assertion;
const Binding = definition_file.Binding;
const Definition = definition_file.Definition;

pub const max_tbs_bytes = 16 * 1024;
pub const max_certificates = 8;
/// More would not fit into the arena, beside all that a large manifest takes there.
const max_padding_bytes = 640 * 1024;
/// Room for assertions beside what they attach, so that their list rarely grows.
const usual_assertions_bytes = 16 * 1024;
/// What stands around assertions, claim and signature: headers, descriptions and labels.
const boxes_around_bytes = 512;

const claim_label = "c2pa.claim.v2";
const signature_label = "c2pa.signature";
const assertions_label = "c2pa.assertions";
const data_hash_label = "c2pa.hash.data";
const bmff_hash_label = "c2pa.hash.bmff.v3";
/// The usertype of the box that holds a store in BMFF files (C2PA 2.2 §A.5).
const bmff_store_uuid = "\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81";

pub const Error = definition_file.Error || error{
    AssetDigestLength,
    AttachmentsMissing,
    CertificatesMissing,
    CertificatesTooMany,
    SignatureLength,
    StoreLength,
    TbsTooLarge,
};

/// What is known before the signature. Everything points into the arena or into what was given.
pub const Manifest = struct {
    label: []const u8,
    algorithm: cose.Algorithm,
    kind: jumbf.Kind,
    /// The assertion store, a whole superbox.
    assertion_store: []const u8,
    /// The claim, encoded.
    claim: []const u8,
    /// The protected header, encoded.
    protected: []const u8,

    /// Reads the definition and builds all that the signature will cover.
    /// `asset_sha256` is the hard binding. `rest` holds the files that assertions attach, as many as
    /// the definition says, and then DER certificates, leaf first, root left out.
    pub fn prepare(
        arena: Allocator,
        definition_json: []const u8,
        asset_sha256: []const u8,
        rest: []const []const u8,
    ) Error!Manifest {
        if (asset_sha256.len != Sha256.digest_length) return error.AssetDigestLength;
        const definition = try Definition.parse(arena, definition_json);
        if (definition.attachments > rest.len) return error.AttachmentsMissing;
        const attachments = rest[0..definition.attachments];
        const x5chain = rest[definition.attachments..];
        if (x5chain.len == 0) return error.CertificatesMissing;
        if (x5chain.len > max_certificates) return error.CertificatesTooMany;
        for (x5chain) |certificate| if (certificate.len == 0) return error.CertificatesMissing;

        var assertions = AssertionStore.init(arena, attachments);
        var attached_bytes: usize = 0;
        for (attachments) |one| attached_bytes += one.len;
        if (attached_bytes > 0) try assertions.boxes.reserve(attached_bytes + usual_assertions_bytes);
        const store = try assertions.open();
        for (definition.assertions) |*assertion| try assertions.add(assertion);
        switch (definition.binding) {
            .data => |exclusions| try assertions.addDataHash(asset_sha256, exclusions),
            .bmff => try assertions.addBmffHash(asset_sha256),
            .update => {},
        }
        assertions.boxes.close(store);

        return .{
            .label = definition.label,
            .algorithm = definition.algorithm,
            .kind = if (definition.binding == .update) .update_manifest else .manifest,
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

    /// The manifest store. An empty `time_stamp_token` is none. With a `store_length` the unprotected
    /// header is padded until the store has exactly so many bytes (C2PA 2.2 §13.2.5).
    pub fn assemble(
        self: *const Manifest,
        arena: Allocator,
        signature: []const u8,
        time_stamp_token: []const u8,
        store_length: ?u32,
    ) Error![]const u8 {
        if (!self.algorithm.admitsSignatureLength(signature.len)) return error.SignatureLength;
        const plain = try self.boxed(arena, try cose.sign1(arena, self.protected, signature, time_stamp_token, .none));
        const wanted = store_length orelse return plain;
        if (wanted == plain.len) return plain;
        if (wanted < plain.len or wanted - plain.len > max_padding_bytes) return error.StoreLength;
        const padding = cose.Padding.ofLength(wanted - plain.len) orelse return error.StoreLength;
        return self.boxed(arena, try cose.sign1(arena, self.protected, signature, time_stamp_token, padding));
    }

    fn boxed(self: *const Manifest, arena: Allocator, sign1: []const u8) Error![]const u8 {
        var boxes = jumbf.Writer.init(arena);
        try boxes.reserve(self.assertion_store.len + self.claim.len + sign1.len + boxes_around_bytes);
        const store = try boxes.openSuperbox(.manifest_store, "c2pa");
        const manifest = try boxes.openSuperbox(self.kind, self.label);
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

const AssertionStore = struct {
    arena: Allocator,
    boxes: jumbf.Writer,
    created: std.ArrayList(HashedUri) = .empty,
    gathered: std.ArrayList(HashedUri) = .empty,
    /// All of them, in the definition's order.
    added: std.ArrayList(HashedUri) = .empty,
    labels: std.ArrayList([]const u8) = .empty,
    attachments: []const []const u8,

    const HashedUri = struct { url: []const u8, hash: [Sha256.digest_length]u8 };

    fn init(arena: Allocator, attachments: []const []const u8) AssertionStore {
        return .{ .arena = arena, .boxes = .init(arena), .attachments = attachments };
    }

    fn open(self: *AssertionStore) Error!jumbf.Open {
        return self.boxes.openSuperbox(.assertion_store, assertions_label);
    }

    fn add(self: *AssertionStore, assertion: *const Assertion) Error!void {
        const references = if (assertion.created) &self.created else &self.gathered;
        switch (assertion.content) {
            .cbor => |value| {
                if (std.mem.startsWith(u8, assertion.label, "c2pa.actions")) try self.linkActions(value);
                if (std.mem.startsWith(u8, assertion.label, "c2pa.ingredient")) try self.linkIngredient(value);
                var encoded = cbor.Writer.init(self.arena);
                try encoded.value(value);
                try self.addBox(references, assertion.label, .cbor, encoded.written());
            },
            .json => |text| try self.addBox(references, assertion.label, .json, text),
            .file => |file| try self.addFile(references, assertion.label, file),
        }
    }

    /// The ingredients that actions name by number become hashed URIs (C2PA 2.2 §18.14.4.7).
    fn linkActions(self: *AssertionStore, data: Value) Error!void {
        const actions = data.get("actions") orelse return;
        if (actions.* != .array) return;
        for (actions.array) |action| {
            const parameters = action.get("parameters") orelse continue;
            const ingredients = parameters.get("ingredients") orelse continue;
            if (ingredients.* != .array) return error.ReferenceInvalid;
            for (ingredients.array) |*one| try self.link(one);
        }
    }

    /// An ingredient's thumbnail, by number, and the hashes of its manifest and signature, in
    /// hexadecimal, become hashed URIs (C2PA 2.2 §18.15).
    fn linkIngredient(self: *AssertionStore, data: Value) Error!void {
        if (data.get("thumbnail")) |thumbnail| try self.link(thumbnail);
        for ([_][]const u8{ "activeManifest", "claimSignature" }) |name| {
            const reference = data.get(name) orelse continue;
            const hash = reference.get("hash") orelse return error.ReferenceInvalid;
            if (hash.* != .text or hash.text.len != 2 * Sha256.digest_length) return error.ReferenceInvalid;
            const digest = try self.arena.alloc(u8, Sha256.digest_length);
            const decoded = std.fmt.hexToBytes(digest, hash.text) catch return error.ReferenceInvalid;
            hash.* = .{ .bytes = decoded };
        }
    }

    /// Replaces the number of an earlier assertion of the definition by its hashed URI.
    fn link(self: *AssertionStore, value: *Value) Error!void {
        if (value.* != .unsigned or value.unsigned >= self.added.items.len) return error.ReferenceInvalid;
        const target = &self.added.items[@intCast(value.unsigned)];
        const members = try self.arena.alloc(json_value.Member, 2);
        members[0] = .{ .name = "url", .value = .{ .text = target.url } };
        members[1] = .{ .name = "hash", .value = .{ .bytes = try self.arena.dupe(u8, &target.hash) } };
        value.* = .{ .object = members };
    }

    fn addFile(self: *AssertionStore, references: *std.ArrayList(HashedUri), label: []const u8, file: Assertion.File) Error!void {
        if (file.attachment >= self.attachments.len) return error.AttachmentsMissing;
        const unique = try self.uniqueLabel(label);
        const box = try self.boxes.openSuperbox(.embedded_file, unique);
        // No file name, and nothing outside (ISO 19566-5 B.4): a media type ends in a zero.
        try self.boxes.contentBox("bfdb", try std.mem.concat(self.arena, u8, &.{ "\x00", file.media_type, "\x00" }));
        try self.boxes.contentBox("bidb", self.attachments[file.attachment]);
        try self.closeBox(references, unique, box);
    }

    /// `c2pa.hash.data` over the asset without the ranges that are excluded; a sidecar excludes none.
    fn addDataHash(self: *AssertionStore, asset_sha256: []const u8, exclusions: []const Binding.Range) Error!void {
        var encoded = cbor.Writer.init(self.arena);
        try encoded.map(@as(usize, 4) + @intFromBool(exclusions.len > 0));
        try encoded.text("alg");
        try encoded.text("sha256");
        try encoded.text("pad");
        try encoded.bytes("");
        try encoded.text("hash");
        try encoded.bytes(asset_sha256);
        try encoded.text("name");
        try encoded.text("jumbf manifest");
        if (exclusions.len > 0) {
            try encoded.text("exclusions");
            try encoded.array(exclusions.len);
            for (exclusions) |range| {
                try encoded.map(2);
                try encoded.text("start");
                try encoded.natural(range.start);
                try encoded.text("length");
                try encoded.natural(range.length);
            }
        }
        try self.addBox(&self.created, data_hash_label, .cbor, encoded.written());
    }

    /// `c2pa.hash.bmff.v3`. What it excludes is the same for every file: a client chooses nothing.
    fn addBmffHash(self: *AssertionStore, asset_sha256: []const u8) Error!void {
        var encoded = cbor.Writer.init(self.arena);
        try encoded.map(4);
        try encoded.text("alg");
        try encoded.text("sha256");
        try encoded.text("hash");
        try encoded.bytes(asset_sha256);
        try encoded.text("name");
        try encoded.text("jumbf manifest");
        try encoded.text("exclusions");
        try encoded.array(3);
        try encoded.map(2);
        try encoded.text("data");
        try encoded.array(1);
        try encoded.map(2);
        try encoded.text("value");
        try encoded.bytes(bmff_store_uuid);
        try encoded.text("offset");
        try encoded.natural(8);
        try encoded.text("xpath");
        try encoded.text("/uuid");
        for ([_][]const u8{ "/ftyp", "/mfra" }) |path| {
            try encoded.map(1);
            try encoded.text("xpath");
            try encoded.text(path);
        }
        try self.addBox(&self.created, bmff_hash_label, .cbor, encoded.written());
    }

    fn addBox(self: *AssertionStore, references: *std.ArrayList(HashedUri), label: []const u8, kind: jumbf.Kind, content: []const u8) Error!void {
        const unique = try self.uniqueLabel(label);
        const box = try self.boxes.openSuperbox(kind, unique);
        try self.boxes.contentBox(if (kind == .json) "json" else "cbor", content);
        try self.closeBox(references, unique, box);
    }

    fn closeBox(self: *AssertionStore, references: *std.ArrayList(HashedUri), unique: []const u8, box: jumbf.Open) Error!void {
        self.boxes.close(box);
        var reference: HashedUri = .{
            .url = try std.mem.concat(self.arena, u8, &.{ "self#jumbf=" ++ assertions_label ++ "/", unique }),
            .hash = undefined,
        };
        // The superbox's own header is not hashed (C2PA 2.2 §8.4.2.3).
        Sha256.hash(self.boxes.written()[box.start + jumbf.header_length ..], &reference.hash, .{});
        try references.append(self.arena, reference);
        try self.added.append(self.arena, reference);
    }

    /// The second assertion of a label is `label__1`, the third `label__2` (C2PA 2.2 §6.4).
    fn uniqueLabel(self: *AssertionStore, label: []const u8) Error![]const u8 {
        var earlier: u8 = 0;
        for (self.labels.items) |taken| earlier += @intFromBool(std.mem.eql(u8, taken, label));
        try self.labels.append(self.arena, label);
        if (earlier == 0) return label;
        const digits = [_]u8{ '0' + earlier / 100, '0' + earlier / 10 % 10, '0' + earlier % 10 };
        const first: usize = if (earlier < 10) 2 else if (earlier < 100) 1 else 0;
        return std.mem.concat(self.arena, u8, &.{ label, "__", digits[first..] });
    }
};

/// The claim map; its keys stand in deterministic order already.
fn encodeClaim(arena: Allocator, definition: Definition, assertions: *const AssertionStore) Error![]const u8 {
    var claim = cbor.Writer.init(arena);
    const gathered = assertions.gathered.items;
    const redacted = definition.redacted;
    const optional = [_]bool{ gathered.len > 0, definition.title != null, redacted.len > 0 };
    var count: usize = 5;
    for (optional) |is_there| count += @intFromBool(is_there);
    try claim.map(count);
    try claim.text("alg");
    try claim.text("sha256");
    if (definition.title) |title| {
        try claim.text("dc:title");
        try claim.text(title);
    }
    try claim.text("signature");
    // Absolute, so that the signature covers the label; c2pa-rs 0.92 finds no other from specVersion 2.4.0 on.
    try claim.text(try std.mem.concat(arena, u8, &.{ "self#jumbf=/c2pa/", definition.label, "/" ++ signature_label }));
    try claim.text("instanceID");
    try claim.text(definition.instance_id);
    try claim.text("created_assertions");
    try encodeReferences(&claim, assertions.created.items);
    if (gathered.len > 0) {
        try claim.text("gathered_assertions");
        try encodeReferences(&claim, gathered);
    }
    if (redacted.len > 0) {
        try claim.text("redacted_assertions");
        try claim.array(redacted.len);
        for (redacted) |uri| try claim.text(uri);
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

const test_definition = definition_file.test_definition;

test "the claim names every assertion, and a repeated label is numbered" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    const manifest = try Manifest.prepare(arena.allocator(), test_definition, "h" ** 32, &.{"leaf"});
    for ([_][]const u8{ "c2pa.actions.v2", "c2pa.hash.data", "org.example", "org.example__1" }) |label| {
        const url = try std.mem.concat(arena.allocator(), u8, &.{ "self#jumbf=c2pa.assertions/", label });
        try std.testing.expect(std.mem.indexOf(u8, manifest.claim, url) != null);
    }
    try std.testing.expect(std.mem.indexOf(u8, manifest.assertion_store, "dwhen\xc0\x74") != null);
    const signature_uri = "self#jumbf=/c2pa/urn:c2pa:00000000-0000-4000-8000-000000000000/c2pa.signature";
    try std.testing.expect(std.mem.indexOf(u8, manifest.claim, signature_uri) != null);
    const store = try manifest.assemble(arena.allocator(), "s" ** 64, "", null);
    try std.testing.expectEqual(store.len, std.mem.readInt(u32, store[0..4], .big));
    try std.testing.expect(std.mem.indexOf(u8, store, manifest.claim) != null);
}

test "a store is padded to the length that is asked for" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    const a = arena.allocator();
    const manifest = try Manifest.prepare(a, test_definition, "h" ** 32, &.{"leaf"});
    const plain = (try manifest.assemble(a, "s" ** 64, "tok", null)).len;
    for (0..1200) |extra| {
        const wanted: u32 = @intCast(plain + extra);
        if (extra > 0 and extra < 5) {
            try std.testing.expectError(error.StoreLength, manifest.assemble(a, "s" ** 64, "tok", wanted));
        } else {
            try std.testing.expectEqual(wanted, (try manifest.assemble(a, "s" ** 64, "tok", wanted)).len);
        }
    }
    for ([_]u32{ 65_535, 65_536, 65_537, 65_538, 65_539, 100_000 }) |extra| {
        const wanted: u32 = @as(u32, @intCast(plain)) + extra;
        try std.testing.expectEqual(wanted, (try manifest.assemble(a, "s" ** 64, "", wanted)).len);
    }
    for ([_]u32{ 10, 2 * max_padding_bytes, std.math.maxInt(u32) }) |wanted| {
        try std.testing.expectError(error.StoreLength, manifest.assemble(a, "s" ** 64, "", wanted));
    }
}

test "what is excluded stands in the binding" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    const a = arena.allocator();
    const cases = [_]struct { given: []const u8, expected: Error![]const u8 }{
        .{ .given = "{\"exclusions\":[{\"start\":20,\"length\":300}]}", .expected = "jexclusions\x81\xa2estart\x14flength\x19\x01\x2c" },
        .{ .given = "{\"exclusions\":[{\"start\":1,\"length\":4},{\"start\":5000000000,\"length\":1}]}", .expected = "\x82\xa2estart\x01flength\x04\xa2estart\x1b\x00\x00\x00\x01\x2a\x05\xf2\x00" },
        .{ .given = "{\"bmff\":true}", .expected = "c2pa.hash.bmff.v3" },
        .{ .given = "{\"bmff\":false}", .expected = error.BindingInvalid },
        .{ .given = "{\"exclusions\":[]}", .expected = error.BindingInvalid },
        .{ .given = "{\"exclusions\":[{\"start\":2,\"length\":0}]}", .expected = error.BindingInvalid },
        .{ .given = "{\"exclusions\":[{\"start\":-2,\"length\":1}]}", .expected = error.DefinitionFieldInvalid },
        .{ .given = "{\"exclusions\":[{\"start\":2,\"length\":2},{\"start\":3,\"length\":1}]}", .expected = error.BindingInvalid },
    };
    for (cases) |case| {
        const binding = try std.mem.concat(a, u8, &.{ "\"binding\":", case.given, ",\"assertions\":" });
        const definition = try std.mem.replaceOwned(u8, a, test_definition, "\"assertions\":", binding);
        if (case.expected) |bytes| {
            const manifest = try Manifest.prepare(a, definition, "h" ** 32, &.{"leaf"});
            try std.testing.expect(std.mem.indexOf(u8, manifest.assertion_store, bytes) != null);
        } else |expected| {
            try std.testing.expectError(expected, Manifest.prepare(a, definition, "h" ** 32, &.{"leaf"}));
        }
    }
}

test "a title stands in the claim" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    const a = arena.allocator();
    const plain = try Manifest.prepare(a, test_definition, "h" ** 32, &.{"leaf"});
    try std.testing.expect(std.mem.indexOf(u8, plain.claim, "dc:title") == null);
    const definition = try std.mem.replaceOwned(u8, a, test_definition, "\"assertions\":", "\"title\":\"Harbour\",\"assertions\":");
    const titled = try Manifest.prepare(a, definition, "h" ** 32, &.{"leaf"});
    try std.testing.expect(std.mem.indexOf(u8, titled.claim, "\x68dc:title\x67Harbour") != null);
    const empty = try std.mem.replaceOwned(u8, a, definition, "Harbour", "");
    try std.testing.expectError(error.DefinitionFieldInvalid, Manifest.prepare(a, empty, "h" ** 32, &.{"leaf"}));
}

test "a JSON text is copied into a JSON box" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    const a = arena.allocator();
    const json = "\"json\":\"{ \\\"b\\\": 1.0 }\"";
    const definition = try std.mem.replaceOwned(u8, a, test_definition, "\"data\":{\"again\":1}", json);
    const manifest = try Manifest.prepare(a, definition, "h" ** 32, &.{"leaf"});
    const box = "jumdjson\x00\x11\x00\x10\x80\x00\x00\xAA\x00\x38\x9B\x71\x03org.example__1\x00" ++
        "\x00\x00\x00\x14json{ \"b\": 1.0 }";
    try std.testing.expect(std.mem.indexOf(u8, manifest.assertion_store, box) != null);
}

/// A component with a thumbnail, and the action that places it.
const component_and_placing =
    \\ {"label":"c2pa.thumbnail.ingredient","created":false,"file":{"media_type":"image/png","attachment":0}},
    \\ {"label":"c2pa.ingredient.v3","created":true,"data":{"relationship":"componentOf","thumbnail":0,
    \\  "activeManifest":{"url":"self#jumbf=/c2pa/p","alg":"sha256","hash":"
++ "0a" ** 32 ++
    \\"}}},
    \\ {"label":"c2pa.actions.v2","created":true,"data":{"actions":[{"action":"c2pa.placed","parameters":{"ingredients":[1]}}]}},
;

fn withIngredients(arena: Allocator) ![]const u8 {
    return std.mem.replaceOwned(u8, arena, test_definition, "\"assertions\":[", "\"attachments\":1,\"assertions\":[" ++ component_and_placing);
}

test "an action names an ingredient by its hashed URI, and the ingredient its thumbnail" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    const a = arena.allocator();
    const manifest = try Manifest.prepare(a, try withIngredients(a), "h" ** 32, &.{ "pixels", "leaf" });
    const file = "\x03c2pa.thumbnail.ingredient\x00\x00\x00\x00\x13bfdb\x00image/png\x00\x00\x00\x00\x0ebidbpixels";
    try std.testing.expect(std.mem.indexOf(u8, manifest.assertion_store, file) != null);
    try std.testing.expect(std.mem.indexOf(u8, manifest.assertion_store, "dhash\x58\x20" ++ "\x0a" ** 32) != null);
    for ([_][]const u8{ "c2pa.thumbnail.ingredient", "c2pa.ingredient.v3" }) |label| {
        // The head of a text so long, after the head of a map of two.
        const url = try std.mem.concat(a, u8, &.{ "\xa2curl\x78", &.{@intCast(27 + label.len)}, "self#jumbf=c2pa.assertions/", label, "dhash\x58\x20" });
        const reference = std.mem.indexOf(u8, manifest.assertion_store, url).?;
        const digest = manifest.assertion_store[reference + url.len ..][0..32];
        // The claim has the same hash of it.
        try std.testing.expect(std.mem.indexOf(u8, manifest.claim, digest) != null);
    }
}

test "references lead to earlier assertions, and attachments are there" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    const a = arena.allocator();
    const definition = try withIngredients(a);
    const cases = [_]struct { []const u8, []const u8, Error }{
        .{ "\"ingredients\":[1]", "\"ingredients\":[2]", error.ReferenceInvalid },
        .{ "\"ingredients\":[1]", "\"ingredients\":[\"a\"]", error.ReferenceInvalid },
        .{ "\"ingredients\":[1]", "\"ingredients\":1", error.ReferenceInvalid },
        .{ "\"thumbnail\":0", "\"thumbnail\":1", error.ReferenceInvalid },
        .{ "0a0a", "0a", error.ReferenceInvalid },
        .{ "0a0a", "0x0a", error.ReferenceInvalid },
        .{ "\"attachment\":0", "\"attachment\":1", error.AttachmentsMissing },
        .{ "\"attachments\":1", "\"attachments\":3", error.AttachmentsMissing },
        .{ "\"attachments\":1", "\"attachments\":2", error.CertificatesMissing },
        .{ "\"attachments\":1", "\"attachments\":35", error.DefinitionFieldInvalid },
    };
    for (cases) |case| {
        const changed = try std.mem.replaceOwned(u8, a, definition, case[0], case[1]);
        try std.testing.expectError(case[2], Manifest.prepare(a, changed, "h" ** 32, &.{ "pixels", "leaf" }));
    }
}

test "an update manifest has no hard binding, and says what was redacted" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    const a = arena.allocator();
    const update = "\"binding\":{\"update\":true},\"redacted\":[\"self#jumbf=/c2pa/p/c2pa.assertions/x\"],\"assertions\":";
    const definition = try std.mem.replaceOwned(u8, a, test_definition, "\"assertions\":", update);
    const manifest = try Manifest.prepare(a, definition, "h" ** 32, &.{"leaf"});
    try std.testing.expect(std.mem.indexOf(u8, manifest.claim, "c2pa.hash") == null);
    try std.testing.expect(std.mem.indexOf(u8, manifest.claim, "\x73redacted_assertions\x81\x78\x24self#jumbf=/c2pa/p/c2pa.assertions/x") != null);
    const store = try manifest.assemble(a, "s" ** 64, "", null);
    try std.testing.expect(std.mem.indexOf(u8, store, "jumdc2um") != null);
    for ([_][]const u8{ "\"self#jumbf=c2pa.assertions/x\"", "1" }) |uri| {
        const other = try std.mem.replaceOwned(u8, a, definition, "\"self#jumbf=/c2pa/p/c2pa.assertions/x\"", uri);
        try std.testing.expectError(error.DefinitionFieldInvalid, Manifest.prepare(a, other, "h" ** 32, &.{"leaf"}));
    }
}

test "an asset and a signer are needed" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    const a = arena.allocator();
    try std.testing.expectError(error.AssetDigestLength, Manifest.prepare(a, test_definition, "h", &.{"leaf"}));
    try std.testing.expectError(error.CertificatesMissing, Manifest.prepare(a, test_definition, "h" ** 32, &.{}));
}

test "a TBS over the limit is refused" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    const manifest = try Manifest.prepare(arena.allocator(), test_definition, "h" ** 32, &.{"c" ** max_tbs_bytes});
    try std.testing.expectError(error.TbsTooLarge, manifest.tbs(arena.allocator()));
}
