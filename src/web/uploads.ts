import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { NamedInput } from '../intake/index.js';
import { removeFolder } from '../remove-folder.js';
import { HttpError } from './respond.js';

/** Limits of one upload; all are answered with a clear error before the disk is full. */
export interface UploadLimits {
  readonly maxFiles: number;
  readonly maxBytes: number;
  /** A connection that sends nothing for so long is closed, and its file removed. */
  readonly idleMs: number;
}

export const uploadLimits: UploadLimits = { maxFiles: 100_000, maxBytes: 64 * 2 ** 30, idleMs: 60_000 };

/** Free space that an upload never uses. */
const reserveBytes = 512 * 1024 * 1024;

export interface Upload {
  readonly id: string;
  readonly folder: string;
  readonly files: NamedInput[];
  bytes: number;
}

export interface Uploads {
  create(): Upload;
  get(id: string): Upload;
  /** Streams the body of a request into a new file with a generated name. */
  receive(upload: Upload, request: IncomingMessage, name: string, mtime: number | null): Promise<number>;
  /** Remembers that an upload holds the files of a case; an earlier upload of that case is removed. */
  keepFor(caseId: string, upload: Upload): void;
  /** The files of a case, while they are here. */
  ofCase(caseId: string): Upload | null;
  remove(id: string): void;
  removeAll(): void;
}

/** Uploads live in private folders under generated names until they are removed or the server ends. */
export function uploadStore(limits: UploadLimits = uploadLimits): Uploads {
  const open = new Map<string, Upload>();
  const byCase = new Map<string, string>();
  const remove = (id: string): void => {
    const upload = open.get(id);
    open.delete(id);
    if (upload !== undefined) removeFolder(upload.folder);
  };
  return {
    create() {
      const upload: Upload = { id: randomBytes(9).toString('base64url'), folder: mkdtempSync(join(tmpdir(), 'etcd-autopsy-upload-')), files: [], bytes: 0 };
      open.set(upload.id, upload);
      return upload;
    },
    get(id) {
      const upload = open.get(id);
      if (upload === undefined) throw new HttpError(404, 'web.no-such-upload');
      return upload;
    },
    async receive(upload, request, name, mtime) {
      if (upload.files.length >= limits.maxFiles) throw new HttpError(413, 'web.too-many-files', { limit: limits.maxFiles });
      const { bavail, bsize } = statfsSync(upload.folder);
      const room = Math.min(limits.maxBytes - upload.bytes, bavail * bsize - reserveBytes);
      const announced = Number(request.headers['content-length'] ?? 0);
      if (announced > room) throw new HttpError(413, 'web.no-room', { bytes: announced, room: Math.max(0, room) });
      const onDisk = join(upload.folder, String(upload.files.length).padStart(6, '0'));
      const entry: NamedInput = { onDisk, name, mtime };
      upload.files.push(entry);
      let size = 0;
      const count = new Transform({
        highWaterMark: 1 << 20,
        transform(chunk: Buffer, _encoding, done) {
          size += chunk.length;
          upload.bytes += chunk.length;
          if (size > room) done(new HttpError(413, 'web.no-room', { bytes: size, room }));
          else done(null, chunk);
        },
      });
      request.setTimeout(limits.idleMs, () => request.destroy(new Error('idle')));
      try {
        await pipeline(request, count, createWriteStream(onDisk, { flags: 'wx', mode: 0o600, highWaterMark: 1 << 20 }));
        return size;
      } catch (error) {
        upload.files.splice(upload.files.indexOf(entry), 1);
        upload.bytes -= size;
        rmSync(onDisk, { force: true });
        throw error;
      }
    },
    keepFor(caseId, upload) {
      const earlier = byCase.get(caseId);
      if (earlier !== undefined && earlier !== upload.id) remove(earlier);
      byCase.set(caseId, upload.id);
    },
    ofCase: (caseId) => open.get(byCase.get(caseId) ?? '') ?? null,
    remove,
    removeAll: () => [...open.keys()].forEach(remove),
  };
}
