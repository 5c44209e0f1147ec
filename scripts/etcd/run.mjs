// Runs one program and gives its output; a failure carries the last lines that it printed.
import { spawn } from 'node:child_process';

export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => { out += chunk; });
    child.stderr.on('data', (chunk) => { err += chunk; });
    child.on('error', (error) => reject(new Error(error.code === 'ENOENT' ? `${program} is not installed` : error.message)));
    child.on('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`${program} ${args[0] ?? ''} failed (${code}): ${(err || out).trim().split('\n').slice(-3).join(' | ')}`));
    });
  });
}
