/** Bytes as text, a code unit for each byte: such texts compare as their bytes do, and can be looked up in a map. */
export const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

/** The beginning of such a text for a message, with a dot for what cannot be printed. */
export const printable = (text: string, most = 200): string => text.slice(0, most).replace(/[^\x20-\x7e]/g, '.');
