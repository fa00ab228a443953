// A sound to sign.

import assert from "node:assert/strict";

/** A sound of so many bytes that counts how much of it is in memory at once. */
export function sound(length) {
  const header = new DataView(new ArrayBuffer(44));
  const write = (at, text) => [...text].forEach((letter, index) => header.setUint8(at + index, letter.charCodeAt(0)));
  write(0, "RIFF");
  header.setUint32(4, 36 + length, true);
  write(8, "WAVEfmt ");
  header.setUint32(16, 16, true);
  header.setUint16(20, 1, true);
  header.setUint16(22, 1, true);
  header.setUint32(24, 8000, true);
  header.setUint32(28, 16000, true);
  header.setUint16(32, 2, true);
  header.setUint16(34, 16, true);
  write(36, "data");
  header.setUint32(40, length, true);
  const megabyte = Uint8Array.from({ length: 1024 * 1024 }, (_, at) => at % 251);
  const watched = new Blob([header, ...Array(length / megabyte.length).fill(megabyte)]);
  const read = { largest: 0, slices: 0 };
  const slice = watched.slice.bind(watched);
  watched.slice = (start, end) => {
    const part = slice(start, end);
    const arrayBuffer = part.arrayBuffer.bind(part);
    part.arrayBuffer = () => {
      read.largest = Math.max(read.largest, part.size);
      return arrayBuffer();
    };
    read.slices += 1;
    return part;
  };
  watched.arrayBuffer = () => assert.fail("the whole file was read");
  return { asset: watched, read };
}
