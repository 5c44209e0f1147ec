/** Byte layout of a bbolt file (bbolt 1.4.3 internal/common/{page,meta,bucket,types}.go), format version 2. */

export const pageHeaderSize = 16;
export const elementSize = 16;
export const bucketHeaderSize = 16;
export const metaSize = 64;

export const pageFlag = { branch: 0x01, leaf: 0x02, meta: 0x04, freelist: 0x10 } as const;
/** Bit of a leaf element whose value is a bucket. */
export const bucketLeafFlag = 0x01;

export const magic = 0xed0cdaed;
export const formatVersion = 2;
/** Freelist page id that says "not persisted": what etcd on Linux writes (NoFreelistSync). */
export const noFreelist = 0xffff_ffff_ffff_ffffn;

/** Offsets inside a meta page, from the start of the page; checksum is FNV-1a 64 over [16, 72). */
export const metaAt = {
  magic: 16, version: 20, pageSize: 24, flags: 28, root: 32, sequence: 40, freelist: 48, highWater: 56, txid: 64, checksum: 72,
} as const;

/** Candidate page sizes of bbolt >= 1.3.7 getPageSize: 1024 << i, i = 0…14. */
export const pageSizeCandidates: readonly number[] = Array.from({ length: 15 }, (_, i) => 1024 << i);
export const defaultPageSize = 4096;
