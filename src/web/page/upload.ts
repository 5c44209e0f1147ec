import { api, ApiError, putFile } from './api.js';

/** One file to send, with its path below the dropped folder. */
export interface Picked {
  readonly file: File;
  readonly path: string;
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  return new Promise((resolve, reject) => {
    const more = (): void =>
      reader.readEntries((some) => {
        if (some.length === 0) return resolve(all);
        all.push(...some);
        more();
      }, reject);
    more();
  });
}

/** Files of a drop, folders walked. A single dropped folder gives paths below it. */
export async function droppedFiles(data: DataTransfer): Promise<Picked[]> {
  const roots = [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const picked: Picked[] = [];
  const work = roots.map((entry) => ({ entry, path: roots.length === 1 && entry.isDirectory ? '' : entry.name }));
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    const { entry, path } = at;
    if (entry.isFile) picked.push({ file: await fileOf(entry as FileSystemFileEntry), path });
    else for (const child of await childrenOf(entry as FileSystemDirectoryEntry)) work.push({ entry: child, path: path === '' ? child.name : `${path}/${child.name}` });
  }
  return picked.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Files of a file input; a chosen folder's own name is left out. */
export function chosenFiles(list: FileList): Picked[] {
  return [...list].map((file) => ({ file, path: file.webkitRelativePath.split('/').slice(1).join('/') || file.name }));
}

export interface SendProgress {
  readonly files: number;
  readonly ofFiles: number;
  readonly bytes: number;
  readonly ofBytes: number;
  readonly bytesPerSecond: number;
}

/** Sends all files one after another; resolves with the id of the upload. Cancelled by the signal. */
export async function sendFiles(picked: readonly Picked[], signal: AbortSignal, onProgress: (p: SendProgress) => void): Promise<string> {
  const ofBytes = picked.reduce((sum, p) => sum + p.file.size, 0);
  const upload = await api.createUpload();
  const begin = performance.now();
  let before = 0;
  let files = 0;
  const tell = (bytes: number): void =>
    onProgress({ files, ofFiles: picked.length, bytes, ofBytes, bytesPerSecond: (bytes * 1000) / Math.max(1, performance.now() - begin) });
  try {
    for (const { file, path } of picked) {
      await putFile(upload, file, path, signal, (sent) => tell(before + sent));
      before += file.size;
      files += 1;
      tell(before);
    }
    signal.throwIfAborted();
    return upload;
  } catch (error) {
    await api.removeUpload(upload).catch((e: unknown) => {
      if (!(e instanceof ApiError)) throw e;
    });
    throw error;
  }
}
