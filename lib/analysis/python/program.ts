import type { Expression, Program, Statement } from 'acorn';
import type { SourcePosition } from '../handler-analysis';
import { boundNames } from './bound-names';
import { lowerExpression } from './lower-expression';
import { lowerStatements } from './lower-statement';
import { type Mention, mentionsIn } from './mentions';
import * as js from './nodes';
import { platformModule, signsRequests } from './platform-module';
import type { PythonModule } from './python-module';
import { type PythonNode, parsePython } from './syntax';

export interface PythonCode {
  /** Text of the handler's own files, by path: `shared/storage.py`. */
  readonly files: ReadonlyMap<string, string>;
  /** Whether an installed package beside them calls AWS itself; `undefined` when there is none of this name. */
  libraryCallsAws(name: string): boolean | undefined;
  /** How reports name the folder of the files. */
  readonly folder: string;
  /** Module and function, in the notation of Lambda. */
  readonly handler: string;
}

/** Something in a program that keeps it from being followed. */
export interface ProgramGap {
  readonly reason: string;
  readonly at: SourcePosition;
}

/** A handler in Python with the modules that it imports, as one program for the interpreter. */
export interface PythonProgram {
  readonly program: Program;
  readonly gaps: readonly ProgramGap[];
  /** What looks like boto3 in the text of the modules. */
  readonly mentions: readonly Mention[];
  at(offset: number): SourcePosition;
}

export function pythonProgram(code: PythonCode): PythonProgram {
  const builder = new ProgramBuilder(code);
  const dot = code.handler.lastIndexOf('.');
  const program = builder.build(code.handler.slice(0, dot).replaceAll('/', '.'), code.handler.slice(dot + 1));
  return { program, gaps: builder.gaps, mentions: builder.mentions, at: (offset) => builder.at(offset) };
}

interface LoadedFile {
  readonly path: string;
  readonly start: number;
  readonly text: string;
}

const NOWHERE: js.Range = { start: 0, end: 0 };

class ProgramBuilder {
  public readonly gaps: ProgramGap[] = [];
  public readonly mentions: Mention[] = [];
  private readonly files: LoadedFile[] = [];
  private readonly identifiers = new Map<string, string>();
  private readonly names = new Map<string, ReadonlySet<string>>();
  private readonly statements: Statement[] = [];
  /** Where the next file starts; the first place is that of the program itself. */
  private offset = 1;

  public constructor(private readonly code: PythonCode) {}

  public build(module: string, handler: string): Program {
    const main = this.own(module, NOWHERE);
    const exported = js.assign(
      js.member(js.identifier('exports', NOWHERE), handler, NOWHERE),
      js.member(main, handler, NOWHERE),
      NOWHERE,
    );
    const declared = js.declare(this.identifiers.values(), NOWHERE);
    const objects = [...this.identifiers.values()].map((name, index) => {
      const at = { start: 0, end: -1 - index };
      return js.statement(js.assign(js.identifier(name, at), js.object([], at), at), at);
    });
    const body = [declared, ...objects, ...this.statements, js.statement(exported, NOWHERE)];
    return { type: 'Program', start: 0, end: this.offset, sourceType: 'script', body } as unknown as Program;
  }

  public at(offset: number): SourcePosition {
    const file = this.files.filter(({ start }) => start <= offset).at(-1) ?? this.files[0];
    const { folder, handler } = this.code;
    if (file === undefined) return { file: folder === '' ? handler : folder, line: 1 };
    return {
      file: folder === '' ? file.path : `${folder}/${file.path}`,
      line: file.text.slice(0, offset - file.start).split('\n').length,
    };
  }

  /** The module of the handler's own code, as a variable; its file is read at the first import. */
  private own(name: string, at: js.Range): Expression {
    const known = this.identifiers.get(name);
    if (known !== undefined) return js.identifier(known, at);
    const variable = `module_${this.identifiers.size}`;
    this.identifiers.set(name, variable);
    const path = this.pathOf(name);
    if (path !== undefined) this.load(name, path, variable);
    this.link(name, variable);
    return js.identifier(variable, at);
  }

  /** A package has its loaded modules as attributes. */
  private link(name: string, variable: string): void {
    const dot = name.lastIndexOf('.');
    if (dot < 0) return;
    const parent = this.own(name.slice(0, dot), NOWHERE);
    const target = js.member(parent, name.slice(dot + 1), NOWHERE);
    this.statements.push(js.statement(js.assign(target, js.identifier(variable, NOWHERE), NOWHERE), NOWHERE));
  }

  private load(name: string, path: string, variable: string): void {
    const text = this.code.files.get(path) ?? '';
    const file = { path, start: this.offset, text };
    this.files.push(file);
    this.offset += text.length + 1;
    const { root, errorAt } = parsePython(text);
    if (errorAt !== undefined) {
      const at = this.at(file.start + errorAt);
      this.gaps.push({ reason: 'has a part that does not parse', at });
    }
    this.mentions.push(...mentionsIn(root, file.start));
    const bound = boundNames(root.children);
    this.names.set(name, bound);
    const range = { start: file.start, end: this.offset };
    const statements = lowerStatements(this.moduleOf(name, file, bound), root.children);
    const exports = [...bound].map((each) => {
      const attribute = js.member(js.identifier(variable, range), each, range);
      return js.statement(js.assign(attribute, js.variable(each, range), range), range);
    });
    const declared = js.declare(
      [...bound].map((each) => `$${each}`),
      range,
    );
    const body = js.functionExpression([], [declared, ...statements, ...exports], range);
    this.statements.push(js.statement(js.call(body, [], range), range));
  }

  private moduleOf(name: string, file: LoadedFile, bound: Set<string>): PythonModule {
    const module: PythonModule = {
      name,
      isPackage: file.path.endsWith('__init__.py'),
      range: (node: PythonNode) => ({ start: file.start + node.from, end: file.start + node.to }),
      imported: (imported, at) => this.imported(imported, at),
      isOwn: (other) => this.isOwn(other),
      namesOf: (other) => this.names.get(other) ?? [],
      expression: (node) => lowerExpression(module, node),
      statements: (nodes, within = module) => lowerStatements(within, nodes),
      declare: (each) => bound.add(each),
    };
    return module;
  }

  private imported(name: string, at: js.Range): Expression {
    if (signsRequests(name)) this.gap(`signs requests itself with ${name}`, at);
    if (this.isOwn(name)) return this.own(name, at);
    const platform = platformModule(name);
    if (platform !== undefined) return js.platformValue(platform, at);
    const [root = ''] = name.split('.');
    const callsAws = this.code.libraryCallsAws(root);
    if (callsAws === true) this.gap(`uses ${root}, a library that calls AWS and is not followed`, at);
    if (callsAws === undefined) this.gap(`uses ${name}, which is not in the folder`, at);
    return js.unknown(at);
  }

  private gap(reason: string, at: js.Range): void {
    const position = this.at(at.start);
    const isKnown = this.gaps.some((gap) => gap.reason === reason && gap.at.file === position.file);
    if (!isKnown) this.gaps.push({ reason, at: position });
  }

  private isOwn(name: string): boolean {
    if (name === '') return false;
    const folder = `${name.replaceAll('.', '/')}/`;
    return this.pathOf(name) !== undefined || [...this.code.files.keys()].some((path) => path.startsWith(folder));
  }

  private pathOf(name: string): string | undefined {
    const path = name.replaceAll('.', '/');
    return [`${path}.py`, `${path}/__init__.py`].find((candidate) => this.code.files.has(candidate));
  }
}
