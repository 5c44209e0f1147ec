import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What guards the page: a random token, and the addresses under which the page may be asked for. */
export interface Session {
  readonly token: string;
  /** True when the request carries the token (as cookie, or once in the opened address). */
  isOwner(request: IncomingMessage): boolean;
  /** True when `given` is the token; compared in constant time. */
  isToken(given: string): boolean;
  /**
   * False for a Host other than ours (DNS rebinding) and for a foreign Origin or Sec-Fetch-Site on
   * anything but a plain navigation.
   */
  isLocal(request: IncomingMessage): boolean;
  /** Set-Cookie value that hands the token to this browser only. */
  cookie(): string;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** A session for a server that listens on `host:port`. */
export function newSession(host: string, port: number): Session {
  const token = randomBytes(24).toString('base64url');
  const name = `etcd-autopsy-${port}`;
  const expected = digest(token);
  const names = new Set([`${host}:${port}`, `127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]);
  const isToken = (given: string): boolean => timingSafeEqual(digest(given), expected);
  return {
    token,
    isToken,
    isOwner(request) {
      for (const part of (request.headers.cookie ?? '').split(/;\s*/)) {
        if (part.startsWith(`${name}=`) && isToken(part.slice(name.length + 1))) return true;
      }
      return false;
    },
    isLocal(request) {
      if (!names.has(request.headers.host ?? '')) return false;
      const { origin } = request.headers;
      if (origin !== undefined) return [...names].some((n) => origin === `http://${n}`);
      const site = request.headers['sec-fetch-site'];
      return site === undefined || site === 'same-origin' || site === 'none' || request.method === 'GET';
    },
    cookie: () => `${name}=${token}; Path=/; HttpOnly; SameSite=Strict`,
  };
}
