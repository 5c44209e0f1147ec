import { X509Certificate } from 'node:crypto';
import { civil, epoch } from '../../time/parse.js';
import { monthNumber } from '../../time/month-names.js';
import { toInstant } from '../../time/parse.js';
import type { Stamp } from '../../time/stamp.js';
import { cite } from '../cite.js';
import type { CertificateFact } from '../fact.js';
import type { ArtifactReader, Section, TextLine } from '../reader.js';

const field = /^\s*(?:(notBefore|notAfter|subject|issuer)\s*=\s*|(Not Before|Not After|Subject|Issuer)\s*:\s*)(.*)$/;

/** Certificates: PEM files (validity, names, fingerprint) and the text of `openssl x509`. Keys are never read. */
export const certificates: ArtifactReader = {
  kind: 'certificate',
  selective: true,
  recognise(section) {
    const pem = section.head.some((line) => line.includes('-----BEGIN CERTIFICATE-----'));
    if (pem) return { score: section.head[0]?.startsWith('-----BEGIN CERTIFICATE') === true ? 96 : 80, by: 'PEM header' };
    if (section.head.some((line) => /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(line))) return { score: 96, by: 'private key header (not read)' };
    if (section.head.some((line) => /^\s*(?:notAfter=|Not After\s*:)/.test(line))) return { score: 94, by: 'Not After line' };
    return section.head.some((line) => /^\[check-expiration\]|^CERTIFICATE\s+EXPIRES\s+RESIDUAL TIME/.test(line)) ? { score: 93, by: 'kubeadm certs check-expiration' } : { score: 0, by: '' };
  },
  *read(section) {
    let pem: { line: TextLine; text: string } | null = null;
    let known: { line: TextLine; notBefore: Stamp | null; notAfter: Stamp | null; subject: string; issuer: string; names: readonly string[]; isCa: boolean } | null = null;
    const path = section.hostPath ?? /-in\s+(\S+)/.exec(section.command ?? '')?.[1] ?? null;
    const flush = function* (): Generator<CertificateFact> {
      if (known?.notAfter != null) yield certificateFact(section, known.line, path, { ...known, notBefore: known.notBefore ?? known.notAfter, notAfter: known.notAfter, fingerprint256: null });
      known = null;
    };
    for (const line of section.lines()) {
      if (line.text.includes('-----BEGIN CERTIFICATE-----')) pem = { line, text: '' };
      if (pem !== null) {
        pem.text += `${line.text.trim()}\n`;
        if (line.text.includes('-----END CERTIFICATE-----') || pem.text.length > 65_536) {
          yield* fromPem(section, pem.line, pem.text, section.hostPath);
          pem = null;
        }
        continue;
      }
      const expiry = /^(\S+)\s+([A-Z][a-z]{2} \d{2}, \d{4} \d{2}:\d{2} UTC)\s+/.exec(line.text);
      const until = expiry === null ? null : kubeadmTime(expiry[2]!);
      if (expiry !== null && until !== null) {
        yield certificateFact(section, line, null, { notBefore: until, notAfter: until, subject: expiry[1]!, issuer: '', names: [], isCa: /(?:^|-)ca$/.test(expiry[1]!), fingerprint256: null });
        continue;
      }
      if (/^Certificate:\s*$/.test(line.text)) yield* flush();
      const match = field.exec(line.text);
      if (match !== null) {
        known ??= { line, notBefore: null, notAfter: null, subject: '', issuer: '', names: [], isCa: false };
        const name = (match[1] ?? match[2]!).replace(' ', '').toLowerCase();
        if (name === 'notbefore') known.notBefore = opensslTime(match[3]!);
        else if (name === 'notafter') {
          known.notAfter = opensslTime(match[3]!);
          known.line = line;
        } else if (name === 'subject') known.subject = match[3]!.trim();
        else known.issuer = match[3]!.trim();
      } else if (known !== null && /^\s+(?:DNS|IP Address):/.test(line.text)) known.names = line.text.trim().split(/,\s*/).map((n) => n.replace(/^(?:DNS|IP Address):/, ''));
      else if (known !== null && /\bCA:TRUE\b/.test(line.text)) known.isCa = true;
    }
    yield* flush();
  },
};

function certificateFact(section: Section, line: TextLine, path: string | null, known: Pick<CertificateFact, 'subject' | 'issuer' | 'notBefore' | 'notAfter' | 'names' | 'isCa' | 'fingerprint256'>): CertificateFact {
  const { subject, issuer, notBefore, notAfter, names, isCa, fingerprint256 } = known;
  return { kind: 'certificate', at: cite(section, line), host: section.host, path, subject, issuer, notBefore, notAfter, names, isCa, fingerprint256 };
}

function* fromPem(section: Section, line: TextLine, text: string, hostPath: string | null): Generator<CertificateFact> {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(text);
  } catch {
    return;
  }
  const notBefore = epoch(Date.parse(certificate.validFrom), 1000);
  const notAfter = epoch(Date.parse(certificate.validTo), 1000);
  if (notBefore === null || notAfter === null) return;
  const path = hostPath ?? (/(?:^|[/!])(etc\/(?:kubernetes|ssl|etcd)\/[\w./-]+)$/.exec(section.artifact)?.[1] ?? null)?.replace(/^/, '/') ?? null;
  yield certificateFact(section, line, path, {
    notBefore, notAfter, subject: certificate.subject?.replace(/\n/g, ', ') ?? '', issuer: certificate.issuer?.replace(/\n/g, ', ') ?? '',
    names: (certificate.subjectAltName ?? '').split(/,\s*/).filter((n) => n !== '').map((n) => n.replace(/^(?:DNS|IP Address):/, '')), isCa: certificate.ca, fingerprint256: certificate.fingerprint256.replace(/:/g, '').toLowerCase(),
  });
}

/** `May 18 15:20:00 2125 GMT`. */
function opensslTime(text: string): Stamp | null {
  const match = /^([A-Z][a-z]{2})\s+(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (\d{4}) GMT/.exec(text.trim());
  const month = match === null ? null : monthNumber(match[1]!);
  if (match === null || month === null) return null;
  const stamp = civil({ year: Number(match[6]), month, day: Number(match[2]), hour: Number(match[3]), minute: Number(match[4]), second: Number(match[5]) });
  return stamp === null ? null : toInstant(stamp, 0);
}

/** `May 17, 2025 07:12 UTC` of `kubeadm certs check-expiration`. */
function kubeadmTime(text: string): Stamp | null {
  const match = /^([A-Z][a-z]{2}) (\d{2}), (\d{4}) (\d{2}):(\d{2})/.exec(text);
  const month = match === null ? null : monthNumber(match[1]!);
  if (match === null || month === null) return null;
  const stamp = civil({ year: Number(match[3]), month, day: Number(match[2]), hour: Number(match[4]), minute: Number(match[5]), precisionMs: 60_000 });
  return stamp === null ? null : toInstant(stamp, 0);
}
