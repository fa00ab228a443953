// Manifest stores without manifests.

/** A manifest store of a length, of which only the head is one. */
export function storeOf(length) {
  const store = Buffer.alloc(length, 1);
  store.writeUInt32BE(length);
  store.write("jumb", 4);
  store.writeUInt32BE(38, 8);
  store.write("jumdc2pa", 12);
  return new Uint8Array(store);
}
