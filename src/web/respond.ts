import type { ServerResponse } from 'node:http';

/** Headers of every answer: nothing is loaded from elsewhere, framed, sniffed or kept. */
const guards = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const;

export function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array, more: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { ...guards, 'Content-Type': type, 'Content-Length': Buffer.byteLength(body), ...more });
  response.end(body);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(value));
}

/** Starts the answer of a download; the caller writes exactly `bytes` bytes into it. */
export function sendFile(response: ServerResponse, type: string, name: string, bytes: number): ServerResponse {
  response.writeHead(200, { ...guards, 'Content-Type': type, 'Content-Length': bytes, 'Content-Disposition': `attachment; filename="${name}"` });
  return response;
}

/** An error that the page shows: a stable code, and the words in the page's catalogue. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly params: Readonly<Record<string, string | number>> = {},
  ) {
    super(code);
  }
}

/** Starts a stream of server-sent events. */
export function openEvents(response: ServerResponse): (name: string, data: unknown) => void {
  response.writeHead(200, { ...guards, 'Content-Type': 'text/event-stream' });
  response.flushHeaders();
  return (name, data) => void response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}
