/** `npm run bench`: measures, and writes bench/RESULTS.md with the machine it ran on. Figures are of one run. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machine, markdown } from './report';
import { synth } from './synth';

const sections = [markdown('Synthesis of the quickstart', synth())];
const head = `# Benchmark results\n\nWritten by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}.\n\nMachine: ${machine()}.\n`;
writeFileSync(join(__dirname, 'RESULTS.md'), [head, ...sections].join('\n'));
console.log(sections.join('\n'));
