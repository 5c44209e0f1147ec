/** What is hashed besides the file: nothing, what `snapshot status` hashes, or also what would be served, where that fits into memory. */
export type WantedHashes = 'none' | 'status' | 'served';

/** The hashes that an answer of `snapshot check` shows: they stand in the JSON alone. */
export const hashesShown = (json: boolean, served: boolean): WantedHashes => (!json ? 'none' : served ? 'served' : 'status');
