// Prints an argument, a line of standard input and a variable, and exits with 3.
const std = @import("std");

pub fn main(init: std.process.Init) !u8 {
    const arguments = try init.minimal.args.toSlice(init.arena.allocator());
    var buffer: [64]u8 = undefined;
    var input = std.Io.File.stdin().readerStreaming(init.io, &buffer);
    const line = try input.interface.takeDelimiterExclusive('\n');
    var random: [8]u8 = undefined;
    init.io.random(&random);
    var written: [256]u8 = undefined;
    var output = std.Io.File.stdout().writerStreaming(init.io, &written);
    const word = init.environ_map.get("WORD") orelse "";
    try output.interface.print("{s} {s} {s}\n", .{ arguments[1], line, word });
    try output.interface.flush();
    return 3;
}
