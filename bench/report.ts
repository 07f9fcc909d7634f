import { cpus, totalmem } from 'node:os';

export interface Figure {
  readonly name: string;
  readonly value: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

export function machine(): string {
  const processors = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} x ${processors[0]?.model ?? 'unknown'}, ${gigabytes} GiB, ${process.platform}, Node ${process.versions.node}`;
}

export function markdown(title: string, figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value }) => `| ${name} | ${value} |`);
  return [`## ${title}`, '', '| what | figure |', '| --- | --- |', ...rows, ''].join('\n');
}
