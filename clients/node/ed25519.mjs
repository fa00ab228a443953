// The forms of Ed25519 that are refused here, whatever version of OpenSSL Node was built with.

const FIELD_PRIME = 2n ** 255n - 19n;
const GROUP_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
// The y of the eight points of small order.
const SMALL_ORDER_Y = new Set([
  0n,
  1n,
  FIELD_PRIME - 1n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
]);

const littleEndian = (bytes) => BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);

/** Tells whether 32 bytes are a coordinate in its one form, of a point not of small order. */
export function isUsablePoint(encoded) {
  const y = BigInt.asUintN(255, littleEndian(encoded));
  return y < FIELD_PRIME && !SMALL_ORDER_Y.has(y);
}

/** Tells whether a signature of 64 bytes has the one form that its R and its S can have. */
export function isCanonical(signature) {
  return littleEndian(signature.subarray(32)) < GROUP_ORDER && isUsablePoint(signature.subarray(0, 32));
}
