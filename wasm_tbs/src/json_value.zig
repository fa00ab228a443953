//! A JSON text (RFC 8259) as a tree, bounded while it is read: depth, number of values, no key twice.
//! `std.json.Value` has neither bound and would keep the last of two equal keys.

const std = @import("std");
const Allocator = std.mem.Allocator;
const Scanner = std.json.Scanner;
const cbor = @import("cbor.zig");

pub const max_depth = 32;
pub const max_values = 10_000;

pub const ParseError = error{
    JsonSyntax,
    JsonTooDeep,
    JsonTooManyValues,
    JsonDuplicateKey,
    JsonNumberOutOfRange,
    OutOfMemory,
};

pub const Member = struct { name: []const u8, value: Value };

pub const Value = union(enum) {
    null,
    boolean: bool,
    unsigned: u64,
    /// The CBOR argument n of the integer -1 - n.
    negative: u64,
    float: f64,
    text: []const u8,
    /// Never parsed: the manifest marks the texts that the standard types as tdate.
    date_time: []const u8,
    /// Never parsed: the hashes of references, which the manifest inserts.
    bytes: []const u8,
    array: []Value,
    /// In the order of deterministic CBOR.
    object: []Member,

    /// The member of that name, or null where this is no object or has none.
    pub fn get(self: Value, name: []const u8) ?*Value {
        if (self != .object) return null;
        for (self.object) |*member| {
            if (std.mem.eql(u8, member.name, name)) return &member.value;
        }
        return null;
    }
};

/// Reads one JSON value and nothing after it. Texts may point into `input`.
pub fn parse(arena: Allocator, input: []const u8) ParseError!Value {
    var parser: Parser = .{ .arena = arena, .scanner = Scanner.initCompleteInput(arena, input) };
    const value = try parser.valueFrom(try parser.next(), 0);
    if (try parser.next() != .end_of_document) return error.JsonSyntax;
    return value;
}

const Parser = struct {
    arena: Allocator,
    scanner: Scanner,
    values: usize = 0,

    fn next(self: *Parser) ParseError!std.json.Token {
        return self.scanner.nextAllocMax(self.arena, .alloc_if_needed, std.math.maxInt(usize)) catch |err| switch (err) {
            error.OutOfMemory => error.OutOfMemory,
            error.SyntaxError, error.UnexpectedEndOfInput, error.ValueTooLong => error.JsonSyntax,
        };
    }

    fn valueFrom(self: *Parser, token: std.json.Token, depth: usize) ParseError!Value {
        self.values += 1;
        if (self.values > max_values) return error.JsonTooManyValues;
        return switch (token) {
            .null => .null,
            .true => .{ .boolean = true },
            .false => .{ .boolean = false },
            .number, .allocated_number => |digits| number(digits),
            .string, .allocated_string => |content| .{ .text = content },
            .array_begin => self.array(depth + 1),
            .object_begin => self.object(depth + 1),
            else => error.JsonSyntax,
        };
    }

    fn array(self: *Parser, depth: usize) ParseError!Value {
        if (depth > max_depth) return error.JsonTooDeep;
        var items: std.ArrayList(Value) = .empty;
        while (true) {
            const token = try self.next();
            if (token == .array_end) return .{ .array = items.items };
            try items.append(self.arena, try self.valueFrom(token, depth));
        }
    }

    fn object(self: *Parser, depth: usize) ParseError!Value {
        if (depth > max_depth) return error.JsonTooDeep;
        var members: std.ArrayList(Member) = .empty;
        while (true) {
            const name = switch (try self.next()) {
                .object_end => break,
                .string, .allocated_string => |content| content,
                else => return error.JsonSyntax,
            };
            const value = try self.valueFrom(try self.next(), depth);
            try members.append(self.arena, .{ .name = name, .value = value });
        }
        std.mem.sortUnstable(Member, members.items, {}, struct {
            fn lessThan(_: void, a: Member, b: Member) bool {
                return cbor.keyLessThan(a.name, b.name);
            }
        }.lessThan);
        for (members.items[0..members.items.len -| 1], 1..) |member, following| {
            if (std.mem.eql(u8, member.name, members.items[following].name)) return error.JsonDuplicateKey;
        }
        return .{ .object = members.items };
    }
};

fn number(digits: []const u8) ParseError!Value {
    if (std.mem.indexOfAny(u8, digits, ".eE") != null) {
        const parsed = std.fmt.parseFloat(f64, digits) catch return error.JsonSyntax;
        if (!std.math.isFinite(parsed)) return error.JsonNumberOutOfRange;
        return .{ .float = parsed };
    }
    const negative = digits[0] == '-';
    const magnitude = std.fmt.parseInt(u64, digits[@intFromBool(negative)..], 10) catch return error.JsonNumberOutOfRange;
    if (negative and magnitude > 0) return .{ .negative = magnitude - 1 };
    return .{ .unsigned = magnitude };
}

fn expectFailure(expected: ParseError, input: []const u8) !void {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    try std.testing.expectError(expected, parse(arena.allocator(), input));
}

fn expectCbor(expected: []const u8, input: []const u8) !void {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    var writer = cbor.Writer.init(arena.allocator());
    try writer.value(try parse(arena.allocator(), input));
    try std.testing.expectEqualSlices(u8, expected, writer.written());
}

test "keys come out in deterministic order" {
    try expectCbor("\xa3\x61b\x02\x62aa\x01\x62ab\xf5", "{\"ab\":true,\"aa\":1,\"b\":2}");
}

test "numbers keep their kind" {
    try expectCbor("\x85\x00\x20\xf9\x3c\x00\xf9\x80\x00\x00", "[0,-1,1.0,-0.0,-0]");
}

test "escapes become UTF-8" {
    try expectCbor("\x66\xc3\xa9\xf0\x9f\x98\x80", "\"\\u00e9\\ud83d\\ude00\"");
}

test "what is refused has a name" {
    try expectFailure(error.JsonSyntax, "");
    try expectFailure(error.JsonSyntax, "{} {}");
    try expectFailure(error.JsonSyntax, "[1,]");
    try expectFailure(error.JsonSyntax, "\"\xff\"");
    try expectFailure(error.JsonSyntax, "\"\\ud800\"");
    try expectFailure(error.JsonDuplicateKey, "{\"a\":1,\"\\u0061\":2}");
    try expectFailure(error.JsonNumberOutOfRange, "18446744073709551616");
    try expectFailure(error.JsonNumberOutOfRange, "1e999");
    try expectFailure(error.JsonTooDeep, "[" ** 33 ++ "]" ** 33);
    try expectFailure(error.JsonTooManyValues, "[" ++ "0," ** (max_values - 1) ++ "0]");
}

test "the bounds themselves are admitted" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    _ = try parse(arena.allocator(), "[" ** 32 ++ "]" ** 32);
    _ = try parse(arena.allocator(), "[" ++ "0," ** (max_values - 2) ++ "0]");
}
