//! PDF's syntax, as far as dictionaries and arrays need it (ISO 32000-2 §7.2, §7.3). Nothing is
//! decoded or copied: a value is the bytes that stand for it. What is called from many places is not
//! inlined, which halves the module's share of PDF.

const std = @import("std");

pub const Error = error{
    /// The bytes end before the value does.
    Short,
    Malformed,
    PdfTooComplex,
};

const deepest = 64;

pub const Scanner = struct {
    text: []const u8,
    at: usize = 0,

    pub noinline fn token(self: *Scanner) Error![]const u8 {
        try self.skipSpace();
        const start = self.at;
        const byte = self.text[start];
        switch (byte) {
            '[', ']' => self.at += 1,
            '(' => try self.skipString(),
            '<', '>' => {
                if (start + 1 == self.text.len) return error.Short;
                if (self.text[start + 1] == byte) {
                    self.at += 2;
                } else {
                    if (byte == '>') return error.Malformed;
                    self.at = (std.mem.indexOfScalarPos(u8, self.text, start, '>') orelse return error.Short) + 1;
                }
            },
            ')', '{', '}' => return error.Malformed,
            else => {
                self.at += 1;
                while (self.at < self.text.len and isRegular(self.text[self.at])) self.at += 1;
                if (self.at == self.text.len) return error.Short;
            },
        }
        return self.text[start..self.at];
    }

    /// A whole object; a reference counts as one.
    pub noinline fn value(self: *Scanner) Error![]const u8 {
        const first = try self.token();
        const start = self.at - first.len;
        if (first[0] == '[' or (first.len == 2 and first[0] == '<' and first[1] == '<')) {
            try self.skipNested(first[0]);
        } else if (isClosing(first)) {
            return error.Malformed;
        } else if (integer(first) != null) {
            const end = self.at;
            const is_reference = integer(try self.token()) != null and std.mem.eql(u8, try self.token(), "R");
            if (!is_reference) self.at = end;
        }
        return self.text[start..self.at];
    }

    pub noinline fn number(self: *Scanner) Error!u64 {
        return integer(try self.token()) orelse error.Malformed;
    }

    pub noinline fn skipSpace(self: *Scanner) Error!void {
        while (self.at < self.text.len) : (self.at += 1) {
            const byte = self.text[self.at];
            if (byte == '%') {
                while (self.at < self.text.len and self.text[self.at] != '\n' and self.text[self.at] != '\r') self.at += 1;
                if (self.at == self.text.len) return error.Short;
            } else if (!isSpace(byte)) return;
        }
        return error.Short;
    }

    fn skipString(self: *Scanner) Error!void {
        var depth: u32 = 0;
        while (self.at < self.text.len) : (self.at += 1) {
            switch (self.text[self.at]) {
                '\\' => self.at += 1,
                '(' => depth += 1,
                ')' => {
                    depth -= 1;
                    if (depth == 0) {
                        self.at += 1;
                        return;
                    }
                },
                else => {},
            }
        }
        return error.Short;
    }

    /// Goes behind what closes an array or a dictionary.
    fn skipNested(self: *Scanner, opened: u8) Error!void {
        var open: [deepest]u8 = undefined;
        open[0] = opened;
        var depth: usize = 1;
        while (depth > 0) {
            const found = try self.token();
            if (isClosing(found)) {
                depth -= 1;
                // In ASCII, closing brackets stand two behind their opening ones.
                if (open[depth] != found[0] - 2) return error.Malformed;
            } else if (found[0] == '[' or (found.len == 2 and found[0] == '<' and found[1] == '<')) {
                if (depth == deepest) return error.PdfTooComplex;
                open[depth] = found[0];
                depth += 1;
            }
        }
    }
};

/// Goes through a dictionary's entries, or through an array's elements with empty keys.
pub const Entries = struct {
    pub const Entry = struct { key: []const u8, value: []const u8 };

    scanner: Scanner,
    is_array: bool,

    pub fn dictionary(text: []const u8) Error!Entries {
        var scanner: Scanner = .{ .text = text };
        if (!std.mem.eql(u8, try scanner.token(), "<<")) return error.Malformed;
        return .{ .scanner = scanner, .is_array = false };
    }

    pub fn array(text: []const u8) Error!Entries {
        var scanner: Scanner = .{ .text = text };
        if (!std.mem.eql(u8, try scanner.token(), "[")) return error.Malformed;
        return .{ .scanner = scanner, .is_array = true };
    }

    pub noinline fn next(self: *Entries) Error!?Entry {
        const before = self.scanner.at;
        var key = try self.scanner.token();
        if (isClosing(key)) return null;
        if (self.is_array) {
            self.scanner.at = before;
            key = "";
        } else if (key[0] != '/') return error.Malformed;
        return .{ .key = key, .value = try self.scanner.value() };
    }
};

/// A dictionary's entry, if it has it once.
pub noinline fn find(dictionary: []const u8, name: []const u8) Error!?[]const u8 {
    var entries = try Entries.dictionary(dictionary);
    var found: ?[]const u8 = null;
    while (try entries.next()) |entry| {
        if (!isName(entry.key, name)) continue;
        if (found != null) return error.Malformed;
        found = entry.value;
    }
    // An entry that is null is none.
    return if (found != null and std.mem.eql(u8, found.?, "null")) null else found;
}

/// An entry that can only be a direct integer.
pub noinline fn findInteger(dictionary: []const u8, name: []const u8) Error!?u64 {
    const value = try find(dictionary, name) orelse return null;
    return integer(value) orelse error.PdfTooComplex;
}

/// Whether a name is this one; any of its characters may be written as # and two digits.
pub noinline fn isName(value: []const u8, name: []const u8) bool {
    if (value.len == 0 or value[0] != '/') return false;
    var at: usize = 1;
    for (name) |expected| {
        if (at == value.len) return false;
        var byte = value[at];
        at += 1;
        if (byte == '#' and value.len - at >= 2) {
            byte = std.fmt.parseInt(u8, value[at..][0..2], 16) catch return false;
            at += 2;
        }
        if (byte != expected) return false;
    }
    return at == value.len;
}

/// What is not negative and has no more than 18 digits.
pub noinline fn integer(value: []const u8) ?u64 {
    if (value.len == 0 or value.len > 18) return null;
    var sum: u64 = 0;
    for (value) |digit| {
        if (!std.ascii.isDigit(digit)) return null;
        sum = sum * 10 + (digit - '0');
    }
    return sum;
}

/// The number of the object that a reference is to.
pub noinline fn reference(value: []const u8) ?u64 {
    if (value.len < 5 or value[value.len - 1] != 'R') return null;
    var scanner: Scanner = .{ .text = value };
    return integer(scanner.token() catch return null);
}

pub fn isDictionary(value: []const u8) bool {
    return std.mem.startsWith(u8, value, "<<");
}

fn isClosing(found: []const u8) bool {
    return found[0] == ']' or found[0] == '>';
}

fn isSpace(byte: u8) bool {
    return switch (byte) {
        0, '\t', '\n', 0x0c, '\r', ' ' => true,
        else => false,
    };
}

fn isRegular(byte: u8) bool {
    return !isSpace(byte) and std.mem.indexOfScalar(u8, "()<>[]{}/%", byte) == null;
}
